from hypothesis import given
from hypothesis import strategies as st

from sluse.model.keys import PublicJwk
from sluse.model.registration import Registration
from sluse.model.service_integration import Claim, Grant, Tenancy
from sluse.plan.client import Change, difference, text_of
from sluse.plan.thumbprint import thumbprint

KEY = PublicJwk(kty="EC", kid="k1", alg="ES256", crv="P-256", x="AAAA", y="BBBB")
OTHER_KEY = PublicJwk(kty="EC", kid="k1", alg="ES256", crv="P-256", x="CCCC", y="BBBB")
RSA_KEY = PublicJwk(kty="RSA", kid="k2", alg="PS256", n="AAAA", e="AQAB")
BASE = Registration(
    title="Fjordlegen",
    organisation_number="313231593",
    grants=(Grant.CLIENT_CREDENTIALS,),
    scopes=("nhn:a/read", "nhn:b/read"),
    keys=(KEY,),
)

_sets = {
    "grants": st.lists(st.sampled_from(Grant), min_size=1, max_size=4, unique=True),
    "scopes": st.lists(st.sampled_from(["nhn:a/x", "nhn:b/y", "openid"]), min_size=1, max_size=3, unique=True),
    "redirect_uris": st.lists(st.sampled_from(["https://a.example/", "https://b.example/"]), max_size=2, unique=True),
    "claims": st.lists(st.sampled_from([Claim(type="a", value="x"), Claim(type="a", value="y")]), max_size=3),
    "keys": st.lists(st.sampled_from([KEY, OTHER_KEY, RSA_KEY]), min_size=1, max_size=3, unique=True),
}
registrations = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["Fjordlegen", "Bylegen"]),
        "organisation_number": st.sampled_from(["313231593", "313745392"]),
        "tenancy": st.sampled_from(Tenancy),
        **{name: items.map(tuple) for name, items in _sets.items()},
    }
).map(lambda fields: Registration(**fields))


def _sets_of(registration: Registration) -> dict[str, object]:
    fields = {name: getattr(registration, name) for name in Registration.model_fields}
    return {name: frozenset(value) if isinstance(value, tuple) else value for name, value in fields.items()}


@given(registrations)
def test_a_registration_differs_in_nothing_from_itself(one: Registration) -> None:
    assert difference(one, one) == ()


@given(registrations, registrations)
def test_the_difference_is_empty_exactly_when_all_fields_are_the_same_sets(
    one: Registration, two: Registration
) -> None:
    assert (difference(one, two) == ()) is (_sets_of(one) == _sets_of(two))


@given(registrations, registrations)
def test_the_other_way_round_added_and_removed_change_places(one: Registration, two: Registration) -> None:
    forth = [(change.field, change.added, change.removed) for change in difference(one, two)]
    back = [(change.field, change.removed, change.added) for change in difference(two, one)]
    assert forth == back


def test_order_is_no_difference() -> None:
    assert difference(BASE, BASE.model_copy(update={"scopes": BASE.scopes[::-1]})) == ()


def test_a_change_says_what_goes_and_what_comes() -> None:
    wanted = BASE.model_copy(update={"scopes": ("nhn:a/read", "nhn:c/write"), "tenancy": Tenancy.MULTI})
    assert [str(change) for change in difference(wanted, BASE)] == [
        "tenancy: -single-tenant, +multi-tenant",
        "scopes: -nhn:b/read, +nhn:c/write",
    ]


def test_fields_are_named_as_authors_write_them() -> None:
    wanted = BASE.model_copy(update={"redirect_uris": ("https://a.example/",)})
    assert difference(wanted, BASE) == (Change("redirectUris", added=("https://a.example/",)),)


def test_a_key_replaced_under_the_same_kid_is_seen_by_its_thumbprint_and_never_by_its_members() -> None:
    (change,) = difference(BASE.model_copy(update={"keys": (OTHER_KEY,)}), BASE)
    assert change.added == (f"k1 (ES256, thumbprint {thumbprint(OTHER_KEY)})",)
    assert change.removed == (f"k1 (ES256, thumbprint {thumbprint(KEY)})",)
    assert "CCCC" not in str(change)


def test_claims_are_shown_as_type_and_value() -> None:
    (change,) = difference(BASE.model_copy(update={"claims": (Claim(type="nhn:a/b", value="42"),)}), BASE)
    assert str(change) == "claims: +nhn:a/b=42"


def test_what_a_stranger_wrote_cannot_steer_the_terminal() -> None:
    (change,) = difference(BASE, BASE.model_copy(update={"title": "Fjord\x1b[2Jlegen"}))
    assert str(change) == "title: -'Fjord\\x1b[2Jlegen', +Fjordlegen"


def test_a_kid_that_is_the_thumbprint_is_told_once() -> None:
    key = KEY.model_copy(update={"kid": thumbprint(KEY)})
    assert text_of(key) == f"{thumbprint(KEY)} (ES256, kid = thumbprint)"


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    key = PublicJwk(
        kty="RSA",
        kid="2011-04-29",
        alg="RS256",
        e="AQAB",
        n="0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn"
        "jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
        "nqDKgw",
    )
    assert thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
