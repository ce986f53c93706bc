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
from sluse.plan.preview.text import counted
from sluse.plan.preview.value import Effect, Touched

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
            key = ClientKey(*_names(service.key), client.name)
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
    says = [
        *_sentence("required by", "client", map(str, required)),
        *_sentence("offered by", "client", map(str, optional)),
    ]
    return tuple(says), _touching(required | optional)


def of_service(found: Relations, key: IntegrationKey) -> tuple[tuple[str, ...], Touched]:
    """Return who a service reaches."""
    installed, used = found.installed.get(str(key), frozenset()), found.used.get(str(key), frozenset())
    says = [
        *_sentence("installed as", "installation", map(str, installed)),
        *_sentence("used by", "user organisation", map(str, used)),
    ]
    names = installed | used
    return tuple(says), Touched(tuple(sorted({each.organisation for each in names})), tuple(sorted(map(str, names))))


def of_numbers(found: Relations, own: str, numbers: Iterable[str]) -> tuple[tuple[str, ...], Touched]:
    """Return who acts for numbers that an organisation declares, or did."""
    clients = frozenset(client for number in numbers for client in found.acting.get(number, ()))
    others = frozenset(each for each in clients if each.organisation != own)
    return tuple(_sentence("its numbers are acted for by", "client", map(str, others))), _touching(others)


def hosts(effects: Iterable[Effect]) -> tuple[str, ...]:
    """Return the hosts of every address that comes or goes."""
    changes = (change for effect in effects for part in effect.parts for change in part.changes)
    return tuple(sorted({host for change in changes for host in _hosts(change)}))


def _hosts(change: Change) -> Iterator[str]:
    for text in (*change.added, *change.removed):
        if change.field == "openings":
            yield text.partition(":")[0]
        elif "://" in text:
            try:
                host = urlsplit(text).hostname
            except ValueError:
                host = None
            if host:
                yield host


def _sentence(what: str, noun: str, names: Iterable[str]) -> Iterator[str]:
    found = sorted(names)
    if found:
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        yield f"{what} {counted(len(found), noun)}: {', '.join(found[:_NAMED])}{more}"


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


def _names(key: IntegrationKey) -> tuple[str, str]:
    return key.organisation, key.name


def _clients() -> defaultdict[str, set[ClientKey]]:
    return defaultdict(set)


def _frozen(found: Mapping[str, set[_Key]]) -> dict[str, frozenset[_Key]]:
    return {name: frozenset(each) for name, each in found.items()}
