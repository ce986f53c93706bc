"""What a client asks of a login, judged when it is pushed: whatever is wrong is told there, to the client alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sluse.model.service_integration import SecurityLevel
from sluse.sandbox.authority.answers import Refusal
from sluse.sandbox.authority.store import Registration

ACR_VALUES: Final[Mapping[str, SecurityLevel]] = MappingProxyType(
    {"Level4": SecurityLevel.HIGH, "High": SecurityLevel.HIGH}
)
_PROVIDER: Final = "idp:"
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST: Final = 512


@dataclass(frozen=True)
class AuthorizationRequest:
    """`provider`: the alias that was asked for, if any. `jkt`: the key that the code will be bound to, if any."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    state: str | None
    nonce: str | None
    provider: str | None
    level: SecurityLevel
    jkt: str | None


def accept(form: Mapping[str, str], registration: Registration, jkt: str | None) -> AuthorizationRequest:
    """Return the request. Raise a Refusal (400) that names the parameter which is not acceptable."""
    if "authorization_code" not in registration.metadata.grant_types:
        raise Refusal(400, "unauthorized_client", "the client is not registered for authorization_code")
    if "request" in form or "request_uri" in form:
        raise Refusal(400, "invalid_request", "request objects are not served here")
    if form.get("response_type") != "code":
        raise Refusal(400, "unsupported_response_type", "response_type must be code")
    if form.get("redirect_uri") not in registration.metadata.redirect_uris:
        raise Refusal(400, "invalid_request", "redirect_uri is not among the client's")
    if form.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(form.get("code_challenge", "")):
        raise Refusal(400, "invalid_request", "PKCE with S256 is required")
    provider, level = _acr(form.get("acr_values", ""))
    return AuthorizationRequest(
        client_id=registration.client_id,
        redirect_uri=form["redirect_uri"],
        scopes=_scopes(form.get("scope", ""), registration),
        challenge=form["code_challenge"],
        state=_short(form, "state"),
        nonce=_short(form, "nonce"),
        provider=provider,
        level=level,
        jkt=jkt,
    )


def _scopes(asked: str, registration: Registration) -> tuple[str, ...]:
    scopes = tuple(dict.fromkeys(asked.split()))
    if "openid" not in scopes:
        raise Refusal(400, "invalid_scope", "a login needs the scope openid")
    for scope in scopes:
        if scope not in registration.metadata.scopes:
            raise Refusal(400, "invalid_scope", f"not among the client's scopes: {scope}")
        if scope == "offline_access":
            raise Refusal(400, "invalid_scope", "refresh tokens are not served here")
    return scopes


def _acr(values: str) -> tuple[str | None, SecurityLevel]:
    provider, level = None, SecurityLevel.SUBSTANTIAL
    for value in values.split():
        if value.startswith(_PROVIDER):
            provider = value.removeprefix(_PROVIDER)
        elif value in ACR_VALUES:
            level = ACR_VALUES[value]
        else:
            raise Refusal(400, "invalid_request", f"acr_values: {value} is not known here")
    return provider, level


def _short(form: Mapping[str, str], name: str) -> str | None:
    value = form.get(name)
    if value is not None and not 0 < len(value) <= _LONGEST:
        raise Refusal(400, "invalid_request", f"{name} must have 1 to {_LONGEST} characters")
    return value
