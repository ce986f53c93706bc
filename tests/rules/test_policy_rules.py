"""What is refused in the data of `policies/`, and what is let pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sluse.model.policy.bundle import Repository
from sluse.model.policy.calendar import Calendar
from sluse.model.policy.files import PolicyFiles
from sluse.model.policy.people import Operators, Reviewers
from sluse.model.policy.rules import ExistingProviders, GatePolicy
from sluse.model.problem import Place
from sluse.model.tree import Sourced
from sluse.rules.judge import check_policies

KEYS = [f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{letter * 43}" for letter in "ABC"]
FROM = "2026-01-01T00:00:00Z"
MODELS: Mapping[str, Any] = {
    "repository": Repository,
    "reviewers": Reviewers,
    "operators": Operators,
    "calendar": Calendar,
    "gate": GatePolicy,
    "existing": ExistingProviders,
}


def files(**contents: Any) -> PolicyFiles:
    return PolicyFiles(
        **{
            name: Sourced(MODELS[name].model_validate(content), f"policies/{name}.yaml", lambda _: Place("p"))
            for name, content in contents.items()
        }
    )


def found(**contents: Any) -> list[tuple[str, str]]:
    return [(problem.rule, problem.path) for problem in check_policies(files(**contents))]


def reviewer(person: str, *keys: str, roles: tuple[str, ...] = ("onboarding",), **more: Any) -> dict[str, Any]:
    return {"person": person, "roles": roles, "keys": [{"key": key, "validFrom": FROM, **more} for key in keys]}


def window(*days: str, start: str = "06:00", end: str = "08:00") -> dict[str, Any]:
    return {"days": days, "start": start, "end": end}


def freeze(start: str, end: str) -> dict[str, str]:
    return {"start": start, "end": end, "reason": "Christmas"}


def suite(kind: str, *cases: Mapping[str, str]) -> dict[str, Any]:
    return {"kind": kind, "suite": "s", "version": 1, "cases": cases}


CASE = {"case": "token", "witness": "self"}


def test_without_files_nothing_is_wrong() -> None:
    assert found() == []


class TestCalendar:
    @pytest.mark.parametrize(
        ("calendar", "path"),
        [
            ({"zone": "Europe/Oslo"}, None),
            ({"zone": "Europe/Olso"}, "zone"),
            ({"zone": "Europe"}, "zone"),
            ({"freezes": [freeze("2026-12-18T16:00", "2026-12-18T16:01")]}, None),
            ({"freezes": [freeze("2026-12-18T16:00", "2026-12-18T16:00")]}, "freezes[0].end"),
            ({"freezes": [freeze("2026-12-18T16:00", "2026-01-04T08:00")]}, "freezes[0].end"),
            ({"windows": [window("monday", start="22:00", end="02:00")]}, "windows[0].end"),
            ({"windows": [window("monday"), window("tuesday")]}, None),
            ({"windows": [window("monday"), window("monday", start="08:00", end="09:00")]}, None),
            (
                {"windows": [window("monday"), window("sunday", "monday", start="07:59", end="09:00")]},
                "windows[1].start",
            ),
        ],
    )
    def test_times_run_forward_and_windows_do_not_overlap(self, calendar: dict[str, Any], path: str | None) -> None:
        assert found(calendar=calendar) == ([("calendar-order", path)] if path else [])


class TestSigners:
    def test_a_person_is_listed_once(self) -> None:
        people = [reviewer("a", KEYS[0]), reviewer("a", KEYS[1])]
        assert found(reviewers={"reviewers": people}) == [("signer-twice", "reviewers[1].person")]

    def test_a_key_is_one_person_s(self) -> None:
        people = [reviewer("a", KEYS[0]), reviewer("b", KEYS[1], f"{KEYS[0]} another comment")]
        (problem,) = check_policies(files(reviewers={"reviewers": people}))
        assert (problem.rule, problem.path) == ("signer-twice", "reviewers[1].keys[1].key")
        assert "`a`" in problem.message

    def test_a_key_stands_once_in_its_person_s_list(self) -> None:
        people = [reviewer("a", KEYS[0], KEYS[0])]
        assert found(reviewers={"reviewers": people}) == [("signer-twice", "reviewers[0].keys[1].key")]

    @pytest.mark.parametrize("name", ["validUntil", "retired"])
    def test_a_key_that_ends_before_it_begins_never_counts(self, name: str) -> None:
        people = [reviewer("a", KEYS[0], **{name: FROM})]
        assert found(reviewers={"reviewers": people}) == [("signer-twice", f"reviewers[0].keys[0].{name}")]

    def test_a_key_may_be_revoked_from_before_it_was_valid(self) -> None:
        people = [reviewer("a", KEYS[0], revokedSince="2020-01-01T00:00:00Z")]
        assert found(reviewers={"reviewers": people}) == []

    def test_operators_are_judged_alike(self) -> None:
        keys = [{"key": KEYS[0], "validFrom": FROM}]
        operators = [{"environment": "test", "keys": keys}, {"environment": "production", "keys": keys}]
        assert found(operators={"operators": operators}) == [("signer-twice", "operators[1].keys[0].key")]

    @pytest.mark.parametrize(("repository", "rules"), [("a.example", []), ("a.no", ["demo-signer"])])
    def test_a_demo_key_is_at_home_in_examples_only(self, repository: str, rules: list[str]) -> None:
        people = [reviewer("a", f"{KEYS[0]} demo-reviewer")]
        contents = {"repository": {"id": repository}, "reviewers": {"reviewers": people}}
        assert [rule for rule, _ in found(**contents)] == rules


class TestGate:
    PLAN: Mapping[str, Any] = {"type": "plan", "roles": ["onboarding"]}

    @pytest.mark.parametrize(
        ("gate", "path"),
        [
            ({}, None),
            ({"deciders": [PLAN, PLAN]}, "deciders[1].type"),
            ({"deciders": [{**PLAN, "persons": 0}]}, "deciders[0].persons"),
            ({"terms": [{"name": "helseid", "version": "1"}, {"name": "helseid", "version": "2"}]}, "terms[1].name"),
            (
                {
                    "terms": [
                        {"name": "helseid", "version": "1"},
                        {"name": "helseid", "version": "1", "provider": "idporten"},
                    ]
                },
                None,
            ),
            ({"suites": [suite("Organisation", CASE)]}, "suites[0].kind"),
            ({"suites": [suite("IdentityProvider", CASE, CASE)]}, "suites[0].cases[1].case"),
        ],
    )
    def test_nothing_is_asked_for_twice_or_of_what_does_not_pass(self, gate: dict[str, Any], path: str | None) -> None:
        assert found(gate={"deciders": [self.PLAN], **gate}) == ([("gate-policy", path)] if path else [])

    @pytest.mark.parametrize(("persons", "rules"), [(2, []), (3, ["gate-policy"])])
    def test_enough_people_may_decide(self, persons: int, rules: list[str]) -> None:
        people = [reviewer("a", KEYS[0]), reviewer("b", KEYS[1]), reviewer("c", KEYS[2], roles=("tester",))]
        gate = {"deciders": [{**self.PLAN, "persons": persons}]}
        assert [rule for rule, _ in found(gate=gate, reviewers={"reviewers": people})] == rules

    @pytest.mark.parametrize(
        ("provider", "rules"), [("idporten", []), ("ours", []), ("idprten", ["terms-provider-unknown"])]
    )
    def test_terms_are_for_a_provider_that_is_known(self, provider: str, rules: list[str]) -> None:
        gate = {"deciders": [self.PLAN], "terms": [{"name": "t", "version": "1", "provider": provider}]}
        assert [rule for rule, _ in found(gate=gate, existing={"providers": ["ours"]})] == rules
