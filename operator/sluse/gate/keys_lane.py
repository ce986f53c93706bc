"""The keys lane: whether a new production key set may be used. It reopens no acceptance and ignores freezes.

A key set needs somebody who vouches for it, as an edit of a file must not let anybody in. Taking a key away needs
nobody: it narrows. A voucher is spent once keys were held that came after it, so that a key that was taken away, perhaps
because it leaked, does not come back by an old voucher.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Reason
from sluse.model.names import ClientKey
from sluse.model.outcome import Party
from sluse.model.statement import StatementType, Verdict
from sluse.words.said import say


def not_vouched(
    survey: GateSurvey,
    client: ClientKey,
    wanted: Collection[str],
    held: Collection[str],
    at: datetime,
    held_since: datetime | None = None,
) -> Reason | None:
    """Return why a key set may not be used in production; None where it may.

    `wanted` and `held` are RFC 7638 thumbprints of HEAD's keys and of those that are registered. `held_since` is when
    the held ones were written.
    """
    if not wanted:
        return Reason(
            "KeysMissing",
            say("{client} has no key of production; those that are held stay", client=client),
            Party.SUPPLIER,
        )
    if set(wanted) <= set(held):
        return None
    view = survey.view(client.organisation, at)
    spent = False
    for record in view.outside(str(client.integration_key), StatementType.KEYS):
        said = record.statement.keys
        if record.statement.verdict is not Verdict.APPROVED or said is None or said.client != client.client:
            continue
        if set(said.thumbprints) == set(wanted):
            seen = view.register.seen
            first = record.statement.issued_at if seen is None else seen.get(record.id, at)  # else it is seen now
            if held_since is None or first >= held_since:
                return None
            spent = True
    if spent:
        message = say(
            "the statement that vouches for the keys of {client} is older than the keys that are held", client=client
        )
        return Reason("KeysVoucherSpent", message, Party.SUPPLIER)
    message = say(
        "no maintainer vouches for the new production keys of {client}; those that are held stay", client=client
    )
    return Reason("KeysNotVouched", message, Party.SUPPLIER)
