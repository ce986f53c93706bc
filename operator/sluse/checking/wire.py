"""Problems as plain data, and back: with them the templates of their sentences, which are said in any language later."""

from __future__ import annotations

from collections.abc import Mapping

from sluse.model.change import Edit
from sluse.model.problem import Place, Problem, Severity
from sluse.words.said import Said

Wire = list[object]


def wire(problem: Problem) -> Wire:
    """Return a problem as plain data."""
    place = problem.place
    return [
        [place.path, place.line, place.column, place.length],
        problem.rule,
        _text(problem.message),
        _text(problem.hint),
        problem.severity.value,
        problem.holds,
        problem.path,
        problem.excerpt,
        [[each.line, each.column, each.end_line, each.end_column, each.text] for each in problem.edits],
    ]


def problem(data: object) -> Problem:
    """Return the problem that `wire` made data of. Raises TypeError, ValueError or KeyError for any other data."""
    place, rule, message, hint, severity, holds, path, excerpt, edits = _list(data)
    file, line, column, length = _list(place)
    return Problem(
        Place(_str(file), _int(line), _int(column), _int(length)),
        _str(rule),
        _said(message),
        _said(hint),
        Severity(_str(severity)),
        _str(holds),
        _str(path),
        _str(excerpt),
        edits=tuple(_edit(*_list(each)) for each in _list(edits)),
    )


def _edit(line: object, column: object, end_line: object, end_column: object, text: object) -> Edit:
    return Edit(_int(line), _int(column), _int(end_line), _int(end_column), _str(text))


def _text(text: object) -> object:
    if isinstance(text, Said):
        return [text.template, {name: _text(value) for name, value in text.values.items()}]
    return text if isinstance(text, int) else str(text)


def _said(data: object) -> str:
    if not isinstance(data, list):
        return _str(data)
    template, values = data
    if not isinstance(values, Mapping):
        raise TypeError(data)
    return Said(_str(template), {name: each if isinstance(each, int) else _said(each) for name, each in values.items()})


def _list(data: object) -> list[object]:
    if not isinstance(data, list):
        raise TypeError(data)
    return data


def _str(data: object) -> str:
    if not isinstance(data, str):
        raise TypeError(data)
    return data


def _int(data: object) -> int:
    if not isinstance(data, int):
        raise TypeError(data)
    return data
