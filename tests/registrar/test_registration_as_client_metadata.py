from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.errors import Refused
from sluse.model.registration import Registration
from sluse.model.service_integration import Claim, Grant, Tenancy
from sluse.registrar.dynamic import mapping
from sluse.registrar.normal import normal
from sluse.registrar.port import Mark

MARK = Mark("nhn/test/fjordlegen.journal.web")


@pytest.fixture
def members(registration: Registration) -> dict[str, Any]:
    return mapping.metadata(registration, MARK, extensions=True)


@given(data=st.data())
def test_to_the_wire_and_back_is_the_normalised_registration(
    registrations: st.SearchStrategy[Registration], data: st.DataObject
) -> None:
    one = data.draw(registrations)
    reading = mapping.read(mapping.metadata(one, MARK, extensions=True))
    assert reading == mapping.Reading(normal(one), MARK, extensions=True, drift=(), extra=())
    assert mapping.altered(one, MARK, reading) == ()


@given(data=st.data())
def test_without_extensions_all_but_those_comes_back(
    registrations: st.SearchStrategy[Registration], data: st.DataObject
) -> None:
    one = data.draw(registrations)
    reading = mapping.read(mapping.metadata(one, MARK, extensions=False))
    assert reading.registration == mapping.without_extensions(normal(one))
    assert (reading.extensions, reading.drift, reading.extra) == (False, (), mapping.EXTENSIONS)
    assert mapping.altered(mapping.without_extensions(one), MARK, reading) == ()


@given(data=st.data())
def test_normalising_is_idempotent_and_changes_no_set(
    registrations: st.SearchStrategy[Registration], data: st.DataObject
) -> None:
    one = data.draw(registrations)
    assert normal(normal(one)) == normal(one)
    for name in Registration.model_fields:
        before, after = getattr(one, name), getattr(normal(one), name)
        assert before == after or (set(before) == set(after) and len(set(after)) == len(after))
    assert mapping.without_extensions(normal(one)) == normal(mapping.without_extensions(one))


def test_every_member_is_sent_even_where_there_is_nothing_to_say(registration: Registration) -> None:
    bare = registration.model_copy(update={"claims": (), "child_organisation_numbers": ()})
    members = mapping.metadata(bare, MARK, extensions=True)
    assert members == {
        "client_name": "[sluse nhn/test/fjordlegen.journal.web] Fjordlegen Journal",
        "grant_types": ["client_credentials"],
        "redirect_uris": [],
        "post_logout_redirect_uris": [],
        "jwks": {"keys": [registration.keys[0].wire()]},
        "scope": "nhn:a/read",
        "token_endpoint_auth_method": "private_key_jwt",
        "dpop_bound_access_tokens": True,
        "helseid_orgnr": "313231593",
        "helseid_tenancy": "single-tenant",
        "helseid_child_orgnr": [],
        "helseid_claims": {},
    }
    assert members["jwks"]["keys"][0]["use"] == "sig"


def test_a_claim_type_with_two_values_is_refused_before_it_is_sent(registration: Registration) -> None:
    claims = (Claim(type="nhn:a/claim", value="1"), Claim(type="nhn:a/claim", value="2"))
    with pytest.raises(Refused, match="two values") as refused:
        mapping.metadata(registration.model_copy(update={"claims": claims}), MARK, extensions=True)
    assert refused.value.code == "invalid_client_metadata"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("token_endpoint_auth_method", "client_secret_basic"),
        ("token_endpoint_auth_method", None),
        ("dpop_bound_access_tokens", False),
        ("dpop_bound_access_tokens", 1),
        ("grant_types", ["client_credentials", "implicit"]),
        ("grant_types", "client_credentials"),
        ("scope", ["nhn:a/read"]),
        ("scope", 'nhn:a/read "'),
        ("redirect_uris", ["no address"]),
        ("post_logout_redirect_uris", [7]),
        ("jwks", None),
        ("jwks", {"keys": []}),
        ("jwks", {"keys": "k1"}),
        ("jwks", {"keys": ["k1"]}),
        ("jwks", {"keys": [{"kty": "oct", "kid": "k", "alg": "HS256", "k": "AAAA"}]}),
        ("helseid_orgnr", "12"),
        ("helseid_orgnr", None),
        ("helseid_tenancy", "none"),
        ("helseid_tenancy", None),
        ("helseid_child_orgnr", "313745392"),
        ("helseid_claims", ["nhn:a/claim"]),
        ("helseid_claims", {"nhn:a/claim": 1}),
        ("client_name", "Fjordlegen Journal"),
        ("client_name", ""),
        ("client_name", 7),
        ("client_name", "x" * 121),
    ],
)
def test_a_value_that_no_registration_of_ours_has_is_drift_and_altered(
    registration: Registration, members: dict[str, Any], member: str, value: object
) -> None:
    reading = mapping.read({**members, member: value})
    assert reading.drift == (member,)
    assert member in mapping.altered(registration, MARK, reading)


def test_a_private_key_in_an_answer_is_drift_and_is_not_kept(members: dict[str, Any]) -> None:
    key = {**members["jwks"]["keys"][0], "d": "secret-half"}
    reading = mapping.read({**members, "jwks": {"keys": [key]}})
    assert reading.drift == ("jwks",)
    assert "secret-half" not in repr(reading)


def test_keys_fetched_from_an_address_are_drift(members: dict[str, Any]) -> None:
    assert mapping.read({**members, "jwks_uri": "https://evil.example/jwks"}).drift == ("jwks_uri",)


def test_what_an_authority_adds_to_a_key_is_no_difference(registration: Registration, members: dict[str, Any]) -> None:
    key = {**members["jwks"]["keys"][0], "x5t": "abc", "key_ops": ["verify"]}
    assert mapping.altered(registration, MARK, mapping.read({**members, "jwks": {"keys": [key]}})) == ()


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("grant_types", ["authorization_code"]),
        ("redirect_uris", ["https://evil.example/"]),
        ("post_logout_redirect_uris", ["https://evil.example/"]),
        ("jwks", {"keys": [{"kty": "EC", "kid": "k1", "alg": "ES256", "crv": "P-256", "x": "EVIL", "y": "BBBB"}]}),
        ("scope", ""),
        ("helseid_orgnr", "889640782"),
        ("helseid_tenancy", "multi-tenant"),
        ("helseid_child_orgnr", []),
        ("helseid_claims", {}),
        ("client_name", "[sluse nhn/test/fjordlegen.journal.web] Another"),
        ("client_name", "[sluse nhn/test/fjordlegen.journal.api] Fjordlegen Journal"),
    ],
)
def test_a_member_registered_otherwise_is_named(
    registration: Registration, members: dict[str, Any], member: str, value: object
) -> None:
    reading = mapping.read({**members, member: value})
    assert reading.drift == ()
    assert mapping.altered(registration, MARK, reading) == (member,)


def test_lists_come_back_in_any_order_and_empty_ones_not_at_all(registration: Registration) -> None:
    two = registration.model_copy(update={"scopes": ("b", "a"), "grants": (Grant.REFRESH_TOKEN, Grant.TOKEN_EXCHANGE)})
    members = mapping.metadata(two, MARK, extensions=True)
    members["scope"] = "a b"
    del members["redirect_uris"]
    del members["post_logout_redirect_uris"]
    assert mapping.altered(two, MARK, mapping.read(members)) == ()


def test_what_nobody_asked_for_is_shown_but_bounded_and_clean(members: dict[str, Any]) -> None:
    reading = mapping.read({**members, "client_id": "x", "response_types": ["none"], "a\x1b" + "b " * 90: 1})
    assert reading.drift == ()
    assert reading.extra[-1] == "response_types"
    assert len(reading.extra[0]) == 64
    assert reading.extra[0].isprintable()
    assert len(mapping.read({**members, **{f"m{number}": 1 for number in range(200)}}).extra) == 50


def test_nothing_at_all_can_still_be_read() -> None:
    reading = mapping.read({})
    assert reading.registration.scopes == ()
    assert reading.registration.keys == ()
    assert reading.registration.tenancy is Tenancy.SINGLE
    assert reading.registration.digest
    assert reading.drift == ("client_name", "dpop_bound_access_tokens", "jwks", "token_endpoint_auth_method")
