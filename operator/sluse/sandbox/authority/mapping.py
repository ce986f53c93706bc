"""An identity provider's ID token -> who logged in, or why the login is refused. Pure.

HelseID passes on three parameters: identifier, method and level. A token that lacks one, or says it in words that
were not agreed on, is refused here, since a service behind could not tell. Reasons never quote an identifier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from joserfc import jwk
from joserfc.errors import JoseError

from sluse.acceptance.identifiers import is_synthetic, kind_of
from sluse.model.service_integration import SecurityLevel
from sluse.sandbox.authority import compact
from sluse.sandbox.authority.profile import SKEW
from sluse.sandbox.authority.providers import Provider

_LONGEST_METHOD = 60


class LoginRefused(ValueError):
    """What the provider said is not what was agreed; the message says which part."""


def verified(token: object, jwks: Mapping[str, Any], provider: Provider, nonce: str, now: float) -> Mapping[str, Any]:
    """Return the claims of an ID token that is the provider's, for us, for this login, and still valid."""
    if not isinstance(token, str):
        raise LoginRefused("there is no id_token")
    try:
        read = compact.read(token)
        _require_signature(read, jwks, provider)
        _require_addressed(read, provider, nonce, now)
    except compact.Malformed as malformed:
        raise LoginRefused(f"the id_token: {malformed}") from None
    return read.claims


def mapped(
    claims: Mapping[str, Any], provider: Provider, least: SecurityLevel
) -> tuple[str, tuple[str, ...], SecurityLevel]:
    """Return identifier, methods and level. Raise LoginRefused where one is missing or not as agreed."""
    return _identifier(claims, provider), _methods(claims, provider), _level(claims, provider, least)


def _require_signature(read: compact.Compact, jwks: Mapping[str, Any], provider: Provider) -> None:
    algorithm = read.header.get("alg")
    if algorithm not in provider.algorithms:
        raise LoginRefused(f"the id_token is signed with {algorithm}, agreed is {' or '.join(provider.algorithms)}")
    try:
        keys: Sequence[Any] = jwk.KeySet.import_key_set({"keys": jwks["keys"]}).keys
    except (JoseError, KeyError, TypeError, ValueError):
        raise LoginRefused("the provider's key set cannot be read") from None
    kid = read.header.get("kid")
    named = [key for key in keys if key.kid == kid and isinstance(key, jwk.RSAKey | jwk.ECKey)]
    if not named:
        raise LoginRefused("the id_token's kid is not in the provider's key set")
    if not read.signed_by(named[0]):
        raise LoginRefused("the id_token's signature does not hold")


def _require_addressed(read: compact.Compact, provider: Provider, nonce: str, now: float) -> None:
    if read.claims.get("iss") != provider.issuer:
        raise LoginRefused("the id_token's iss is not the provider's issuer")
    if read.claims.get("aud") not in (provider.client_id, [provider.client_id]):
        raise LoginRefused("the id_token's aud is not this authority")
    if read.claims.get("nonce") != nonce:
        raise LoginRefused("the id_token's nonce is not that of this login")
    expires, issued = read.moment("exp"), read.moment("iat")
    if expires is None or expires + SKEW <= now:
        raise LoginRefused("the id_token has expired, or has no exp")
    if issued is None or issued > now + SKEW:
        raise LoginRefused("the id_token's iat is missing or in the future")


def _identifier(claims: Mapping[str, Any], provider: Provider) -> str:
    value = claims.get(provider.identifier_claim)
    if value is None:
        raise LoginRefused(f"the id_token has no identifier ({provider.identifier_claim})")
    kind = kind_of(value)
    if kind is None:
        raise LoginRefused(f"{provider.identifier_claim} is no identifier of a person")
    if kind not in provider.identifier_kinds:
        raise LoginRefused(f"{provider.identifier_claim} is a {kind.value}, which was not agreed on")
    identifier = str(value)
    if not is_synthetic(identifier):
        raise LoginRefused(f"{provider.identifier_claim} is not a synthetic person's: no other is let in here")
    return identifier


def _methods(claims: Mapping[str, Any], provider: Provider) -> tuple[str, ...]:
    value = claims.get(provider.method_claim)
    methods = [value] if isinstance(value, str) else value
    if not isinstance(methods, list) or not methods:
        raise LoginRefused(f"the id_token has no method of authentication ({provider.method_claim})")
    if not all(isinstance(method, str) and 0 < len(method) <= _LONGEST_METHOD for method in methods):
        raise LoginRefused(f"{provider.method_claim} is no list of methods")
    return tuple(methods)


def _level(claims: Mapping[str, Any], provider: Provider, least: SecurityLevel) -> SecurityLevel:
    value = claims.get(provider.level_claim)
    if value is None:
        raise LoginRefused(f"the id_token has no level ({provider.level_claim})")
    level = provider.levels.get(value) if isinstance(value, str) else None
    if level is None:
        raise LoginRefused(f"{provider.level_claim} has a value that means no agreed level")
    if least is SecurityLevel.HIGH and level is not SecurityLevel.HIGH:
        raise LoginRefused(f"the level is {level.value}, and {least.value} was asked for")
    return level
