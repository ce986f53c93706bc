"""Problems for people and for machines: the text that `sluse check` prints, and its JSON. Pure; colour is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sluse.model.change import Edit
from sluse.model.problem import Problem, Severity
from sluse.rules.shown import listed
from sluse.words.said import Translate, counted, say

Paint = Callable[[str, str], str]
"""(text, role) -> text; the roles are `place`, `error`, `warning`, `mark` and `hint`."""


SEVERITIES = {Severity.ERROR: say("error"), Severity.WARNING: say("warning")}
HINT = say("hint:")


def unpainted(text: str, _: str) -> str:
    """Return the text as it is."""
    return text


def as_text(problem: Problem, paint: Paint = unpainted, *, words: Translate) -> str:
    """Return a problem on several lines: place, severity, rule and message; the line with a caret; the hint."""
    severity = problem.severity.value
    named = paint(words(SEVERITIES[problem.severity]), severity)
    lines = [f"{paint(f'{problem.place}:', 'place')} {named} {problem.rule}: {words(problem.message)}"]
    if problem.excerpt:
        marked = max(1, min(problem.place.length, len(problem.excerpt) - problem.place.column + 1))
        lines += [
            f"    {problem.excerpt}",
            f"    {' ' * (problem.place.column - 1)}{paint('^' * marked, 'mark')}",
        ]
    if problem.hint:
        lines.append(f"  {paint(words(HINT), 'hint')} {words(problem.hint)}")
    return "\n".join(lines)


def as_json(problem: Problem) -> dict[str, object]:
    """Return a problem as JSON: the same facts, by name."""
    return {
        "path": problem.place.path,
        "line": problem.place.line,
        "column": problem.place.column,
        "length": problem.place.length,
        "severity": problem.severity.value,
        "rule": problem.rule,
        "message": problem.message,
        "hint": problem.hint,
        "field": problem.path,
        "holds": problem.holds,
        "excerpt": problem.excerpt,
        "edits": [_edit(each) for each in problem.edits],
    }


def _edit(edit: Edit) -> dict[str, object]:
    return {
        "line": edit.line,
        "column": edit.column,
        "endLine": edit.end_line,
        "endColumn": edit.end_column,
        "text": edit.text,
    }


def with_hint(problem: Problem) -> str:
    """Return message and hint for programs that show one text."""
    return f"{problem.message}\nhint: {problem.hint}" if problem.hint else problem.message


def tally(problems: Sequence[Problem]) -> str:
    """Return `2 errors and 1 warning`."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    said = (counted(errors, "1 error", "{number} errors"), counted(warnings, "1 warning", "{number} warnings"))
    told = [each for each, number in zip(said, (errors, warnings), strict=True) if number]
    return listed(told) if told else say("no problems")


def mendable(problems: Sequence[Problem]) -> str:
    """Return `--fix mends 1` or `--fix mends 2`; empty where it mends none."""
    number = sum(bool(problem.edits) for problem in problems)
    return counted(number, "--fix mends 1", "--fix mends {number}") if number else ""


def readable(number: int) -> str:
    """Return `1 readable file` or `2 readable files`."""
    return counted(number, "1 readable file", "{number} readable files")
