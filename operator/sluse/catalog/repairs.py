"""What a value was meant to be, where its form or type is wrong and only one thing can be meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from sluse.catalog.nodes import JsonValue
from sluse.model import value as forms
from sluse.model.change import Change, Kind


def of_form(field: str, value: JsonValue, pattern: str) -> Change | None:
    """Return the change to what has the form; None where nothing is known to."""
    if not isinstance(value, str) or pattern not in _MEANT:
        return None
    meant = _MEANT[pattern](value)
    return Change(Kind.REPLACE, field, meant) if re.search(pattern, meant) else None


def of_length(field: str, value: JsonValue) -> Change | None:
    """Return the change of a text that is too long to an organisation number, if it is one with spaces in it."""
    return of_form(field, value, _NUMBER) if isinstance(value, str) and any(map(str.isspace, value)) else None


def of_type(field: str, value: JsonValue, kind: str) -> Change | None:
    """Return the change to the type that pydantic's error of that kind asks for; None where nothing is known to."""
    if kind == "string_type" and isinstance(value, bool | int | float):
        return Change(Kind.QUOTE, field)
    if kind == "tuple_type" and isinstance(value, str | bool | int | float):
        return Change(Kind.LIST, field)
    if not isinstance(value, str):
        return None
    if (kind == "int_type" and re.fullmatch(r"0|[1-9][0-9]{0,14}", value)) or (
        kind == "bool_type" and value in {"true", "false"}
    ):
        return Change(Kind.UNQUOTE, field)
    day = _DAY.fullmatch(value) if kind.startswith("date_") else None
    return (
        Change(Kind.REPLACE, field, f"{day['year']}-{day['month']:0>2}-{day['day']:0>2}") if day is not None else None
    )


_DAY = re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})")
"""How Norwegians write a date: no other order of the three is written with dots here."""


def _without_spaces(value: str) -> str:
    return re.sub(r"\s", "", value)


def _slug(value: str) -> str:
    return re.sub(r"[\s_]+", "-", value.strip().lower())


def _domain(value: str) -> str:
    return re.sub(r"^https?://", "", value.strip().lower()).rstrip("/.")


def _stripped(value: str) -> str:
    return value.strip()


def _pattern(annotated: Any) -> str:
    return str(get_args(annotated)[1].pattern)


_NUMBER = _pattern(forms.OrganisationNumber)
_MEANT: Mapping[str, Callable[[str], str]] = {
    _NUMBER: _without_spaces,
    _pattern(forms.Slug): _slug,
    _pattern(forms.Domain): _domain,
    _pattern(forms.Url): _stripped,
    _pattern(forms.Scope): _stripped,
    _pattern(forms.Mailbox): _stripped,
    _pattern(forms.Zone): _stripped,
}
