"""Pydantic's errors -> what a person can act on: the field, a plain sentence, a remedy; one root cause each.

Pydantic's own messages speak of tuples and enums; only its limits are taken from it, never its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from sluse.catalog.fields import descriptions
from sluse.catalog.forms import FORMS
from sluse.catalog.nodes import JsonValue
from sluse.rules import reading
from sluse.rules.rule import ReadingRule
from sluse.rules.shown import listed, shown

_NEAR = 0.7
_COLLECTIVE = frozenset({"too_short", "too_long", "value_error"})
_Loc = tuple[int | str, ...]


@dataclass(frozen=True)
class Misfit:
    """Where a document does not fit its model. `at_key`: the field's name is meant, not its value."""

    rule: ReadingRule
    field: str
    message: str
    hint: str = ""
    at_key: bool = False


def explain(errors: Sequence[ErrorDetails], document: JsonValue, model: type[BaseModel]) -> Iterator[Misfit]:
    """Yield a misfit for each root cause among the errors."""
    missing = {error["loc"] for error in errors if error["type"] == "missing"}
    for error in _causes(errors):
        loc = error["loc"]
        if error["type"] == "missing":
            continue
        if error["type"] == "extra_forbidden":
            yield _unknown(loc, model, missing)
        else:
            yield _misfit(error, _at(document, loc))
    for loc in sorted(missing, key=str):
        yield _missing(loc, model)


def suggestion(word: object, words: Sequence[str]) -> str:
    """Return the hint for a word that is none of `words`: the nearest, or all of them."""
    near = get_close_matches(str(word), words, n=1, cutoff=_NEAR)
    return f"Did you mean {shown(near[0])}?" if near else f"Use {listed([f'`{each}`' for each in words], 'or')}."


def field_path(loc: _Loc) -> str:
    """Return `spec.clients[0].name` for a location."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _causes(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    inner = {error["loc"][:depth] for error in errors for depth in range(len(error["loc"]))}
    for error in errors:
        # A list whose items were refused is then too short as well: the items say it.
        if error["type"] not in _COLLECTIVE or error["loc"] not in inner:
            yield error


def _unknown(loc: _Loc, model: type[BaseModel], missing: set[_Loc]) -> Misfit:
    word, group = str(loc[-1]), loc[:-1]
    known = list(descriptions(model, group))
    near = get_close_matches(word, known, n=1, cutoff=_NEAR)
    if near:
        missing.discard((*group, near[0]))
        hint = f"Did you mean {shown(near[0])}?"
    else:
        hint = f"The fields here are {listed([f'`{name}`' for name in known])}."
    where = f" of {_label(group)}" if group else ""
    return Misfit(reading.UNKNOWN_FIELD, field_path(loc), f"{shown(word)} is not a field{where}", hint, at_key=True)


def _missing(loc: _Loc, model: type[BaseModel]) -> Misfit:
    name, group = str(loc[-1]), loc[:-1]
    description = descriptions(model, group).get(name, "")
    hint = f"Add `{name}`: {description}" if description else f"Add `{name}`."
    where = f" in {_label(group)}" if group else ""
    return Misfit(reading.MISSING_FIELD, field_path(group), f"`{name}` is missing{where}", hint)


def _misfit(error: ErrorDetails, value: JsonValue) -> Misfit:
    loc = error["loc"]
    field, label = field_path(loc), _label(loc)
    kind, context = error["type"], error.get("ctx", {})
    if value is None:
        return Misfit(reading.WRONG_TYPE, field, f"{label} is empty", "Give it a value, or remove the field.")
    if kind == "value_error" and isinstance(value, list):
        index = _second(value)
        return Misfit(reading.LISTED_TWICE, f"{field}[{index}]", f"{_short(value[index])} is listed twice in {label}")
    if kind in {"enum", "literal_error"}:
        words = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        return Misfit(
            reading.UNKNOWN_VALUE, field, f"{_short(value)} is not a value of {label}", suggestion(value, words)
        )
    if kind == "string_pattern_mismatch":
        must, hint = FORMS[context["pattern"]]
        return Misfit(reading.WRONG_FORM, field, f"{label} {must}", hint)
    if kind in _BOUNDS:
        hint = "Give it at least one." if kind == "too_short" else "Correct the value."
        return Misfit(reading.OUT_OF_BOUNDS, field, f"{label} {_BOUNDS[kind](context)}", hint)
    reason = error["msg"].removeprefix("Value error, ")
    must, hint = _TYPES.get(kind, (f"cannot be read: {reason}", ""))
    if kind == "string_type" and not isinstance(value, dict | list):
        hint = (
            f"Put the value in quotes: without them it is {'true or false' if isinstance(value, bool) else 'a number'}."
        )
    return Misfit(reading.WRONG_TYPE, field, f"{label} {must}", hint)


_LOCAL_TIME = ("must be a local time", "Write it as 2027-02-01T08:00, without a zone: `zone` says which.")
_MOMENT = ("must be a moment with its zone", "Write it as 2027-02-01T07:00:00Z.")
_TIME = ("must be a time of day", "Write it as 08:00.")
_DATE = ("must be a date", "Write it as 2026-12-01.")
_GROUP = ("must be a group of fields", "Write its fields below it, indented.")
_TYPES: Mapping[str, tuple[str, str]] = {
    "string_type": ("must be text", "Write one value."),
    "bool_type": ("must be true or false", "Write `true` or `false`, without quotes."),
    "int_type": ("must be a whole number", "Write digits only, without quotes."),
    "tuple_type": ("must be a list", "Write each item on a line of its own, as `- item`."),
    "model_type": _GROUP,
    "dict_type": _GROUP,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "datetime_type": _LOCAL_TIME,
    "datetime_parsing": _LOCAL_TIME,
    "timezone_naive": _LOCAL_TIME,
    "timezone_aware": _MOMENT,
    "time_type": _TIME,
    "time_parsing": _TIME,
}
_BOUNDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "string_too_long": lambda context: f"has more than {context['max_length']} characters",
    "string_too_short": lambda _: "is empty",
    "too_long": lambda context: f"has more than {context['max_length']} items",
    "too_short": lambda _: "is empty",
    "greater_than_equal": lambda context: f"must be at least {context['ge']}",
    "less_than_equal": lambda context: f"must be at most {context['le']}",
}


def _at(document: JsonValue, loc: _Loc) -> JsonValue:
    for part in loc:
        if isinstance(document, dict):
            document = document.get(str(part))
        elif isinstance(document, list) and isinstance(part, int):
            document = document[part]
    return document


def _second(items: list[JsonValue]) -> int:
    """Return the index of the first item that stood before; defaults left out may make equals look different."""
    return next((index for index, item in enumerate(items) if item in items[:index]), len(items) - 1)


def _label(loc: _Loc) -> str:
    names = [index for index, part in enumerate(loc) if isinstance(part, str)]
    return f"`{field_path(loc[names[-1] :])}`" if names else "the document"


def _short(value: JsonValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "This"
    return shown(str(value))
