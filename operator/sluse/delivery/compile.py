"""A tree, its problems and what is held -> what is wanted in one environment. Pure.

One organisation at a time, so a broken one never blocks another, and remembered by identity of its inputs (`share`).
What a broken or unreadable file says is not known: its objects are kept as they are. A mistake never retires
anything, and a sync that would retire many is held by the fuse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sluse.delivery.compiled import Compiled, OrganisationCompiled, Part, Summary
from sluse.delivery.federations import in_test
from sluse.delivery.head import Head
from sluse.delivery.notes import noted
from sluse.delivery.openings import OpeningsCompiler, OrganisationOpenings, Speaking
from sluse.delivery.share import Share
from sluse.delivery.shares import Shares
from sluse.desired import organisation as desired_organisation
from sluse.desired.installations import installed_in_test, title_of
from sluse.desired.registrations import registrations
from sluse.desired.stack import ObjectKey
from sluse.model.client_installation import ClientInstallation
from sluse.model.digests import sha256, tested
from sluse.model.held import OrganisationLedger
from sluse.model.identity_provider import IdentityProvider
from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.policy.rules import Fuse
from sluse.model.problem import Problem
from sluse.model.registration import Registration, Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.integration import IntegrationSpec
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Sourced

FUSE_COUNT = 5
FUSE_SHARE = 0.2


@dataclass
class Compiler:
    """Compiles trees of one environment, remembering each organisation's last result."""

    environment: Environment
    _memory: dict[str, tuple[Share, frozenset[Part], OrganisationCompiled]] = field(default_factory=dict)
    _shares: Shares = field(init=False)
    _openings: OpeningsCompiler = field(init=False)
    _let_through: frozenset[Part] = frozenset()
    """Retirements that the fuse has passed and that are not done yet: they are not counted, nor held, again."""

    def __post_init__(self) -> None:
        self._shares = Shares(self.environment)
        self._openings = OpeningsCompiler(self.environment)

    def compile(
        self,
        head: Head,
        ledgers: Mapping[str, OrganisationLedger],
        *,
        at: datetime,  # noqa: ARG002 - production's compiler asks what may be done at that moment
        fuse_released: bool = False,
        only: Collection[str] = (),
    ) -> Compiled:
        """Return what is wanted. `only` are the organisations that are spoken for; none listed means all.

        Of others nothing is said.
        """
        asked = self._shares.of(head.tree, head.problems, ledgers, only)
        held = self._fuse(asked.values(), ledgers, released=fuse_released)
        fuse = Fuse(count=FUSE_COUNT, percent=round(FUSE_SHARE * 100))
        openings = self._openings.compile(
            head, asked, self._shares.stands, _speaking(head), fuse, released=fuse_released
        )
        organisations = {
            slug: self._organisation(share, _retiring(share) & held, openings.organisation(slug))
            for slug, share in asked.items()
        }
        self._memory = {slug: self._memory[slug] for slug in asked}
        return Compiled(
            head.commit,
            organisations,
            head.problems,
            held,
            held_openings=openings.held,
            untold_openings=openings.untold,
        )

    @staticmethod
    def noted(
        ledger: OrganisationLedger, part: OrganisationCompiled, compiled: Compiled, *, engine: str, now: datetime
    ) -> OrganisationLedger:
        """Return the ledger with what the organisation's files say now."""
        del compiled
        return noted(ledger, part, engine=engine, now=now)

    def _fuse(
        self, asked: Iterable[Share], ledgers: Mapping[str, OrganisationLedger], *, released: bool
    ) -> frozenset[Part]:
        """Return the retirements to hold: all new ones where they are too many, none where they are few or meant."""
        parts = tuple(asked)
        retiring = frozenset(key for share in parts for key in _retiring(share))
        new = frozenset(key for key in retiring - self._let_through if not _begun(key, ledgers))
        standing = sum(len(share.held) + len(share.federations) for share in parts)
        blows = len(new) > max(FUSE_COUNT, FUSE_SHARE * standing)
        held = new if blows and not released else frozenset()
        self._let_through = retiring - held
        return held

    def _organisation(
        self, share: Share, held: frozenset[Part], openings: OrganisationOpenings
    ) -> OrganisationCompiled:
        remembered = self._memory.get(share.slug)
        if (
            remembered is not None
            and remembered[0] is share
            and (remembered[1], remembered[2].openings) == (held, openings)
        ):
            return remembered[2]
        result = _compile(self.environment, share, held, openings)
        if remembered is not None and remembered[2] == result:
            result = remembered[2]  # the same object, by which others see that nothing changed
        self._memory[share.slug] = (share, held, result)
        return result


def _retiring(share: Share) -> frozenset[Part]:
    return share.retiring | share.ending


def _begun(key: Part, ledgers: Mapping[str, OrganisationLedger]) -> bool:
    """Tell whether the authority was, or is about to be, asked to end it: too late to hold."""
    ledger = ledgers[key.organisation]
    held = ledger.client(key.integration, key.client) if isinstance(key, ClientKey) else ledger.federation(key.name)
    return held.use is Use.RETIRED


def _speaking(head: Head) -> Speaking:
    """Return who may have openings in test: everybody, as HEAD says."""

    def numbers(slug: str) -> Collection[str]:
        found = head.tree.organisations.get(slug)
        return found.content.spec.numbers if found is not None else ()

    def service(key: IntegrationKey) -> ServiceIntegration | None:
        found = head.tree.integrations.get(key)
        return found.content if found is not None else None

    return Speaking(numbers, service)


def _compile(
    environment: Environment, share: Share, fused: frozenset[Part], openings: OrganisationOpenings
) -> OrganisationCompiled:
    jwks = {file.client: sourced.content for file, sourced in share.keys}
    clients: dict[ClientKey, HelseIDClientSpec] = {}
    present: dict[IntegrationKey, IntegrationSpec] = {}
    summaries: dict[IntegrationKey, Summary] = {}
    for sourced in share.documents:
        document = sourced.content
        present[document.key] = integration_spec(sourced)
        held_back = share.held_back(document)
        summaries[document.key] = _summary(sourced, present[document.key], held_back)
        if not held_back:
            wanted = registrations(document, jwks, environment)
            clients.update({key: client_spec(key, Use.OPEN, registration) for key, registration in wanted.items()})
    for provider in share.providers:
        name = provider.content.key
        present[name] = integration_spec(provider)
        summaries[name] = _summary(provider, present[name], share.held_back(provider.content))
    for installation in share.installations:
        name = installation.content.key
        present[name] = integration_spec(installation)
        held_back = share.held_back(installation.content)
        summaries[name] = _summary(installation, present[name], held_back)
        if not held_back:
            clients.update(_installed(share, installation.content, jwks))
    federations = in_test(share, fused)
    clients.update({key: client_spec(key, Use.RETIRED) for key in sorted(share.retiring - fused)})
    kept = frozenset(key for key in share.held if key not in clients)
    known = {IntegrationKey(share.slug, name) for name in share.known}
    named = {*(key.integration_key for key in (*clients, *kept)), *federations.specs, *federations.kept}
    stack = desired_organisation.stack(
        environment,
        share.slug,
        clients=clients,
        integrations=present,
        federations=federations.specs,
        openings=openings.specs,
        keep={
            *(ObjectKey("HelseIDClient", str(key)) for key in kept),
            *(ObjectKey("Integration", str(key)) for key in (known | named) - present.keys()),
            *federations.keep,
            *openings.keep,
        },
    )
    return OrganisationCompiled(
        stack,
        clients,
        kept,
        summaries,
        _unplaced(share),
        stuck=share.stuck,
        federations=federations,
        openings=openings,
    )


def _installed(
    share: Share, document: ClientInstallation, jwks: Mapping[ClientKey, Jwks]
) -> dict[ClientKey, HelseIDClientSpec]:
    """Return what is wanted of an installation: nothing while its service's file is missing or wrong."""
    key = ClientKey(document.metadata.organisation, document.metadata.name, document.spec.client)
    service = next((each.content for each in share.documents if str(each.content.key) == document.spec.service), None)
    if service is None or share.held_back(service) or key not in jwks:
        return {}
    registration = installed_in_test(document.spec, service, jwks[key].keys)
    return {} if registration is None else {key: client_spec(key, Use.OPEN, registration)}


def _unplaced(share: Share) -> tuple[Problem, ...]:
    """Return the problems of files that no document came of."""
    documents = (*share.documents, *share.providers, *share.installations)
    placed = {share.slug, *(str(sourced.content.key) for sourced in documents)}
    return tuple(problem for problem in share.problems if problem.holds not in placed)


def client_spec(key: ClientKey, use: Use, registration: Registration | None = None) -> HelseIDClientSpec:
    """Return the spec of a client's resource."""
    return HelseIDClientSpec(
        organisation=key.organisation,
        integration=key.integration,
        client=key.client,
        use=use,
        registration=registration,
    )


Document = Sourced[ServiceIntegration] | Sourced[IdentityProvider] | Sourced[ClientInstallation]
"""A file that something is registered for."""


def integration_spec(sourced: Document) -> IntegrationSpec:
    """Return the spec of an integration's summary resource."""
    document = sourced.content
    if isinstance(document, ClientInstallation):
        return IntegrationSpec(
            organisation=document.metadata.organisation,
            name=document.metadata.name,
            kind=document.kind,
            title=title_of(document.spec.service, document.spec.customer),
            clients=(document.spec.client,),
        )
    clients = document.spec.clients if isinstance(document, ServiceIntegration) else ()
    return IntegrationSpec(
        organisation=document.metadata.organisation,
        name=document.metadata.name,
        kind=document.kind,
        title=document.spec.service.title if isinstance(document, ServiceIntegration) else document.spec.title,
        tested=sha256(tested(document)),
        clients=tuple(sorted(client.name for client in clients)),
    )


def _summary(sourced: Document, spec: IntegrationSpec, held_back: tuple[Problem, ...]) -> Summary:
    return Summary(spec.title, sourced.path, spec.tested, spec.clients, held_back, kind=spec.kind)
