"""A new key pair: one half for everybody, the other for nobody else."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from sluse.errors import CatalogError
from sluse.order.key_pair import key_pair


def test_the_private_half_is_its_owners_alone(tmp_path: Path) -> None:
    kept = tmp_path / "keys" / "a.jwk.json"
    key_pair().keep(kept)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_what_one_half_signs_the_other_verifies(tmp_path: Path) -> None:
    pair = key_pair()
    pair.keep(tmp_path / "a")
    (public,) = json.loads(pair.public)["keys"]
    signed = jwt.encode(
        {"alg": "ES256", "kid": public["kid"]}, {}, ECKey.import_key(json.loads((tmp_path / "a").read_text()))
    )
    assert jwt.decode(signed, ECKey.import_key(public), algorithms=["ES256"])


def test_the_public_file_and_what_is_printed_have_no_private_member() -> None:
    pair = key_pair()
    assert all("d" not in key for key in json.loads(pair.public)["keys"])
    assert repr(pair) == "KeyPair(...)"


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    key_pair().keep(tmp_path / "a")
    before = (tmp_path / "a").read_bytes()
    with pytest.raises(CatalogError, match="never written over"):
        key_pair().keep(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == before
