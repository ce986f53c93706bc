"""Client authentication: private_key_jwt as HelseID asks for it (RFC 7523, with FAPI 2.0's choice of audience).

The identifier of an assertion is spent as soon as its signature holds, whatever becomes of the request: a client
that answers `use_dpop_nonce` with the same assertion is refused here, as its retry is a second use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sluse.sandbox.authority import compact
from sluse.sandbox.authority.answers import Refusal
from sluse.sandbox.authority.once import Seen
from sluse.sandbox.authority.profile import ASSERTION_LIFETIME, LONGEST_JTI, SKEW
from sluse.sandbox.authority.store import Registration, Store

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# A choice of organisation: to ignore it would answer with a token for another than was asked for.
_DETAILS: Final = frozenset({"assertion_details", "authorization_details"})


class Assertions:
    """Tells which client sends a request."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = Seen()

    def client(self, form: Mapping[str, str], issuer: str, now: float) -> Registration:
        """Return the authenticated client. Raise a Refusal `invalid_client` (400) that says what is wrong."""
        try:
            return self._client(form, issuer, now)
        except compact.Malformed as malformed:
            raise _refused(f"client_assertion: {malformed}") from None

    def _client(self, form: Mapping[str, str], issuer: str, now: float) -> Registration:
        if form.get("client_assertion_type") != ASSERTION_TYPE or "client_secret" in form:
            raise _refused("only private_key_jwt is accepted: client_assertion_type and client_assertion, no secret")
        assertion = compact.read(form.get("client_assertion", ""))
        if assertion.header.get("typ") != "client-authentication+jwt":
            raise _refused("the assertion's typ must be client-authentication+jwt")
        registration = self._registration(assertion, form)
        self._require_signature(assertion, registration)
        _require_time(assertion, now)
        self._require_audience(assertion, issuer)
        if not _DETAILS.isdisjoint(assertion.claims):
            raise Refusal(400, "invalid_authorization_details", "the assertion's details are not served here")
        self._spend(assertion, registration, now)
        return registration

    def _registration(self, assertion: compact.Compact, form: Mapping[str, str]) -> Registration:
        subject = assertion.claims.get("sub")
        if not isinstance(subject, str) or assertion.claims.get("iss") != subject:
            raise _refused("the assertion's iss and sub must both be the client_id")
        if form.get("client_id", subject) != subject:
            raise _refused("client_id is another than the assertion's")
        registration = self._store.get(subject)
        if registration is None:
            raise _refused("no such client")
        return registration

    def _require_signature(self, assertion: compact.Compact, registration: Registration) -> None:
        key = registration.metadata.key(assertion.header.get("kid"))
        if key is None:
            raise _refused("the assertion's kid is not among the client's keys")
        if assertion.header["alg"] != key.alg:
            raise _refused(f"the assertion's alg is another than the key's {key.alg}")
        if not assertion.signed_by(key.public):
            raise _refused("the assertion's signature does not hold")

    def _require_audience(self, assertion: compact.Compact, issuer: str) -> None:
        if assertion.claims.get("aud") != issuer:
            raise _refused("the assertion's aud must be the issuer, as one string")

    def _spend(self, assertion: compact.Compact, registration: Registration, now: float) -> None:
        jti, until = assertion.claims.get("jti"), assertion.moment("exp")
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
            raise _refused("the assertion's jti is missing")
        assert until is not None
        if not self._seen.first((registration.client_id, jti), until + SKEW, now):
            raise _refused("the assertion was used before")


def _require_time(assertion: compact.Compact, now: float) -> None:
    expires, issued, begins = assertion.moment("exp"), assertion.moment("iat"), assertion.moment("nbf")
    if expires is None:
        raise _refused("the assertion's exp is missing")
    if expires + SKEW <= now:
        raise _refused("the assertion has expired")
    if expires - now > ASSERTION_LIFETIME or (issued is not None and expires - issued > ASSERTION_LIFETIME):
        raise _refused(f"the assertion lives longer than {ASSERTION_LIFETIME} seconds")
    if max(issued or 0, begins or 0) > now + SKEW:
        raise _refused("the assertion's iat or nbf is in the future")


def _refused(description: str) -> Refusal:
    return Refusal(400, "invalid_client", description)
