"""What the rules know of HelseID: each fact with its source, in one table, and used from there."""

from __future__ import annotations

import re

import pytest

from sluse.rules import authority
from sluse.rules.authority import PROFILE, Fact
from sluse.rules.page import page
from sluse.rules.rule import Certainty
from sluse.rules.table import RULES
from sluse.words.said import english


@pytest.mark.parametrize("fact", PROFILE, ids=lambda fact: fact.name)
def test_a_fact_says_where_it_was_read_and_how_sure_it_is(fact: Fact[object]) -> None:
    assert fact.source
    assert fact.certainty is not Certainty.OWN, "a convention of our own is no fact about HelseID"
    assert ("not public" in fact.source) == (fact.certainty is Certainty.ASSUMED)


def test_every_fact_is_in_the_table_once_and_on_the_page() -> None:
    declared = [each for each in vars(authority).values() if isinstance(each, Fact)]
    assert len({fact.name for fact in PROFILE}) == len(PROFILE)
    assert [fact.name for fact in declared] == [fact.name for fact in PROFILE]
    table = page(RULES, words=english).split("## What is known of HelseID")[1]
    assert ["fact", *(fact.name for fact in PROFILE)] == re.findall(r"^\| ([^|]+[^ |]) \|", table, re.MULTILINE)


def test_a_fact_that_differs_is_asked_for_by_environment() -> None:
    numbers = authority.NUMBERS_WITHOUT_CHECK_DIGIT
    assert (len(numbers.test), len(numbers.production)) == (3, 0)
    with pytest.raises(ValueError, match="not the same"):
        _ = numbers.value
    assert authority.LEVEL_CLAIM.value == "acr"
