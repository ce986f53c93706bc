"""Whatever JSON is published, what is wrong with it is told: nothing that a stranger answers is an error of ours."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwk

from sluse.acceptance import published, published_keys
from worlds import federation

AGREED = ("ES256", "PS256")
SPEC = federation.provider("https://login.example").spec
DEEP = orjson.loads("[" * 1000 + "]" * 1000)
"""As deep as JSON is read here: the text of it is deeper than Python goes."""

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(DEEP),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
EC = jwk.ECKey.generate_key("P-256").as_dict(private=False)
RSA = jwk.RSAKey.generate_key(2048).as_dict(private=False)
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    name: ANYTHING | st.sampled_from(told)
    for name, told in {
        "kty": ["EC", "RSA", "OKP", "oct"],
        "use": ["sig", "enc"],
        "alg": ["ES256", "PS256", "none"],
        "kid": ["a", "b"],
        "crv": ["P-256", "P-384", "P-521", "secp256k1", "Ed25519"],
        "x": [EC["x"], "AA", ""],
        "y": [EC["y"], "AA", ""],
        "n": [RSA["n"], "A" * 400, "_" * 400, ""],
        "e": ["AQAB", "AA", "Ag", "", "_" * 400],
    }.items()
}
KEYS = ANYTHING | st.fixed_dictionaries({}, optional=MEMBERS)
SAID = [
    "issuer",
    "jwks_uri",
    "authorization_endpoint",
    "token_endpoint",
    "response_types_supported",
    "code_challenge_methods_supported",
    "token_endpoint_auth_methods_supported",
    "id_token_signing_alg_values_supported",
]


@settings(deadline=None)
@given(
    st.dictionaries(st.text(max_size=4), ANYTHING)
    | st.fixed_dictionaries({"keys": ANYTHING | st.lists(KEYS, max_size=3)})
)
def test_any_key_set_is_judged(jwks: dict[str, Any]) -> None:
    assert all(fault.isprintable() for fault in published_keys.faults(jwks, AGREED))


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(SAID, ANYTHING | st.lists(ANYTHING, max_size=3))))
def test_any_discovery_document_is_judged(metadata: dict[str, Any]) -> None:
    assert all(fault.isprintable() for fault in published.faults(metadata, SPEC, SPEC.test))
    assert published.offers(metadata, AGREED) in {True, False}


@pytest.mark.parametrize("listed", [[{}], [[]], [None], [DEEP], {}, "ES256", None])
def test_what_is_no_list_of_words_offers_nothing(listed: Any) -> None:
    assert not published.offers({"id_token_signing_alg_values_supported": listed}, AGREED)
    wrong = list(published.faults({"response_types_supported": listed}, SPEC, SPEC.test))
    assert "response_types_supported lacks code" in wrong


@pytest.mark.parametrize("address", [None, [], {}, DEEP, 1, "http://login.example"])
def test_what_is_no_https_address_is_told(address: Any) -> None:
    wrong = list(published.faults({"token_endpoint": address}, SPEC, SPEC.test))
    assert "it has no https address for token_endpoint" in wrong
