"""One API server behind one bounded pool of connections.

What can be repeated without harm (get, list, apply, and merge and delete without a guard) is repeated where the
server answers 429 or 503 or drops the connection: at most `_TRIES` times in all, after the server's own Retry-After
or a doubling wait with jitter, and never where that wait is longer than `_PATIENCE`. Guarded writes are sent once, unless
the caller says that it can tell its own write from another's after a lost answer.

Every write passes the fence right before it is written to its connection, each repetition anew.

Errors of aiohttp are replaced and never chained: some of them carry the request's headers, and so the token.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from sluse.cluster import answers
from sluse.cluster.access import Access
from sluse.cluster.kinds import SECRET, Kind, kind_of
from sluse.errors import ClusterUnavailable
from sluse.leadership.fence import Fence, unfenced
from sluse.leadership.requests import fenced

_PAGE = 500
_TRIES = 4
_PATIENCE = 5.0  # seconds
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
USER_AGENT = "sluse/operator"  # the server takes what stands before the slash as field manager where none is said

_JSON = "application/json"
_MERGE = "application/merge-patch+json"
_APPLY = "application/apply-patch+yaml"  # JSON is YAML

Object = dict[str, Any]

_log = logging.getLogger(__name__)


class Cluster:
    """Use as an async context manager. Every method raises `sluse.errors.ClusterError` and nothing else of the wire.

    `connections` bounds the requests under way; `first_wait` is seconds before the first repetition. A write that
    `fence` refuses raises what it raises. `replica` is which of several processes this is, for the server's audit log.
    """

    def __init__(
        self,
        access: Access,
        *,
        connections: int,
        first_wait: float = 0.2,
        fence: Fence = unfenced,
        replica: str | None = None,
    ) -> None:
        self._access = access
        self._connections = connections
        self._first_wait = first_wait
        self._fence = fence
        self._agent = user_agent(replica)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, ssl=self._access.tls or True),
            timeout=_TIMEOUT,
            headers={"User-Agent": self._agent, "Accept": _JSON},
            request_class=fenced(self._fence),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, kind: Kind, namespace: str | None, name: str) -> Object:
        """Return one object; NotFound where it is absent."""
        return await self._send("GET", kind, kind.path(namespace, name), repeat=True)

    async def list(
        self, kind: Kind, namespace: str | None, labels: Mapping[str, str] | None = None
    ) -> tuple[tuple[Object, ...], str]:
        """Return all objects that bear these labels, and the resourceVersion to watch from. No namespace: all.

        Read in pages of 500. Where the server forgets a listing half-way (410) it is begun once more.
        """
        try:
            return await self._list(kind, namespace, labels)
        except _ListExpired:
            return await self._list(kind, namespace, labels)

    async def apply(
        self, manifest: Mapping[str, Any], *, manager: str, force: bool = True, dry_run: bool = False
    ) -> Object:
        """Server-side apply: create or change so that the manifest's fields hold. Returns the object as it is now.

        With `dry_run` the server judges it and writes nothing; returned is the object as it would be.
        """
        query = {"fieldManager": manager, "force": "true" if force else "false"}
        if dry_run:
            query["dryRun"] = "All"
        return await self._send(
            "PATCH", kind_of(manifest), _path(manifest), query, manifest, content_type=_APPLY, repeat=True
        )

    async def create(self, manifest: Mapping[str, Any], *, repeat: bool = False) -> Object:
        """Create; Conflict where it exists. `repeat` is for who knows its own object again after a lost answer."""
        kind = kind_of(manifest)
        return await self._send("POST", kind, kind.path(_namespace(manifest)), body=manifest, repeat=repeat)

    async def replace(self, manifest: Mapping[str, Any]) -> Object:
        """Replace in full. With `metadata.resourceVersion` it is guarded: Conflict where somebody else wrote."""
        return await self._send("PUT", kind_of(manifest), _path(manifest), body=manifest)

    async def merge(
        self,
        kind: Kind,
        namespace: str | None,
        name: str,
        patch: Mapping[str, Any],
        *,
        subresource: str | None = None,
        repeat: bool = False,
    ) -> Object:
        """Merge-patch an object, or its `subresource` such as `status`.

        A resourceVersion in the patch guards it. `repeat`: also then, for who knows its own write again.
        """
        path = kind.path(namespace, name, subresource)
        guarded = "resourceVersion" in (patch.get("metadata") or {})
        return await self._send("PATCH", kind, path, body=patch, content_type=_MERGE, repeat=repeat or not guarded)

    async def delete(
        self,
        kind: Kind,
        namespace: str | None,
        name: str,
        *,
        uid: str | None = None,
        resource_version: str | None = None,
    ) -> None:
        """Delete; NotFound where it is absent, Conflict where it is not the object that was meant."""
        guards = {key: value for key, value in (("uid", uid), ("resourceVersion", resource_version)) if value}
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": guards} if guards else None
        await self._send("DELETE", kind, kind.path(namespace, name), body=options, repeat=not guards)

    async def _list(
        self, kind: Kind, namespace: str | None, labels: Mapping[str, str] | None
    ) -> tuple[tuple[Object, ...], str]:
        items: list[Object] = []
        query = {"limit": str(_PAGE)}
        if labels:
            query["labelSelector"] = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        while True:
            page = await self._send("GET", kind, kind.path(namespace), query, repeat=True)
            # The items of a list come without these two.
            items += [{"apiVersion": kind.api_version, "kind": kind.kind, **item} for item in page.get("items") or ()]
            metadata = page.get("metadata") or {}
            if not metadata.get("continue"):
                return tuple(items), str(metadata.get("resourceVersion") or "")
            query["continue"] = metadata["continue"]

    async def _send(
        self,
        method: str,
        kind: Kind,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        content_type: str = _JSON,
        repeat: bool = False,
    ) -> Object:
        data = None if body is None else orjson.dumps(body, default=dict)
        for attempt in range(_TRIES):
            try:
                return await self._once(method, kind, path, query or {}, data, content_type)
            except _Passing as passing:
                wait = passing.wait or self._first_wait * 2**attempt
                if not repeat or attempt == _TRIES - 1 or wait > _PATIENCE:
                    raise passing.error from None
                await asyncio.sleep(wait * random.uniform(1.0, 1.25))  # noqa: S311 - spreads callers, keeps no secret
        raise AssertionError("the last try returns or raises")

    async def _once(
        self, method: str, kind: Kind, path: str, query: Mapping[str, str], data: bytes | None, content_type: str
    ) -> Object:
        if self._session is None:
            raise RuntimeError("Cluster is used outside its `async with`")
        what = f"{method} {path}"
        headers = {"Content-Type": content_type} if data is not None else {}
        if token := self._access.bearer():
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        try:
            async with self._session.request(
                method, self._access.server + path, params=query, data=data, headers=headers, allow_redirects=False
            ) as response:
                body = await response.read()
        except aiohttp.ServerDisconnectedError:
            raise _Passing(ClusterUnavailable(f"{what}: the server closed the connection")) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.info("%s %s", what, type(error).__name__)
            raise ClusterUnavailable(f"{what}: no answer ({type(error).__name__})") from None
        usual = response.status < 400 or (method, response.status) == ("GET", 404)
        _log.log(logging.DEBUG if usual else logging.INFO, "%s %s", what, response.status)
        if response.status == 410 and "continue" in query:
            raise _ListExpired(f"{what}: the server forgot the listing")
        try:
            return answers.read(response.status, body, response.headers.get("Retry-After"), what, secret=kind is SECRET)
        except ClusterUnavailable as error:
            if response.status in {429, 503}:
                raise _Passing(error) from None
            raise


def user_agent(replica: str | None) -> str:
    """Return what a process calls itself at the API server."""
    return f"{USER_AGENT} ({replica})" if replica else USER_AGENT


class _Passing(Exception):
    """The request was turned away before anything happened, or its connection dropped: another try may do."""

    def __init__(self, error: ClusterUnavailable) -> None:
        super().__init__(error.message)
        self.error = error
        self.wait = error.retry_after


class _ListExpired(ClusterUnavailable):
    """410 in the middle of a listing."""


def _namespace(manifest: Mapping[str, Any]) -> str | None:
    namespace: str | None = manifest["metadata"].get("namespace")
    return namespace


def _path(manifest: Mapping[str, Any]) -> str:
    return kind_of(manifest).path(_namespace(manifest), manifest["metadata"]["name"])
