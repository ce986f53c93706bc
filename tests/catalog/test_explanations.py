"""What is said about a value that does not fit, where the bad files in tests/fixtures do not reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

import pytest

from sluse.catalog.forms import FORMS
from sluse.catalog.positions import Positions
from sluse.model import client_installation, keys, records, service_integration, statement, value
from sluse.model.problem import Problem
from sluse.model.tree import Tree
from sluse.rules.judge import check

ReadTree = Callable[..., Tree]
JOURNAL = "integrations/fjordlegen/journal-web.yaml"
KEYS = "integrations/fjordlegen/keys/journal-web/web.test.jwks.json"


@pytest.fixture
def changed(tree_of: ReadTree, good: Mapping[str, bytes]) -> Callable[..., Problem]:
    """The one problem of the journal after a replacement in it."""

    def problem(old: str, new: str) -> Problem:
        text = good[JOURNAL].decode()
        assert old in text
        (found,) = check(tree_of({JOURNAL: text.replace(old, new, 1).encode()}))
        return found

    return problem


def test_every_form_of_text_is_said_in_words() -> None:
    written = {
        str(get_args(kind)[1].pattern)
        for module in (value, keys, service_integration, client_installation, statement, records)
        for kind in vars(module).values()
        if hasattr(kind, "__metadata__") and getattr(get_args(kind)[1], "pattern", None)
    }
    assert written == FORMS.keys()


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("minimumLevel: high", "minimumLevel: [high]", "This is not a value of `minimumLevel`", "Use"),
        ("minimumLevel: high", "minimumLevel: true", "true is not a value of `minimumLevel`", "Use"),
        (
            "minimumLevel: high",
            "minimumLevel: 4",
            "`4` is not a value of `minimumLevel`",
            "Use `substantial` or `high`.",
        ),
        ("title: Fjordlegen Journal", "title: [a]", "`title` must be text", "Write one value."),
        ("title: Fjordlegen Journal", "title: true", "`title` must be text", "true or false"),
        ("title: Fjordlegen Journal", 'title: ""', "`title` is empty", ""),
        ("title: Fjordlegen Journal", 'title: "a\\nb"', "`title` must be one line without tabs", ""),
        ("loginsPerDay: 4000", "loginsPerDay: 3000000000", "`loginsPerDay` must be at most 2000000000", ""),
        ("loginsPerDay: 4000", "loginsPerDay: 1e400", "is out of range", ""),
        ("loginsPerDay: 4000", "loginsPerDay: .inf", "is out of range", ""),
        ("zones: [internet, helsenettet]", "zones: []", "`zones` is empty", "at least one"),
        ("kind: ServiceIntegration", "kind: [a]", "This is not a kind", ""),
        ("kind: ServiceIntegration", "kind: ServiceInstallation", "is not a kind", "Did you mean"),
        ("kind: ServiceIntegration", "kind: Decision", "stands in decisions/<subject>", "Move or rename the file."),
        ("kind: ServiceIntegration\n", "", "`kind` is missing", "Write `kind: ServiceIntegration`, `kind: Cl"),
        ("kind: ServiceIntegration", "kind:", "Nothing is not a kind", ""),
        ("apiVersion: sluse.nhn.no/v1alpha1\n", "", "`apiVersion` is missing", ""),
        ("spec:\n", "more: 1\nspec:\n", "`more` is not a field", "`spec`"),
        ("metadata:\n  name: journal-web\n  organisation: fjordlegen\n", "", "`metadata` is missing", ""),
        ("  name: journal-web\n", "  name: Journal\n", "`name` must be lower-case letters", ""),
        ("  name: journal-web\n", "  name: 12\n", "`name` must be text", "a number"),
        ("spec:\n", "? [a]\n: b\nspec:\n", "A key is text", ""),
        ("spec:\n", "? {a: b}\n: b\nspec:\n", "A key is text", ""),
        ("platform: ASP.NET Core on Linux", "platform: @linux", "cannot begin with this character", "quotes"),
        ("platform: ASP.NET Core on Linux", 'platform: "a\\z"', "no such escape", "single quotes"),
        ("platform: ASP.NET Core on Linux", "platform: [a, b", "closing bracket", ""),
        ("platform: ASP.NET Core on Linux", "platform: - a", "A list cannot begin here", ""),
    ],
)
def test_a_sentence_and_a_remedy(old: str, new: str, message: str, hint: str, changed: Callable[..., Problem]) -> None:
    problem = changed(old, new)
    assert message in problem.message
    assert hint in problem.hint


def test_wrong_version_and_wrong_kind_are_two_causes_and_the_inside_is_not_judged(
    tree_of: ReadTree, good: Mapping[str, bytes]
) -> None:
    text = good[JOURNAL].replace(b"v1alpha1", b"v2").replace(b"kind: Serv", b"kind: Surv").replace(b"title", b"titel")
    assert [problem.rule for problem in check(tree_of({JOURNAL: text}))] == ["api-version", "kind"]


@pytest.mark.parametrize("numbers", ['{"keys": [{"kty": ' + "9" * 5000 + "}]}", '{"keys": [{"kty": 1e999}]}'])
def test_a_number_beyond_all_bounds_in_a_key_file_is_one_problem(numbers: str, tree_of: ReadTree) -> None:
    (problem,) = check(tree_of({KEYS: numbers.encode()}))
    assert problem.rule == "number-range"


def test_a_key_file_with_escapes_of_its_own_is_refused_with_a_place(tree_of: ReadTree) -> None:
    (problem,) = check(tree_of({KEYS: b'{"a": "\\ud83d\\ude00", "b": ' + b"[" * 5000}))
    assert problem.rule == "yaml-syntax"
    assert problem.place.line == 1


def test_a_key_file_s_list_may_be_of_anything_and_is_refused(tree_of: ReadTree) -> None:
    (problem,) = check(tree_of({KEYS: b'{"keys": [1]}'}))
    assert (problem.rule, problem.message) == ("wrong-type", "`keys[0]` must be a group of fields")


def test_a_misplaced_file_that_is_too_large_is_only_misplaced(tree_of: ReadTree) -> None:
    (problem,) = check(tree_of({"integrations/fjordlegen/dump.sql": b"x" * 1_000_000}))
    assert problem.rule == "file-name"


def test_a_field_that_is_not_written_has_the_place_of_what_it_would_stand_in() -> None:
    positions = Positions("a.yaml", "spec:\n  plan:\n    zone: x\n")
    assert str(positions("spec.plan.volume.loginsPerDay")) == "a.yaml:2:3"
    assert str(positions("metadata.name")) == "a.yaml:1:1"
    assert str(positions.key("spec.plan.zone")) == "a.yaml:3:5"


def test_a_text_that_cannot_be_read_has_no_places() -> None:
    assert str(Positions("a.yaml", "a: [")("a.b")) == "a.yaml:1:1"
    assert str(Positions("a.yaml", "")("a")) == "a.yaml:1:1"
