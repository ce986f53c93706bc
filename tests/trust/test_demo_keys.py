from __future__ import annotations

from sluse.demo.signers import DemoSigner
from sluse.trust.demo_keys import is_demo, refusals
from worlds.ssh import Signer

KNOWN, UNKNOWN = DemoSigner("root a"), DemoSigner("somebody else")


def test_a_demo_key_is_known_by_its_fingerprint_whatever_its_comment() -> None:
    assert is_demo(KNOWN.key_id)
    disguised = f"{KNOWN.public.line} release desk"
    assert list(refusals([disguised])) == ["demo-key: the key release desk is a worthless key of the examples"]
    assert len(list(refusals([KNOWN.public.line]))) == 1


def test_a_demo_key_of_a_label_that_no_example_has_is_known_by_its_comment() -> None:
    assert not is_demo(UNKNOWN.key_id)
    assert len(list(refusals([UNKNOWN.line]))) == 1


def test_no_other_key_is_taken_for_one() -> None:
    assert list(refusals([f"{Signer(b'x').public.line} release desk", "ssh-ed25519 AAAA x"])) == []
