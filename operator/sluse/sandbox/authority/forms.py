"""Forms as clients post them to the token endpoint and to PAR: each parameter once, and nothing that is not served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from sluse.sandbox.authority.answers import Refusal

_MOST_PARAMETERS: Final = 50


async def read_form(request: web.Request) -> dict[str, str]:
    """Return the parameters of the body. Raise a Refusal (400) where they cannot be had, or a secret came in a header."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Refusal(400, "invalid_request", "the body must be application/x-www-form-urlencoded")
    body = await request.read()
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise Refusal(400, "invalid_request", "the body cannot be read") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise Refusal(400, "invalid_request", "a parameter is repeated")
    if "Authorization" in request.headers:
        raise Refusal(400, "invalid_client", "only private_key_jwt is accepted, no Authorization header")
    return form


def require_no_details(form: Mapping[str, str]) -> None:
    """Refuse a choice of organisation: to ignore it would answer with a token for another than was asked for."""
    if "authorization_details" in form:
        raise Refusal(400, "invalid_authorization_details", "authorization_details are not served here")
