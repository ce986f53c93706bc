"""Whom a change reaches beside whom it is about: who offers a provider, uses a service, acts for a number. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from sluse.delivery.previewing.side import Side
from sluse.model.names import ClientKey, IntegrationKey
from sluse.model.service_integration import ServiceIntegration
from sluse.plan.client import Change
from sluse.plan.preview.value import Effect, Touched
from sluse.words.said import counted, say

_NAMED = 5
_Key = TypeVar("_Key")


@dataclass(frozen=True)
class Relations:
    """Who stands in what relation to whom, on either side. Each maps a name to clients or to documents."""

    requiring: Mapping[str, frozenset[ClientKey]]
    offering: Mapping[str, frozenset[ClientKey]]
    acting: Mapping[str, frozenset[ClientKey]]
    installed: Mapping[str, frozenset[IntegrationKey]]
    used: Mapping[str, frozenset[IntegrationKey]]


def relations(*sides: Side) -> Relations:
    """Return the relations of both sides together, in linear time."""
    requiring, offering, acting = _clients(), _clients(), _clients()
    installed: defaultdict[str, set[IntegrationKey]] = defaultdict(set)
    used: defaultdict[str, set[IntegrationKey]] = defaultdict(set)
    for service in _once(sides):
        for client in service.spec.clients:
            key = ClientKey(service.key.organisation, service.key.name, client.name)
            for provider in client.login.identity_providers if client.login is not None else ():
                (requiring if provider.required else offering)[provider.name].add(key)
            for values in (client.test, client.production):
                if values is not None:
                    acting[values.organisation_number].add(key)
    for side in sides:
        for name, installation in side.tree.installations.items():
            installed[installation.content.spec.service].add(name)
        for name, user in side.tree.user_organisations.items():
            for each in user.content.spec.services:
                used[each.service].add(name)
    return Relations(_frozen(requiring), _frozen(offering), _frozen(acting), _frozen(installed), _frozen(used))


def of_provider(found: Relations, name: str) -> tuple[tuple[str, ...], Touched]:
    """Return who a provider reaches, in sentences and by name."""
    required, optional = found.requiring.get(name, frozenset()), found.offering.get(name, frozenset())
    says = (
        (required, counted(len(required), "required by 1 client", "required by {number} clients")),
        (optional, counted(len(optional), "offered by 1 client", "offered by {number} clients")),
    )
    return _sentences(says), _touching(required | optional)


def of_service(found: Relations, key: IntegrationKey) -> tuple[tuple[str, ...], Touched]:
    """Return who a service reaches."""
    installed, used = found.installed.get(str(key), frozenset()), found.used.get(str(key), frozenset())
    says = (
        (installed, counted(len(installed), "installed as 1 installation", "installed as {number} installations")),
        (used, counted(len(used), "used by 1 user organisation", "used by {number} user organisations")),
    )
    names = installed | used
    return _sentences(says), Touched(
        tuple(sorted({each.organisation for each in names})), tuple(sorted(map(str, names)))
    )


def of_numbers(found: Relations, own: str, numbers: Iterable[str]) -> tuple[tuple[str, ...], Touched]:
    """Return who acts for numbers that an organisation declares, or did."""
    clients = frozenset(client for number in numbers for client in found.acting.get(number, ()))
    others = frozenset(each for each in clients if each.organisation != own)
    many = counted(
        len(others), "its numbers are acted for by 1 client", "its numbers are acted for by {number} clients"
    )
    return _sentences(((others, many),)), _touching(others)


def hosts(effects: Iterable[Effect]) -> tuple[str, ...]:
    """Return the hosts of every address that comes or goes."""
    changes = (change for effect in effects for part in effect.parts for change in part.changes)
    return tuple(sorted({host for change in changes for host in _hosts(change)}))


def _hosts(change: Change) -> Iterator[str]:
    for text in (*change.added, *change.removed):
        if change.field == "openings":
            yield text.partition(":")[0]
        elif host := _host(text):
            yield host


def _host(text: str) -> str | None:
    """Return the host of an address; `helseid://scopes/…` is a scope, and `scopes` no host."""
    try:
        address = urlsplit(text)
    except ValueError:
        return None
    return address.hostname if address.scheme in {"https", "http"} else None


def _sentences(says: Iterable[tuple[Iterable[object], str]]) -> tuple[str, ...]:
    """Return what is said of somebody, with their names; the first few of many."""
    return tuple(_named(who, sorted(map(str, names))) for names, who in says if names)


def _named(who: str, names: list[str]) -> str:
    first = ", ".join(names[:_NAMED])
    if len(names) <= _NAMED:
        return say("{who}: {names}", who=who, names=first)
    return say("{who}: {names} and {number} more", who=who, names=first, number=len(names) - _NAMED)


def _touching(clients: frozenset[ClientKey]) -> Touched:
    return Touched(
        tuple(sorted({each.organisation for each in clients})),
        tuple(sorted({str(each.integration_key) for each in clients})),
        tuple(sorted(map(str, clients))),
    )


def _once(sides: Iterable[Side]) -> Iterator[ServiceIntegration]:
    """Yield every service; one that is the same object on both sides once."""
    seen: set[int] = set()
    for side in sides:
        for sourced in side.tree.integrations.values():
            if id(sourced) not in seen:
                seen.add(id(sourced))
                yield sourced.content


def _clients() -> defaultdict[str, set[ClientKey]]:
    return defaultdict(set)


def _frozen(found: Mapping[str, set[_Key]]) -> dict[str, frozenset[_Key]]:
    return {name: frozenset(each) for name, each in found.items()}
