"""Problems in the forms that other programs read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluse.model.change import Edit
from sluse.model.problem import Place, Problem, Severity
from sluse.rules.reports import REPORTS
from sluse.rules.table import RULES

texts = st.text(max_size=40)
places = st.builds(Place, texts, st.integers(0, 9999), st.integers(0, 300), st.integers(1, 80))
problems = st.lists(
    st.builds(Problem, places, st.sampled_from([rule.id for rule in RULES]), texts, texts, st.sampled_from(Severity)),
    max_size=5,
)
WRONG = Problem(Place("a, b.yaml", 3, 5, 4), "key-size", "100 % wrong\nreally", "Do so.", path="spec.x")
TOLD = Problem(Place("b.yaml"), "key-size", "Odd", severity=Severity.WARNING)


def test_github_shows_each_beside_its_line() -> None:
    first, second = REPORTS["github"]((WRONG, TOLD)).splitlines()
    assert first == (
        "::error file=a%2C b.yaml,title=key-size,line=3,col=5,endColumn=9::100 %25 wrong%0Areally%0Ahint: Do so."
    )
    assert second == "::warning file=b.yaml,title=key-size::Odd"


@settings(deadline=None)
@given(problems)
def test_a_text_cannot_make_a_command_of_its_own(found: list[Problem]) -> None:
    said = REPORTS["github"](found)
    lines = said.split("\n") if said else []
    assert len(lines) == len(found)
    assert all(re.match("::(error|warning) file=", line) for line in lines)
    assert "\r" not in said


def test_gitlab_knows_a_problem_again_when_a_line_above_it_changes() -> None:
    moved = Problem(Place("a, b.yaml", 30, 5, 4), "key-size", "100 % wrong\nreally", "Do so.", path="spec.x")
    (before,), (after,) = json.loads(REPORTS["gitlab"]((WRONG,))), json.loads(REPORTS["gitlab"]((moved,)))
    assert before["fingerprint"] == after["fingerprint"]
    assert before["location"] == {"path": "a, b.yaml", "lines": {"begin": 3}}
    assert (before["check_name"], before["severity"]) == ("key-size", "major")


def test_junit_fails_for_errors_only() -> None:
    suite = ET.fromstring(REPORTS["junit"]((WRONG, TOLD)))[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failed, passed = suite
    assert [each.tag for each in failed] == ["failure"]
    assert [each.tag for each in passed] == ["system-out"]


def test_junit_without_problems_has_a_case_that_passed() -> None:
    suite = ET.fromstring(REPORTS["junit"](()))[0]
    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("1", "0", 1)


@settings(deadline=None)
@given(problems)
def test_junit_is_always_xml(found: list[Problem]) -> None:
    suite = ET.fromstring(REPORTS["junit"](found))[0]
    assert len(suite) == max(1, len(found))


def test_sarif_says_what_where_and_why() -> None:
    (run,) = json.loads(REPORTS["sarif"]((WRONG, TOLD)))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["properties"]["certainty"]) == ("key-size", "assumed")
    wrong, told = run["results"]
    assert wrong["level"] == "error"
    assert wrong["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a%2C%20b.yaml"},
                "region": {"startLine": 3, "startColumn": 5, "endColumn": 9},
            },
            "logicalLocations": [{"fullyQualifiedName": "spec.x"}],
        }
    ]
    assert told["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "b.yaml"}}}]


def test_sarif_says_how_to_mend_it() -> None:
    mended = replace(WRONG, edits=(Edit(3, 5, 3, 9, "words"),))
    (run,) = json.loads(REPORTS["sarif"]((mended, TOLD)))["runs"]
    wrong, told = run["results"]
    (fix,) = wrong["fixes"]
    assert fix["description"] == {"text": WRONG.hint}
    assert fix["artifactChanges"] == [
        {
            "artifactLocation": {"uri": "a%2C%20b.yaml"},
            "replacements": [
                {
                    "deletedRegion": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9},
                    "insertedContent": {"text": "words"},
                }
            ],
        }
    ]
    assert "fixes" not in told


@settings(deadline=None)
@given(problems)
def test_sarif_results_point_at_their_rules(found: list[Problem]) -> None:
    (run,) = json.loads(REPORTS["sarif"](found))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [problem.rule for problem in found]


@pytest.mark.parametrize("form", REPORTS)
def test_no_problems_are_a_report_too(form: str) -> None:
    assert isinstance(REPORTS[form](()), str)
