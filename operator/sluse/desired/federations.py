"""An authored identity provider and an environment -> the federation wanted at that environment's authority.

Test and production differ only here, by where the provider is. Lists are sorted, so that order in a file means nothing.
"""

from __future__ import annotations

from sluse.model.digests import canonical
from sluse.model.federation import Federation
from sluse.model.identity_provider import ClaimMapping, Protocol, ProviderValues


def federation(alias: str, title: str, protocol: Protocol, claims: ClaimMapping, values: ProviderValues) -> Federation:
    """Return what is registered. The users of a test are no part of it."""
    return Federation(
        alias=alias,
        title=title,
        issuer=values.issuer,
        jwks_uri=values.jwks_uri,
        protocol=protocol.model_copy(update={"algorithms": tuple(sorted(protocol.algorithms))}),
        claims=claims.model_copy(
            update={
                "identifier_kinds": tuple(sorted(claims.identifier_kinds)),
                "levels": tuple(sorted(claims.levels, key=lambda level: canonical(level.wire()))),
            }
        ),
    )
