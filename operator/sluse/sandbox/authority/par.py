"""POST /connect/par: a client hands in what it asks of a login, and gets a reference for the browser (RFC 9126).

Authenticated as at the token endpoint. A DPoP proof, or `dpop_jkt`, binds the code to come to its key (RFC 9449
section 10); a nonce is not demanded here, since the token endpoint demands one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from sluse.sandbox.authority import authorization_request
from sluse.sandbox.authority.answers import Refusal, document
from sluse.sandbox.authority.assertions import Assertions
from sluse.sandbox.authority.authorization_request import AuthorizationRequest
from sluse.sandbox.authority.dpop import BadProof, Proofs
from sluse.sandbox.authority.forms import read_form, require_no_details
from sluse.sandbox.authority.once import Kept
from sluse.sandbox.authority.profile import REQUEST_LIFETIME
from sluse.sandbox.clock import Clock

PATH: Final = "/connect/par"
_PREFIX: Final = "urn:ietf:params:oauth:request_uri:"


class Pushed:
    """Requests that were pushed, until a browser brings their reference."""

    def __init__(self) -> None:
        self._kept: Kept[AuthorizationRequest] = Kept(REQUEST_LIFETIME)

    def keep(self, asked: AuthorizationRequest, now: float) -> str:
        """Return the reference."""
        return _PREFIX + self._kept.keep(asked, now)

    def take(self, reference: str, client_id: str | None, now: float) -> AuthorizationRequest:
        """Return the request, once. Raise a Refusal (400): nobody is known to send the browser back to."""
        asked = self._kept.take(reference.removeprefix(_PREFIX), now)
        if asked is None:
            raise Refusal(400, "invalid_request", "request_uri is missing, unknown, used or expired: push the request")
        if client_id != asked.client_id:
            raise Refusal(400, "invalid_request", "client_id is another than that of the pushed request")
        return asked


class PushedAuthorizationRequests:
    """The endpoint."""

    def __init__(
        self, issuer: Callable[[], str], clock: Clock, assertions: Assertions, proofs: Proofs, pushed: Pushed
    ) -> None:
        self._issuer = issuer
        self._clock = clock
        self._assertions = assertions
        self._proofs = proofs
        self._pushed = pushed

    async def post(self, request: web.Request) -> web.Response:
        """Answer 201 with the reference, or a Refusal."""
        form = await read_form(request)
        issuer, now = self._issuer(), self._clock.now().timestamp()
        registration = self._assertions.client(form, issuer, now)
        require_no_details(form)
        asked = authorization_request.accept(form, registration, self._jkt(request, form, issuer, now))
        return document({"request_uri": self._pushed.keep(asked, now), "expires_in": REQUEST_LIFETIME}, 201)

    def _jkt(self, request: web.Request, form: Mapping[str, str], issuer: str, now: float) -> str | None:
        named = form.get("dpop_jkt")
        headers = request.headers.getall("DPoP", [])
        if not headers:
            return named
        try:
            proof = self._proofs.judge(headers, "POST", issuer + PATH, now)
        except BadProof as bad:
            raise Refusal(400, "invalid_dpop_proof", str(bad)) from None
        if named not in (None, proof.jkt):
            raise Refusal(400, "invalid_dpop_proof", "dpop_jkt is another key than the proof's")
        return proof.jkt
