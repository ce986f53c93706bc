"""Installations at customers: within the slots of their client, with addresses where people log in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sluse.model.client_installation import ClientInstallation, InstallationValues
from sluse.model.names import Environment, IntegrationKey
from sluse.model.service_integration import Client, Grant, Tenancy
from sluse.model.tree import Sourced
from sluse.rules.rule import Certainty, DocumentRule, Finding, TreeRule
from sluse.rules.shown import listed, shown
from sluse.rules.survey import Source, Survey
from sluse.words.said import say

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class Installed(NamedTuple):
    """An installation, and the client that it is of."""

    document: Sourced[ClientInstallation]
    client: Client


def somewhere(document: ClientInstallation) -> Iterator[Finding]:
    """Find installations in neither environment."""
    if not any(environments(document)):
        yield Finding(
            "spec", say("The installation is neither in test nor in production"), say("Add `test` or `production`.")
        )


def within_slots(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find addresses outside the slots that the service's client declares."""
    for document, client in installed(survey):
        for path, address in redirects(document.content):
            if not any(fits(address, slot) for slot in client.slots):
                slots = [shown(slot) for slot in client.slots]
                why = (
                    say("fits none of the slots {slots}", slots=listed(slots))
                    if slots
                    else say("has no slot: the client declares none")
                )
                message = say("{address} {why}", address=shown(address), why=why)
                yield Source.of(document), Finding(path, message)


def possible(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find installations of clients that have none, and logins that would come back to nowhere."""
    for document, client in installed(survey):
        source = Source.of(document)
        if client.tenancy is Tenancy.MULTI:
            message = say(
                "{name} is multi-tenant: customers delegate in Altinn and install nothing", name=shown(client.name)
            )
            yield source, Finding("spec.client", message)
            continue
        logs_in = Grant.AUTHORIZATION_CODE in client.grants
        for environment, values in environments(document.content):
            path = f"spec.{environment}"
            if logs_in and not values.redirect_uris:
                yield source, Finding(path, say("authorization_code needs `redirectUris`"))
            elif not logs_in and (values.redirect_uris or values.post_logout_redirect_uris):
                yield source, Finding(path, say("Nobody is sent back here: the client has no authorization_code"))


def fits(address: str, slot: str) -> bool:
    """Tell whether an address is the slot with one label in the place of its star."""
    before, _, after = slot.partition("*")
    label = address.removeprefix(before).removesuffix(after)
    return address == f"{before}{label}{after}" and _LABEL.fullmatch(label) is not None


def installed(survey: Survey) -> Iterator[Installed]:
    """Yield installations whose service and client exist; all others have that as their problem."""
    for document in survey.tree.installations.values():
        spec = document.content.spec
        organisation, _, name = spec.service.partition(".")
        service = survey.tree.integrations.get(IntegrationKey(organisation, name))
        if service is None or organisation != document.content.metadata.organisation:
            continue
        for client in service.content.spec.clients:
            if client.name == spec.client:
                yield Installed(document, client)


def environments(document: ClientInstallation) -> Iterator[tuple[Environment, InstallationValues]]:
    """Yield the environments that an installation is in, and its values there."""
    if document.spec.test is not None:
        yield Environment.TEST, document.spec.test
    if document.spec.production is not None:
        yield Environment.PRODUCTION, document.spec.production


def redirects(document: ClientInstallation) -> Iterator[tuple[str, str]]:
    """Yield (path, address) of every redirect and post-logout redirect URI."""
    for environment, values in environments(document):
        for index, address in enumerate(values.redirect_uris):
            yield f"spec.{environment}.redirectUris[{index}]", address
        for index, address in enumerate(values.post_logout_redirect_uris):
            yield f"spec.{environment}.postLogoutRedirectUris[{index}]", address


RULES = (
    DocumentRule(
        id="installation-nowhere",
        judges=(ClientInstallation,),
        why="It would register nothing.",
        source="Sluse: an installation is in test, in production, or in both",
        certainty=Certainty.OWN,
        hint="Add the environments it is for.",
        check=somewhere,
    ),
    TreeRule(
        id="installation-slot",
        why="The service's acceptance covers its installations only where it said that they would be.",
        source="Sluse: addresses of an installation lie in the slots of its client",
        certainty=Certainty.OWN,
        hint="Use an address in a slot, with one label in the place of the star; a new slot needs a new acceptance test.",
        check=within_slots,
    ),
    TreeRule(
        id="installation-impossible",
        why="The authority would refuse the registration, or hold one that nobody can use.",
        source="NHN utviklerportal, HelseID: single-tenant clients are made from a template, multi-tenant ones are not",
        certainty=Certainty.PARTLY,
        hint="Correct the client's name, or give the installation what the client's grants need.",
        check=possible,
    ),
)
