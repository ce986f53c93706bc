"""What is to be registered for one identity provider, as small as it can be."""

from __future__ import annotations

from sluse.model.federation import Federation
from sluse.model.identity_provider import ClaimMapping, IdentifierKind, LevelValue, Protocol, SigningAlgorithm
from sluse.model.names import IntegrationKey
from sluse.model.registration import Use
from sluse.model.resources.identity_federation import IdentityFederationSpec
from sluse.model.service_integration import SecurityLevel

ALIAS = "polar-login"
KEY = IntegrationKey("polar-id", ALIAS)


def federation(**changes: object) -> Federation:
    base = Federation(
        alias=ALIAS,
        title="Polar-ID «æøå»",
        issuer="https://login.test.polar-id.example",
        jwks_uri="https://login.test.polar-id.example/jwks",
        protocol=Protocol(algorithms=(SigningAlgorithm.ES256, SigningAlgorithm.PS256)),
        claims=ClaimMapping(
            identifier="pid",
            identifier_kinds=(IdentifierKind.NATIONAL, IdentifierKind.D_NUMBER),
            levels=(
                LevelValue(value="Høyt", level=SecurityLevel.HIGH),
                LevelValue(value="Betydelig", level=SecurityLevel.SUBSTANTIAL),
            ),
        ),
    )
    return base.model_copy(update=changes)


def spec(use: Use = Use.OPEN, **changes: object) -> IdentityFederationSpec:
    return IdentityFederationSpec(
        organisation=KEY.organisation,
        provider=KEY.name,
        use=use,
        federation=None if use is Use.RETIRED else federation(**changes),
    )
