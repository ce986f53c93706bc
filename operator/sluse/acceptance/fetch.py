"""The guarded fetch: one GET of a JSON object from an address that a stranger wrote.

https only, no private ranges (see `reach`), a limit of size and of time, and no redirect to another host: a key set
that moves to a host nobody has named is another party's key set.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from sluse.acceptance.places import joined, require_askable
from sluse.acceptance.reach import TIMEOUT, Reach
from sluse.errors import Unreachable
from sluse.words.said import Said, say

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
    raise Unreachable(say("{host} redirects without end", host=urlsplit(url).hostname))


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
            raise Unreachable(
                say("{host} answers more than {most} KiB", host=urlsplit(url).hostname, most=MOST_BYTES // 1024)
            )
        parts.append(part)
    return b"".join(parts)


def why(error: Exception, url: str) -> Unreachable:
    """Return what a failed request comes to, in words without anything of the request but its host."""
    host = urlsplit(url).hostname
    if isinstance(error, TimeoutError):
        return Unreachable(say("{host} does not answer within {seconds} seconds", host=host, seconds=int(TIMEOUT)))
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Unreachable(say("the certificate of {host} is not trusted", host=host))
    cause = getattr(error, "os_error", None) or error
    said = (
        cause.args[0] if cause.args and isinstance(cause.args[0], Said) else getattr(cause, "strerror", None) or cause
    )
    return Unreachable(say("{host} cannot be reached: {why}", host=host, why=said))


def parsed(url: str, status: int, body: bytes) -> dict[str, Any]:
    """Return the JSON object that an answer is; Unreachable where it is none."""
    host = urlsplit(url).hostname
    if status != 200:
        raise Unreachable(say("{host} answers {status}, not 200", host=host, status=status))
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unreachable(say("{host} does not answer JSON", host=host)) from None
    if not isinstance(found, dict):
        raise Unreachable(say("{host} does not answer a JSON object", host=host))
    return found


async def _get(session: aiohttp.ClientSession, url: str) -> tuple[int, bytes, str | None]:
    try:
        async with session.get(url, allow_redirects=False) as answer:
            moved = answer.headers.get("Location") if answer.status in _REDIRECTS else None
            return answer.status, await bounded(answer, url), moved
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise why(error, url) from None


def _followed(url: str, moved: str) -> str:
    target = joined(url, moved)
    host, other = urlsplit(url), urlsplit(target)
    if (other.scheme, other.netloc) != (host.scheme, host.netloc):
        raise Unreachable(say("{host} redirects to another host, which is not followed", host=host.hostname))
    require_askable(target)
    return target
