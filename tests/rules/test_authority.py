"""What the rules know of HelseID: each fact with its source, given by policies/authority.yaml or shipped, and used from there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sluse.catalog import policies
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.model.policy.authority import SHIPPED, AuthorityProfile, Fact, Sureness
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Place, Severity
from sluse.model.tree import Sourced, Tree
from sluse.rules import known
from sluse.rules.again import Judge
from sluse.rules.authority import Told, told
from sluse.rules.judge import check, check_policies
from sluse.rules.page import page
from sluse.rules.table import RULES
from sluse.words.said import english

ROOT = Path(__file__).parents[2]


def fact(value: object) -> dict[str, object]:
    return {"value": value, "source": "asked", "certainty": "verified"}


def profile(**facts: object) -> AuthorityProfile:
    return AuthorityProfile.model_validate({name: fact(value) for name, value in facts.items()})


def given(facts: AuthorityProfile) -> PolicyFiles:
    return PolicyFiles(authority=Sourced(facts, "policies/authority.yaml", lambda _: Place("policies/authority.yaml")))


@pytest.fixture(scope="module")
def examples() -> Tree:
    return Reader().tree(WorkTree(ROOT, "integrations"), "integrations")


@pytest.mark.parametrize("each", list(told(SHIPPED)), ids=lambda each: each.field or each.about)
def test_a_fact_says_where_it_was_read_and_how_sure_it_is(each: Told) -> None:
    assert each.fact.source
    assert each.shipped
    assert ("not public" in each.fact.source) == (each.fact.certainty is Sureness.ASSUMED)


def test_every_fact_is_on_the_page_once() -> None:
    table = page(RULES, words=english).split("## What is known of HelseID")[1]
    assert ["fact", *(each.about for each in told(SHIPPED))] == re.findall(r"^\| ([^|]+[^ |]) \|", table, re.MULTILINE)


def test_the_file_of_the_examples_says_all_that_is_shipped() -> None:
    found = policies.read(policies.contents_in(ROOT)).models.authority
    assert found is not None
    assert found.content == SHIPPED
    assert found.content.model_fields_set == set(AuthorityProfile.model_fields)


@pytest.mark.parametrize(
    ("facts", "rule", "severity"),
    [
        ({"keyAlgorithms": ["PS256", "ES384"]}, "key-algorithm", Severity.ERROR),
        ({"rsaBitsRefused": 4096, "rsaBitsWarned": 4096}, "key-size", Severity.ERROR),
        ({"rsaBitsWarned": 4096}, "key-size", Severity.WARNING),
        ({"identityScopes": ["openid"]}, "scope-form", Severity.ERROR),
        ({"identityScopePrefixes": ["nhn:"]}, "identity-scope-without-login", Severity.ERROR),
        ({"refusedSignatures": ["PS256", "ES256"]}, "provider-algorithm", Severity.ERROR),
        ({"refusedAuthentication": ["private_key_jwt"]}, "provider-client-authentication", Severity.ERROR),
        ({"levelClaim": "loa"}, "provider-claims", Severity.ERROR),
        ({"methodClaim": "how"}, "provider-claims", Severity.ERROR),
        ({"levels": [{"value": "Høyt", "level": "substantial"}]}, "provider-claims", Severity.ERROR),
        ({"levels": [{"value": "Annet", "level": "high"}]}, "provider-claims", Severity.WARNING),
        ({"refusedLevel": "Betydelig"}, "provider-claims", Severity.ERROR),
        ({"testNumbers": []}, "organisation-number-check-digit", Severity.WARNING),
    ],
    ids=lambda case: next(iter(case)) if isinstance(case, dict) else None,
)
def test_another_fact_is_another_verdict(examples: Tree, facts: dict[str, Any], rule: str, severity: Severity) -> None:
    shipped = Judge().check(examples)
    assert shipped == Judge().check(examples, known=SHIPPED)
    found = set(Judge().check(examples, known=profile(**facts))) - set(shipped)
    if "testNumbers" in facts:
        assert not found, "the examples use no such number"
        return
    assert (rule, severity) in {(each.rule, each.severity) for each in found}


def test_a_judge_that_hears_of_another_fact_forgets_what_it_judged_by_the_old_one(examples: Tree) -> None:
    stricter = profile(rsaBitsRefused=4096)
    judge = Judge()
    first, second, third = judge.check(examples), judge.check(examples, known=stricter), judge.check(examples)
    assert first == third == Judge().check(examples)
    assert second == Judge().check(examples, known=stricter) != first


def test_check_takes_the_facts_of_the_policies_at_hand(examples: Tree) -> None:
    found = {each.rule for each in check(examples, given(profile(rsaBitsRefused=4096)))}
    assert "key-size" in found
    assert "key-size" not in {each.rule for each in check(examples, PolicyFiles())}


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (b"rsaBitsRefused: {value: 1024, source: asked, certainty: verified}\n", ["rsaBitsRefused.value"]),
        (b"keyAlgorithms: {value: [HS256], source: asked, certainty: verified}\n", ["keyAlgorithms.value[0]"]),
        (b"rsaBitsRefused: {value: 2048, source: asked}\n", ["rsaBitsRefused"]),
        (b"lifetimes: {}\n", ["lifetimes"]),
    ],
    ids=["below what any file may say", "an algorithm that no rule knows", "no certainty", "no fact"],
)
def test_a_file_that_says_what_cannot_be_is_refused(content: bytes, places: list[str]) -> None:
    read = policies.read({"policies/authority.yaml": content})
    assert read.models.authority is None
    assert [each.path for each in read.problems] == places


def test_facts_that_contradict_each_other_are_told() -> None:
    levels = [{"value": value, "level": "high"} for value in ("Høyt", "Høyt", "Lavt")]
    contradicting = profile(rsaBitsRefused=4096, rsaBitsWarned=3072, levels=levels)
    found = check_policies(given(contradicting))
    assert [(each.rule, each.path) for each in found] == [
        ("authority-facts", "rsaBitsWarned.value"),
        ("authority-facts", "levels.value[1].value"),
        ("authority-facts", "levels.value[2].value"),
    ]
    assert not check_policies(given(SHIPPED))


def test_what_is_known_is_told_with_where_it_comes_from() -> None:
    facts = profile(rsaBitsWarned=4096)
    lines = "\n".join(known.lines(facts, english))
    assert (
        "rsaBitsWarned: An RSA key of fewer bits is warned of.\n  `4096`\n  asked; read in the source (policies/auth"
        in lines
    )
    assert "no public page confirms it (as shipped)" in lines
    assert "no public page confirms it (in the code)" in lines
    wire = {each["field"]: each for each in known.wire(facts, english)}
    assert (wire["rsaBitsWarned"]["value"], wire["rsaBitsWarned"]["from"]) == (4096, "file")
    assert (wire["levels"]["value"], wire["levels"]["from"]) == (
        [{"value": "Betydelig", "level": "substantial"}, {"value": "Høyt", "level": "high"}],
        "shipped",
    )


def test_a_fact_is_the_same_whoever_made_it() -> None:
    assert profile(rsaBitsWarned=4096).rsa_bits_warned == Fact(value=4096, source="asked", certainty=Sureness.VERIFIED)
