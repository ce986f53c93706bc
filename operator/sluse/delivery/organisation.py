"""One organisation's share -> what is wanted of it in test, where its files decide; `production/organisation.py` is the other. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sluse.delivery.compiled import OrganisationCompiled, Part, Summary
from sluse.delivery.federations import in_test
from sluse.delivery.organisation_openings import OrganisationOpenings
from sluse.delivery.share import Share
from sluse.delivery.specs import Document, client_spec, integration_spec
from sluse.desired import organisation as desired_organisation
from sluse.desired.installations import installed_in_test
from sluse.desired.registrations import registrations
from sluse.desired.stack import ObjectKey
from sluse.model.client_installation import ClientInstallation
from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.problem import Problem
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.integration import IntegrationSpec


def compiled(
    environment: Environment, share: Share, fused: frozenset[Part], openings: OrganisationOpenings
) -> OrganisationCompiled:
    """Return what is wanted of an organisation in test. `fused`: what the fuse holds, and is left as it is."""
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


def _summary(sourced: Document, spec: IntegrationSpec, held_back: tuple[Problem, ...]) -> Summary:
    return Summary(spec.title, sourced.path, spec.tested, spec.clients, held_back, kind=spec.kind)
