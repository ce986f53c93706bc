"""What is wrong with a key set, all of it, in words that name keys by their place."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwk

from sluse.acceptance.published_keys import faults

AGREED = ("ES256", "PS256")
EC = {**jwk.ECKey.generate_key("P-256").as_dict(private=False), "kid": "ec", "use": "sig"}
P384 = {**jwk.ECKey.generate_key("P-384").as_dict(private=False), "kid": "p384"}
RSA = {**jwk.RSAKey.generate_key(2048).as_dict(private=False), "kid": "rsa"}
SHORT = {**RSA, "n": RSA["n"][: len(RSA["n"]) // 2], "kid": "short"}


@pytest.mark.parametrize("keys", [[EC], [RSA], [{**EC, "alg": "ES256"}, {**RSA, "alg": "PS256"}], [EC, {"use": "enc"}]])
def test_keys_for_the_agreed_algorithms_have_no_fault(keys: list[Any]) -> None:
    assert list(faults({"keys": keys}, AGREED)) == []


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (None, ["the key set has no signing key"]),
        ([], ["the key set has no signing key"]),
        ([{**EC, "use": "enc"}], ["the key set has no signing key"]),
        (["x"], ["key 1 is not a JSON object"]),
        ([EC, EC], ["two keys have one kid"]),
        ([{**EC, "kid": None}], ["key 1 has no kid"]),
        ([{**EC, "d": "x"}], ["key 1 is published with its private half"]),
        ([{"kty": "oct", "k": "x", "kid": "a"}], ["key 1 is published with its private half"]),
        ([{**EC, "kid": ["a"]}], ["key 1 has no kid"]),
        ([{**EC, "kid": None}, {**EC, "kid": None}], ["key 1 has no kid", "key 2 has no kid"]),
        ([{**EC, "kty": []}], ["key 1 is of a kind that fits none of the agreed algorithms"]),
        ([{**EC, "kty": {}}], ["key 1 is of a kind that fits none of the agreed algorithms"]),
        ([{**EC, "alg": ["ES256"]}], ["key 1 has an alg that is not text"]),
        ([{**EC, "alg": "\x1b[1m"}], ["key 1 is for \ufffd[1m, agreed is ES256 or PS256"]),
        ([{**EC, "x": {}}], ["key 1 cannot be read"]),
        ([{**EC, "crv": []}], ["key 1 cannot be read"]),
        ([{**EC, "crv": "Ed25519"}], ["key 1 cannot be read"]),
        ([{**RSA, "n": [1]}], ["key 1 has 0 bits, and RSA needs 2048"]),
        ([{**RSA, "n": "é"}], ["key 1 has 0 bits, and RSA needs 2048"]),
        ([{**RSA, "alg": "RS256"}], ["key 1 is for RS256, agreed is ES256 or PS256"]),
        ([{**RSA, "alg": "ES256"}], ["key 1 is of a kind that fits none of the agreed algorithms"]),
        ([P384], ["key 1 is on P-384, and ES256 is on P-256"]),
        ([SHORT], ["key 1 has 1024 bits, and RSA needs 2048"]),
        ([{**EC, "x": "x"}], ["key 1 cannot be read"]),
        ([{**EC, "alg": "none"}, P384], ["key 1 is for none, agreed is ES256 or PS256", "key 2 is on P-384, and ES256 is on P-256"]),
    ],
)  # fmt: skip
def test_every_fault_is_told(keys: Any, found: list[str]) -> None:
    assert list(faults({"keys": keys}, AGREED)) == found
