"""What people must do at an authority for an identity provider where no admin API is at hand: in words, and exact. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.model.federation import Federation
from sluse.model.registration import Use
from sluse.model.resources.identity_federation import IdentityFederationSpec
from sluse.registrar.port import Mark


def work_order(wanted: IdentityFederationSpec, issuer: str, mark: Mark) -> str:
    """Return one sentence after another. The same is wanted: the same text, so that waiting writes nothing."""
    if wanted.federation is None:
        lines: Iterator[str] = iter((f"remove the identity provider {wanted.provider} at {issuer}, if it is there",))
    else:
        lines = _adding(wanted.federation, issuer, mark, enabled=wanted.use is Use.OPEN)
    return f"the settings name no admin API (authority.federation): {'; '.join(lines)}"[:2000]


def _adding(federation: Federation, issuer: str, mark: Mark, *, enabled: bool) -> Iterator[str]:
    protocol, claims = federation.protocol, federation.claims
    state = "enabled" if enabled else "disabled, so that nobody logs in through it yet"
    yield f"at {issuer} let the identity provider {federation.alias} be as follows, {state}"
    yield f"shown as {federation.title}, owner {mark.text}"
    yield f"issuer {federation.issuer}, keys only from {federation.jwks_uri}, every signature validated"
    algorithms = " or ".join(sorted(protocol.algorithms))
    pkce = "PKCE with S256" if protocol.pkce else "no PKCE"
    yield f"response type {protocol.response_type.value}, {pkce}, ID tokens signed with {algorithms}"
    yield f"our authentication there: {protocol.client_authentication.value}"
    yield f"identifier ({' or '.join(sorted(claims.identifier_kinds))}) from claim {claims.identifier}"
    levels = ", ".join(f"{each.value} is {each.level.value}" for each in claims.levels)
    yield f"method from claim {claims.method}, level from claim {claims.level}: {levels}"
