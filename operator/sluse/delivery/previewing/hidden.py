"""Nothing secret leaves with a preview, whatever the files, the ledger or a message have: the last look at all of it.

`sluse check` refuses such files, so this hides what must never have come this far.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

from sluse.catalog.sensitive import scan
from sluse.delivery.stack_preview import HIDDEN
from sluse.rules import personal

Anything = TypeVar("Anything")


def hidden(value: Anything) -> Anything:
    """Return the same with every text hidden in which a private key or a person's number stands."""
    return _hidden(value)  # type: ignore[no-any-return]


def _hidden(value: Any) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return HIDDEN if personal.find(value) or scan(f'"kty" {value}', keys=True) else value
    if isinstance(value, tuple):
        return tuple(map(_hidden, value))
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{each.name: _hidden(getattr(value, each.name)) for each in fields(value)})
    return value
