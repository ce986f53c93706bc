"""A commit, its catalogue and the ledgers -> the NetworkOpenings of every organisation. Pure.

Openings are operational: they follow HEAD in both environments, in production for services that production holds and
for numbers that NHN has bound. What cannot be derived (no catalogue, a broken file, an organisation without a number)
is kept as it is. Many openings that change although nobody asked for anything else, as when the catalogue changes, are
held by the fuse.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sluse.delivery.head import Head
from sluse.delivery.share import Share
from sluse.desired.stack import ObjectKey
from sluse.model.digests import sha256
from sluse.model.held import HeldOpening, OrganisationLedger
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import Environment, IntegrationKey
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.policy.rules import Fuse
from sluse.model.resources.network_opening import NetworkOpeningSpec
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Tree, errors
from sluse.model.user_organisation import UserOrganisation
from sluse.network.catalogue import Destinations
from sluse.network.consumer import Consumer, of_user_organisation, of_workloads, service_key
from sluse.network.derive import Surroundings


@dataclass(frozen=True)
class OrganisationOpenings:
    """One organisation's share. `kept` are left as they are; `noted` is what the ledger has of both."""

    specs: Mapping[IntegrationKey, NetworkOpeningSpec] = field(default_factory=dict)
    kept: frozenset[IntegrationKey] = frozenset()
    noted: Mapping[str, HeldOpening] = field(default_factory=dict)

    @property
    def keep(self) -> frozenset[ObjectKey]:
        """What the stack keeps."""
        return frozenset(ObjectKey("NetworkOpening", str(key)) for key in self.kept)


@dataclass(frozen=True)
class Openings:
    """All organisations'. `held` by the fuse; `untold` consumers have no openings since there is no catalogue."""

    of: Mapping[str, OrganisationOpenings]
    held: frozenset[IntegrationKey] = frozenset()
    untold: int = 0

    def organisation(self, slug: str) -> OrganisationOpenings:
        return self.of.get(slug, _NOTHING)


@dataclass(frozen=True)
class Speaking:
    """Who may have openings: the numbers of each organisation, and the services that the environment has."""

    numbers: Mapping[str, Collection[str]]
    services: Mapping[IntegrationKey, ServiceIntegration]


@dataclass(frozen=True)
class _Made:
    """One NetworkOpening, declared where it opens anything, and all that it was made from."""

    consumer: Consumer
    destinations: Destinations
    providers: tuple[IdentityProvider | None, ...]
    spec: NetworkOpeningSpec
    noted: HeldOpening


@dataclass
class OpeningsCompiler:
    """Compiles the openings of one environment, remembering each with what it was made from."""

    environment: Environment
    _catalogue: NetworkCatalogue | None = None
    _destinations: Destinations | None = None
    _memory: dict[IntegrationKey, _Made] = field(default_factory=dict)

    def compile(
        self,
        head: Head,
        parts: Mapping[str, Share],
        ledgers: Mapping[str, OrganisationLedger],
        speaking: Speaking,
        fuse: Fuse,
        *,
        released: bool = False,
    ) -> Openings:
        """Return the openings of the organisations of `parts`. `released`: what the fuse would hold is meant."""
        users = _by_organisation(head)
        held = {slug: ledgers[slug].openings if slug in ledgers else {} for slug in parts}
        if head.catalogue is None:
            kept = {slug: _kept(slug, names, names) for slug, names in held.items()}
            return Openings(kept, untold=sum(1 for slug in parts for _ in self._asking(slug, parts, users, speaking)))
        around = self._around(head, head.catalogue)
        made: dict[str, dict[IntegrationKey, _Made]] = {}
        kept_names: dict[str, set[str]] = {}
        for slug, share in parts.items():
            asking = dict(self._asking(slug, parts, users, speaking))
            unread = {each.key for each in users.get(slug, ()) if _uses_unread(each, head.tree)}
            made[slug] = {
                key: self._made(each, around)
                for key, each in asking.items()
                if key not in unread and not _unknown(share, key)
            }
            lost = share.stuck or not speaking.numbers.get(slug)
            names = {IntegrationKey(slug, name) for name in held[slug]}
            kept_names[slug] = {key.name for key in names if lost or key in unread or _unknown(share, key)}
        surprising = frozenset(
            key for slug in parts for key in _surprising(slug, made[slug], held[slug], kept_names[slug], parts, users)
        )
        most = max(fuse.count, sum(map(len, held.values())) * fuse.percent / 100)
        fused = surprising if len(surprising) > most and not released else frozenset()
        return Openings({slug: _share(slug, made[slug], held[slug], kept_names[slug], fused) for slug in parts}, fused)

    def _around(self, head: Head, catalogue: NetworkCatalogue) -> Surroundings:
        if self._destinations is None or catalogue != self._catalogue:
            self._catalogue, self._destinations = catalogue, Destinations(catalogue, self.environment)
        wrong = {problem.holds for problem in errors(head.problems)}
        providers = {
            key.name: sourced.content
            for key, sourced in sorted(head.tree.providers.items())
            if not {str(key), key.organisation} & wrong
        }
        return Surroundings(self.environment, self._destinations, providers)

    def _asking(
        self, slug: str, parts: Mapping[str, Share], users: Mapping[str, list[UserOrganisation]], speaking: Speaking
    ) -> Iterator[tuple[IntegrationKey, Consumer]]:
        """Yield who asks for something in an organisation that has a number."""
        numbers = speaking.numbers.get(slug, ())
        if not numbers:
            return
        for document in users.get(slug, ()):
            consumer = of_user_organisation(document, numbers, speaking.services, self.environment)
            if consumer.needs:
                yield document.key, consumer
        for sourced in parts[slug].documents:
            key = sourced.content.key
            workloads = of_workloads(sourced.content, numbers) if key in speaking.services else None
            if workloads is not None:
                yield key, workloads

    def _made(self, consumer: Consumer, around: Surroundings) -> _Made:
        """Return what is made for a consumer, the same object while nothing changed."""
        providers = tuple(around.providers.get(party) for party in consumer.needs)
        last = self._memory.get(consumer.key)
        if (
            last is not None
            and last.destinations is around.destinations
            and (last.consumer, last.providers) == (consumer, providers)
        ):
            return last
        spec = around.derived(consumer).spec
        asked = {"numbers": list(consumer.numbers), "zones": list(consumer.zones), "parties": list(consumer.needs)}
        noted = HeldOpening(asked=sha256(asked), digest=sha256(spec.wire()))
        self._memory[consumer.key] = _Made(consumer, around.destinations, providers, spec, noted)
        return self._memory[consumer.key]


def _by_organisation(head: Head) -> Mapping[str, list[UserOrganisation]]:
    found: defaultdict[str, list[UserOrganisation]] = defaultdict(list)
    for key, sourced in sorted(head.tree.user_organisations.items()):
        found[key.organisation].append(sourced.content)
    return found


def _uses_unread(document: UserOrganisation, tree: Tree) -> bool:
    """Tell whether it uses a service whose file may be one that cannot be read: what that needs is not known."""
    used = (service_key(each.service) for each in document.spec.services)
    return any(key not in tree.integrations and key.organisation in tree.unreadable for key in used)


def _unknown(share: Share, key: IntegrationKey) -> bool:
    """Tell whether what a document says is not known, since it or its whole organisation is wrong."""
    return any(problem.holds in {share.slug, str(key)} for problem in share.problems)


def _surprising(
    slug: str,
    made: Mapping[IntegrationKey, _Made],
    held: Mapping[str, HeldOpening],
    kept: Collection[str],
    parts: Mapping[str, Share],
    users: Mapping[str, list[UserOrganisation]],
) -> Iterator[IntegrationKey]:
    """Yield what would change though the same is asked for, and what would go since its file did."""
    documents = {each.content.key for each in parts[slug].documents} | {each.key for each in users.get(slug, ())}
    for name, before in held.items():
        key = IntegrationKey(slug, name)
        now = made.get(key)
        changed = now is not None and now.noted.asked == before.asked and now.noted.digest != before.digest
        if changed or (key not in documents and name not in kept):
            yield key


def _share(
    slug: str,
    made: Mapping[IntegrationKey, _Made],
    held: Mapping[str, HeldOpening],
    kept: Collection[str],
    fused: frozenset[IntegrationKey],
) -> OrganisationOpenings:
    left = {*kept, *(key.name for key in fused if key.organisation == slug)}
    specs = {key: each for key, each in made.items() if key.name not in left and each.spec.openings}
    noted = {key.name: each.noted for key, each in specs.items()}
    share = _kept(slug, held, left)
    if not specs and not share.kept:
        return _NOTHING
    return OrganisationOpenings({key: each.spec for key, each in specs.items()}, share.kept, {**share.noted, **noted})


def _kept(slug: str, held: Mapping[str, HeldOpening], names: Collection[str]) -> OrganisationOpenings:
    noted = {name: held[name] for name in sorted(names)}
    return OrganisationOpenings(kept=frozenset(IntegrationKey(slug, name) for name in noted), noted=noted)


_NOTHING = OrganisationOpenings()
