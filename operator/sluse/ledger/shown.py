"""What the status branch says of one integration, as a value: for machines as JSON, and read back by `sluse status`.

No credential and no personal data can be in it, since neither is in the ledger. Readers ignore fields they do not
know, so that a newer operator does not blind an older command line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, ValidationError

from sluse.errors import LedgerError
from sluse.ledger.stages import Stage
from sluse.ledger.text import text_of
from sluse.model.federation import Handed
from sluse.model.held import (
    FEDERATION,
    HeldClient,
    HeldFederation,
    HeldIntegration,
    Intent,
    OrganisationLedger,
    WaitingOn,
)
from sluse.model.names import Environment, IntegrationKey
from sluse.model.registration import Use
from sluse.model.value import First, Value
from sluse.words.said import say

INDEX = "README.md"
IDENTITY_PROVIDER = "IdentityProvider"
"""The kind whose entry has a federation and no clients."""
_MACHINE = "_ledger"  # no slug begins with an underscore, so no organisation can be called this


class _Shown(Value):
    model_config = ConfigDict(extra="ignore")


class Condition(_Shown):
    """As in the client's resource: whether it is as its file says, and if not, why."""

    type: str
    status: Literal["True", "False"]
    reason: str


class ShownClient(_Shown):
    """One client. `client_id` is what the authority calls it; absent until it is registered."""

    client: str
    client_id: str | None = None
    use: Use | None = None
    since: datetime | None = None
    key_ids: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    possible_orphans: tuple[Intent, ...] = ()


class ShownFederation(_Shown):
    """An identity provider's federation. `handed` is what the provider must type in on its side; absent until it is known."""

    use: Use | None = None
    since: datetime | None = None
    handed: Handed | None = None
    conditions: tuple[Condition, ...] = ()


class Page(_Shown):
    """The file `<organisation>/<name>.json`. Times are UTC; `tested` is digest T; `pending_change`: HEAD differs from what production holds; `waiting` is empty where nothing waits; `waiting_norwegian` are its messages in bokmål, row by row, none where no row has one."""

    version: First = 1
    integration: str
    kind: str
    title: str
    environment: Environment
    issuer: str
    stage: str
    stage_norwegian: str = ""
    since: datetime | None = None
    tested: str | None = None
    pending_change: bool = False
    waiting: tuple[WaitingOn, ...] = ()
    waiting_norwegian: tuple[str, ...] = ()
    clients: tuple[ShownClient, ...] = ()
    federation: ShownFederation | None = None

    def rows(self) -> Iterator[tuple[WaitingOn, str]]:
        """Yield who is waited for, with the message in bokmål; empty where it is not known."""
        for number, row in enumerate(self.waiting):
            yield row, self.waiting_norwegian[number] if number < len(self.waiting_norwegian) else ""

    def document(self) -> dict[str, object]:
        """Return the JSON-able form: the version always, other defaults left out."""
        return {"version": self.version, **self.wire()}

    def text(self) -> bytes:
        """Return the file's bytes; equal pages have equal bytes."""
        return (json.dumps(self.document(), ensure_ascii=False, indent=2) + "\n").encode()


def page(key: IntegrationKey, entry: HeldIntegration, environment: Environment, issuer: str) -> Page:
    """Return what is shown of one integration."""
    waiting_for = {row.client: row for row in entry.waiting}
    return Page(
        integration=str(key),
        kind=entry.kind,
        title=entry.title,
        environment=environment,
        issuer=issuer,
        stage=entry.stage,
        stage_norwegian=Stage(entry.stage).norwegian,
        since=entry.since,
        tested=entry.tested,
        pending_change=entry.pending_change,
        # Beside the rows: an older command line knows no other members of a row, and ignores those of a page.
        waiting=tuple(row.model_copy(update={"norwegian": ""}) for row in entry.waiting),
        waiting_norwegian=_norwegian(entry.waiting),
        clients=tuple(_client(name, held, waiting_for.get(name)) for name, held in sorted(entry.clients.items())),
        federation=_federation(entry.federation, waiting_for.get(FEDERATION)) if entry.federation else None,
    )


def _norwegian(rows: tuple[WaitingOn, ...]) -> tuple[str, ...]:
    found = tuple(row.norwegian for row in rows)
    return found if any(found) else ()


def parse(text: bytes, where: str) -> Page:
    """Read a page back; LedgerError names `where`."""
    try:
        return Page.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise LedgerError(
            say(
                "{where} is not a page that this version can read: {field}: {reason}",
                where=where,
                field=".".join(map(str, first["loc"])),
                reason=first["msg"],
            )
        ) from None


def path_of(key: IntegrationKey, suffix: str) -> str:
    """Return a page's path in the branch; `suffix` is `json` or `md`."""
    return f"{key.organisation}/{key.name}.{suffix}"


def is_page(path: str) -> bool:
    """Tell whether a path of the branch is an integration's JSON page."""
    folder, _, name = path.partition("/")
    return name.endswith(".json") and "/" not in name and folder != _MACHINE


def machine_path(organisation: str) -> str:
    """Return the path of the file from which an organisation's ledger can be rebuilt."""
    return f"{_MACHINE}/{organisation}.json"


def is_machine(path: str) -> bool:
    """Tell whether a path of the branch is such a file."""
    return path.startswith(f"{_MACHINE}/")


def machine_file(ledger: OrganisationLedger) -> bytes:
    """Return the canonical bytes of a ledger, which is everything but the credentials, and but who was told what.

    A mail is no news for others. A ledger that is rebuilt from this file tells nobody what is old by then.
    """
    return text_of(ledger.untold)


def _client(name: str, held: HeldClient, waits: WaitingOn | None) -> ShownClient:
    return ShownClient(
        client=name,
        client_id=held.anchor.client_id if held.anchor else None,
        use=held.use,
        since=held.since,
        key_ids=tuple(each.kid for each in held.keys) if held.use is Use.OPEN and held.digest else (),
        conditions=(_ready(held, waits),),
        possible_orphans=held.possible_orphans,
    )


def _federation(held: HeldFederation, waits: WaitingOn | None) -> ShownFederation:
    return ShownFederation(use=held.use, since=held.since, handed=held.handed, conditions=(_ready(held, waits),))


def _ready(held: HeldClient | HeldFederation, waits: WaitingOn | None) -> Condition:
    if waits is not None:
        return Condition(type="Ready", status="False", reason=waits.reason)
    if held.retired:
        return Condition(type="Ready", status="True", reason="Retired")
    if held.digest is None:
        return Condition(type="Ready", status="False", reason="Pending")
    return Condition(type="Ready", status="True", reason="Withheld" if held.use is Use.WITHHELD else "Registered")
