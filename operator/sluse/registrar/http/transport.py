"""One bounded HTTP exchange with an authority.

What is left out matters most here: no redirects (they would carry the credential elsewhere), no cookies, no proxies
from the environment, no compression (a small body that unpacks to a large one), and no second try: aiohttp repeats a
PUT or DELETE on a broken connection by itself, and where the first one rotated the credential, the second
one's 401 hides it. Reading may rotate a credential too, so every request passes the fence, right before it is written to
its connection. Bodies and tokens are never logged.
"""

from __future__ import annotations

import logging
import ssl
import uuid
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson
from pydantic import SecretStr
from yarl import URL

from sluse.leadership.fence import Fence
from sluse.leadership.requests import fenced
from sluse.registrar.http import errors
from sluse.registrar.http.errors import Answer, Call

_log = logging.getLogger(__name__)

_LARGEST_BODY = 512 * 1024
_CHUNK = 64 * 1024
_IDLE = 10.0  # seconds; below any server's own, so that a kept connection is seldom found closed


class Broken(aiohttp.ClientError):
    """The connection broke after the request was sent: whether it was carried out is not known."""


class Transport:
    """Requests to one authority. `timeout` in seconds for a whole exchange; at most `connections` at once."""

    def __init__(
        self, issuer: str, tls: ssl.SSLContext | None, *, timeout: float, connections: int, fence: Fence
    ) -> None:
        self._issuer = issuer
        self._fence = fence
        self._tls = tls
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def exchange(
        self,
        call: Call,
        method: str,
        url: URL,
        *,
        template: str,
        token: SecretStr | None,
        members: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Send and read. `template` is the path as logs show it. AuthorityUnavailable where no answer came."""
        try:
            return await self._send(method, url, template, token, members)
        except (aiohttp.ClientError, OSError) as error:
            failed = errors.unreachable(call, error, self._issuer)
        # Outside the handler: the library's error holds the request's headers, and a chained one would be shown.
        raise failed

    async def _send(
        self, method: str, url: URL, template: str, token: SecretStr | None, members: Mapping[str, Any] | None
    ) -> Answer:
        correlation = str(uuid.uuid4())
        headers = {"X-Correlation-ID": correlation}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        if members is not None:
            headers["Content-Type"] = "application/json"
        data = None if members is None else orjson.dumps(members)
        outcome: object = "no answer"
        try:
            async with self._opened().request(
                method, url, headers=headers, data=data, allow_redirects=False
            ) as response:
                outcome = response.status
                return await _read(response)
        finally:
            _log.info("%s %s %s %s", method, template, outcome, correlation)

    async def close(self) -> None:
        """Close all connections; closing twice equals once."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        """Return the session, made at first use: a session belongs to the event loop it is made in."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._connections, ssl=True if self._tls is None else self._tls, keepalive_timeout=_IDLE
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                auto_decompress=False,
                trust_env=False,
                middlewares=(_once,),
                request_class=fenced(self._fence, reads=True),
            )
        return self._session


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from repeating what may have been done already; reading may be repeated."""
    broken = None
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        if request.method == "GET":
            raise
        broken = Broken()
    raise broken


async def _read(response: aiohttp.ClientResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    body = bytearray()
    whole = True
    try:
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > _LARGEST_BODY:
                whole = False
                response.close()
                break
    except (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError):
        whole = False  # the status stands, whatever became of the body
    return Answer(response.status, headers, bytes(body[:_LARGEST_BODY]), whole)
