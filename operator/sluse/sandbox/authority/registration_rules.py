"""Which registrations are accepted: the metadata of RFC 7591 as far as a HelseID client has it.

Every call states the whole registration: a member that is left out gets its default, whatever was held before.
Unknown members are refused rather than ignored (the RFC allows both), because an ignored member is a
difference that nobody sees until a login fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sluse.sandbox.authority.answers import Refusal
from sluse.sandbox.authority.keys import KeyRefused, client_keys
from sluse.sandbox.authority.metadata import Metadata
from sluse.sandbox.authority.profile import GRANT_TYPES, TENANCIES, Habits
from sluse.sandbox.authority.redirects import RedirectRefused, require_redirect

_STANDARD: Final = frozenset(
    {
        "client_name",
        "grant_types",
        "redirect_uris",
        "post_logout_redirect_uris",
        "jwks",
        "scope",
        "token_endpoint_auth_method",
        "dpop_bound_access_tokens",
    }
)
_EXTENSIONS: Final = frozenset({"helseid_orgnr", "helseid_tenancy", "helseid_child_orgnr", "helseid_claims"})
_LONGEST_NAME: Final = 500
_MOST: Final = 500
_ORGANISATION_NUMBER: Final = re.compile(r"[0-9]{9}")
_API_CLAIM: Final = re.compile(r"[a-z0-9-]+:(?!//)[!-~]+")


def accept(document: Mapping[str, Any], habits: Habits) -> Metadata:
    """Return what is to be registered. Raise a Refusal (400) naming the member that is not acceptable."""
    known = _STANDARD | _EXTENSIONS if habits.extensions else _STANDARD
    unknown = sorted(document.keys() - known)
    if unknown and not habits.accept_unknown_members:
        raise _invalid(f"unknown members: {', '.join(unknown)}")
    document = {name: value for name, value in document.items() if name in known and value is not None}
    _require_profile(document)
    grants = _grants(document)
    metadata = Metadata(
        client_name=_name(document),
        grant_types=grants,
        redirect_uris=_uris(document, "redirect_uris", "invalid_redirect_uri"),
        post_logout_redirect_uris=_uris(document, "post_logout_redirect_uris", "invalid_client_metadata"),
        keys=_keys(document),
        scopes=_scopes(document, habits),
        orgnr=_orgnr(document),
        tenancy=_tenancy(document),
        child_orgnrs=_child_orgnrs(document),
        claims=_claims(document),
        extensions=habits.extensions,
    )
    if "authorization_code" in grants and not metadata.redirect_uris:
        raise Refusal(400, "invalid_redirect_uri", "authorization_code needs redirect_uris")
    if metadata.tenancy != "none" and metadata.orgnr is None:
        raise _invalid("helseid_orgnr is required for this helseid_tenancy")
    return metadata


def _require_profile(document: Mapping[str, Any]) -> None:
    if document.get("token_endpoint_auth_method") != "private_key_jwt":
        raise _invalid("token_endpoint_auth_method must be private_key_jwt")
    if document.get("dpop_bound_access_tokens") is not True:
        raise _invalid("dpop_bound_access_tokens must be true")


def _name(document: Mapping[str, Any]) -> str | None:
    name = document.get("client_name")
    if name is not None and (not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or not name.isprintable()):
        raise _invalid(f"client_name must be a line of at most {_LONGEST_NAME} characters")
    return name


def _grants(document: Mapping[str, Any]) -> tuple[str, ...]:
    grants = _strings(document, "grant_types", ("authorization_code",))
    unknown = [grant for grant in grants if grant not in GRANT_TYPES]
    if unknown or not grants:
        raise _invalid(f"grant_types: {', '.join(unknown) or 'none'} is not among {', '.join(sorted(GRANT_TYPES))}")
    return grants


def _uris(document: Mapping[str, Any], member: str, error: str) -> tuple[str, ...]:
    uris = _strings(document, member, ())
    for uri in uris:
        try:
            require_redirect(uri)
        except RedirectRefused as refused:
            raise Refusal(400, error, f"{member}: {uri}: {refused}") from None
    return uris


def _keys(document: Mapping[str, Any]) -> Any:
    try:
        return client_keys(document.get("jwks"))
    except KeyRefused as refused:
        raise _invalid(str(refused)) from None


def _scopes(document: Mapping[str, Any], habits: Habits) -> tuple[str, ...]:
    scope = document.get("scope", "")
    if not isinstance(scope, str):
        raise _invalid("scope must be a string of names with spaces between")
    scopes = tuple(scope.split())
    unknown = [name for name in scopes if name not in habits.known_scopes]
    if unknown:
        raise _invalid(f"unknown scope: {' '.join(unknown)}")
    if len(set(scopes)) < len(scopes):
        raise _invalid("scope names a scope twice")
    return scopes


def _orgnr(document: Mapping[str, Any]) -> str | None:
    orgnr = document.get("helseid_orgnr")
    if orgnr is not None and (not isinstance(orgnr, str) or not _ORGANISATION_NUMBER.fullmatch(orgnr)):
        raise _invalid("helseid_orgnr must be nine digits")
    return orgnr


def _tenancy(document: Mapping[str, Any]) -> str:
    tenancy = document.get("helseid_tenancy", "none")
    if not isinstance(tenancy, str) or tenancy not in TENANCIES:
        raise _invalid(f"helseid_tenancy must be one of {', '.join(sorted(TENANCIES))}")
    return tenancy


def _child_orgnrs(document: Mapping[str, Any]) -> tuple[str, ...]:
    children = _strings(document, "helseid_child_orgnr", ())
    if not all(_ORGANISATION_NUMBER.fullmatch(child) for child in children):
        raise _invalid("helseid_child_orgnr must hold numbers of nine digits")
    return children


def _claims(document: Mapping[str, Any]) -> Mapping[str, str]:
    claims = document.get("helseid_claims", {})
    if not isinstance(claims, dict) or len(claims) > _MOST:
        raise _invalid("helseid_claims must be an object of claim types and values")
    for name, value in claims.items():
        # Only an API's own claim types: a registration must not be able to set iss, cnf or helseid:// claims.
        if not _API_CLAIM.fullmatch(name):
            raise _invalid(f"helseid_claims: {name} is not a claim type of an API")
        if not isinstance(value, str):
            raise _invalid(f"helseid_claims: the value of {name} must be a string")
    return dict(claims)


def _strings(document: Mapping[str, Any], member: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = document.get(member, list(default))
    if not isinstance(value, list) or len(value) > _MOST or not all(isinstance(item, str) for item in value):
        raise _invalid(f"{member} must be a list of at most {_MOST} strings")
    if len(set(value)) < len(value):
        raise _invalid(f"{member} holds a value twice")
    return tuple(value)


def _invalid(description: str) -> Refusal:
    return Refusal(400, "invalid_client_metadata", description)
