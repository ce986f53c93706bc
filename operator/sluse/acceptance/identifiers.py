"""What kind of identifier eleven digits are, and whether they are a synthetic person's. They are never kept or shown."""

from __future__ import annotations

from sluse.model.identity_provider import IdentifierKind
from sluse.rules.personal import is_personal

_D_NUMBER = 40
_SYNTHETIC = 80


def kind_of(identifier: object) -> IdentifierKind | None:
    """Return what `identifier` is; None where it is no national identity number and no D-number."""
    if not isinstance(identifier, str) or len(identifier) != 11:
        return None
    if not (identifier.isascii() and identifier.isdigit() and is_personal(identifier)):
        return None
    return IdentifierKind.D_NUMBER if int(identifier[:2]) > _D_NUMBER else IdentifierKind.NATIONAL


def is_synthetic(identifier: str) -> bool:
    """Whether the month is one that no living person has (Tenor adds 80)."""
    return int(identifier[2:4]) > _SYNTHETIC
