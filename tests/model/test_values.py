"""Values: what they refuse, how they are named, and that nothing private fits into one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sluse.desired.schema import schema
from sluse.model import outcome
from sluse.model.held import HeldClient, HeldIntegration, OrganisationLedger
from sluse.model.keys import PRIVATE_MEMBERS, PublicJwk
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.plan import Plan
from sluse.model.problem import Place, Problem, Severity
from sluse.model.registration import Registration
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.service_integration import ClientValues, Login
from sluse.model.statement import Retirement, Statement
from sluse.model.tree import errors
from sluse.model.value import ORGANISATION_DIGITS, Count, Day, Days, First, Moment, Port, WallClock
from sluse.words.said import english

KEY = {"kty": "EC", "kid": "k", "alg": "ES256", "crv": "P-256", "x": "AA", "y": "AA"}
REGISTRATION = {
    "title": "Journal",
    "organisationNumber": "310448176",
    "grants": ["client_credentials"],
    "scopes": ["nhn:msh/api"],
    "keys": [KEY],
}


@pytest.mark.parametrize("member", sorted(PRIVATE_MEMBERS))
def test_a_private_key_cannot_be_modelled(member: str) -> None:
    with pytest.raises(ValidationError, match=member):
        PublicJwk.model_validate({**KEY, member: "AA"})


def test_a_key_always_states_its_use() -> None:
    assert PublicJwk.model_validate(KEY).wire() == {**KEY, "use": "sig"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("organisationNumber", "31044817"),
        ("organisationNumber", 310448176),
        ("redirectUris", ["not an address"]),
        ("redirectUris", ["https://a.example", "https://a.example"]),
        ("scopes", ["with space"]),
        ("scope", ["nhn:msh/api"]),
    ],
)
def test_values_refuse_what_is_not_of_their_form(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        ClientValues.model_validate({"organisationNumber": "310448176", field: value})


def test_no_other_text_has_the_bound_of_an_organisations_number() -> None:
    def bounds(part: object) -> Iterator[tuple[object, object]]:
        if isinstance(part, dict):
            if "maxLength" in part:
                yield part["maxLength"], part.get("pattern")
            for each in part.values():
                yield from bounds(each)
        elif isinstance(part, list):
            for each in part:
                yield from bounds(each)

    found = {pattern for bound, pattern in bounds(schema(words=english)) if bound == ORGANISATION_DIGITS}
    assert found == {"^[0-9]{9}$"}


@pytest.mark.parametrize("kind", [First, Port, Count, Days])
@pytest.mark.parametrize("wrong", [True, 1.0, "1"], ids=repr)
def test_a_number_is_written_as_one(kind: Any, wrong: object) -> None:
    assert TypeAdapter(kind).validate_python(1) == 1
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(wrong)


def test_what_stands_twice_in_a_set_is_named() -> None:
    with pytest.raises(ValidationError, match=r"https://a\.example is listed twice"):
        ClientValues.model_validate(
            {"organisationNumber": "310448176", "redirectUris": ["https://a.example", "https://a.example"]}
        )


def test_a_word_is_not_a_flag() -> None:
    with pytest.raises(ValidationError, match="required"):
        Login.model_validate({"minimumLevel": "high", "identityProviders": [{"name": "idporten", "required": "yes"}]})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Moment, "9999-12-31T23:59:59Z"),
        (Moment, "0001-01-01T00:00:00+14:00"),
        (WallClock, "9999-12-31T23:59"),
        (WallClock, "0001-01-01T00:00"),
        (Day, "9999-12-31"),
        (Day, "0001-01-01"),
    ],
)
def test_no_time_is_where_adding_a_day_would_be_an_error(kind: Any, value: str) -> None:
    """One such date in anybody's file, signed or not, would end the operator for everybody."""
    with pytest.raises(ValidationError, match=r"2000-01-01|2200-01-01"):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    "said",
    [
        {"productionNotBefore": "9999-12-31T23:59"},
        {"testFrom": "9999-12-31"},
        {"peakPeriods": [{"start": "2027-01-01", "end": "9999-12-31", "freeze": True}]},
    ],
    ids=str,
)
def test_no_plan_reaches_to_the_end_of_the_calendar(said: dict[str, object]) -> None:
    plan = {"testFrom": "2026-12-01", "productionNotBefore": "2027-02-01T08:00"}
    with pytest.raises(ValidationError, match="2200-01-01"):
        Plan.model_validate({**plan, **said})


def test_no_retirement_waits_longer_than_there_are_days() -> None:
    with pytest.raises(ValidationError, match="36500"):
        Retirement(delete_after_days=2_000_000_000)


def test_no_statement_is_made_at_the_end_of_the_calendar() -> None:
    """Nobody need have signed it: when it goes stale is counted before that is looked at."""
    with pytest.raises(ValidationError, match="2200-01-01"):
        Statement.model_validate(
            {
                "type": "plan",
                "version": 1,
                "repository": "r",
                "environment": "production",
                "subject": "fjordlegen.journal",
                "issuedAt": "9999-12-31T23:59:59Z",
                "signer": "SHA256:" + "A" * 43,
                "nonce": "n" * 22,
            }
        )


def test_a_value_never_changes() -> None:
    login = Login.model_validate({"minimumLevel": "high"})
    with pytest.raises(ValidationError, match="frozen"):
        login.minimum_level = "substantial"  # type: ignore[misc,assignment]  # that is the test


def test_names_of_resources_are_read_back_as_who_they_are() -> None:
    key = ClientKey("fjordlegen", "journal", "web")
    assert str(key) == "fjordlegen.journal.web"
    assert ClientKey.parse(str(key)) == key
    assert key.integration_key == IntegrationKey("fjordlegen", "journal")


@pytest.mark.parametrize("name", ["", "a", "a.b", "a..c", "a.b.c.d", "a.b."])
def test_a_name_of_another_form_is_nobodys(name: str) -> None:
    assert ClientKey.parse(name) is None


def test_an_environment_has_its_own_namespace_and_branch() -> None:
    assert {environment.namespace for environment in Environment} == {"sluse-test", "sluse-production"}
    assert {environment.status_branch for environment in Environment} == {"sluse/test", "sluse/production"}


def test_a_place_is_written_as_editors_read_it() -> None:
    assert str(Place("a.yaml", 3, 7)) == "a.yaml:3:7"
    assert str(Place("a.yaml")) == "a.yaml"


def test_warnings_hold_nothing_back() -> None:
    warning = Problem(Place("a.yaml"), "rule", "message", severity=Severity.WARNING)
    error = Problem(Place("a.yaml"), "rule", "message")
    assert errors((warning, error)) == (error,)


def test_equal_registrations_have_one_digest_and_others_another() -> None:
    one = Registration.model_validate(REGISTRATION)
    assert one.digest == Registration.model_validate(REGISTRATION).digest
    other: dict[str, Any] = {**REGISTRATION, "keys": [{**KEY, "kid": "other"}]}
    assert Registration.model_validate(other).digest != one.digest


def test_a_custom_resource_holds_the_registration_as_it_is_registered() -> None:
    registration = Registration.model_validate(REGISTRATION)
    spec = {"organisation": "a", "integration": "b", "client": "c", "use": "Open"}
    found = HelseIDClientSpec.model_validate({**spec, "registration": REGISTRATION}).wire()
    assert found == {**spec, "registration": registration.wire()}
    assert HelseIDClientSpec.model_validate({**spec, "use": "Retired"}).wire() == {**spec, "use": "Retired"}


def test_what_the_ledger_does_not_know_is_held_by_nobody() -> None:
    held = HeldClient(retired=True)
    ledger = OrganisationLedger(organisation="a", integrations={"b": HeldIntegration(title="B", clients={"c": held})})
    assert ledger.client("b", "c") == held
    assert ledger.client("b", "other") == ledger.client("other", "c") == HeldClient()
    known = ledger.integration(IntegrationKey("a", "b"))
    assert known is not None
    assert known.title == "B"
    assert ledger.integration(IntegrationKey("a", "other")) is None


def test_every_outcome_says_what_is_held() -> None:
    held = HeldClient()
    outcomes: list[outcome.Outcome] = [
        outcome.Synced(held),
        outcome.Retired(held),
        outcome.Waiting("AuthorityUnavailable", "it does not answer", outcome.Party.AUTHORITY, held),
        outcome.Rejected("Refused", "no", held),
        outcome.Conflicted("somebody", "theirs", held),
    ]
    assert [each.held for each in outcomes] == [held] * len(outcomes)
