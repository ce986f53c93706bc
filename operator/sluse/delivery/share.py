"""One organisation's share of a tree: everything that decides what is wanted for it, and what may be retired.

Compared by identity of its parts, since the reader returns the same object for the same blob: so a change of one file
costs one organisation's work. Of the ledger only names are in it; what else is noted there decides nothing here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from sluse.model.client_installation import ClientInstallation
from sluse.model.held import OrganisationLedger
from sluse.model.identity_provider import IdentityProvider
from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.problem import Problem
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import KeyFile, Sourced, Tree, errors


@dataclass(frozen=True, eq=False)
class Share:
    """`problems` hold something of the organisation back; `held` are the clients that the authority may hold.

    `known` are the names of the ledger's integrations, where some file may be one of them and cannot be read.
    `federations` are the identity providers that the authority may hold.
    """

    slug: str
    documents: tuple[Sourced[ServiceIntegration], ...]
    keys: tuple[tuple[KeyFile, Sourced[Jwks]], ...]
    problems: tuple[Problem, ...]
    stuck: bool
    held: tuple[ClientKey, ...]
    known: tuple[str, ...]
    providers: tuple[Sourced[IdentityProvider], ...] = ()
    federations: tuple[IntegrationKey, ...] = ()
    installations: tuple[Sourced[ClientInstallation], ...] = ()

    def same(self, other: Share) -> bool:
        """Tell whether both say the same."""
        return (
            self._told == other._told
            and len(self.documents) == len(other.documents)
            and len(self.providers) == len(other.providers)
            and len(self.installations) == len(other.installations)
            and len(self.keys) == len(other.keys)
            and all(mine is theirs for mine, theirs in zip(self.documents, other.documents, strict=True))
            and all(mine[1] is theirs[1] for mine, theirs in zip(self.keys, other.keys, strict=True))
            and all(mine is theirs for mine, theirs in zip(self.providers, other.providers, strict=True))
            and all(mine is theirs for mine, theirs in zip(self.installations, other.installations, strict=True))
        )

    @property
    def _told(self) -> tuple[object, ...]:
        return self.stuck, self.problems, self.held, self.known, self.federations

    def held_back(self, document: ServiceIntegration | IdentityProvider | ClientInstallation) -> tuple[Problem, ...]:
        """Return the errors that keep an integration as it is: its own and those of the whole organisation."""
        return tuple(problem for problem in self.problems if problem.holds in {self.slug, str(document.key)})

    @cached_property
    def retiring(self) -> frozenset[ClientKey]:
        """Held clients that no file names any more; none while a file that may name them is wrong."""
        if self.stuck:
            return frozenset()
        documents: dict[IntegrationKey, ServiceIntegration | ClientInstallation] = {
            **{sourced.content.key: sourced.content for sourced in self.documents},
            **{sourced.content.key: sourced.content for sourced in self.installations},
        }
        return frozenset(key for key in self.held if not self._named(key, documents.get(key.integration_key)))

    @cached_property
    def ending(self) -> frozenset[IntegrationKey]:
        """Held identity providers that have no file any more; none while a file that may be theirs is wrong."""
        if self.stuck:
            return frozenset()
        named = {sourced.content.key for sourced in self.providers}
        return frozenset(key for key in self.federations if key not in named)

    def _named(self, key: ClientKey, document: ServiceIntegration | ClientInstallation | None) -> bool:
        if document is None:
            return False
        if isinstance(document, ClientInstallation):
            names = {document.spec.client}
        else:
            names = {client.name for client in document.spec.clients}
        return key.client in names or bool(self.held_back(document))


def shares(
    tree: Tree,
    problems: tuple[Problem, ...],
    ledgers: Mapping[str, OrganisationLedger],
    environment: Environment,
    only: Collection[str],
) -> dict[str, Share]:
    """Return the share of every organisation that a file, a problem or the ledger names. `only`: none listed means all."""
    documents: dict[str, list[Sourced[ServiceIntegration]]] = defaultdict(list)
    for key, sourced in sorted(tree.integrations.items()):
        documents[key.organisation].append(sourced)
    keys: dict[str, list[tuple[KeyFile, Sourced[Jwks]]]] = defaultdict(list)
    for file, jwks in sorted(tree.keys.items(), key=lambda item: item[0].client):
        if file.environment is environment:
            keys[file.client.organisation].append((file, jwks))
    installations: dict[str, list[Sourced[ClientInstallation]]] = defaultdict(list)
    for key, installation in sorted(tree.installations.items()):
        installations[key.organisation].append(installation)
    providers = _providers(tree, ledgers)
    wrong = _by_organisation(problems, ledgers)
    slugs = {*tree.organisations, *documents, *installations, *providers, *ledgers, *wrong, *tree.unreadable}
    found: dict[str, Share] = {}
    for slug in sorted(slugs & set(only) if only else slugs):
        stuck = slug in tree.unreadable or any(problem.holds == slug for problem in wrong[slug])
        ledger = ledgers.get(slug)
        found[slug] = Share(
            slug,
            tuple(documents[slug]),
            tuple(keys[slug]),
            tuple(wrong[slug]),
            stuck,
            _held(ledger) if ledger is not None else (),
            tuple(sorted(ledger.integrations)) if ledger is not None and stuck else (),
            tuple(providers.get(slug, ())),
            _federations(ledger) if ledger is not None else (),
            tuple(installations.get(slug, ())),
        )
    return found


def _providers(tree: Tree, ledgers: Mapping[str, OrganisationLedger]) -> dict[str, list[Sourced[IdentityProvider]]]:
    """Return the identity providers by organisation, but for those that the authority had before Sluse: not ours."""
    found: defaultdict[str, list[Sourced[IdentityProvider]]] = defaultdict(list)
    for key, sourced in sorted(tree.providers.items()):
        ledger = ledgers.get(key.organisation)
        known = ledger is not None and key.name in ledger.integrations
        if known or not sourced.content.spec.existing:
            found[key.organisation].append(sourced)
    return found


def _by_organisation(
    problems: tuple[Problem, ...], ledgers: Mapping[str, OrganisationLedger]
) -> defaultdict[str, list[Problem]]:
    """Return the errors by whom they hold back; one without an identity is whose file the ledger last saw there."""
    found: defaultdict[str, list[Problem]] = defaultdict(list)
    wrong = errors(problems)
    paths = _paths(ledgers) if any(not problem.holds for problem in wrong) else {}
    for problem in wrong:
        slug = problem.holds.partition(".")[0] or paths.get(problem.place.path, "")
        if slug:
            found[slug].append(problem)
    return found


def _paths(ledgers: Mapping[str, OrganisationLedger]) -> dict[str, str]:
    return {entry.path: slug for slug, ledger in ledgers.items() for entry in ledger.integrations.values()}


def _held(ledger: OrganisationLedger) -> tuple[ClientKey, ...]:
    return tuple(
        sorted(
            ClientKey(ledger.organisation, name, client)
            for name, entry in ledger.integrations.items()
            for client, held in entry.clients.items()
            if not held.retired
        )
    )


def _federations(ledger: OrganisationLedger) -> tuple[IntegrationKey, ...]:
    return tuple(
        IntegrationKey(ledger.organisation, name)
        for name, entry in sorted(ledger.integrations.items())
        if entry.federation is not None and not entry.federation.retired
    )
