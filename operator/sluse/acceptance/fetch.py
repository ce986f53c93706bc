"""The guarded fetch: one GET of a JSON object from an address that a stranger wrote.

https only, no private ranges (see `reach`), a limit of size and of time, and no redirect to another host: a key set
that moves to a host nobody has named is another party's key set.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import orjson

from sluse.acceptance.reach import TIMEOUT, Reach, require_askable
from sluse.errors import Unreachable

MOST_BYTES = 256 * 1024
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


async def json_object(reach: Reach, url: str) -> dict[str, Any]:
    """Return the object at `url`; Unreachable says in plain words what is wrong with it."""
    require_askable(url)
    async with reach.session() as session:
        for _ in range(_MOST_REDIRECTS + 1):
            status, body, moved = await _get(session, url)
            if moved is None:
                return parsed(url, status, body)
            url = _followed(url, moved)
    raise Unreachable(f"{urlsplit(url).hostname} redirects without end")


async def status(reach: Reach, url: str) -> int:
    """Return the status of a GET of `url`, following nothing; Unreachable says in plain words why there is none."""
    require_askable(url)
    async with reach.session() as session:
        found, _, _ = await _get(session, url)
    return found


async def bounded(answer: aiohttp.ClientResponse, url: str) -> bytes:
    """Return the body of an answer; Unreachable where it is larger than anything that is asked for here."""
    parts: list[bytes] = []
    size = 0
    async for part in answer.content.iter_chunked(16 * 1024):
        size += len(part)
        if size > MOST_BYTES:
            raise Unreachable(f"{urlsplit(url).hostname} answers more than {MOST_BYTES // 1024} KiB")
        parts.append(part)
    return b"".join(parts)


def why(error: Exception, url: str) -> Unreachable:
    """Return what a failed request comes to, in words without anything of the request but its host."""
    host = urlsplit(url).hostname
    if isinstance(error, TimeoutError):
        return Unreachable(f"{host} does not answer within {TIMEOUT:.0f} seconds")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Unreachable(f"the certificate of {host} is not trusted")
    cause = getattr(error, "os_error", None) or error
    return Unreachable(f"{host} cannot be reached: {getattr(cause, 'strerror', None) or cause}")


def parsed(url: str, status: int, body: bytes) -> dict[str, Any]:
    """Return the JSON object that an answer is; Unreachable where it is none."""
    host = urlsplit(url).hostname
    if status != 200:
        raise Unreachable(f"{host} answers {status}, not 200")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unreachable(f"{host} does not answer JSON") from None
    if not isinstance(found, dict):
        raise Unreachable(f"{host} does not answer a JSON object")
    return found


async def _get(session: aiohttp.ClientSession, url: str) -> tuple[int, bytes, str | None]:
    try:
        async with session.get(url, allow_redirects=False) as answer:
            moved = answer.headers.get("Location") if answer.status in _REDIRECTS else None
            return answer.status, await bounded(answer, url), moved
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise why(error, url) from None


def _followed(url: str, moved: str) -> str:
    target = urljoin(url, moved)
    host, other = urlsplit(url), urlsplit(target)
    if (other.scheme, other.netloc) != (host.scheme, host.netloc):
        raise Unreachable(f"{host.hostname} redirects to another host, which is not followed")
    return target
