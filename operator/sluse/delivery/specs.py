"""The specs of an organisation's custom resources, which are the same in both environments. Pure."""

from __future__ import annotations

from sluse.desired.installations import title_of
from sluse.model.client_installation import ClientInstallation
from sluse.model.digests import sha256, tested
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import ClientKey
from sluse.model.registration import Registration, Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.integration import IntegrationSpec
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Sourced


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
