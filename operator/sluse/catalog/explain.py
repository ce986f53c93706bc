"""Pydantic's errors -> what a person can act on: the field, a plain sentence, a remedy; one root cause each.

Pydantic's own messages speak of tuples and enums; only its limits are taken from it, never its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from sluse.catalog import repairs
from sluse.catalog.fields import descriptions
from sluse.catalog.forms import FORMS
from sluse.catalog.nodes import JsonValue
from sluse.model.change import Change, Kind
from sluse.model.value import ORGANISATION_DIGITS
from sluse.rules import near, reading
from sluse.rules.rule import ReadingRule
from sluse.rules.shown import either, listed, shown
from sluse.words.said import say

_CHOSEN = frozenset({"grants", "algorithms", "clientAuthentication"})
"""Fields whose words mean different security: another one, however near, is for people to choose."""
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
    change: Change | None = None


def explain(errors: Sequence[ErrorDetails], document: JsonValue, model: type[BaseModel]) -> Iterator[Misfit]:
    """Yield a misfit for each root cause among the errors."""
    missing = {error["loc"] for error in errors if error["type"] == "missing"}
    for error in _causes(errors):
        loc = error["loc"]
        if error["type"] == "missing":
            continue
        if error["type"] == "extra_forbidden":
            yield _unknown(loc, document, model, missing)
        else:
            yield _misfit(error, _at(document, loc))
    for loc in sorted(missing, key=str):
        yield _missing(loc, model)


def replacement(field: str, word: object, words: Sequence[str]) -> Change | None:
    """Return the change of a value to the one of `words` that was meant; None where people have to say which."""
    if not isinstance(word, str) or not _CHOSEN.isdisjoint(re.findall(r"\w+", field)):
        return None
    meant = near.meant(word, words)
    return Change(Kind.REPLACE, field, meant) if meant is not None else None


def suggestion(word: object, words: Sequence[str]) -> str:
    """Return the hint for a word that is none of `words`: the nearest, or all of them."""
    nearest = near.nearest(str(word), words)
    return (
        say("Did you mean {near}?", near=shown(nearest))
        if nearest is not None
        else say("Use {words}.", words=either([f"`{each}`" for each in words]))
    )


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


def _unknown(loc: _Loc, document: JsonValue, model: type[BaseModel], missing: set[_Loc]) -> Misfit:
    word, group = str(loc[-1]), loc[:-1]
    beside = _at(document, group)
    known = list(descriptions(model, group))
    nearest, meant = near.nearest(word, known), near.meant(word, known)
    if nearest is not None:
        missing.discard((*group, nearest))
        hint = say("Did you mean {near}?", near=shown(nearest))
    else:
        hint = say("The fields here are {fields}.", fields=listed([f"`{name}`" for name in known]))
    where = say(" of {group}", group=_label(group)) if group else ""
    return Misfit(
        reading.UNKNOWN_FIELD,
        field_path(loc),
        say("{word} is not a field{where}", word=shown(word), where=where),
        hint,
        at_key=True,
        change=Change(Kind.RENAME, field_path(loc), meant) if meant is not None and _is_free(meant, beside) else None,
    )


def _is_free(name: str, beside: JsonValue) -> bool:
    return isinstance(beside, dict) and name not in beside


def _missing(loc: _Loc, model: type[BaseModel]) -> Misfit:
    name, group = str(loc[-1]), loc[:-1]
    description = descriptions(model, group).get(name, "")
    hint = (
        say("Add `{name}`: {description}", name=name, description=description)
        if description
        else say("Add `{name}`.", name=name)
    )
    where = say(" in {group}", group=_label(group)) if group else ""
    return Misfit(
        reading.MISSING_FIELD, field_path(group), say("`{name}` is missing{where}", name=name, where=where), hint
    )


def _misfit(error: ErrorDetails, value: JsonValue) -> Misfit:
    loc = error["loc"]
    field, label = field_path(loc), _label(loc)
    kind, context = error["type"], error.get("ctx", {})
    if value is None:
        return Misfit(
            reading.WRONG_TYPE,
            field,
            say("{label} is empty", label=label),
            say("Give it a value, or remove the field."),
        )
    if kind == "value_error" and isinstance(value, list):
        index = _second(value)
        return Misfit(
            reading.LISTED_TWICE,
            f"{field}[{index}]",
            say("{value} is listed twice in {label}", value=_short(value[index]), label=label),
            change=Change(Kind.REMOVE, f"{field}[{index}]"),
        )
    if kind in {"enum", "literal_error"}:
        words = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        return Misfit(
            reading.UNKNOWN_VALUE,
            field,
            say("{value} is not a value of {label}", value=_short(value), label=label),
            suggestion(value, words),
            change=replacement(field, value, words),
        )
    if kind == "string_pattern_mismatch":
        must, hint = FORMS[context["pattern"]]
        message = say("{label} {must}", label=label, must=must)
        return Misfit(
            reading.WRONG_FORM, field, message, hint, change=repairs.of_form(field, value, context["pattern"])
        )
    if kind in _BOUNDS:
        hint = say("Give it at least one.") if kind == "too_short" else say("Correct the value.")
        message = say("{label} {must}", label=label, must=_BOUNDS[kind](context))
        change = repairs.of_length(field, value) if context.get("max_length") == ORGANISATION_DIGITS else None
        return Misfit(reading.OUT_OF_BOUNDS, field, message, hint, change=change)
    reason = error["msg"].removeprefix("Value error, ")
    must, hint = _TYPES.get(kind, (say("cannot be read: {reason}", reason=reason), ""))
    if kind == "string_type" and not isinstance(value, dict | list):
        hint = say(
            "Put the value in quotes: without them it is {meant}.",
            meant=say("true or false") if isinstance(value, bool) else say("a number"),
        )
    message = say("{label} {must}", label=label, must=must)
    return Misfit(reading.WRONG_TYPE, field, message, hint, change=repairs.of_type(field, value, kind))


_LOCAL_TIME = (say("must be a local time"), say("Write it as 2027-02-01T08:00, without a zone: `zone` says which."))
_MOMENT = (say("must be a moment with its zone"), say("Write it as 2027-02-01T07:00:00Z."))
_TIME = (say("must be a time of day"), say("Write it as 08:00."))
_DATE = (say("must be a date"), say("Write it as 2026-12-01."))
_GROUP = (say("must be a group of fields"), say("Write its fields below it, indented."))
_TYPES: Mapping[str, tuple[str, str]] = {
    "string_type": (say("must be text"), say("Write one value.")),
    "bool_type": (say("must be true or false"), say("Write `true` or `false`, without quotes.")),
    "int_type": (say("must be a whole number"), say("Write digits only, without quotes.")),
    "tuple_type": (say("must be a list"), say("Write each item on a line of its own, as `- item`.")),
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
    "string_too_long": lambda context: say("has more than {most} characters", most=context["max_length"]),
    "string_too_short": lambda _: say("is empty"),
    "too_long": lambda context: say("has more than {most} items", most=context["max_length"]),
    "too_short": lambda _: say("is empty"),
    "greater_than_equal": lambda context: say("must be at least {least}", least=context["ge"]),
    "less_than_equal": lambda context: say("must be at most {most}", most=context["le"]),
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
    return f"`{field_path(loc[names[-1] :])}`" if names else say("the document")


def _short(value: JsonValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return say("This")
    return shown(str(value))
