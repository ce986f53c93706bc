"""Who needs openings and towards whom: what the documents say, before any catalogue is asked.

A user organisation's people meet HelseID and every identity provider that the services they use offer. A service's
own workloads meet HelseID alone: the providers are met by the users' browsers, which is the users' business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sluse.model.names import Environment, IntegrationKey
from sluse.model.service_integration import NetworkZone, ServiceIntegration
from sluse.model.tree import Tree
from sluse.model.user_organisation import UserOrganisation
from sluse.network.catalogue import HELSEID
from sluse.rules.references import KNOWN_PROVIDERS
from sluse.words.said import say

_SERVICES = 2  # named in a reason; the rest is counted


@dataclass(frozen=True)
class Consumer:
    """`needs`: each party, and why. `unmet`: what was asked for and nothing can be derived from, in words.

    `numbers` are the organisation's; a cluster's admin labels namespaces with them.
    """

    key: IntegrationKey
    numbers: tuple[str, ...]
    zones: tuple[NetworkZone, ...]
    needs: Mapping[str, str]
    unmet: tuple[str, ...] = ()


def of_user_organisation(
    document: UserOrganisation,
    numbers: Collection[str],
    services: Mapping[IntegrationKey, ServiceIntegration],
    environment: Environment,
) -> Consumer:
    """Return what a user organisation needs. `services`: those that it may reach in this environment."""
    names = sorted(used.service for used in document.spec.services)
    found = {name: services.get(service_key(name)) for name in names}
    return Consumer(
        document.key,
        tuple(sorted(numbers)),
        tuple(sorted(document.spec.zones)),
        _needs(service for service in found.values() if service is not None),
        tuple(
            say("{name} is not here yet", name=name)
            if environment is Environment.TEST
            else say("{name} is not in production yet", name=name)
            for name, service in found.items()
            if service is None
        ),
    )


def of_users(service: ServiceIntegration, zones: Iterable[NetworkZone]) -> Consumer:
    """Return what the users of one service need, whoever they are."""
    return Consumer(service.key, (), tuple(sorted(zones)), _needs((service,)))


def of_workloads(service: ServiceIntegration, numbers: Collection[str]) -> Consumer | None:
    """Return what a service's own workloads need; None where its file does not say from where they reach out."""
    if service.spec.network is None:
        return None
    needs = {HELSEID: f"workloads of {service.key} ask HelseID for tokens"}
    return Consumer(service.key, tuple(sorted(numbers)), tuple(sorted(service.spec.network.zones)), needs)


def consumers(tree: Tree, environment: Environment) -> tuple[Consumer, ...]:
    """Return everybody in a tree who needs openings, in order."""
    services = {key: sourced.content for key, sourced in tree.integrations.items()}
    numbers = {slug: sourced.content.spec.numbers for slug, sourced in tree.organisations.items()}
    users = (
        of_user_organisation(sourced.content, numbers.get(key.organisation, ()), services, environment)
        for key, sourced in tree.user_organisations.items()
    )
    workloads = (of_workloads(service, numbers.get(key.organisation, ())) for key, service in services.items())
    found = [*users, *(each for each in workloads if each is not None)]
    return tuple(sorted(found, key=lambda each: each.key))


def service_key(name: str) -> IntegrationKey:
    """Return the identity that `<organisation>.<name>` says."""
    organisation, _, rest = name.partition(".")
    return IntegrationKey(organisation, rest)


def offered(service: ServiceIntegration) -> Iterator[str]:
    """Yield the identity providers that a service's clients offer; a client that lists none has HelseID's ordinary list."""
    for client in service.spec.clients:
        if client.login is not None:
            named = [provider.name for provider in client.login.identity_providers]
            yield from named or sorted(KNOWN_PROVIDERS)


def _needs(services: Iterable[ServiceIntegration]) -> dict[str, str]:
    wanted: dict[str, set[str]] = {}
    for service in services:
        for party in {HELSEID, *offered(service)}:
            wanted.setdefault(party, set()).add(str(service.key))
    return {party: f"login to {_listed(sorted(wanted[party]))}" for party in sorted(wanted)}


def _listed(services: list[str]) -> str:
    """Return a few by name. Two of the longest names there are, and the count, stay within a line's bound."""
    few = services[:_SERVICES] if sum(map(len, services[:_SERVICES])) < 80 else services[:1]
    more = len(services) - len(few)
    return f"{', '.join(few)} and {more} more" if more else ", ".join(few)
