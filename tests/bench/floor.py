"""The raw floor: an operator's writes without an operator, by plain aiohttp. A process of its own, as the operator is.

`python floor.py FILE`: FILE says where, and what to write; seconds go to stdout. It asks nothing, compares nothing and
remembers nothing, so no operator can be faster on the same server.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from standing import Standing

CONNECTIONS = 32
_LEDGER_WRITES = 3  # per organisation, as contract.md section 6 allows
_KINDS = {
    "helseidclients": "/apis/sluse.nhn.no/v1alpha1",
    "integrations": "/apis/sluse.nhn.no/v1alpha1",
    "configmaps": "/api/v1",
    "secrets": "/api/v1",
}
_APPLY, _MERGE = "application/apply-patch+yaml", "application/merge-patch+json"


def left_by(place: Standing) -> dict[str, Any]:
    """Return what the operator has written, as objects and registrations."""
    from standing import TEST

    asked = asyncio.run(_listed(job(place), TEST.namespace))
    registered = {row.client_id: row.metadata.document() for row in place.authority.admin.registrations()}
    return {**asked, "registrations": list(registered.values())}


def everything(place: Standing, left: dict[str, Any]) -> tuple[float, float]:
    """Write all of it anew into an empty sandbox; return seconds on the wall, and of processor."""
    wall, cpu = _process(place, {"left": left})
    return wall, cpu


def changes(place: Standing, repetitions: int) -> list[float]:
    """Return the seconds of one PUT at the authority and one status PATCH after it, again and again."""
    return _process(place, {"repetitions": repetitions})


def job(place: Standing) -> dict[str, Any]:
    """Return where everything is, and with which credentials."""
    from standing import TEST

    sandbox = place.sandbox
    operator, admin = (json.loads(sandbox.kubeconfig(who).read_bytes()) for who in (TEST, None))
    (cluster,) = admin["clusters"]
    return {
        "api": cluster["cluster"]["server"],
        "issuer": sandbox.issuers[TEST].url,
        "trusted": base64.b64decode(cluster["cluster"]["certificate-authority-data"]).decode()
        + sandbox.certificates.ca_file.read_text(),
        "namespace": TEST.namespace,
        "operator": operator["users"][0]["user"]["token"],
        "admin": admin["users"][0]["user"]["token"],
        "initial": sandbox.people.initial_access_tokens[TEST],
    }


def _process(place: Standing, more: dict[str, Any]) -> Any:
    path = place.sandbox.directory / "floor.json"
    path.write_text(json.dumps({**job(place), **more}))
    done = subprocess.run([sys.executable, __file__, str(path)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


async def _listed(where: dict[str, Any], namespace: str) -> dict[str, Any]:
    async with _session(where, where["admin"]) as session:
        found: dict[str, Any] = {}
        for plural, root in _KINDS.items():
            async with session.get(f"{where['api']}{root}/namespaces/{namespace}/{plural}") as answer:
                items = (await answer.json())["items"]
            found[plural] = [_bare(item) for item in items if "sluse-" in item["metadata"]["name"] or "spec" in item]
        return found


def _bare(item: dict[str, Any]) -> dict[str, Any]:
    kept = ("name", "namespace", "labels", "annotations")
    return {**item, "metadata": {name: value for name, value in item["metadata"].items() if name in kept}}


def _session(where: dict[str, Any], token: str) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, ssl=ssl.create_default_context(cadata=where["trusted"]))
    return aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {token}"})


class Floor:
    """Writes to one API server and one authority."""

    def __init__(self, where: dict[str, Any], api: aiohttp.ClientSession, authority: aiohttp.ClientSession) -> None:
        self._where = where
        self._api = api
        self._authority = authority

    async def everything(self, left: dict[str, Any]) -> None:
        """Write each organisation's objects, then register; all at once, as far as the connections go."""
        secrets = iter(left["secrets"])
        registrations = iter(left["registrations"])
        parents = [item for item in left["configmaps"] if "sluse-stack-" in item["metadata"]["name"]]
        ledgers = [item for item in left["configmaps"] if "sluse-ledger-" in item["metadata"]["name"]]
        await asyncio.gather(*(self._apply("configmaps", item) for item in parents))
        await asyncio.gather(
            *(self._ledger(item) for item in ledgers),
            *(self._summary(item) for item in left["integrations"]),
            *(self._client(item, next(registrations), next(secrets)) for item in left["helseidclients"]),
        )

    async def change(self, number: int) -> float:
        """Change one registration and one status; return seconds."""
        name = f"leverandor-{number:04}.tjeneste-000"
        secret = await self._read("secrets", f"sluse-anchor-{name}.agent")
        uri, token = (base64.b64decode(secret["data"][member]).decode() for member in ("uri", "credential"))
        registered = await self._registered("GET", uri, token)
        metadata = {
            key: value for key, value in registered.items() if not key.startswith(("registration_", "client_id_"))
        }
        begin = time.perf_counter()
        await self._registered("PUT", uri, token, {**metadata, "client_name": f"{metadata['client_name']} 2"})
        await self._status("integrations", name, {"since": f"2027-01-01T00:00:{number:02}Z"})
        return time.perf_counter() - begin

    async def _client(self, item: dict[str, Any], metadata: dict[str, Any], secret: dict[str, Any]) -> None:
        await self._apply("helseidclients", {key: value for key, value in item.items() if key != "status"})
        url = f"{self._where['issuer']}/connect/register"
        made = await self._registered("POST", url, self._where["initial"], metadata)
        await self._apply("secrets", secret)
        token, uri = made["registration_access_token"], made["registration_client_uri"]
        await self._registered("PUT", uri, token, {**metadata, "client_id": made["client_id"]})
        await self._status("helseidclients", item["metadata"]["name"], item.get("status") or {})

    async def _summary(self, item: dict[str, Any]) -> None:
        await self._apply("integrations", {key: value for key, value in item.items() if key != "status"})
        await self._status("integrations", item["metadata"]["name"], item.get("status") or {})

    async def _ledger(self, item: dict[str, Any]) -> None:
        for write in range(_LEDGER_WRITES):
            metadata = {**item["metadata"], "annotations": {"sluse.nhn.no/write": str(write)}}
            await self._apply("configmaps", {**item, "metadata": metadata})

    async def _apply(self, plural: str, item: dict[str, Any]) -> None:
        kind = {"configmaps": ("v1", "ConfigMap"), "secrets": ("v1", "Secret")}.get(plural)
        named = {"apiVersion": kind[0], "kind": kind[1], **item} if kind else self._ours(plural, item)
        url = f"{self._url(plural)}/{item['metadata']['name']}?fieldManager=floor&force=true"
        async with self._api.patch(url, data=json.dumps(named), headers={"Content-Type": _APPLY}) as answer:
            await _whole(answer)

    @staticmethod
    def _ours(plural: str, item: dict[str, Any]) -> dict[str, Any]:
        kind = "HelseIDClient" if plural == "helseidclients" else "Integration"
        return {"apiVersion": "sluse.nhn.no/v1alpha1", "kind": kind, **item}

    async def _status(self, plural: str, name: str, status: dict[str, Any]) -> None:
        url = f"{self._url(plural)}/{name}/status"
        body = json.dumps({"status": status})
        async with self._api.patch(url, data=body, headers={"Content-Type": _MERGE}) as answer:
            await _whole(answer)

    async def _read(self, plural: str, name: str) -> dict[str, Any]:
        admin = {"Authorization": f"Bearer {self._where['admin']}"}
        async with self._api.get(f"{self._url(plural)}/{name}", headers=admin) as answer:
            return await _whole(answer)

    async def _registered(
        self, method: str, url: str, token: str, members: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        async with self._authority.request(method, url, json=members, headers=headers) as answer:
            return await _whole(answer)

    def _url(self, plural: str) -> str:
        return f"{self._where['api']}{_KINDS[plural]}/namespaces/{self._where['namespace']}/{plural}"


async def _whole(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    body: dict[str, Any] = await answer.json(content_type=None)
    if answer.status >= 300:
        raise RuntimeError(f"{answer.method} {answer.url.path}: {answer.status} {body}")
    return body


async def _main(where: dict[str, Any]) -> list[float]:
    async with _session(where, where["operator"]) as api, _session(where, where["initial"]) as authority:
        floor = Floor(where, api, authority)
        if "left" in where:
            begin = time.perf_counter()
            await floor.everything(where["left"])
            return [time.perf_counter() - begin, time.process_time()]
        return [await floor.change(number) for number in range(where["repetitions"])]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_main(json.loads(Path(sys.argv[1]).read_text())))))
