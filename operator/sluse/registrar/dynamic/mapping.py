"""A registration as RFC 7591 client metadata, and back. Pure.

All members are always sent: to an authority whose PUT is half a merge, a member left out is a silent downgrade
(Keycloak falls back to a shared secret). Reading never fails: a person may have typed anything at the authority, and what
no model can hold is left out of the registration and named as drift, so that an update puts it right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from sluse.errors import Refused
from sluse.model.keys import PRIVATE_MEMBERS, PublicJwk
from sluse.model.registration import Registration
from sluse.model.service_integration import Claim, Grant, Tenancy
from sluse.model.value import Line, OrganisationNumber, Scope, Url
from sluse.plan.client import difference
from sluse.registrar.dynamic import client_name
from sluse.registrar.http.plain import plain
from sluse.registrar.normal import normal
from sluse.registrar.port import Mark
from sluse.words.said import say

Item = TypeVar("Item")

EXTENSIONS = ("helseid_orgnr", "helseid_tenancy", "helseid_child_orgnr", "helseid_claims")
_FIXED: Mapping[str, object] = {"token_endpoint_auth_method": "private_key_jwt", "dpop_bound_access_tokens": True}
# Where each field of the model is on the wire.
_MEMBERS = {
    "title": "client_name",
    "organisationNumber": "helseid_orgnr",
    "tenancy": "helseid_tenancy",
    "grants": "grant_types",
    "scopes": "scope",
    "redirectUris": "redirect_uris",
    "postLogoutRedirectUris": "post_logout_redirect_uris",
    "childOrganisationNumbers": "helseid_child_orgnr",
    "claims": "helseid_claims",
    "keys": "jwks",
}
# What the RFCs let an authority add about the registration itself.
_OF_THE_AUTHORITY = frozenset(
    {
        "client_id",
        "client_id_issued_at",
        "client_secret_expires_at",
        "registration_access_token",
        "registration_client_uri",
    }
)
_UNKNOWN_NUMBER = "000000000"
_NO_NAME = "(no name)"
_MOST_EXTRA = 50
_LONGEST_NAME = 64


@dataclass(frozen=True)
class Reading:
    """What metadata says. `extensions`: whether the authority gave back any of ours; for the rest see `Observed`."""

    registration: Registration
    mark: Mark | None
    extensions: bool
    drift: tuple[str, ...]
    extra: tuple[str, ...]


def metadata(registration: Registration, mark: Mark, *, extensions: bool) -> dict[str, Any]:
    """Return the members to send. Refused where the wire cannot hold what is wanted."""
    registration = normal(registration)
    members: dict[str, Any] = {
        "client_name": client_name.write(mark, registration.title),
        "grant_types": [grant.value for grant in registration.grants],
        "redirect_uris": list(registration.redirect_uris),
        "post_logout_redirect_uris": list(registration.post_logout_redirect_uris),
        "jwks": {"keys": [key.wire() for key in registration.keys]},
        "scope": " ".join(registration.scopes),
        **_FIXED,
    }
    return {**members, **_extensions(registration)} if extensions else members


def read(members: Mapping[str, Any]) -> Reading:
    """Return what an authority's answer says of a registration."""
    reader = _Reader(members)
    mark, title = reader.name()
    extensions = any(name in members for name in EXTENSIONS)
    # Not validated as a whole: an empty list is what the authority holds, although nobody may ask for one.
    registration = Registration.model_construct(
        title=title,
        organisation_number=reader.one("helseid_orgnr", OrganisationNumber, _UNKNOWN_NUMBER, required=extensions),
        tenancy=reader.one("helseid_tenancy", Tenancy, Tenancy.SINGLE, required=extensions),
        grants=reader.many("grant_types", Grant),
        scopes=reader.scopes(),
        redirect_uris=reader.many("redirect_uris", Url),
        post_logout_redirect_uris=reader.many("post_logout_redirect_uris", Url),
        child_organisation_numbers=reader.many("helseid_child_orgnr", OrganisationNumber),
        claims=reader.claims(),
        keys=reader.keys(),
    )
    reader.fixed()
    return Reading(normal(registration), mark, extensions, reader.drift, _extra(members, extensions=extensions))


def altered(expected: Registration, mark: Mark, reading: Reading) -> tuple[str, ...]:
    """Return the members that an authority registered otherwise than it was asked to.

    `expected` is without our extensions where this authority keeps none: those are dropped and shown, not altered.
    """
    changed = {_MEMBERS[change.field] for change in difference(expected, reading.registration)}
    changed.update(reading.drift)
    if reading.mark != mark:
        changed.add("client_name")
    return tuple(sorted(changed))


def without_extensions(registration: Registration) -> Registration:
    """Return how a registration comes back from an authority that keeps none of our extensions."""
    return registration.model_copy(
        update={
            "organisation_number": _UNKNOWN_NUMBER,
            "tenancy": Tenancy.SINGLE,
            "child_organisation_numbers": (),
            "claims": (),
        }
    )


def _extensions(registration: Registration) -> dict[str, Any]:
    claims = {claim.type: claim.value for claim in registration.claims}
    if len(claims) < len(registration.claims):
        raise Refused(
            say("A claim type is given two values, and this authority holds one for each."),
            hint=say("give each claim type once"),
            code="invalid_client_metadata",
        )
    return {
        "helseid_orgnr": registration.organisation_number,
        "helseid_tenancy": registration.tenancy.value,
        "helseid_child_orgnr": list(registration.child_organisation_numbers),
        "helseid_claims": claims,
    }


def _extra(members: Mapping[str, Any], *, extensions: bool) -> tuple[str, ...]:
    ours = {*_MEMBERS.values(), *_FIXED}
    unasked = sorted(plain(name, most=_LONGEST_NAME) for name in members if name not in ours | _OF_THE_AUTHORITY)
    return (*(() if extensions else EXTENSIONS), *unasked[:_MOST_EXTRA])


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class _Reader:
    """Takes members one by one and remembers which could not be taken as they are."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = members
        # Keys fetched from an address would be in force beside or instead of ours.
        self._drift = {"jwks_uri"} if members.get("jwks_uri") is not None else set()

    @property
    def drift(self) -> tuple[str, ...]:
        return tuple(sorted(self._drift))

    def name(self) -> tuple[Mark | None, str]:
        name = self._members.get("client_name")
        mark, title = client_name.read(name) if isinstance(name, str) else (None, "")
        if mark is None:
            self._drift.add("client_name")
        taken = self._take("client_name", [title], Line)
        return mark, taken[0] if taken else _NO_NAME

    def one(self, member: str, kind: Any, otherwise: Item, *, required: bool) -> Item:
        value = self._members.get(member)
        if value is None:
            self._note(member, required)
            return otherwise
        taken = self._take(member, [value], kind)
        return taken[0] if taken else otherwise

    def many(self, member: str, kind: Any) -> tuple[Any, ...]:
        value = self._members.get(member)
        self._note(member, value is not None and not isinstance(value, list))
        return self._take(member, value if isinstance(value, list) else [], kind)

    def scopes(self) -> tuple[str, ...]:
        value = self._members.get("scope")
        self._note("scope", value is not None and not isinstance(value, str))
        return self._take("scope", value.split() if isinstance(value, str) else [], Scope)

    def claims(self) -> tuple[Claim, ...]:
        value = self._members.get("helseid_claims")
        self._note("helseid_claims", value is not None and not isinstance(value, dict))
        pairs = value.items() if isinstance(value, dict) else ()
        return self._take("helseid_claims", [{"type": name, "value": text} for name, text in pairs], Claim)

    def keys(self) -> tuple[PublicJwk, ...]:
        jwks = self._members.get("jwks")
        keys = jwks.get("keys") if isinstance(jwks, dict) else None
        known: list[object] = []
        for key in keys if isinstance(keys, list) else ():
            # An authority may add members (x5t, key_ops); a private one means that somebody else has the key.
            self._note("jwks", not isinstance(key, dict) or not PRIVATE_MEMBERS.isdisjoint(key))
            known.append({name: key[name] for name in PublicJwk.model_fields if name in key} if _is(key) else key)
        self._note("jwks", not known)
        return self._take("jwks", known, PublicJwk)

    def fixed(self) -> None:
        for member, value in _FIXED.items():
            held = self._members.get(member)
            self._note(member, held != value or type(held) is not type(value))  # 1 equals True

    def _take(self, member: str, values: list[Any], kind: Any) -> tuple[Any, ...]:
        taken = []
        for value in values:
            try:
                taken.append(_adapter(kind).validate_python(value))
            except ValidationError:
                self._drift.add(member)
        return tuple(taken)

    def _note(self, member: str, differs: bool) -> None:  # noqa: FBT001 - it is the fact, not an option
        if differs:
            self._drift.add(member)


def _is(key: object) -> bool:
    return isinstance(key, dict)
