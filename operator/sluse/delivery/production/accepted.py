"""The accepted bytes of one integration, with its keys -> what is registered for its clients in production. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sluse.delivery.production.keys_lane import lane
from sluse.desired.accepted import Body, accepted_clients
from sluse.desired.registrations import registration, title_of
from sluse.gate.verdict import Reason
from sluse.model.held import HeldClient, HeldIntegration
from sluse.model.keys import PublicJwk
from sluse.model.names import ClientKey, IntegrationKey
from sluse.model.registration import Registration

NotVouched = Callable[[ClientKey, Collection[str], Collection[str], datetime | None], Reason | None]
"""(client, thumbprints at HEAD, held ones, since when they are held) -> why HEAD's keys may not be used."""


@dataclass(frozen=True)
class Bodies:
    """The accepted files whose digests are T and P."""

    tested: Body
    production: Body


@dataclass(frozen=True)
class Production:
    """Registrations by client; `without_keys` are accepted clients that nothing can be registered for yet."""

    registrations: Mapping[ClientKey, Registration]
    without_keys: tuple[str, ...]
    reasons: tuple[Reason, ...]


def production(
    key: IntegrationKey,
    bodies: Bodies,
    entry: HeldIntegration,
    keys: Mapping[str, tuple[PublicJwk, ...]],
    not_vouched: NotVouched,
) -> Production:
    """Return what is accepted, with each client's keys by the keys lane. `keys`: production key files at HEAD.

    Raises ValueError where the bytes are of a form that is not known.
    """
    clients = accepted_clients(bodies.tested, bodies.production)
    found: dict[ClientKey, Registration] = {}
    reasons: list[Reason] = []
    for name, (shared, values) in clients.items():
        client = ClientKey(key.organisation, key.name, name)
        held = entry.clients.get(name, HeldClient())
        decided = lane(
            keys.get(name, ()),
            held.keys,
            lambda wanted, known, client=client, held=held: not_vouched(client, wanted, known, held.since),  # type: ignore[misc]
        )
        if decided.reason is not None:
            reasons.append(decided.reason)
        if decided.keys:
            title = title_of(entry.title, name, alone=len(clients) == 1)
            found[client] = registration(title, shared, values, decided.keys)
    without = tuple(name for name in clients if ClientKey(key.organisation, key.name, name) not in found)
    return Production(found, without, tuple(reasons))
