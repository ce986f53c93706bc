"""The API under test: the sandbox's, or the one that SLUSE_E2E_KUBECONFIG names (its user must be an administrator)."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import ssl
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from sluse.sandbox.clock import Clock
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.identity import Identity
from sluse.sandbox.kube.kubeconfig import kubeconfig
from sluse.sandbox.server import Served
from sluse.sandbox.tls import issue

ADMIN = Identity("admin", ("system:masters",), "token-of-the-administrator")
GROUP = "conformance.sluse.example"
WAIT = 90.0  # a real collector looks for new kinds every half minute


@dataclass(frozen=True)
class Target:
    """Where to ask, and as whom."""

    url: str
    tls: ssl.SSLContext
    headers: dict[str, str]
    kubeconfig: Path

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask without a loop: for fixtures of the whole session."""
        data = None if body is None else json.dumps(body).encode()
        headers = {**self.headers, "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, context=self.tls) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    named = os.environ.get("SLUSE_E2E_KUBECONFIG")
    if named:
        yield _read(Path(named), tmp_path_factory.mktemp("kubeconfig"))
        return
    directory = tmp_path_factory.mktemp("kube")
    certificates = issue(directory)
    api = KubernetesAPI([ADMIN], Clock())
    with Served(api.application, tls=certificates.server, name="kube") as served:
        path = directory / "kubeconfig"
        path.write_text(json.dumps(kubeconfig(served.url, certificates.ca_file, ADMIN, "default")))
        yield Target(served.url, certificates.client(), {"Authorization": f"Bearer {ADMIN.token}"}, path)


def _read(path: Path, scratch: Path) -> Target:
    config = yaml.safe_load(path.read_text())
    context = next(c["context"] for c in config["contexts"] if c["name"] == config["current-context"])
    cluster = next(c["cluster"] for c in config["clusters"] if c["name"] == context["cluster"])
    user = next(u["user"] for u in config["users"] if u["name"] == context["user"])
    if "certificate-authority-data" in cluster:
        tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    elif cluster.get("insecure-skip-tls-verify"):
        tls = ssl.create_default_context()
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    else:
        tls = ssl.create_default_context(cafile=cluster["certificate-authority"])
    if "client-certificate-data" in user:
        pair = scratch / "client.pem"
        pair.write_bytes(b"".join(base64.b64decode(user[f"client-{part}-data"]) for part in ("certificate", "key")))
        tls.load_cert_chain(pair)
    headers = {"Authorization": f"Bearer {user['token']}"} if "token" in user else {}
    return Target(cluster["server"], tls, headers, path)


@dataclass(frozen=True)
class Reply:
    code: int
    body: Any
    headers: dict[str, str]


class Kube:
    """A raw client: nothing between the test and the wire."""

    def __init__(self, session: aiohttp.ClientSession, url: str, namespace: str, plural: str) -> None:
        self._session = session
        self._url = url
        self.namespace = namespace
        self.core = f"/api/v1/namespaces/{namespace}"
        self.configmaps = f"{self.core}/configmaps"
        self.widgets = f"/apis/{GROUP}/v1/namespaces/{namespace}/{plural}"

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        media: str = "application/json",
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> Reply:
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        data = None if raw is None else io.BytesIO(raw)
        sent = {**({"Content-Type": media} if data is not None else {}), **(headers or {})}
        async with self._session.request(method, self._url + path, data=data, headers=sent, params=query) as response:
            raw = await response.read()
            try:
                parsed = json.loads(raw)
            except ValueError:
                parsed = raw.decode(errors="replace")  # protobuf is no text
            return Reply(response.status, parsed, dict(response.headers))

    async def get(self, path: str, **query: Any) -> Reply:
        return await self.call("GET", path, **query)

    async def post(self, path: str, body: Any, **query: Any) -> Reply:
        return await self.call("POST", path, body, **query)

    async def put(self, path: str, body: Any, **query: Any) -> Reply:
        return await self.call("PUT", path, body, **query)

    async def delete(self, path: str, body: Any = None, **query: Any) -> Reply:
        return await self.call("DELETE", path, body, **query)

    async def merge(self, path: str, body: Any, **query: Any) -> Reply:
        return await self.call("PATCH", path, body, media="application/merge-patch+json", **query)

    async def json_patch(self, path: str, body: Any, **query: Any) -> Reply:
        return await self.call("PATCH", path, body, media="application/json-patch+json", **query)

    async def strategic(self, path: str, body: Any, **query: Any) -> Reply:
        return await self.call("PATCH", path, body, media="application/strategic-merge-patch+json", **query)

    async def apply(self, path: str, body: Any, manager: str = "first", **query: Any) -> Reply:
        return await self.call("PATCH", path, body, media="application/apply-patch+yaml", fieldManager=manager, **query)

    @asynccontextmanager
    async def watch(self, path: str, **query: Any) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
        """Open a watch; the value is a function that waits for the next event, None at the end of the stream."""
        async with self._session.get(self._url + path, params={"watch": "1", **query}) as response:
            assert response.status == 200, await response.text()

            async def event() -> Any:
                line = await asyncio.wait_for(response.content.readline(), WAIT)
                return json.loads(line) if line else None

            yield event

    async def until(self, path: str, holds: Callable[[Reply], bool]) -> Reply:
        """Ask until it holds, at most WAIT seconds."""
        async with asyncio.timeout(WAIT):
            while True:
                reply = await self.get(path)
                if holds(reply):
                    return reply
                await asyncio.sleep(0.02)

    def widget(self, name: str = "one", **spec: Any) -> dict[str, Any]:
        return {
            "apiVersion": f"{GROUP}/v1",
            "kind": "Widget",
            "metadata": {"name": name},
            "spec": {"size": 3, **spec},
        }

    def configmap(self, name: str = "one", **data: str) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def definition(plural: str = "widgets", kind: str = "Widget", schema: Any = None) -> dict[str, Any]:
    text = {"type": "string"}
    spec = {
        "type": "object",
        "required": ["size"],
        "x-kubernetes-validations": [
            {"rule": "self.size < 1000", "message": "too big"},
            {"rule": "self.size >= oldSelf.size", "message": "may not shrink"},
        ],
        "properties": {
            "size": {"type": "integer", "minimum": 0, "description": "How big it is."},
            "colour": {"type": "string", "enum": ["red", "blue"], "default": "red"},
            "label": {"type": "string", "maxLength": 10, "pattern": "^[a-z]*$"},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
            "port": {"x-kubernetes-int-or-string": True},
            "maybe": {"type": "string", "nullable": True},
            "ports": {
                "type": "array",
                "maxItems": 5,
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
                "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {"name": text, "number": {"type": "integer"}, "note": text},
                },
            },
            "tags": {"type": "array", "maxItems": 9, "x-kubernetes-list-type": "set", "items": text},
            "steps": {"type": "array", "items": text},
        },
    }
    condition = {
        "type": "object",
        "required": ["type", "status"],
        "properties": {"type": text, "status": text, "reason": text},
    }
    status = {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": True,
        "properties": {"phase": text, "conditions": {"type": "array", "items": condition}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": kind, "shortNames": [f"{plural[:3]}x"], "categories": ["conformance"]},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": [
                        {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
                        {
                            "name": "Ready",
                            "type": "string",
                            "jsonPath": '.status.conditions[?(@.type=="Ready")].status',
                        },
                        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
                    ],
                    "schema": {
                        "openAPIV3Schema": schema
                        or {
                            "type": "object",
                            "description": "A thing to test with.",
                            "required": ["spec"],
                            "properties": {"spec": spec, "status": status},
                        }
                    },
                }
            ],
        },
    }


@pytest.fixture(scope="session")
def widgets(target: Target) -> str:
    """The plural of a custom resource that is served."""
    body = definition()
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    code, _ = target.call("POST", path, body)
    assert code in {201, 409}
    deadline = time.monotonic() + WAIT
    while target.call("GET", f"/apis/{GROUP}/v1/widgets")[0] != 200:
        assert time.monotonic() < deadline, "the custom resource was never served"
        time.sleep(0.02)  # a look: a real server serves it a moment after it was defined
    return "widgets"


@pytest.fixture(name="make_definition", scope="session")
def make_definition_fixture() -> Callable[..., dict[str, Any]]:
    return definition


@pytest.fixture
async def kube(target: Target, widgets: str) -> AsyncIterator[Kube]:
    """A client with a namespace of its own."""
    name = f"conformance-{uuid.uuid4().hex[:10]}"
    connector = aiohttp.TCPConnector(ssl=target.tls)
    async with aiohttp.ClientSession(connector=connector, headers=target.headers) as session:
        client = Kube(session, target.url, name, widgets)
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        assert (await client.post("/api/v1/namespaces", body)).code == 201
        yield client
        await client.delete(f"/api/v1/namespaces/{name}")
