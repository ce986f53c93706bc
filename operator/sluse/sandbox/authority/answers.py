"""What the authority says: JSON that no cache keeps, and refusals in OAuth's form.

A refusal is an exception, so that every check can be one line where it is made; the middleware alone turns it
into a response. Its text is narrowed to what RFC 6749 lets `error_description` hold, since it may quote the
request and also travels in a header.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

_LONGEST = 300
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Refusal(Exception):
    """`error` is the registered OAuth code. `description` says which check failed, never a secret."""

    def __init__(self, status: int, error: str, description: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{error}: {description}")
        self.status = status
        self.error = error
        self.description = plain(description)
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """Return the JSON answer."""
        return document({"error": self.error, "error_description": self.description}, self.status, self.headers)


def document(body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return `body` as JSON that is not to be stored."""
    return web.Response(
        body=orjson.dumps(body),
        status=status,
        content_type="application/json",
        headers={**_NO_STORE, **(headers or {})},
    )


def challenge(scheme: str, error: str | None = None, description: str = "", **parameters: str) -> dict[str, str]:
    """Return the WWW-Authenticate header; without `error` where no credential was presented at all (RFC 6750 3.1)."""
    if error is not None:
        parameters = {"error": error, "error_description": plain(description), **parameters}
    inside = ", ".join(f'{name}="{value}"' for name, value in parameters.items())
    return {"WWW-Authenticate": f"{scheme} {inside}".rstrip()}


def credential(header: str | None, scheme: str) -> str | None:
    """Return what follows `scheme` in an Authorization header, or None where there is no such credential."""
    name, _, value = (header or "").partition(" ")
    return value if name.lower() == scheme.lower() and value else None


def plain(text: str) -> str:
    """Return `text` with everything but RFC 6749's characters for `error_description` replaced, and cut."""
    return "".join(char if " " <= char <= "~" and char not in '"\\' else "?" for char in text)[:_LONGEST]
