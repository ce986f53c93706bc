"""A process that ends at any write of the life of a client, and what the next one knows.

The sandbox cuts the connection at the nth write, before or after doing the work; the journal that met it is thrown
away, as a killed process would be. The order of the writes is the one of `sluse.model.held`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from pydantic import SecretStr

from sluse.errors import ClusterUnavailable
from sluse.ledger.journal import ClusterJournal
from sluse.model.held import Anchor, HeldClient, Intent
from sluse.model.names import ClientId, ClientKey
from sluse.model.registration import Use
from sluse.registrar.port import Held
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.faults import Fault

KEY = ClientKey("fjordlegen", "journal-web", "web")
HELD = Held(ClientId("c-1"), "https://authority.example/register/c-1", SecretStr("hush"))

CUTS = [
    *(("configmaps", verb, cut) for verb in ("create", "update") for cut in ("before", "after")),
    ("secrets", "create", "before"),  # after it, it is known again: `test_journal_credentials.py`
]


class Authority:
    """All that matters of one here: how often it was asked to register."""

    def __init__(self) -> None:
        self.registered = 0


async def life(journal: ClusterJournal, authority: Authority, now: datetime) -> None:
    """Go on from wherever the last process ended."""
    held = await journal.held(KEY)
    credential = await journal.credential(KEY)
    if credential is None:
        if held.intent is None:
            await journal.record(KEY, HeldClient(intent=Intent(id="i", since=now)))
        authority.registered += 1
        await journal.keep_credential(KEY, HELD)
        credential = HELD
    anchor = Anchor(client_id=credential.client_id, uri=credential.uri, since=now)
    await journal.record(KEY, HeldClient(anchor=anchor, use=Use.WITHHELD))


@pytest.mark.parametrize(("resource", "verb", "cut"), CUTS)
async def test_after_a_crash_at_any_write_the_next_process_ends_up_where_the_first_would_have(
    start: Callable[[], ClusterJournal], api: KubernetesAPI, now: datetime, resource: str, verb: str, cut: str
) -> None:
    authority = Authority()
    first = start()
    await first.load()
    api.faults.add(Fault(hang_up=cut, resource=resource, verb=verb, times=None))
    api.faults.add(Fault(code=500, resource="configmaps", verb="get", times=None))  # nor can it look what became of it
    with pytest.raises(ClusterUnavailable):
        await life(first, authority, now)
    asked_before = authority.registered
    api.faults.clear()

    second = start()
    await second.load()
    left = await second.held(KEY)
    assert left.intent or left.anchor or asked_before == 0, "something was registered without a durable intent"
    await life(second, authority, now)
    third = start()
    await third.load()
    held = await third.held(KEY)
    assert held.anchor is not None
    assert held.anchor.client_id == HELD.client_id
    assert await third.credential(KEY) == HELD
    lost_secret = (resource, cut) == ("secrets", "before")
    assert authority.registered == (2 if lost_secret else 1), "one registration, or one more that the intent names"
