"""SARIF 2.1.0 (OASIS), which GitHub code scanning, Azure DevOps and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/. Columns count Unicode code points, as ours do.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from sluse.model.problem import Place, Problem
from sluse.rules.printing import with_hint
from sluse.rules.rule import Rule
from sluse.rules.table import BY_ID


def report(problems: Sequence[Problem]) -> str:
    """Return the log with one run; its rules are those that found something."""
    rules = sorted({problem.rule for problem in problems})
    run = {
        "tool": {"driver": {"name": "sluse", "rules": [_rule(BY_ID[each]) for each in rules]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, rules.index(problem.rule)) for problem in problems],
    }
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.why},
        "help": {"text": f"{rule.hint} Source: {rule.source}."},
        "properties": {"subject": rule.subject.value, "certainty": rule.certainty.value},
    }


def _result(problem: Problem, index: int) -> dict[str, object]:
    location: dict[str, object] = {"physicalLocation": _physical(problem.place)}
    if problem.path:
        location["logicalLocations"] = [{"fullyQualifiedName": problem.path}]
    result: dict[str, object] = {
        "ruleId": problem.rule,
        "ruleIndex": index,
        "level": problem.severity.value,
        "message": {"text": with_hint(problem)},
        "locations": [location],
    }
    return {**result, "fixes": [_fix(problem)]} if problem.edits else result


def _fix(problem: Problem) -> dict[str, object]:
    replacements = [
        {
            "deletedRegion": {
                "startLine": edit.line,
                "startColumn": edit.column,
                "endLine": edit.end_line,
                "endColumn": edit.end_column,
            },
            "insertedContent": {"text": edit.text},
        }
        for edit in problem.edits
    ]
    location = {"uri": quote(problem.place.path)}
    change = {"artifactLocation": location, "replacements": replacements}
    return {"description": {"text": problem.hint}, "artifactChanges": [change]}


def _physical(place: Place) -> dict[str, object]:
    found: dict[str, object] = {"artifactLocation": {"uri": quote(place.path)}}
    if place.line:
        column = max(1, place.column)
        found["region"] = {"startLine": place.line, "startColumn": column, "endColumn": column + place.length}
    return found
