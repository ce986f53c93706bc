"""A tree, its problems and the ledgers -> the share of every organisation, the very object of before where it says the same.

Of a folder that is as it was, and of a ledger that is, nothing is gone through: so what a commit costs here depends on
what it changed and on the number of organisations, not on how many documents they have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from sluse.delivery.share import Share
from sluse.model.client_installation import ClientInstallation
from sluse.model.held import OrganisationLedger
from sluse.model.identity_provider import IdentityProvider
from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.problem import Problem
from sluse.model.records import AcceptanceTest
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import KeyFile, Sourced, Tree, errors
from sluse.model.user_organisation import UserOrganisation


@dataclass(frozen=True, eq=False)
class Documents:
    """An organisation's own, sorted; the same object while its folder is the same."""

    is_organisation: bool = False
    services: tuple[Sourced[ServiceIntegration], ...] = ()
    keys: tuple[tuple[KeyFile, Sourced[Jwks]], ...] = ()
    installations: tuple[Sourced[ClientInstallation], ...] = ()
    providers: tuple[Sourced[IdentityProvider], ...] = ()
    users: tuple[Sourced[UserOrganisation], ...] = ()
    tests: tuple[Sourced[AcceptanceTest], ...] = ()


@dataclass(frozen=True, eq=False)
class Stand:
    """All of an organisation that another's share or openings may follow from; the same object while nothing of it changed."""

    documents: Documents
    ledger: OrganisationLedger | None
    unreadable: bool

    @property
    def told(self) -> tuple[int, int, bool]:
        """What it is made from, to be compared while both are held."""
        return id(self.documents), id(self.ledger), self.unreadable

    @cached_property
    def held(self) -> tuple[ClientKey, ...]:
        """The clients that the authority may hold."""
        return _held(self.ledger) if self.ledger is not None else ()

    @cached_property
    def federations(self) -> tuple[IntegrationKey, ...]:
        """The identity providers that the authority may hold."""
        return _federations(self.ledger) if self.ledger is not None else ()

    @cached_property
    def paths(self) -> frozenset[str]:
        """Where the ledger last saw the organisation's documents."""
        return frozenset(entry.path for entry in self.ledger.integrations.values()) if self.ledger else frozenset()

    @cached_property
    def providers(self) -> tuple[Sourced[IdentityProvider], ...]:
        """The identity providers, but for those that the authority had before Sluse: not ours."""
        known = self.ledger.integrations if self.ledger is not None else {}
        found = self.documents.providers
        return tuple(each for each in found if each.content.metadata.name in known or not each.content.spec.existing)

    @property
    def is_named(self) -> bool:
        """Tell whether a file of its own, the ledger, or one that cannot be read makes it an organisation to speak of."""
        own = self.documents
        return bool(
            self.ledger is not None
            or self.unreadable
            or own.is_organisation
            or own.services
            or own.installations
            or self.providers
        )


_NO_DOCUMENTS = Documents()


@dataclass(frozen=True)
class _Made:
    """A share, and what it was made from."""

    stand: Stand
    wrong: tuple[Problem, ...]
    share: Share


@dataclass
class Shares:
    """The shares of one environment, commit after commit. What is gone is forgotten."""

    environment: Environment
    stands: Mapping[str, Stand] = field(default_factory=dict)
    """Every organisation of the last commit, asked for or not."""
    _folders: Mapping[str, tuple[Tree, Mapping[str, Documents]]] = field(default_factory=dict)
    _made: Mapping[str, _Made] = field(default_factory=dict)

    def of(
        self,
        tree: Tree,
        problems: tuple[Problem, ...],
        ledgers: Mapping[str, OrganisationLedger],
        only: Collection[str],
    ) -> dict[str, Share]:
        """Return the share of every organisation that a file, a problem or the ledger names. `only`: none listed means all."""
        self.stands = self._standing(tree, ledgers)
        wrong = _by_organisation(problems, self.stands)
        named = {slug for slug, stand in self.stands.items() if stand.is_named} | wrong.keys()
        self._made = {
            slug: self._share(slug, self.stands.get(slug) or Stand(_NO_DOCUMENTS, None, False), wrong.get(slug, ()))
            for slug in sorted(named & set(only) if only else named)
        }
        return {slug: made.share for slug, made in self._made.items()}

    def _standing(self, tree: Tree, ledgers: Mapping[str, OrganisationLedger]) -> Mapping[str, Stand]:
        last = self._folders
        self._folders = {
            name: known
            if (known := last.get(name)) is not None and known[0] is part
            else (part, _grouped(part, self.environment))
            for name, part in tree.parts.items()
        }
        documents: dict[str, Documents] = {}
        for _, own in self._folders.values():
            documents.update(own)
        return {
            slug: self._same(
                slug, Stand(documents.get(slug, _NO_DOCUMENTS), ledgers.get(slug), slug in tree.unreadable)
            )
            for slug in {*documents, *ledgers, *tree.unreadable}
        }

    def _same(self, slug: str, stand: Stand) -> Stand:
        last = self.stands.get(slug)
        return last if last is not None and last.told == stand.told else stand

    def _share(self, slug: str, stand: Stand, wrong: tuple[Problem, ...]) -> _Made:
        last = self._made.get(slug)
        if last is not None and last.stand is stand and last.wrong == wrong:
            return last
        share = _share(slug, stand, wrong)
        if last is not None and last.share.same(share):
            share = last.share  # the same object, by which others see that nothing changed
        return _Made(stand, wrong, share)


def _grouped(tree: Tree, environment: Environment) -> Mapping[str, Documents]:
    """Return the documents of a folder by organisation."""
    groups = (tree.integrations, tree.installations, tree.providers, tree.user_organisations, tree.acceptance_tests)
    services, installations, providers, users, tests = map(_by_organisation_of, groups)
    keys: defaultdict[str, list[tuple[KeyFile, Sourced[Jwks]]]] = defaultdict(list)
    for file, jwks in sorted(tree.keys.items(), key=lambda item: item[0].client):
        if file.environment is environment:
            keys[file.client.organisation].append((file, jwks))
    return {
        slug: Documents(
            slug in tree.organisations,
            services.get(slug, ()),
            tuple(keys.get(slug, ())),
            installations.get(slug, ()),
            providers.get(slug, ()),
            users.get(slug, ()),
            tests.get(slug, ()),
        )
        for slug in {*tree.organisations, *services, *keys, *installations, *providers, *users, *tests}
    }


def _by_organisation_of(group: Mapping[IntegrationKey, Sourced[Any]]) -> Mapping[str, tuple[Sourced[Any], ...]]:
    found: defaultdict[str, list[Sourced[Any]]] = defaultdict(list)
    for key, sourced in sorted(group.items(), key=itemgetter(0)):
        found[key.organisation].append(sourced)
    return {slug: tuple(each) for slug, each in found.items()}


def _share(slug: str, stand: Stand, wrong: tuple[Problem, ...]) -> Share:
    own = stand.documents
    stuck = stand.unreadable or any(problem.holds == slug for problem in wrong)
    known = stand.ledger.integrations if stand.ledger is not None and stuck else ()
    return Share(
        slug,
        own.services,
        own.keys,
        wrong,
        stuck,
        stand.held,
        tuple(sorted(known)),
        stand.providers,
        stand.federations,
        own.installations,
        own.users,
    )


def _by_organisation(problems: tuple[Problem, ...], stands: Mapping[str, Stand]) -> Mapping[str, tuple[Problem, ...]]:
    """Return the errors by whom they hold back; one without an identity is whose file the ledger last saw there."""
    found: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in errors(problems):
        slug = problem.holds.partition(".")[0] if problem.holds else _last_seen(problem.place.path, stands)
        if slug:
            found[slug].append(problem)
    return {slug: tuple(each) for slug, each in found.items()}


def _last_seen(path: str, stands: Mapping[str, Stand]) -> str:
    return next((slug for slug in sorted(stands, reverse=True) if path in stands[slug].paths), "")


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
