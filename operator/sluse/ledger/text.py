"""A ledger as text, wherever it is kept: canonical JSON, so that equal ledgers are equal bytes."""

from __future__ import annotations

from pydantic import ValidationError

from sluse.errors import LedgerError
from sluse.model.digests import canonical
from sluse.model.held import OrganisationLedger


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
