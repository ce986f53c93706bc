"""A client of a service, made anew for one customer: the installation's registration. Pure.

The service's client is the template: its grants, scopes and tenancy; in production as they were accepted. The customer, the
addresses, the sub-units and the keys are the installation's own. Client claims are not taken over: their values name
whoever the API knows, and an installation has no place to say its own yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from sluse.desired.registrations import registration
from sluse.model.client_installation import ClientInstallationSpec, InstallationValues
from sluse.model.keys import PublicJwk
from sluse.model.registration import Registration
from sluse.model.service_integration import ClientValues, Grant, ServiceIntegration, SharedClient, Tenancy
from sluse.rules.installations import fits


def title_of(service: str, customer: str) -> str:
    """Return what people read: the file has no title, and a service's may change without changing 120 customers."""
    return f"{service} ({customer})"


def installed(
    title: str,
    customer: str,
    template: tuple[SharedClient, ClientValues],
    own: InstallationValues,
    keys: tuple[PublicJwk, ...],
) -> Registration:
    """Return what is registered. `template`: the service's client with its values in the same environment."""
    shared, service = template
    values = ClientValues(
        organisation_number=customer,
        redirect_uris=own.redirect_uris,
        post_logout_redirect_uris=own.post_logout_redirect_uris,
        child_organisation_numbers=own.child_organisation_numbers,
        scopes=service.scopes,
    )
    return registration(title, shared, values, keys)


def installed_in_test(
    spec: ClientInstallationSpec, service: ServiceIntegration, keys: tuple[PublicJwk, ...]
) -> Registration | None:
    """Return what is registered in test; None where the installation is not in test, or its client is not there."""
    client = next((each for each in service.spec.clients if each.name == spec.client), None)
    if client is None or spec.test is None or not keys:
        return None
    return installed(title_of(spec.service, spec.customer), spec.customer, (client, client.test), spec.test, keys)


def misfits(template: SharedClient, own: InstallationValues) -> Iterator[str]:
    """Yield what of an installation its template does not allow."""
    if template.tenancy is Tenancy.MULTI:
        yield f"{template.name} is multi-tenant: customers install nothing"
    logs_in = Grant.AUTHORIZATION_CODE in template.grants
    addresses = (*own.redirect_uris, *own.post_logout_redirect_uris)
    if logs_in and not own.redirect_uris:
        yield f"{template.name} has authorization_code, and the installation has no redirect URI"
    if not logs_in and addresses:
        yield f"{template.name} has no authorization_code, and the installation has redirect URIs"
    for address in addresses:
        if not any(fits(address, slot) for slot in template.slots):
            yield f"{address} is in no slot of {template.name} that was accepted"
