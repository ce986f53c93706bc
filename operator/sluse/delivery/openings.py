"""A commit, its catalogue and the ledgers -> the NetworkOpenings of every organisation. Pure.

Openings are operational: they follow HEAD in both environments, in production for services that production holds and
for numbers that NHN has bound. What cannot be derived (no catalogue, a broken file, an organisation without a number)
is kept as it is. Many openings that change although nobody asked for anything else, as when the catalogue changes, are
held by the fuse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sluse.delivery.head import Head
from sluse.delivery.organisation_openings import NO_OPENINGS, Made, OrganisationOpenings, openings_of, surprises
from sluse.delivery.share import Share
from sluse.delivery.shares import Stand
from sluse.model.held import HeldOpening
from sluse.model.names import Environment, IntegrationKey
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.policy.rules import Fuse
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Tree, errors
from sluse.model.user_organisation import UserOrganisation
from sluse.network.catalogue import Destinations
from sluse.network.consumer import Consumer, of_user_organisation, of_workloads, service_key
from sluse.network.derive import Surroundings


@dataclass(frozen=True)
class Openings:
    """All organisations'. `held` by the fuse; `untold` consumers have no openings since there is no catalogue."""

    of: Mapping[str, OrganisationOpenings]
    held: frozenset[IntegrationKey] = frozenset()
    untold: int = 0

    def organisation(self, slug: str) -> OrganisationOpenings:
        return self.of.get(slug, NO_OPENINGS)


@dataclass(frozen=True)
class Speaking:
    """Who may have openings: the numbers of each organisation, and the services that the environment has.

    What `service` answers follows from the stand of the service's organisation alone.
    """

    numbers: Callable[[str], Collection[str]]
    service: Callable[[IntegrationKey], ServiceIntegration | None]


@dataclass(frozen=True)
class _Organisation:
    """What came of one organisation, whatever the fuse does, and all that it was made from.

    `asking`: how many ask for openings. `held` by the ledger; `kept` of those. `surprising`: what `surprises` yields.
    `stands`: of itself, and of those whose services it uses.
    """

    share: Share
    numbers: Collection[str]
    stands: Mapping[str, Stand | None]
    around: Surroundings | None
    asking: int
    made: Mapping[IntegrationKey, Made]
    held: Mapping[str, HeldOpening]
    kept: Collection[str]
    surprising: frozenset[IntegrationKey]
    openings: OrganisationOpenings

    def stays(self, share: Share, numbers: Collection[str], stands: Mapping[str, Stand], around: object) -> bool:
        """Tell whether the same would come of it."""
        return (
            self.share is share
            and self.around is around
            and self.numbers == numbers
            and all(stands.get(slug) is stand for slug, stand in self.stands.items())
        )


@dataclass
class OpeningsCompiler:
    """Compiles the openings of one environment, remembering each with what it was made from. What is gone is forgotten."""

    environment: Environment
    _catalogue: NetworkCatalogue | None = None
    _surroundings: Surroundings | None = None
    _memory: Mapping[str, _Organisation] = field(default_factory=dict)

    def compile(
        self,
        head: Head,
        parts: Mapping[str, Share],
        stands: Mapping[str, Stand],
        speaking: Speaking,
        fuse: Fuse,
        *,
        released: bool = False,
    ) -> Openings:
        """Return the openings of the organisations of `parts`. `released`: what the fuse would hold is meant."""
        around = self._around(head, head.catalogue) if head.catalogue is not None else None
        before = self._memory
        self._memory = {
            slug: last
            if (last := before.get(slug)) is not None and last.stays(share, speaking.numbers(slug), stands, around)
            else self._organisation(share, stands, speaking, around, head.tree, last)
            for slug, share in parts.items()
        }
        if around is None:
            untold = sum(each.asking for each in self._memory.values())
            return Openings({slug: each.openings for slug, each in self._memory.items()}, untold=untold)
        surprising = frozenset[IntegrationKey]().union(*(each.surprising for each in self._memory.values()))
        most = max(fuse.count, sum(len(each.held) for each in self._memory.values()) * fuse.percent / 100)
        fused = surprising if len(surprising) > most and not released else frozenset()
        return Openings({slug: _fused(each, fused) for slug, each in self._memory.items()}, fused)

    def _around(self, head: Head, catalogue: NetworkCatalogue) -> Surroundings:
        wrong = {problem.holds for problem in errors(head.problems)}
        providers = {
            key.name: sourced.content
            for key, sourced in sorted(head.tree.providers.items())
            if not {str(key), key.organisation} & wrong
        }
        last = self._surroundings
        if last is None or catalogue != self._catalogue:
            destinations = Destinations(catalogue, self.environment)
        elif providers == last.providers:
            return last
        else:
            destinations = last.destinations
        self._catalogue, self._surroundings = catalogue, Surroundings(self.environment, destinations, providers)
        return self._surroundings

    def _organisation(
        self,
        share: Share,
        stands: Mapping[str, Stand],
        speaking: Speaking,
        around: Surroundings | None,
        tree: Tree,
        last: _Organisation | None,
    ) -> _Organisation:
        """Return what comes of an organisation: who asks, what is made for each, what is held and stays as it is."""
        slug, numbers, stand = share.slug, speaking.numbers(share.slug), stands.get(share.slug)
        held = stand.ledger.openings if stand is not None and stand.ledger is not None else {}
        users = [each.content for each in share.users]
        asking = dict(self._asking(share, users, numbers, speaking))
        looked = {slug, *(service_key(used.service).organisation for each in users for used in each.spec.services)}
        unread = {each.key for each in users if _uses_unread(each, tree)}
        known = last.made if last is not None else {}
        told = {key: each for key, each in asking.items() if key not in unread and not _unknown(share, key)}
        made = {key: Made.of(each, around, known.get(key)) for key, each in told.items()} if around is not None else {}
        lost = around is None or share.stuck or not numbers
        names = {IntegrationKey(slug, name) for name in held}
        kept = {key.name for key in names if lost or key in unread or _unknown(share, key)}
        openings = openings_of(slug, made, held, kept)
        if last is not None and last.openings == openings:
            openings = last.openings  # the same object, by which others see that nothing changed
        return _Organisation(
            share,
            numbers,
            {each: stands.get(each) for each in looked},
            around,
            len(asking),
            made,
            held,
            kept,
            frozenset(surprises(share, made, held, kept)),
            openings,
        )

    def _asking(
        self, share: Share, users: Sequence[UserOrganisation], numbers: Collection[str], speaking: Speaking
    ) -> Iterator[tuple[IntegrationKey, Consumer]]:
        """Yield who asks for something in an organisation that has a number."""
        if not numbers:
            return
        for document in users:
            used = {service_key(each.service) for each in document.spec.services}
            services = {key: service for key in used if (service := speaking.service(key)) is not None}
            consumer = of_user_organisation(document, numbers, services, self.environment)
            if consumer.needs:
                yield document.key, consumer
        for sourced in share.documents:
            key = sourced.content.key
            workloads = of_workloads(sourced.content, numbers) if speaking.service(key) is not None else None
            if workloads is not None:
                yield key, workloads


def _uses_unread(document: UserOrganisation, tree: Tree) -> bool:
    """Tell whether it uses a service whose file may be one that cannot be read: what that needs is not known."""
    used = (service_key(each.service) for each in document.spec.services)
    return any(key not in tree.integrations and key.organisation in tree.unreadable for key in used)


def _unknown(share: Share, key: IntegrationKey) -> bool:
    """Tell whether what a document says is not known, since it or its whole organisation is wrong."""
    return any(problem.holds in {share.slug, str(key)} for problem in share.problems)


def _fused(each: _Organisation, fused: frozenset[IntegrationKey]) -> OrganisationOpenings:
    """Return an organisation's openings but for those that the fuse holds."""
    mine = each.surprising & fused
    if not mine:
        return each.openings
    return openings_of(each.share.slug, each.made, each.held, {*each.kept, *(key.name for key in mine)})
