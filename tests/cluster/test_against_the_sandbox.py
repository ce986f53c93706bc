"""The client against the sandbox's Kubernetes API: that what we send means what we think."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP, NAMESPACE
from sluse.errors import Conflict, Forbidden, Invalid, NotFound
from sluse.sandbox.clock import Clock
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.faults import Fault
from sluse.sandbox.kube.identity import MASTERS, Identity
from sluse.sandbox.kube.kubeconfig import kubeconfig
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates

ADMIN = Identity("admin", (MASTERS,), token="admin-token")
NOBODY = Identity("nobody", token="nobody-token")


def config_map(name: str, data: dict[str, str] | None = None, **metadata: Any) -> dict[str, Any]:
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "n", **metadata}}
    return {**manifest, "data": data} if data is not None else manifest


@pytest.fixture
def api() -> KubernetesAPI:
    return KubernetesAPI((ADMIN, NOBODY), Clock())


@pytest.fixture
async def cluster(api: KubernetesAPI, certificates: Certificates) -> AsyncIterator[Cluster]:
    with Served(api.application, tls=certificates.server) as served:
        access = access_from_kubeconfig(kubeconfig(served.url, certificates.ca_file, ADMIN, "n"))
        async with Cluster(access, connections=4, first_wait=0.001) as cluster:
            await cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}})
            yield cluster


async def test_an_object_lives_from_creation_to_deletion(cluster: Cluster) -> None:
    created = await cluster.create(config_map("a", {"x": "1"}))
    assert (await cluster.get(CONFIG_MAP, "n", "a")) == created
    replaced = await cluster.replace({**created, "data": {"x": "2"}})
    merged = await cluster.merge(CONFIG_MAP, "n", "a", {"data": {"y": "3"}})
    assert merged["data"] == {"x": "2", "y": "3"}
    assert replaced["metadata"]["uid"] == merged["metadata"]["uid"]
    await cluster.delete(CONFIG_MAP, "n", "a")
    with pytest.raises(NotFound):
        await cluster.get(CONFIG_MAP, "n", "a")
    with pytest.raises(NotFound):
        await cluster.delete(CONFIG_MAP, "n", "a")


async def test_creating_twice_and_writing_over_somebody_else_are_conflicts(cluster: Cluster) -> None:
    old = await cluster.create(config_map("a", {"x": "1"}))
    with pytest.raises(Conflict):
        await cluster.create(config_map("a"))
    await cluster.replace({**old, "data": {"x": "2"}})
    with pytest.raises(Conflict):
        await cluster.replace({**old, "data": {"x": "3"}})
    guard = {"metadata": {"resourceVersion": old["metadata"]["resourceVersion"]}, "data": {"x": "4"}}
    with pytest.raises(Conflict):
        await cluster.merge(CONFIG_MAP, "n", "a", guard)
    with pytest.raises(Conflict):
        await cluster.delete(CONFIG_MAP, "n", "a", resource_version=old["metadata"]["resourceVersion"])
    with pytest.raises(Conflict):
        await cluster.delete(CONFIG_MAP, "n", "a", uid="another")
    assert (await cluster.get(CONFIG_MAP, "n", "a"))["data"] == {"x": "2"}


async def test_apply_creates_changes_and_drops_our_own_fields_and_repeats_without_a_write(cluster: Cluster) -> None:
    await cluster.apply(config_map("a", {"x": "1", "y": "1"}), manager="sluse")
    first = await cluster.apply(config_map("a", {"x": "2"}), manager="sluse")
    assert first["data"] == {"x": "2"}
    again = await cluster.apply(config_map("a", {"x": "2"}), manager="sluse")
    assert again["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


async def test_apply_without_force_leaves_another_manager_s_field_alone(cluster: Cluster) -> None:
    await cluster.apply(config_map("a", {"x": "1"}), manager="somebody")
    with pytest.raises(Conflict):
        await cluster.apply(config_map("a", {"x": "2"}), manager="sluse", force=False)
    assert (await cluster.apply(config_map("a", {"x": "2"}), manager="sluse"))["data"] == {"x": "2"}


async def test_a_list_has_what_bears_the_labels_and_says_what_it_is(cluster: Cluster) -> None:
    await cluster.create(config_map("a", labels={"side": "left"}))
    await cluster.create(config_map("b", labels={"side": "right"}))
    items, version = await cluster.list(CONFIG_MAP, "n", {"side": "right"})
    assert [(item["kind"], item["metadata"]["name"]) for item in items] == [("ConfigMap", "b")]
    assert version.isdigit()
    names = {item["metadata"]["name"] for item in (await cluster.list(NAMESPACE, None))[0]}
    assert "n" in names


async def test_more_than_a_page_is_listed_in_full(cluster: Cluster, api: KubernetesAPI) -> None:
    for number in range(501):
        await cluster.create(config_map(f"c{number}"))
    before = api.requests.count(verb="list")
    items, _ = await cluster.list(CONFIG_MAP, "n")
    assert len({item["metadata"]["name"] for item in items}) == 501
    assert api.requests.count(verb="list") == before + 2


async def test_a_name_cannot_walk_out_of_its_path(cluster: Cluster) -> None:
    with pytest.raises((NotFound, Invalid)):
        await cluster.get(CONFIG_MAP, "n", "../../../v1/namespaces/n")


async def test_what_the_server_refuses_is_refused(cluster: Cluster) -> None:
    with pytest.raises(Invalid, match="a_b"):
        await cluster.create(config_map("a_b"))


async def test_a_stranger_and_a_guest_are_forbidden_and_never_told_absent(
    api: KubernetesAPI, certificates: Certificates
) -> None:
    with Served(api.application, tls=certificates.server) as served:
        for identity in (NOBODY, Identity("x", token="unknown")):
            access = access_from_kubeconfig(kubeconfig(served.url, certificates.ca_file, identity, "n"))
            async with Cluster(access, connections=1) as cluster:
                with pytest.raises(Forbidden):
                    await cluster.get(CONFIG_MAP, "n", "a")


async def test_a_server_whom_we_do_not_trust_gets_no_request(api: KubernetesAPI, certificates: Certificates) -> None:
    with Served(api.application, tls=certificates.server) as served:
        config = kubeconfig(served.url, certificates.ca_file, ADMIN, "n")
        del config["clusters"][0]["cluster"]["certificate-authority-data"]
        async with Cluster(access_from_kubeconfig(config), connections=1) as cluster:
            with pytest.raises(Exception, match="Certificate"):
                await cluster.get(CONFIG_MAP, "n", "a")
    assert api.requests.snapshot().total() == 0


async def test_rate_limits_and_cut_connections_are_ridden_out(cluster: Cluster, api: KubernetesAPI) -> None:
    for fault in (
        Fault(code=429, resource="configmaps"),
        Fault(code=503, resource="configmaps"),
        Fault(hang_up="after"),
    ):
        api.faults.add(fault)
    applied = await cluster.apply(config_map("a", {"x": "1"}), manager="sluse")
    assert applied["data"] == {"x": "1"}
    assert api.faults.pending() == ()
