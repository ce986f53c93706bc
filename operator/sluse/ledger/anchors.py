"""The management credentials: one Secret `sluse-anchor-<resource name>` per client, and nowhere else.

Kept in memory after the first look: this process is the only writer. Absence is not, so that a Secret which somebody
brings back is found at the next look. Read by name and never listed, since the operator's role may not list Secrets.

A credential whose writing failed stays in memory and is written at the next look: the authority gave it once, and
without it the registration would be made a second time, or could never be managed again.
"""

from __future__ import annotations

import base64
import binascii
import logging

from pydantic import SecretStr

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import SECRET
from sluse.errors import LedgerError, NotFound
from sluse.model.names import ANCHOR_PREFIX, GROUP, ClientId, ClientKey, Environment
from sluse.registrar.port import Held

FIELD_MANAGER = "sluse-ledger"

_log = logging.getLogger(__name__)


class Anchors:
    """Reads, writes and deletes the Secrets of one environment."""

    def __init__(self, cluster: Cluster, environment: Environment) -> None:
        self._cluster = cluster
        self._namespace = environment.namespace
        self._known: dict[ClientKey, Held | None] = {}
        self._unwritten: dict[ClientKey, Held] = {}

    async def read(self, key: ClientKey) -> Held | None:
        """Return the credential, durable; None where there is none."""
        if key in self._unwritten:
            await self._write(key, self._unwritten[key])
        if self._known.get(key) is None:
            try:
                item = await self._cluster.get(SECRET, self._namespace, f"{ANCHOR_PREFIX}{key}")
            except NotFound:
                self._known[key] = None
            else:
                self._known[key] = _held(key, item.get("data") or {})
        return self._known[key]

    async def keep(self, key: ClientKey, held: Held) -> None:
        """Write it; a no-op where exactly this is there."""
        if key not in self._unwritten and (self._known[key] if key in self._known else await self.read(key)) == held:
            return
        self._unwritten[key] = held
        await self._write(key, held)

    async def drop(self, key: ClientKey) -> None:
        """Delete it; absent is done."""
        written = self._unwritten.pop(key, None) is None
        if written and key in self._known and self._known[key] is None:
            return
        self._known.pop(key, None)
        try:
            await self._cluster.delete(SECRET, self._namespace, f"{ANCHOR_PREFIX}{key}")
        except NotFound:
            _log.debug("the credential of %s was absent already", key)
        self._known[key] = None

    async def _write(self, key: ClientKey, held: Held) -> None:
        # What is there is unknown from here until the answer: a failed write may have been heard.
        self._known.pop(key, None)
        manifest = {
            "apiVersion": SECRET.api_version,
            "kind": SECRET.kind,
            "type": "Opaque",
            "metadata": {
                "name": f"{ANCHOR_PREFIX}{key}",
                "namespace": self._namespace,
                "labels": {f"{GROUP}/organisation": key.organisation},
            },
            "data": {
                "client_id": _encode(held.client_id),
                "uri": _encode(held.uri),
                "credential": _encode(held.credential.get_secret_value()),
            },
        }
        await self._cluster.apply(manifest, manager=FIELD_MANAGER)
        self._known[key] = held
        del self._unwritten[key]


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
