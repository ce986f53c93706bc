"""A world as an operator of some version left it, in one file: to be put under a later operator.

No credential is in it: the authority of each run makes new ones. Addresses of a run stand as `{issuer}` and `{remote}`.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sluse.demo import signers
from sluse.model.names import Environment
from sluse.sandbox.kube.backup import Backup
from sluse.sandbox.sandbox import Sandbox, Trust
from sluse.wiring.parts import status_branch
from sluse.wiring.settings import load
from worlds.gated import PRODUCTION, Gated, Guarded
from worlds.remote import Main

_GROUP = "sluse.nhn.no"
_OWN = ("genesis.json", "head.json")
Recorded = dict[str, Any]


def record(world: Gated) -> Recorded:
    """Return everything that the operator of production left, and what it was made from."""
    branch = PRODUCTION.status_branch
    paths = world.main.git("ls-tree", "-r", "--name-only", branch).split()
    found = {
        "at": world.sandbox.clock.now().isoformat(),
        "files": dict(world.guarded.merged),
        "objects": [json.loads(data) for data in _written(world.sandbox.kubernetes.backup())],
        "branch": {path: world.main.file(branch, path) for path in paths if path not in _OWN},
        "registrations": [
            {"client": each.client_id, "at": each.issued_at, "by": each.registered_by, "document": each.metadata.document()}
            for each in world.authority.admin.registrations()
        ],
    }  # fmt: skip
    text = json.dumps(found)
    for name, address in _addresses(world.sandbox).items():
        text = text.replace(address, name)
    recorded: Recorded = json.loads(text)
    return recorded


def _written(backup: Backup) -> Iterator[bytes]:
    """Yield what an operator writes, but Secrets."""
    for (group, plural), objects in sorted(backup.objects.items()):
        for (namespace, name), data in sorted(objects.items()):
            ledger = plural == "configmaps" and name.startswith(("sluse-ledger-", "sluse-stack-"))
            if namespace == PRODUCTION.namespace and (group == _GROUP or ledger):
                yield data


@contextmanager
def put_back(recorded: Recorded, directory: Path) -> Iterator[Guarded]:
    """Open a sandbox in which everything is as recorded."""
    trust = Trust(signers.roots(), {each: signers.operator(each.value).pem for each in Environment})
    with Sandbox(directory, poll="24h", trust=trust) as sandbox:
        text = json.dumps(recorded)
        for name, address in _addresses(sandbox).items():
            text = text.replace(name, address)
        there: Recorded = json.loads(text)
        moment = datetime.fromisoformat(there["at"])
        sandbox.clock.advance(max(moment - sandbox.clock.now(), moment - moment))
        Main(sandbox.remote.repository).commit(there["files"])
        asyncio.run(_publish(sandbox, there["branch"]))
        tokens = {
            each["client"]: sandbox.authorities[PRODUCTION].admin.put_back(
                each["client"], each["document"], issued_at=each["at"], registered_by=each["by"]
            )
            for each in there["registrations"]
        }
        _fill(sandbox, [*there["objects"], *_secrets(there["objects"], tokens)])
        yield Guarded(sandbox, merged=dict(there["files"]))


async def _publish(sandbox: Sandbox, pages: Mapping[str, str]) -> None:
    settings = load(sandbox.settings(PRODUCTION))
    await status_branch(settings).genesis(settings.repository_id, sandbox.clock.now())
    await status_branch(settings).publish(
        {path: text.encode() for path, text in pages.items()}, "", sandbox.clock.now()
    )


def _secrets(objects: list[dict[str, Any]], tokens: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    ledgers = (json.loads(each["data"]["ledger.json"]) for each in objects if each["metadata"]["name"].startswith("sluse-ledger-"))  # fmt: skip
    for ledger in ledgers:
        for integration, entry in ledger["integrations"].items():
            for client, held in entry.get("clients", {}).items():
                anchor = held["anchor"]
                data = {"client_id": anchor["clientId"], "uri": anchor["uri"], "credential": tokens[anchor["clientId"]]}
                name = f"sluse-anchor-{ledger['organisation']}.{integration}.{client}"
                yield {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {"name": name, "namespace": PRODUCTION.namespace, "uid": f"uid-{name}"},
                    "data": {key: base64.b64encode(value.encode()).decode() for key, value in data.items()},
                }


def _fill(sandbox: Sandbox, objects: list[dict[str, Any]]) -> None:
    """Add objects to what is installed."""
    installed = sandbox.kubernetes.backup().objects
    filled = {resource: dict(held) for resource, held in installed.items()}
    plurals = {"ConfigMap": ("", "configmaps"), "Secret": ("", "secrets")}
    for definition in installed["apiextensions.k8s.io", "customresourcedefinitions"].values():
        spec = json.loads(definition)["spec"]
        plurals[spec["names"]["kind"]] = (spec["group"], spec["names"]["plural"])
    for each in objects:
        key = (each["metadata"]["namespace"], each["metadata"]["name"])
        filled.setdefault(plurals[each["kind"]], {})[key] = json.dumps(each).encode()
    sandbox.kubernetes.put_back(Backup(filled))


def _addresses(sandbox: Sandbox) -> dict[str, str]:
    return {"{issuer}": sandbox.issuers[PRODUCTION].url, "{remote}": sandbox.remote_url}
