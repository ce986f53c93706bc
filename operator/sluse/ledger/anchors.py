"""The management credentials: one Secret `sluse-anchor-<resource name>` per client, and nowhere else.

Kept in memory after the first look: this process is the only writer. Absence is not, so that a Secret which somebody
brings back is found at the next look. Read by name and never listed, since the operator's role may not list Secrets.

A credential whose writing failed stays in memory and is written at the next look: the authority gave it once, and
without it the registration would be made a second time, or could never be managed again. Every write is over what was
seen: one that an earlier leader sent and that arrives late must not put its credential in place of the one that counts.
"""

from __future__ import annotations

import base64
import binascii
import logging
from contextlib import suppress
from dataclasses import dataclass

from pydantic import SecretStr

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import SECRET
from sluse.errors import ClusterUnavailable, Conflict, LedgerError, NotFound
from sluse.model.names import ANCHOR_PREFIX, GROUP, ClientId, ClientKey, Environment
from sluse.registrar.port import Held

_TRIES = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Kept:
    """What a Secret holds, and its version; None and None where there is none."""

    held: Held | None = None
    version: str | None = None


class Anchors:
    """Reads, writes and deletes the Secrets of one environment."""

    def __init__(self, cluster: Cluster, environment: Environment) -> None:
        self._cluster = cluster
        self._namespace = environment.namespace
        self._known: dict[ClientKey, _Kept] = {}
        self._unwritten: dict[ClientKey, Held] = {}

    async def read(self, key: ClientKey) -> Held | None:
        """Return the credential, durable; None where there is none."""
        if key in self._unwritten:
            await self._put(key, self._unwritten[key])
        if self._known.get(key) == _Kept():
            del self._known[key]
        return (await self._look(key)).held

    async def keep(self, key: ClientKey, held: Held) -> None:
        """Write it over what was seen, and over nothing else; a no-op where exactly this is there."""
        self._unwritten[key] = held
        await self._put(key, held)

    async def drop(self, key: ClientKey) -> None:
        """Delete what was seen, and nothing else; absent is done."""
        self._unwritten.pop(key, None)
        for _ in range(_TRIES):
            seen = await self._look(key)
            if seen.version is None:
                return
            del self._known[key]
            with suppress(Conflict):
                try:
                    await self._cluster.delete(
                        SECRET, self._namespace, f"{ANCHOR_PREFIX}{key}", resource_version=seen.version
                    )
                except NotFound:
                    _log.debug("the credential of %s was absent already", key)
                self._known[key] = _Kept()
                return
        raise ClusterUnavailable(f"Secret {ANCHOR_PREFIX}{key} changes faster than it can be deleted")

    async def _put(self, key: ClientKey, held: Held) -> None:
        for _ in range(_TRIES):
            seen = await self._look(key)
            if seen.held == held:
                del self._unwritten[key]
                return
            # What is there is unknown from here until the answer: a failed write may have been heard.
            del self._known[key]
            with suppress(Conflict, NotFound):  # another look tells whether that was us
                self._known[key] = _Kept(held, await self._write(key, held, seen.version))
                del self._unwritten[key]
                return
        raise ClusterUnavailable(f"Secret {ANCHOR_PREFIX}{key} changes faster than it can be written")

    async def _look(self, key: ClientKey) -> _Kept:
        if key not in self._known:
            try:
                item = await self._cluster.get(SECRET, self._namespace, f"{ANCHOR_PREFIX}{key}")
            except NotFound:
                self._known[key] = _Kept()
            else:
                self._known[key] = _Kept(_held(key, item.get("data") or {}), item["metadata"]["resourceVersion"])
        return self._known[key]

    async def _write(self, key: ClientKey, held: Held, over: str | None) -> str:
        """Create it, or change that version; return the new one. Sent again without an answer: `keep` knows its own bytes."""
        name, labels = f"{ANCHOR_PREFIX}{key}", {f"{GROUP}/organisation": key.organisation}
        data = {
            "client_id": _encode(held.client_id),
            "uri": _encode(held.uri),
            "credential": _encode(held.credential.get_secret_value()),
        }
        if over is None:
            kind = {"apiVersion": SECRET.api_version, "kind": SECRET.kind, "type": "Opaque"}
            metadata = {"name": name, "namespace": self._namespace, "labels": labels}
            item = await self._cluster.create({**kind, "metadata": metadata, "data": data}, repeat=True)
        else:
            patch = {"metadata": {"resourceVersion": over, "labels": labels}, "data": data}
            item = await self._cluster.merge(SECRET, self._namespace, name, patch, repeat=True)
        return str(item["metadata"]["resourceVersion"])


def _held(key: ClientKey, data: dict[str, str]) -> Held:
    try:
        client_id, uri, credential = (
            base64.b64decode(data[name], validate=True).decode() for name in ("client_id", "uri", "credential")
        )
    except (KeyError, binascii.Error, UnicodeDecodeError):
        raise LedgerError(
            f"Secret {ANCHOR_PREFIX}{key} is not one that Sluse wrote: it needs client_id, uri and credential",
            hint="restore it from a backup, or delete it where the registration is known to be gone",
        ) from None
    return Held(ClientId(client_id), uri, SecretStr(credential))


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
