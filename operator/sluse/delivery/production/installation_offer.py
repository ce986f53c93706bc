"""What an installation asks for in production: its file, on what its service holds, as far as it was accepted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sluse.delivery.production.accepted import NotVouched
from sluse.desired.accepted import Body, accepted_clients
from sluse.desired.installations import misfits
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Reason, Retire, Step, Suspend
from sluse.gate.within import host, is_within
from sluse.model.client_installation import ClientInstallation
from sluse.model.digests import sha256
from sluse.model.held import HeldInstallation, HeldIntegration, HeldSnapshot
from sluse.model.keys import PublicJwk
from sluse.model.names import Digest, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.problem import Problem, sentence
from sluse.model.registration import Use
from sluse.model.service_integration import ClientValues, SharedClient
from sluse.words.said import say, short

KIND = "ClientInstallation"


@dataclass(frozen=True)
class Service:
    """What production holds of a service, and the step that it takes now."""

    held: HeldSnapshot | None = None
    step: Step | None = None

    @property
    def outage(self) -> Digest | None:
        """The decision by which it is out of use, or about to be; None where it is not."""
        if isinstance(self.step, Suspend | Retire):
            return self.step.decision
        return Digest(self.held.decision) if self.held is not None and self.held.use is Use.WITHHELD else None

    @property
    def open(self) -> HeldSnapshot | None:
        """What is held, where it is in use and stays so."""
        held = self.held
        return held if held is not None and held.use is Use.OPEN and self.outage is None else None


@dataclass(frozen=True)
class InstallationStand:
    """Where an installation stands: its file with what is wrong with it, what is held of it, and its services.

    `keys` are the production key files of its own clients; `stored` gives an accepted file's content.
    """

    key: IntegrationKey
    entry: HeldIntegration
    document: ClientInstallation | None
    problems: tuple[Problem, ...]
    service: Callable[[str], Service]
    keys: Callable[[str], tuple[PublicJwk, ...]]
    not_vouched: NotVouched
    stored: Callable[[str], Body | None]

    @property
    def held(self) -> HeldSnapshot | None:
        """What is held; what is retired is not, and may begin anew."""
        held = self.entry.snapshot
        return None if held is None or held.use is Use.RETIRED else held

    @property
    def outage(self) -> Digest | None:
        """By which decision the service that is held to is out of use; None where it is not."""
        held = self.held
        return self.service(held.installed.service).outage if held is not None and held.installed is not None else None


@dataclass(frozen=True)
class Offer:
    """What the file asks for, on what its service holds."""

    document: ClientInstallation
    installed: HeldInstallation
    tested: Digest
    decision: Digest
    template: tuple[SharedClient, ClientValues]

    @property
    def production(self) -> Digest:
        return sha256(self.installed.wire())


def offer(stand: InstallationStand) -> Offer | tuple[Reason, ...]:
    """Return what the file asks for; reasons where that cannot be said, none where it asks for nothing."""
    document = stand.document
    if document is None or document.spec.production is None:
        return ()
    if stand.problems:
        return (Reason("SourceInvalid", short(sentence(stand.problems), 2000), Party.SUPPLIER),)
    spec, values = document.spec, document.spec.production
    service = stand.service(spec.service).open
    if service is None:
        return (
            Reason("ServiceNotOpen", say("{service} is not open in production", service=spec.service), Party.SUPPLIER),
        )
    asked = HeldInstallation(
        service=spec.service,
        service_production=service.production,
        client=spec.client,
        customer=spec.customer,
        values=values,
    )
    template = accepted_template(service.tested, asked, stand)
    if isinstance(template, Reason):
        return (template,)
    return Offer(document, asked, Digest(service.tested), Digest(service.decision), template)


def accepted_template(
    tested: str, asked: HeldInstallation, stand: InstallationStand
) -> tuple[SharedClient, ClientValues] | Reason:
    """Return the accepted client that is installed, and the service's own values of it in production."""
    bodies = tuple(map(stand.stored, (tested, asked.service_production)))
    if bodies[0] is None or bodies[1] is None:
        lost = tested if bodies[0] is None else asked.service_production
        return Reason(
            "AcceptedFileLost", say("accepted/{digest}.json is lost at HEAD: restore it", digest=lost), Party.REVIEWER
        )
    try:
        clients = accepted_clients(bodies[0], bodies[1])
    except ValueError as error:
        return Reason(
            "AcceptedFormUnknown",
            short(say("what was accepted cannot be read: {error}", error=str(error)), 500),
            Party.CLUSTER_OPERATOR,
        )
    if asked.client not in clients:
        message = say(
            "what was accepted of {service} has no client {client}", service=asked.service, client=asked.client
        )
        return Reason("ClientNotAccepted", message, Party.SUPPLIER)
    return clients[asked.client]


def pending(stand: InstallationStand) -> bool:
    """Tell whether the file, or its service, says something else than what is held."""
    asked = offer(stand)
    held = stand.held
    return held is not None and isinstance(asked, Offer) and (held.tested, held.production) != (asked.tested, asked.production)  # fmt: skip


def wrong(stand: InstallationStand, of: Offer, survey: GateSurvey, at: datetime) -> Iterator[Reason]:
    """Yield why what it asks for is not registered: beyond what was accepted, confirmed or bound."""
    held, asked = stand.held, of.installed
    if held is not None and held.installed is not None and _made_from(held.installed) != _made_from(asked):
        message: str = say(
            "it was made for another customer or from another client: write a new file, and let this be retired"
        )
        yield Reason("InstallationReplaced", message, Party.SUPPLIER)
    for message in misfits(of.template[0], asked.values):
        yield Reason("NotInSlot", message, Party.SUPPLIER)
    if not of.document.spec.confirmed_by.strip():
        yield Reason("NotConfirmed", say("nobody at the customer has confirmed it"), Party.SUPPLIER)
    bound = survey.view(stand.key.organisation, at).bound
    domains = bound.domains if bound is not None and bound.known else frozenset()
    for address in (*asked.values.redirect_uris, *asked.values.post_logout_redirect_uris):
        if not is_within(address, domains):
            message = say(
                "{host} is in no domain that NHN has bound to {organisation}",
                host=host(address) or address,
                organisation=stand.key.organisation,
            )
            yield Reason("DomainNotBound", message, Party.SUPPLIER)


def _made_from(asked: HeldInstallation) -> tuple[str, str, str]:
    return asked.service, asked.client, asked.customer
