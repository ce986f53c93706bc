"""An installation is its service's client for another customer, at its own addresses, with its own keys."""

from __future__ import annotations

import pytest

from sluse.desired.installations import installed, installed_in_test, misfits, title_of
from sluse.desired.registrations import registration
from sluse.model.client_installation import InstallationValues
from sluse.model.service_integration import Claim, Grant, Tenancy
from worlds.installing import CUSTOMER, SLOT, installation, with_slot
from worlds.production import jwk

SERVICE = with_slot(SLOT)
CLIENT = SERVICE.spec.clients[0]
HOME = "https://solbakken.fjordlegen.example/signin"
OWN = InstallationValues(redirect_uris=(HOME,), child_organisation_numbers=("311500001",))
KEYS = (jwk("own"),)


def test_grants_scopes_and_tenancy_are_the_services_and_the_rest_its_own() -> None:
    found = installed("t", CUSTOMER, (CLIENT, CLIENT.test), OWN, KEYS)
    template = registration("t", CLIENT, CLIENT.test, KEYS)
    assert (found.grants, found.scopes, found.tenancy) == (template.grants, template.scopes, template.tenancy)
    assert (found.organisation_number, found.redirect_uris, found.child_organisation_numbers, found.keys) == (
        CUSTOMER,
        (HOME,),
        ("311500001",),
        KEYS,
    )


def test_narrower_scopes_of_an_environment_are_its_scopes_and_no_claim_is_taken_over() -> None:
    values = CLIENT.test.model_copy(update={"scopes": ("nhn:less/api",), "claims": (Claim(type="x", value="theirs"),)})
    found = installed("t", CUSTOMER, (CLIENT, values), OWN, KEYS)
    assert (found.scopes, found.claims) == (("nhn:less/api",), ())


@pytest.mark.parametrize(
    ("template", "own", "said"),
    [
        ({}, {}, []),
        ({"tenancy": Tenancy.MULTI}, {}, ["multi-tenant"]),
        ({"slots": ()}, {}, ["in no slot"]),
        ({}, {"redirect_uris": ()}, ["has no redirect URI"]),
        ({"grants": (Grant.CLIENT_CREDENTIALS,)}, {}, ["no authorization_code"]),
        ({"grants": (Grant.CLIENT_CREDENTIALS,)}, {"redirect_uris": ()}, []),
        ({}, {"redirect_uris": ("https://a.b.fjordlegen.example/signin",)}, ["in no slot"]),
        ({}, {"post_logout_redirect_uris": ("https://evil.example/signin",)}, ["in no slot"]),
    ],
)
def test_what_the_template_does_not_allow_is_said(
    template: dict[str, object], own: dict[str, object], said: list[str]
) -> None:
    found = list(misfits(CLIENT.model_copy(update=template), OWN.model_copy(update=own)))
    assert len(found) == len(said)
    assert all(part in message for part, message in zip(said, found, strict=True))


def test_in_test_only_what_is_in_test_of_a_client_that_is_there() -> None:
    spec = installation(test={"redirect_uris": (HOME,)}).spec
    found = installed_in_test(spec, SERVICE, KEYS)
    assert found is not None
    assert found.title == title_of("fjordlegen.journal", CUSTOMER)
    assert installed_in_test(spec.model_copy(update={"test": None}), SERVICE, KEYS) is None
    assert installed_in_test(spec.model_copy(update={"client": "api"}), SERVICE, KEYS) is None
    assert installed_in_test(spec, SERVICE, ()) is None
