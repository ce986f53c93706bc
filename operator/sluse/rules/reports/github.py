"""Workflow commands of GitHub Actions: each problem becomes an annotation beside the line in the pull request.

The form: https://docs.github.com/actions/reference/workflow-commands-for-github-actions. Ten of each severity are shown
a step; the rest stands in the log.
"""

from __future__ import annotations

from collections.abc import Sequence

from sluse.model.problem import Problem
from sluse.rules.printing import with_hint


def report(problems: Sequence[Problem]) -> str:
    """Return one command a line."""
    return "\n".join(_command(problem) for problem in problems)


def _command(problem: Problem) -> str:
    place = problem.place
    properties = {"file": place.path, "title": problem.rule}
    if place.line:
        column = {"col": place.column, "endColumn": place.column + place.length}
        properties |= {name: str(number) for name, number in ({"line": place.line} | column).items()}
    named = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{problem.severity.value} {named}::{_escaped(with_hint(problem))}"


def _escaped(text: str, more: str = "") -> str:
    """Return the text so that it stays one line, and in a property one value."""
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
