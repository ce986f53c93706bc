"""References between documents: that what is named exists, and that a name means one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sluse.model.client_installation import ClientInstallation
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import IntegrationKey
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Tree
from sluse.rules import authority, fields, near
from sluse.rules.rule import Certainty, DocumentRule, Finding, TreeRule
from sluse.rules.shown import listed, shown
from sluse.rules.survey import Source, Survey
from sluse.words.said import say

KNOWN_PROVIDERS: Mapping[str, str] = authority.PROVIDERS.value
"""Identity providers that HelseID has already, by the name they have in files."""

Paged = ServiceIntegration | ClientInstallation | IdentityProvider
"""What has a page of its own on the status branch."""

_FRONT_PAGE = "readme"


def page_names(document: Paged) -> Iterator[Finding]:
    """Find names whose page would be the organisation's README.md where capitals do not count."""
    if document.metadata.name == _FRONT_PAGE:
        yield Finding(
            "metadata.name",
            say("Nothing can be called {name}: the organisation's own page is", name=shown(_FRONT_PAGE)),
        )


def login_providers(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find identity providers that nobody has declared; not while what declares one may be unreadable, or not at hand."""
    if survey.policies is None:
        return
    known = {*KNOWN_PROVIDERS, *_existing(survey)}
    for document in survey.tree.integrations.values():
        for path, client in fields.clients(document.content):
            for index, provider in enumerate(client.login.identity_providers if client.login is not None else ()):
                if provider.name not in known and not survey.providers(provider.name) and not survey.unreadable():
                    message = say("Nobody here is an identity provider named {name}", name=shown(provider.name))
                    field = f"{path}.login.identityProviders[{index}].name"
                    yield Source.of(document), _unknown(field, message, provider.name, {*known, *survey.providers()})


def provider_names(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find names of identity providers that several have, or that belong to one HelseID has already."""
    existing = _existing(survey)
    for key, document in survey.tree.providers.items():
        others = [other for other in survey.providers(key.name) if other != key.organisation]
        if others:
            message = say("{organisation} has an identity provider of this name too", organisation=shown(others[0]))
            yield Source.of(document), Finding("metadata.name", message)
        elif key.name in KNOWN_PROVIDERS and not document.content.spec.existing:
            message = say(
                "{name} is {provider}, which HelseID has already",
                name=shown(key.name),
                provider=KNOWN_PROVIDERS[key.name],
            )
            yield Source.of(document), Finding("metadata.name", message)
        elif document.content.spec.existing and survey.policies is not None and key.name not in existing:
            message = say(
                "policies/existing-providers.yaml does not say that {name} is live already", name=shown(key.name)
            )
            yield (
                Source.of(document),
                Finding("spec.existing", message, say("Leave `existing` out, or ask NHN to list it.")),
            )


def installed_services(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find installations of services and clients that are not there, or are somebody else's."""
    for key, document in survey.tree.installations.items():
        spec, source = document.content.spec, Source.of(document)
        organisation, _, name = spec.service.partition(".")
        if organisation != key.organisation:
            message = say(
                "{service} is not a service of {organisation}",
                service=shown(spec.service),
                organisation=shown(key.organisation),
            )
            yield source, Finding("spec.service", message, say("An installation lies in the folder of its supplier."))
            continue
        service = survey.tree.integrations.get(IntegrationKey(organisation, name))
        if service is None:
            if not survey.unreadable(organisation):
                yield source, _no_service("spec.service", spec.service, survey)
        elif spec.client not in (names := [client.name for client in service.content.spec.clients]):
            message = say("{service} has no client {client}", service=shown(spec.service), client=shown(spec.client))
            yield source, _unknown("spec.client", message, spec.client, names)


def used_services(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find services that no supplier has declared, and services that are named twice."""
    for document in survey.tree.user_organisations.values():
        seen: set[str] = set()
        for index, used in enumerate(document.content.spec.services):
            path = f"spec.services[{index}].service"
            organisation = used.service.partition(".")[0]
            if used.service in seen:
                yield (
                    Source.of(document),
                    Finding(
                        path, say("{service} is listed twice", service=shown(used.service)), say("Keep one of them.")
                    ),
                )
            elif not survey.services(used.service) and not survey.unreadable(organisation):
                yield Source.of(document), _no_service(path, used.service, survey)
            seen.add(used.service)


def organisations_named(tree: Tree) -> frozenset[str]:
    """Return whose documents other documents name: who judges one folder must read theirs too."""
    used = (used for document in tree.user_organisations.values() for used in document.content.spec.services)
    return frozenset(each.service.partition(".")[0] for each in used)


def _existing(survey: Survey) -> frozenset[str]:
    listed_there = survey.policies.existing if survey.policies is not None else None
    return frozenset(listed_there.content.providers if listed_there is not None else ())


_ALIKE = 0.85
"""Suppliers differ, so more than the shared form of a name must be alike."""


def _no_service(path: str, service: str, survey: Survey) -> Finding:
    """Return the finding for a service that is not there: with one of the same supplier that is written nearly so, if any."""
    message = say("There is no service {service}", service=shown(service))
    supplier, _, name = service.partition(".")
    theirs = {
        found: each
        for each in survey.services()
        if (found := each.partition(".")[2]) and each.startswith(f"{supplier}.")
    }
    nearest = theirs.get(near.nearest(name, sorted(theirs)) or "") or near.nearest(
        service, sorted(survey.services()), _ALIKE
    )
    if nearest is not None:
        return Finding(path, message, say("Did you mean {near}?", near=shown(nearest)))
    return Finding(
        path, message, say("Correct the name; where there is no such service any more, take out what names it.")
    )


def _unknown(path: str, message: str, word: str, words: Iterable[str]) -> Finding:
    """Return the finding for a word that is none of `words`: with the nearest, or all of them.

    It never carries a change: a name that is near is another party's all the same.
    """
    choice = sorted(words)
    nearest = near.nearest(word, choice)
    if nearest is not None:
        return Finding(path, message, say("Did you mean {near}?", near=shown(nearest)))
    return Finding(path, message, _all([shown(each) for each in choice]))


def _all(names: list[str]) -> str:
    if len(names) == 1:
        return say("There is {name}.", name=names[0])
    return say("There are {names}.", names=listed(names)) if 1 < len(names) <= 20 else ""


RULES = (
    DocumentRule[Paged](
        id="name-of-a-page",
        judges=(ServiceIntegration, ClientInstallation, IdentityProvider),
        why="The status page of an integration lies beside README.md, its organisation's: where capitals make no difference the two would be one file.",
        source="Sluse: pages of the status branch, <organisation>/<name>.md",
        certainty=Certainty.OWN,
        hint="Choose another name.",
        check=page_names,
    ),
    TreeRule(
        id="login-provider-unknown",
        why="A client that offers a mistyped identity provider would wait for it for ever.",
        source="NHN utviklerportal, HelseID: styre innlogging i HelseID (the standard set of identity providers)",
        certainty=Certainty.PARTLY,
        hint="Correct the name, or have the identity provider's file merged first.",
        check=login_providers,
    ),
    TreeRule(
        id="provider-name",
        why="Clients name an identity provider by this one name, and so does HelseID; nobody may take another's.",
        source="Sluse: names of identity providers are unique over all organisations",
        certainty=Certainty.OWN,
        hint="Choose a name of your own.",
        check=provider_names,
    ),
    TreeRule(
        id="installation-service",
        why="An installation is one more registration of a client that exists, and gets all else from it.",
        source="Sluse: an installation names a service of its organisation and one of its clients",
        certainty=Certainty.OWN,
        hint="Correct the name.",
        check=installed_services,
    ),
    TreeRule(
        id="used-service",
        why="Openings are worked out from the services that are used; for a mistyped one there would be none.",
        source="Sluse: a user organisation names services by organisation and name",
        certainty=Certainty.OWN,
        hint="Correct the name, or wait until the supplier's file is merged.",
        check=used_services,
    ),
)
