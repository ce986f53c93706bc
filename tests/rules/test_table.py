"""The table is complete and honest: every rule says why, whence and how sure, and is looked up by its id."""

from __future__ import annotations

import re

import pytest

from sluse.rules.rule import (
    Certainty,
    DocumentRule,
    KeysRule,
    LiveRule,
    PolicyRule,
    ReadingRule,
    RequestRule,
    ResourceRule,
    Rule,
    Subject,
    TreeRule,
)
from sluse.rules.table import BY_ID, RULES


def test_ids_are_unique_and_readable() -> None:
    assert len(BY_ID) == len(RULES)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id) for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_why_whence_and_what_to_do(rule: Rule) -> None:
    assert rule.why.endswith(".")
    assert rule.hint.endswith(".")
    assert rule.source


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_knows_its_subject(rule: Rule) -> None:
    subjects = {
        ReadingRule: Subject.FILE,
        DocumentRule: Subject.DOCUMENT,
        KeysRule: Subject.KEYS,
        TreeRule: Subject.TREE,
        PolicyRule: Subject.POLICIES,
        ResourceRule: Subject.RESOURCE,
        RequestRule: Subject.REQUEST,
        LiveRule: Subject.ADDRESS,
    }
    assert rule.subject is subjects[type(rule)]


def test_a_requirement_of_others_is_never_called_our_own() -> None:
    named = re.compile(r"RFC \d|NHN|HelseID|Skatteetaten|Brønnøysund")
    assert not [rule.id for rule in RULES if named.search(rule.source) and rule.certainty is Certainty.OWN]


def test_a_convention_of_our_own_names_no_other_source() -> None:
    assert not [
        rule.id
        for rule in RULES
        if rule.certainty is Certainty.OWN and not rule.source.startswith(("Sluse:", "YAML 1.2"))
    ]
