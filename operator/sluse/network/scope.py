"""Whose openings a person asks for: one organisation's, or those of the users of one service, who need no file."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sluse.errors import CatalogError
from sluse.model.names import Environment
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.service_integration import NetworkZone
from sluse.model.tree import Tree
from sluse.network.consumer import of_users, service_key
from sluse.network.derive import Derived, derive, providers_of, surroundings
from sluse.rules.near import did_you_mean, near_few
from sluse.words.said import say

EVERYWHERE = (NetworkZone.INTERNET, NetworkZone.HELSENETTET)
"""Zones of users who have not said where they are. Behind NHN's proxy nothing else is opened, so that must be said."""


def of_service(
    tree: Tree, catalogue: NetworkCatalogue, environment: Environment, name: str, zones: Collection[NetworkZone] = ()
) -> Derived:
    """Return what the users of a service need. Raises CatalogError where there is no such service."""
    service = tree.integrations.get(service_key(name))
    if service is None:
        raise CatalogError(
            say("there is no service {name}", name=repr(name)), hint=_hint(name, map(str, tree.integrations))
        )
    around = surroundings(catalogue, providers_of(tree), environment)
    return around.derived(of_users(service.content, zones or EVERYWHERE))


def of_organisation(
    tree: Tree, catalogue: NetworkCatalogue, environment: Environment, slug: str
) -> tuple[Derived, ...]:
    """Return what an organisation's files ask for. Raises CatalogError where there is no such organisation, or nothing."""
    if slug not in tree.organisations:
        raise CatalogError(
            say("there is no organisation {name}", name=repr(slug)), hint=_hint(slug, tree.organisations)
        )
    found = tuple(each for each in derive(tree, catalogue, environment) if each.consumer.key.organisation == slug)
    if not found:
        raise CatalogError(
            say("no file of {organisation} asks for openings", organisation=slug),
            hint=say("a UserOrganisation file does, or `network` of a service; or ask for one service with --service"),
        )
    return found


def _hint(word: str, words: Iterable[str]) -> str:
    choice = sorted(words)
    known = say("known are {names}", names=", ".join(choice[:20]) or say("none"))
    return did_you_mean(near_few(word, choice)) or known
