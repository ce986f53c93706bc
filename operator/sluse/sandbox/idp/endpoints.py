"""The provider's five pages: two that are published, two for a browser, one for the relying party."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from sluse.sandbox.authority.codes import s256
from sluse.sandbox.authority.once import Kept
from sluse.sandbox.clock import Clock
from sluse.sandbox.idp.defects import Defect, Defects
from sluse.sandbox.idp.keys import Keys
from sluse.sandbox.idp.pages import login_form, told
from sluse.sandbox.idp.relying_party import Authentication, NotTheParty, RelyingParty
from sluse.sandbox.idp.tokens import Asked, Issuing, claims
from sluse.sandbox.idp.users import User, Users

DISCOVERY: Final = "/.well-known/openid-configuration"
JWKS: Final = "/.well-known/jwks"
AUTHORIZE: Final = "/authorize"
LOGIN: Final = "/login"
TOKEN: Final = "/token"  # noqa: S105 - a path
_LOGIN_LIFETIME: Final = 600
_CODE_LIFETIME: Final = 60


@dataclass
class State:
    """What outlives the application. `levels`: the provider's words for levels, best first."""

    title: str
    clock: Clock
    authentication: Authentication
    levels: tuple[str, ...]
    users: Users = field(default_factory=Users)
    defects: Defects = field(default_factory=Defects)
    party: RelyingParty | None = None
    logins: Kept[Asked] = field(default_factory=lambda: Kept(_LOGIN_LIFETIME))
    codes: Kept[tuple[Asked, User]] = field(default_factory=lambda: Kept(_CODE_LIFETIME))

    def __post_init__(self) -> None:
        self.keys = Keys(self.defects)

    @property
    def now(self) -> float:
        """The sandbox's time, in seconds."""
        return self.clock.now().timestamp()


class Endpoints:
    """The handlers."""

    def __init__(self, state: State, issuer: Callable[[], str]) -> None:
        self._state = state
        self._issuer = issuer

    async def discovery(self, _request: web.Request) -> web.Response:
        """Return OpenID Connect's metadata."""
        issuer, defects = self._issuer(), self._state.defects
        return web.json_response(
            {
                "issuer": f"{issuer}/other" if Defect.DISCOVERY_OF_ANOTHER in defects else issuer,
                "authorization_endpoint": issuer + AUTHORIZE,
                "token_endpoint": issuer + TOKEN,
                "jwks_uri": issuer + JWKS,
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "scopes_supported": ["openid"],
                "claims_supported": ["pid", "amr", "acr"],
                "acr_values_supported": list(self._state.levels),
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["ES256", "PS256"],
                "id_token_signing_alg_values_supported": ["RS256" if Defect.RS256 in defects else "ES256"],
            }
        )

    async def jwks(self, _request: web.Request) -> web.Response:
        """Return the public keys."""
        if Defect.KEYS_MOVED in self._state.defects:
            return web.Response(status=302, headers={"Location": "https://keys.elsewhere.example/jwks"})
        return web.json_response(self._state.keys.published())

    async def authorize(self, request: web.Request) -> web.Response:
        """Show the login form, or say what is wrong with the request."""
        query, party = request.query, self._state.party
        if (
            party is None
            or query.get("client_id") != party.client_id
            or query.get("redirect_uri") != party.redirect_uri
        ):
            return told(400, "Who sends you is not known here: neither client_id nor redirect_uri are a party's.")
        if query.get("response_type") != "code" or "openid" not in query.get("scope", "").split():
            return told(400, "response_type must be code, and scope have openid.")
        if query.get("code_challenge_method") != "S256" or not query.get("state") or not query.get("nonce"):
            return told(400, "PKCE with S256, state and nonce are required.")
        asked = Asked(party.redirect_uri, query["state"], query["nonce"], query.get("code_challenge", ""))
        return login_form(self._state.title, self._state.logins.keep(asked, self._state.now))

    async def login(self, request: web.Request) -> web.Response:
        """Send the browser back with a code, or show the form again."""
        form = await _fields(request)
        asked = self._state.logins.take(form.get("handle"), self._state.now)
        if asked is None:
            return told(400, "This login is unknown, finished or too old. Begin again where you came from.")
        user = self._state.users.known(form.get("username", ""), form.get("password", ""))
        if user is None:
            handle = self._state.logins.keep(asked, self._state.now)
            return login_form(self._state.title, handle, "User or password is wrong.")
        code = self._state.codes.keep((asked, user), self._state.now)
        query = urlencode({"code": code, "state": asked.state, "iss": self._issuer()})
        return web.Response(status=303, headers={"Location": f"{asked.redirect_uri}?{query}"})

    async def token(self, request: web.Request) -> web.Response:
        """Redeem a code for an ID token."""
        form, party, now = await _fields(request), self._state.party, self._state.now
        try:
            if party is None:
                raise NotTheParty("no party is known here")  # noqa: TRY301 - as the others are
            await self._state.authentication.require(form, party, self._issuer(), now)
        except NotTheParty as stranger:
            return _refused("invalid_client", str(stranger))
        asked, user = self._state.codes.take(form.get("code"), now) or (None, None)
        if asked is None or user is None or form.get("grant_type") != "authorization_code":
            return _refused("invalid_grant", "the code is unknown, used or expired")
        if form.get("redirect_uri") != asked.redirect_uri or s256(form.get("code_verifier", "")) != asked.challenge:
            return _refused("invalid_grant", "redirect_uri or code_verifier are not those of the request")
        issuing = Issuing(self._issuer(), party.client_id, now, self._state.levels)
        said = claims(user, asked, issuing, self._state.defects)
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": "not-used",
            "expires_in": _CODE_LIFETIME,
            "id_token": self._state.keys.sign(said),
        }
        return web.json_response(body, headers={"Cache-Control": "no-store"})


async def _fields(request: web.Request) -> dict[str, str]:
    body = await request.read()
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=20))


def _refused(error: str, description: str) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=400)
