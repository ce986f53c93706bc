"""Problems for people and for machines: the text that `sluse check` prints, and its JSON. Pure; colour is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sluse.model.problem import Problem, Severity

Paint = Callable[[str, str], str]
"""(text, role) -> text; the roles are `place`, `error`, `warning`, `mark` and `hint`."""


def unpainted(text: str, _: str) -> str:
    """Return the text as it is."""
    return text


def as_text(problem: Problem, paint: Paint = unpainted) -> str:
    """Return a problem on several lines: place, severity, rule and message; the line with a caret; the hint."""
    severity = problem.severity.value
    lines = [f"{paint(f'{problem.place}:', 'place')} {paint(severity, severity)} {problem.rule}: {problem.message}"]
    if problem.excerpt:
        marked = max(1, min(problem.place.length, len(problem.excerpt) - problem.place.column + 1))
        lines += [
            f"    {problem.excerpt}",
            f"    {' ' * (problem.place.column - 1)}{paint('^' * marked, 'mark')}",
        ]
    if problem.hint:
        lines.append(f"  {paint('hint:', 'hint')} {problem.hint}")
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
    }


def tally(problems: Sequence[Problem]) -> str:
    """Return `2 errors and 1 warning`."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    counts = [(errors, "error"), (warnings, "warning")]
    return " and ".join(counted(number, noun) for number, noun in counts if number) or "no problems"


def counted(number: int, noun: str) -> str:
    """Return `1 error` or `2 errors`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
