"""One test for each key that cannot be registered, and for each kind that can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

INVALID = (400, "invalid_client_metadata")


@pytest.fixture
def try_key(wire: Any, holder: Any, make_metadata: Callable[..., Any]) -> Callable[..., Any]:
    """Register with one key, changed member by member; None leaves a member out."""

    async def attempt(of: Any = None, **changes: Any) -> Any:
        key = {name: value for name, value in {**(of or holder).public, **changes}.items() if value is not None}
        return await wire.register(make_metadata(holder, jwks={"keys": [key]}))

    return attempt


@pytest.mark.parametrize("jwks", [None, {}, {"keys": []}, {"keys": {}}, {"keys": 5}, [], "keys", {"keys": ["key"]}])
async def test_at_least_one_key_is_required_inline(
    wire: Any, holder: Any, make_metadata: Callable[..., Any], jwks: object
) -> None:
    answer = await wire.register(make_metadata(holder, jwks=jwks))
    assert answer.refusal == INVALID
    assert "jwks" in answer.why


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"])
async def test_a_key_of_each_approved_algorithm_is_registered(try_key: Any, make_holder: Any, alg: str) -> None:
    key = make_holder(alg)
    answer = await try_key(of=key)
    assert answer.json["jwks"] == {"keys": [key.public]}


@pytest.mark.parametrize("alg", ["HS256", "HS512", "none", "RSA-OAEP", "ES256K", "EdDSA", ["ES256"]])
async def test_a_key_for_another_algorithm_is_refused(try_key: Any, alg: object) -> None:
    answer = await try_key(alg=alg)
    assert answer.refusal == INVALID
    assert "alg" in answer.why


@pytest.mark.parametrize(
    ("made_for", "alg"), [("ES256", "ES384"), ("ES512", "ES256"), ("ES256", "RS256"), ("RS256", "ES256")]
)
async def test_an_algorithm_that_does_not_fit_the_key_is_refused(
    try_key: Any, make_holder: Any, made_for: str, alg: str
) -> None:
    answer = await try_key(of=make_holder(made_for), alg=alg)
    assert answer.refusal == INVALID
    assert "does not fit" in answer.why


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
async def test_a_private_key_is_refused_and_not_repeated(try_key: Any, make_holder: Any, alg: str) -> None:
    key = make_holder(alg)
    private = key.key.as_dict(private=True)
    answer = await try_key(of=key, **private)
    assert answer.refusal == INVALID
    assert "private" in answer.why
    assert private["d"].encode() not in answer.body


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
async def test_each_private_member_alone_is_refused(try_key: Any, member: str) -> None:
    answer = await try_key(**{member: "AQAB"})
    assert answer.refusal == INVALID
    assert f": {member}" in answer.why


async def test_a_symmetric_key_is_refused(try_key: Any) -> None:
    assert (await try_key(kty="oct", k="c2VjcmV0")).refusal == INVALID


@pytest.mark.parametrize("kty", ["oct", "OKP", None, 7])
async def test_a_kind_of_key_other_than_rsa_and_ec_is_refused(try_key: Any, kty: object) -> None:
    answer = await try_key(kty=kty)
    assert answer.refusal == INVALID
    assert "kty" in answer.why


async def test_a_curve_that_is_not_approved_is_refused(try_key: Any) -> None:
    answer = await try_key(crv="secp256k1")
    assert answer.refusal == INVALID
    assert "crv" in answer.why


async def test_a_point_that_is_not_on_the_curve_is_refused(try_key: Any) -> None:
    assert (await try_key(x="A" * 43)).refusal == INVALID


@pytest.mark.parametrize("member", ["crv", "x", "y"])
async def test_a_key_without_one_of_its_members_is_refused(try_key: Any, member: str) -> None:
    assert (await try_key(**{member: None})).refusal == INVALID


async def test_rsa_under_2048_bits_is_refused(try_key: Any, make_holder: Any) -> None:
    key = make_holder("RS256")
    short = key.public["n"][: 2040 * 4 // 3 // 8]  # base64url: 4 characters for 3 bytes
    answer = await try_key(of=key, n=short)
    assert answer.refusal == INVALID
    assert "2048" in answer.why


async def test_an_even_rsa_exponent_is_refused(try_key: Any, make_holder: Any) -> None:
    assert (await try_key(of=make_holder("RS256"), e="Ag")).refusal == INVALID


async def test_a_modulus_that_is_not_base64_is_refused(try_key: Any, make_holder: Any) -> None:
    assert (await try_key(of=make_holder("RS256"), n="a")).refusal == INVALID


@pytest.mark.parametrize("kid", [None, "", 5])
async def test_a_key_without_a_kid_is_refused(try_key: Any, kid: object) -> None:
    answer = await try_key(kid=kid)
    assert answer.refusal == INVALID
    assert "kid" in answer.why


async def test_a_kid_has_at_most_256_characters(try_key: Any) -> None:
    assert (await try_key(kid="k" * 256)).status == 201
    assert (await try_key(kid="k" * 257)).refusal == INVALID


async def test_a_key_without_an_algorithm_is_refused(try_key: Any) -> None:
    answer = await try_key(alg=None)
    assert answer.refusal == INVALID
    assert "alg is missing" in answer.why


async def test_one_kid_for_two_keys_is_refused(wire: Any, make_holder: Any, make_metadata: Any) -> None:
    answer = await wire.register(make_metadata(make_holder(kid="same"), make_holder(kid="same")))
    assert answer.refusal == INVALID
    assert "same" in answer.why


async def test_a_key_for_encryption_is_refused(try_key: Any) -> None:
    assert (await try_key(use="enc")).refusal == INVALID
    assert (await try_key(key_ops=["sign"])).refusal == INVALID
