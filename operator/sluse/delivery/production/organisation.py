"""One organisation in production: its integrations' steps -> its stack, and what the ledger is told of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sluse.delivery.compiled import GateAnswer, Goal, OrganisationCompiled, SubmittedTests, Summary
from sluse.delivery.federations import OrganisationFederations
from sluse.delivery.organisation_openings import OrganisationOpenings
from sluse.delivery.production.federations import ProviderStand, wanted_federation
from sluse.delivery.production.installation_offer import KIND, InstallationStand, Service, pending
from sluse.delivery.production.installations import wanted_installation
from sluse.delivery.production.rungs import stage
from sluse.delivery.production.steps import ServiceStand, wanted
from sluse.delivery.share import Share
from sluse.delivery.specs import Document, integration_spec
from sluse.desired import organisation as desired_organisation
from sluse.desired.accepted import Body
from sluse.desired.stack import ObjectKey
from sluse.gate.keys_lane import not_vouched
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Reason, Step
from sluse.model import digests
from sluse.model.client_installation import ClientInstallation
from sluse.model.held import HeldIntegration, HeldSnapshot, OrganisationLedger
from sluse.model.names import ClientKey, Digest, Environment, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.identity_federation import IdentityFederationSpec
from sluse.model.resources.integration import IntegrationSpec
from sluse.model.tree import Tree
from sluse.words.said import say


@dataclass(frozen=True)
class ProductionShare:
    """What an organisation's production is made from. `survey` is None where no policy counts."""

    share: Share
    ledger: OrganisationLedger
    survey: GateSurvey | None
    tree: Tree
    at: datetime
    tests: SubmittedTests

    @cached_property
    def documents(self) -> Mapping[IntegrationKey, Document]:
        """What HEAD says, by identity."""
        services: dict[IntegrationKey, Document] = {each.content.key: each for each in self.share.documents}
        providers = {each.content.key: each for each in self.share.providers}
        return {**services, **providers, **{each.content.key: each for each in self.share.installations}}

    def is_installation(self, key: IntegrationKey) -> bool:
        """Tell whether a name is an installation's: by what is held, else by what HEAD says."""
        held = self.ledger.integration(key)
        if held is not None and held.snapshot is not None:
            return held.snapshot.installed is not None
        document = self.documents.get(key)
        return (document.content.kind if document is not None else self.entry(key).kind) == KIND

    def is_provider(self, key: IntegrationKey) -> bool:
        """Tell whether a name is an identity provider's: by what is held, else by what HEAD says."""
        held = self.ledger.integration(key)
        if held is not None and held.parts:
            return held.federation is not None
        return self.entry(key).kind == "IdentityProvider"

    def entry(self, key: IntegrationKey) -> HeldIntegration:
        """What is held; where nothing is, what HEAD calls it."""
        held = self.ledger.integration(key)
        if held is not None:
            return held
        document = self.documents.get(key)
        if document is None:
            return HeldIntegration(title=key.name)
        at_head = integration_spec(document)
        return HeldIntegration(kind=at_head.kind, title=at_head.title)

    def stand(self, key: IntegrationKey) -> ServiceStand:
        """Return where an integration stands."""
        files = {
            file.client.client: sourced.content.keys
            for file, sourced in self.share.keys
            if file.client.integration_key == key
        }
        return ServiceStand(key, self.entry(key), files, self._not_vouched, self._stored)

    def provider_stand(self, key: IntegrationKey) -> ProviderStand:
        """Return where an identity provider stands."""
        return ProviderStand(key, self.entry(key), self._stored)

    def installation_stand(self, key: IntegrationKey, steps: Mapping[IntegrationKey, Step]) -> InstallationStand:
        """Return where an installation stands, given the steps of the services."""
        found = next((each.content for each in self.share.installations if each.content.key == key), None)

        def service(name: str) -> Service:
            of = IntegrationKey(*name.split(".", 1))
            entry = self.ledger.integration(of) if of.organisation == key.organisation else None
            return Service(entry.snapshot if entry is not None else None, steps.get(of))

        stand = self.stand(key)
        return InstallationStand(
            key,
            self.entry(key),
            found,
            self.share.held_back(found) if found is not None else (),
            service,
            lambda client: stand.keys.get(client, ()),
            self._not_vouched,
            self._stored,
        )

    def submitted(self, key: IntegrationKey) -> bool:
        """Tell whether what HEAD says was submitted."""
        document = self.documents[key].content if key in self.documents else None
        if self.survey is None or document is None or isinstance(document, ClientInstallation):
            return False
        tested = digests.sha256(digests.tested(document))
        submissions = self.survey.view(key.organisation, self.at).submissions(str(key))
        return any(each.statement.submission is not None and each.statement.submission.tested == tested for each in submissions)  # fmt: skip

    def seen(self) -> frozenset[Digest]:
        """Return the statements that the ledger has not seen yet. A stranger's need not be remembered: it never counts."""
        if self.survey is None:
            return frozenset()
        view = self.survey.view(self.share.slug, self.at)
        known = frozenset(view.ground.people.by_key).union(*(each.maintainers for each in view.bindings))
        return frozenset(
            name
            for name, record in view.register.records.items()
            if name not in self.ledger.seen and any(key.key_id in known for key in record.signers)
        )

    def _stored(self, digest: str) -> Body | None:
        found = self.tree.accepted.get((self.share.slug, Digest(digest)))
        return found.body if found is not None else None

    def _not_vouched(
        self, client: ClientKey, asked: Collection[str], held: Collection[str], since: datetime | None
    ) -> Reason | None:
        if self.survey is None:
            return Reason(
                "KeysNotVouched", say("policies/ does not count, so nobody vouches for keys"), Party.CLUSTER_OPERATOR
            )
        return not_vouched(self.survey, client, asked, held, self.at, since)


def compiled(
    part: ProductionShare, steps: Mapping[IntegrationKey, Step], openings: OrganisationOpenings
) -> OrganisationCompiled:
    """Return what is wanted of the organisation."""
    clients: dict[ClientKey, HelseIDClientSpec] = {}
    federations: dict[IntegrationKey, IdentityFederationSpec] = {}
    present: dict[IntegrationKey, IntegrationSpec] = {}
    summaries: dict[IntegrationKey, Summary] = {}
    wakes: list[datetime] = []
    for key, step in steps.items():
        if part.is_installation(key):
            installation = part.installation_stand(key, steps)
            found = wanted_installation(step, installation)
            clients.update(found.clients)
            said = _Said(found.goal, found.reasons, found.wake, pending(installation))
        elif part.is_provider(key):
            login = wanted_federation(step, part.provider_stand(key))
            federations.update({key: login.spec} if login.spec is not None else {})
            said = _Said(login.goal, login.reasons, login.wake)
        else:
            found = wanted(step, part.stand(key))
            clients.update(found.clients)
            said = _Said(found.goal, found.reasons, found.wake)
        if said.wake is not None:
            wakes.append(said.wake)
        document = part.documents.get(key)
        if document is not None:
            present[key] = integration_spec(document)
        summaries[key] = _summary(part, key, step, said)
    logins = OrganisationFederations(
        federations, frozenset(key for key in part.share.federations if key not in federations)
    )
    kept = frozenset(key for key in part.share.held if key not in clients)
    known = {IntegrationKey(part.share.slug, name) for name in part.ledger.integrations}
    stack = desired_organisation.stack(
        Environment.PRODUCTION,
        part.share.slug,
        clients=clients,
        integrations=present,
        federations=logins.specs,
        openings=openings.specs,
        tests=part.tests.specs,
        keep={
            *(ObjectKey("HelseIDClient", str(key)) for key in kept),
            *(ObjectKey("Integration", str(key)) for key in known - present.keys()),
            *logins.keep,
            *openings.keep,
        },
    )
    wake = min(wakes, default=None)
    return OrganisationCompiled(
        stack,
        clients,
        kept,
        summaries,
        federations=logins,
        openings=openings,
        wake=wake,
        seen=part.seen(),
        tests=part.tests,
    )


@dataclass(frozen=True)
class _Said:
    """What a step says of an integration, whatever its kind."""

    goal: Goal | None
    reasons: tuple[Reason, ...]
    wake: datetime | None
    pending: bool = False


def _summary(part: ProductionShare, key: IntegrationKey, step: Step, said: _Said) -> Summary:
    entry, document = part.entry(key), part.documents.get(key)
    at_head = integration_spec(document) if document is not None else None
    held = entry.snapshot
    answer = GateAnswer(
        stage=stage(entry, step, submitted=part.submitted(key)).value,
        reasons=said.reasons,
        goal=said.goal,
        pending=said.pending or _pending(held, at_head),
        held=held,
    )
    return Summary(
        title=at_head.title if at_head is not None else entry.title,
        path=document.path if document is not None else entry.path,
        tested=at_head.tested if at_head is not None else None,
        clients=at_head.clients if at_head is not None else (),
        answer=answer,
        kind=at_head.kind if at_head is not None else entry.kind,
    )


def _pending(held: HeldSnapshot | None, at_head: IntegrationSpec | None) -> bool:
    """Tell whether HEAD differs from what is held; an installation has no digest of its own at HEAD."""
    tested = at_head.tested if at_head is not None else None
    return held is not None and tested is not None and tested != held.tested
