"""A ledger as text, wherever it is kept: canonical JSON, so that equal ledgers are equal bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_origin

from pydantic import BaseModel, ValidationError

from sluse.errors import LedgerError
from sluse.model.digests import canonical
from sluse.model.held import HeldIntegration, OrganisationLedger
from sluse.model.value import Value


def text_of(ledger: OrganisationLedger) -> bytes:
    """Return the canonical bytes of a ledger."""
    return canonical(ledger.wire())


def ledger_of(text: bytes, where: str) -> OrganisationLedger:
    """Read a ledger back; LedgerError names `where` and the first field that is wrong."""
    try:
        return OrganisationLedger.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise LedgerError(
            f"the ledger in {where} cannot be read: {place}: {first['msg']}",
            hint="nothing is written while it cannot be read; restore the object from the status branch",
        ) from None


def own_ledger(organisation: str, text: bytes, where: str) -> OrganisationLedger:
    """Read back an organisation's ledger; a LedgerError also where it is another's."""
    ledger = ledger_of(text, where)
    if ledger.organisation != organisation:
        raise LedgerError(f"{where} holds the ledger of {ledger.organisation}")
    return ledger


def demand_readable(ledger: OrganisationLedger) -> None:
    """Raise LedgerError where a ledger holds more than can be read back.

    Models do not judge what is copied with a change, and one ledger that cannot be read stops everybody's next start.
    """
    parts: tuple[tuple[Value, str], ...] = (
        (ledger, ""),
        *((entry, f"{name}: ") for name, entry in ledger.integrations.items()),
    )
    for part, of in parts:
        for field, most in _MOST[type(part)].items():
            count = len(getattr(part, field))
            if count > most:
                raise LedgerError(
                    f"the ledger of {ledger.organisation} cannot hold {of}{count} {field}, at most {most}",
                    hint="remove files of that organisation; until then nothing of it is written",
                )


def _most(model: type[BaseModel]) -> dict[str, int]:
    fields = model.model_fields.items()
    return {
        name: most
        for name, field in fields
        if get_origin(field.annotation) in {dict, tuple}
        for bound in field.metadata
        if (most := getattr(bound, "max_length", None)) is not None
    }


_MOST: Mapping[type[Value], Mapping[str, int]] = {
    model: _most(model) for model in (OrganisationLedger, HeldIntegration)
}
