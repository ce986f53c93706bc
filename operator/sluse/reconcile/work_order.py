"""What people must do at an authority for an identity provider where no admin API is at hand: in words, and exact. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.model.federation import Federation
from sluse.model.registration import Use
from sluse.model.resources.identity_federation import IdentityFederationSpec
from sluse.registrar.port import Mark
from sluse.rules.shown import either
from sluse.words.said import say, several, short


def work_order(wanted: IdentityFederationSpec, issuer: str, mark: Mark) -> str:
    """Return one sentence after another. The same is wanted: the same text, so that waiting writes nothing."""
    if wanted.federation is None:
        lines = iter((_removing(wanted.provider, issuer),))
    else:
        lines = _adding(wanted.federation, issuer, mark, enabled=wanted.use is Use.OPEN)
    return short(say("the settings name no admin API (authority.federation): {lines}", lines=several(lines)), 2000)


def _removing(provider: str, issuer: str) -> str:
    return say("remove the identity provider {provider} at {issuer}, if it is there", provider=provider, issuer=issuer)


def _adding(federation: Federation, issuer: str, mark: Mark, *, enabled: bool) -> Iterator[str]:
    protocol, claims = federation.protocol, federation.claims
    state = say("enabled") if enabled else say("disabled, so that nobody logs in through it yet")
    yield say(
        "at {issuer} let the identity provider {alias} be as follows, {state}",
        issuer=issuer,
        alias=federation.alias,
        state=state,
    )
    yield say("shown as {title}, owner {mark}", title=federation.title, mark=mark.text)
    yield say(
        "issuer {issuer}, keys only from {jwks_uri}, every signature validated",
        issuer=federation.issuer,
        jwks_uri=federation.jwks_uri,
    )
    algorithms = either(sorted(protocol.algorithms))
    pkce = say("PKCE with S256") if protocol.pkce else say("no PKCE")
    yield say(
        "response type {response_type}, {pkce}, ID tokens signed with {algorithms}",
        response_type=protocol.response_type.value,
        pkce=pkce,
        algorithms=algorithms,
    )
    yield say(
        "our authentication there: {client_authentication}", client_authentication=protocol.client_authentication.value
    )
    yield say(
        "identifier ({identifier_kinds}) from claim {identifier}",
        identifier_kinds=either(sorted(claims.identifier_kinds)),
        identifier=claims.identifier,
    )
    levels = several(
        (say("{value} is {level}", value=each.value, level=each.level.value) for each in claims.levels), ", "
    )
    yield say(
        "method from claim {method}, level from claim {level}: {levels}",
        method=claims.method,
        level=claims.level,
        levels=levels,
    )
