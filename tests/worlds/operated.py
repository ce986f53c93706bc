"""A sandbox with a begun ledger: everything that an operator of test meets, and what it left behind there."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP, HELSEID_CLIENT, INTEGRATION_REPOSITORY, Kind
from sluse.controller.looking import RECONCILE_REQUESTED
from sluse.delivery.repository import SYNC_REQUESTED
from sluse.demo.expect import PATIENCE, eventually
from sluse.desired.access import operator_user
from sluse.errors import NotFound
from sluse.model.names import Environment
from sluse.model.settings import Settings, Timing
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.authority.store import Registration
from sluse.sandbox.kube.counters import WRITES
from sluse.sandbox.sandbox import Sandbox
from sluse.wiring.parts import status_branch
from sluse.wiring.settings import load
from worlds.documents import Files
from worlds.remote import Main
from worlds.running import Running

TEST = Environment.TEST
NAMESPACE = TEST.namespace
OPERATOR = operator_user(TEST)
REPOSITORY = "integrations"
NEVER = Timing(drift=100_000, retry_first=100_000, retry_most=100_000)
"""Nothing is looked at again by itself."""
SOON = Timing(drift=1, retry_first=1, retry_most=1)

_requests = itertools.count()


class Writes(NamedTuple):
    """What an operator wrote since some moment: to the cluster by resource, at the authority by method, to git."""

    cluster: Mapping[str, int]
    authority: Mapping[str, int]
    pushes: int


@dataclass
class Operated:
    """`main` is what is merged. `admin` may do everything in the cluster; it counts as nobody's writes but its own.

    `patience`: seconds that something is waited for.
    """

    sandbox: Sandbox
    main: Main
    admin: Cluster
    timing: Timing = NEVER
    patience: float = PATIENCE
    trusted_head: str | None = None

    @property
    def authority(self) -> Authority:
        return self.sandbox.authorities[TEST]

    @property
    def settings(self) -> Settings:
        found = settings_of(self.sandbox, self.timing)
        return found.model_copy(update={"ledger": found.ledger.model_copy(update={"trusted_head": self.trusted_head})})

    def operator(self) -> Running:
        """Return an operator, not started; the one before it should have ended."""
        return Running(self.settings, self.sandbox.clock.now)

    def registrations(self, organisation: str = "") -> tuple[Registration, ...]:
        """Return what the authority's staff see: all, or one organisation's by its mark."""
        return tuple(
            held
            for held in self.authority.admin.registrations()
            if f"/{organisation}." in held.metadata.client_name or not organisation
        )

    def page(self, organisation: str, name: str = "journal") -> dict[str, Any]:
        """Return what a supplier reads of an integration on the status branch."""
        found: dict[str, Any] = json.loads(self.main.file(TEST.status_branch, f"{organisation}/{name}.json"))
        return found

    def confirm_head(self) -> None:
        """Say in the settings that the status branch, as it is now, is at its newest."""
        self.trusted_head = self.main.head(TEST.status_branch)

    async def object(self, kind: Kind, name: str) -> dict[str, Any]:
        return await self.admin.get(kind, NAMESPACE, name)

    async def client(self, name: str) -> dict[str, Any]:
        """Return a HelseIDClient; empty where there is none."""
        try:
            return await self.object(HELSEID_CLIENT, name)
        except NotFound:
            return {}

    async def held(self, organisation: str) -> dict[str, Any]:
        """Return an organisation's ledger as the cluster has it."""
        item = await self.object(CONFIG_MAP, f"sluse-ledger-{organisation}")
        ledger: dict[str, Any] = json.loads(item["data"]["ledger.json"])
        return ledger

    async def ask_for_sync(self) -> None:
        await self._annotate(INTEGRATION_REPOSITORY, REPOSITORY, SYNC_REQUESTED)

    async def annotate_repository(self, annotation: str, value: str) -> None:
        patch = {"metadata": {"annotations": {annotation: value}}}
        await self.admin.merge(INTEGRATION_REPOSITORY, NAMESPACE, REPOSITORY, patch)

    async def ask_for_look(self, name: str) -> None:
        await self._annotate(HELSEID_CLIENT, name, RECONCILE_REQUESTED)

    async def merge(self, files: Files) -> str:
        """Let a change be merged and ask for a sync; return the commit."""
        commit = self.main.commit(files)
        await self.ask_for_sync()
        return commit

    async def ready(self, *names: str) -> list[dict[str, Any]]:
        """Wait until clients are registered as the file says; return them."""
        return [await self.condition(name, "Ready", "True", "Registered") for name in names]

    async def condition(self, name: str, kind: str, status: str, reason: str) -> dict[str, Any]:
        """Wait until a client says so of its present generation; return it."""

        async def look() -> dict[str, Any] | None:
            body = await self.client(name)
            generation = body.get("metadata", {}).get("generation")
            said = [
                (row["type"], row["status"], row["reason"], row["observedGeneration"])
                for row in body.get("status", {}).get("conditions", ())
            ]
            return body if (kind, status, reason, generation) in said else None

        return await eventually(look, f"{name} says {kind}={status}, {reason}", patience=self.patience)

    async def declared(self, name: str, *scopes: str) -> dict[str, Any]:
        """Wait until a client is declared with these scopes and registered so; return it."""

        async def look() -> bool:
            body = await self.client(name)
            return bool(body) and tuple(body["spec"]["registration"]["scopes"]) == scopes

        await eventually(look, f"{name} is declared with {scopes}", patience=self.patience)
        return (await self.ready(name))[0]

    async def synced(self, commit: str) -> dict[str, Any]:
        """Wait until everything at a commit is declared; return the IntegrationRepository."""

        async def look() -> dict[str, Any] | None:
            body = await self.repository("Synced")
            return body if body["status"]["commit"] == commit else None

        return await eventually(look, f"{commit} is synced", patience=self.patience)

    async def repository(self, reason: str) -> dict[str, Any]:
        """Wait until the IntegrationRepository gives this reason; return it."""

        async def look() -> dict[str, Any] | None:
            body = await self.object(INTEGRATION_REPOSITORY, REPOSITORY)
            rows = body.get("status", {}).get("conditions", ())
            return body if any(row["type"] == "Ready" and row["reason"] == reason for row in rows) else None

        return await eventually(look, f"the repository is {reason}", patience=self.patience)

    async def stage(self, organisation: str, stage: str, name: str = "journal") -> dict[str, Any]:
        """Wait until the status branch says that an integration reached a stage; return its page."""
        seen = ""

        def look() -> dict[str, Any] | None:
            nonlocal seen
            tip = self.main.tip(TEST.status_branch)
            if tip == seen:
                return None  # git is asked only where there is something new
            seen = tip
            if not self.main.git("ls-tree", tip, "--", f"{organisation}/{name}.json"):
                return None
            page = self.page(organisation, name)
            return page if page["stage"] == stage else None

        return await eventually(look, f"{organisation}.{name} reaches {stage}", patience=self.patience)

    def writes(self, operator: str = OPERATOR) -> Writes:
        """Return everything that operators wrote so far, but for the signs of life of who leads."""
        cluster: dict[str, int] = {}
        for line, times in self.sandbox.kubernetes.requests.snapshot().items():
            if line.username == operator and line.verb in WRITES and line.code < 300 and line.resource != "leases":
                what = f"{line.resource}/{line.subresource}" if line.subresource else line.resource
                cluster[what] = cluster.get(what, 0) + times
        authority: dict[str, int] = {}
        for (method, _, status), times in self.authority.requests.snapshot().items():
            if method in {"POST", "PUT", "DELETE"} and 200 <= status < 300:
                authority[method] = authority.get(method, 0) + times
        return Writes(cluster, authority, self.sandbox.remote.faults.counts.pushes)

    async def _annotate(self, kind: Kind, name: str, annotation: str) -> None:
        patch = {"metadata": {"annotations": {annotation: f"{next(_requests)}"}}}
        await self.admin.merge(kind, NAMESPACE, name, patch)


def settings_of(sandbox: Sandbox, timing: Timing) -> Settings:
    """Return an operator's settings, without mail: what it writes is counted, and `test_telling.py` has the rest."""
    return load(sandbox.settings(TEST)).model_copy(update={"timing": timing, "mail": None})


def difference(before: Writes, after: Writes) -> Writes:
    """Return what was written between two moments; only what moved is named."""

    def moved(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
        return {name: times - old.get(name, 0) for name, times in new.items() if times != old.get(name, 0)}

    return Writes(
        moved(before.cluster, after.cluster), moved(before.authority, after.authority), after.pushes - before.pushes
    )


@contextmanager
def begun(
    directory: Path, *files: Files, providers: tuple[str, ...] = (), cluster: Path | None = None
) -> Iterator[Sandbox]:
    """Open a sandbox in which `files` are merged and the ledger of test is begun. Nothing is polled but on request.

    `cluster`: an administrator's kubeconfig of a real cluster in the place of the sandbox's API.
    """
    with Sandbox(directory, poll="24h", providers=providers, cluster=cluster) as sandbox:
        if files:
            Main(sandbox.remote.repository).commit({path: text for share in files for path, text in share.items()})
        settings = load(sandbox.settings(TEST))
        asyncio.run(status_branch(settings).genesis(settings.repository_id, sandbox.clock.now()))
        yield sandbox


@asynccontextmanager
async def looked_at(sandbox: Sandbox, timing: Timing = NEVER, patience: float = PATIENCE) -> AsyncIterator[Operated]:
    """Give a test its own eyes on a sandbox: the admin's client belongs to the test's event loop."""
    admin = access_from_kubeconfig(json.loads(sandbox.kubeconfig().read_bytes()))
    async with Cluster(admin, connections=4) as cluster:
        yield Operated(sandbox, Main(sandbox.remote.repository), cluster, timing, patience=patience)
