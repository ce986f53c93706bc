"""What is not granted is refused: every verb on every resource of ours and of the core, asked as the operator and as a reader."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from sluse.cluster.access import Access as ApiAccess
from sluse.desired.access import (
    NETWORK_ACCESS,
    OPERATOR_ACCESS,
    READER_ACCESS,
    Access,
    operator_user,
    reader_group,
    roles,
)
from sluse.desired.crds import KINDS, crds
from sluse.desired.stack import Manifest
from sluse.model.names import GROUP, Environment
from sluse.sandbox.clock import Clock
from sluse.sandbox.install import admin_session, install
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.identity import MASTERS, Identity
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates, issue

TEST, PRODUCTION = Environment.TEST, Environment.PRODUCTION
VERBS = (
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
    "escalate",
    "bind",
)
CORE = (
    *(("", name) for name in ("configmaps", "secrets", "events", "namespaces", "namespaces/status", "nodes", "pods")),
    *(("", name) for name in ("pods/exec", "serviceaccounts", "serviceaccounts/token", "services", "users")),
    ("apps", "deployments"),
    ("networking.k8s.io", "networkpolicies"),
    ("coordination.k8s.io", "leases"),
    *(("rbac.authorization.k8s.io", name) for name in ("roles", "rolebindings", "clusterroles", "clusterrolebindings")),
    ("apiextensions.k8s.io", "customresourcedefinitions"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
)
OURS = tuple((GROUP, f"{kind.plural}{part}") for kind in KINDS for part in ("", "/status"))
ADMIN = Identity("admin", (MASTERS,), "admin-token")
OPERATOR = Identity(operator_user(TEST), (), "operator-token")
READER = Identity("reader", (reader_group(TEST),), "reader-token")

Asked = tuple[str, str, str, str]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


def granted(rows: tuple[Access, ...], namespaces: tuple[str, ...]) -> Iterator[Asked]:
    for row in rows:
        for resource in row.resources:
            for verb in row.verbs:
                for namespace in namespaces:
                    yield verb, row.group, resource, namespace


async def installed(access: ApiAccess, manifests: list[Manifest]) -> None:
    async with admin_session(access) as session:
        await install(session, manifests)


async def allowed(url: str, certificates: Certificates, person: Identity) -> set[Asked]:
    """Ask the API itself about everything, in both environments' namespaces and in the whole cluster."""
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    headers = {"Authorization": f"Bearer {person.token}"}
    connector = aiohttp.TCPConnector(ssl=certificates.client(), limit=8)

    async with aiohttp.ClientSession(url, headers=headers, connector=connector) as session:

        async def may(asked: Asked) -> bool:
            verb, group, resource, namespace = asked
            plural, _, subresource = resource.partition("/")
            attributes = {"verb": verb, "group": group, "resource": plural, "namespace": namespace}
            if subresource:
                attributes["subresource"] = subresource
            body = {
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SelfSubjectAccessReview",
                "spec": {"resourceAttributes": attributes},
            }
            async with session.post(path, json=body) as answer:
                return bool((await answer.json())["status"]["allowed"])

        everything = [
            (verb, *resource, namespace)
            for verb in VERBS
            for resource in (*CORE, *OURS)
            for namespace in (TEST.namespace, PRODUCTION.namespace, "")
        ]
        answers = await asyncio.gather(*map(may, everything))
    return {asked for asked, answer in zip(everything, answers, strict=True) if answer}


def test_exactly_what_the_tables_say_is_allowed(certificates: Certificates, tmp_path: Path) -> None:
    api = KubernetesAPI((ADMIN, OPERATOR, READER), Clock(tmp_path / "clock"))
    namespaces = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place.namespace}} for place in Environment
    ]
    everywhere = (TEST.namespace, PRODUCTION.namespace, "")
    with Served(api.application, tls=certificates.server) as server:
        manifests = [*namespaces, *roles(TEST), *roles(PRODUCTION), *crds()]
        asyncio.run(installed(ApiAccess(server.url, certificates.client(), SecretStr(ADMIN.token)), manifests))
        operator = asyncio.run(allowed(server.url, certificates, OPERATOR))
        reader = asyncio.run(allowed(server.url, certificates, READER))
    here = (TEST.namespace,)
    assert operator == {*granted(OPERATOR_ACCESS, here), *granted(NETWORK_ACCESS, everywhere)}
    assert reader == set(granted(READER_ACCESS, here))
