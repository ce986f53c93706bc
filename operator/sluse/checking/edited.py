"""Edits applied to the bytes of a file. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sluse.catalog.nodes import compose
from sluse.model.change import Edit
from sluse.model.problem import Problem


def edited(content: bytes, problems: Sequence[Problem]) -> tuple[bytes, list[Problem]]:
    """Return the file after the edits of its problems, and the problems that they are of.

    An edit that overlaps an earlier one waits for another round; none is applied where the file could not be read afterwards
    although it could before.
    """
    text = content.decode()
    starts = _starts(text)
    taken: list[tuple[int, int, str]] = []
    done: list[Problem] = []
    for problem in problems:
        spans = [_span(edit, starts) for edit in problem.edits]
        if spans and all(end <= len(text) and _is_apart(start, end, taken) for start, end, _ in spans):
            taken += spans
            done.append(problem)
    for start, end, new in sorted(taken, reverse=True):
        text = text[:start] + new + text[end:]
    if compose(text)[0] is None and compose(content.decode())[0] is not None:
        return content, []
    return text.encode(), done


def _starts(text: str) -> list[int]:
    starts = [0]
    while (end := text.find("\n", starts[-1])) >= 0:
        starts.append(end + 1)
    return [*starts, len(text)]


def _span(edit: Edit, starts: Sequence[int]) -> tuple[int, int, str]:
    return _at(edit.line, edit.column, starts), _at(edit.end_line, edit.end_column, starts), edit.text


def _at(line: int, column: int, starts: Sequence[int]) -> int:
    return starts[min(line, len(starts)) - 1] + column - 1


def _is_apart(start: int, end: int, taken: Sequence[tuple[int, int, str]]) -> bool:
    """Tell whether a span shares no character, and no place to insert at, with those that are taken."""
    return all(end < other or start > other_end for other, other_end, _ in taken)
