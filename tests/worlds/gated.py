"""A sandbox whose production is guarded by signatures: what people sign is merged, and real operators of production act."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import HELSEID_CLIENT, INTEGRATION_REPOSITORY, Kind
from sluse.delivery.repository import SYNC_REQUESTED
from sluse.delivery.sealing import files as sealed
from sluse.demo import signers
from sluse.demo.expect import NotAsExpected, eventually
from sluse.desired.access import operator_user
from sluse.errors import NotFound
from sluse.model.names import Environment
from sluse.model.policy.bundle import Manifest, Policy
from sluse.model.settings import Settings, Timing
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.authority.store import Registration
from sluse.sandbox.kube.counters import WRITES
from sluse.sandbox.sandbox import Sandbox, Trust
from sluse.wiring.parts import status_branch
from sluse.wiring.settings import load
from worlds.lock import Lock
from worlds.lock import policy as small_policy
from worlds.lock.files import files
from worlds.operated import NEVER, REPOSITORY, Writes
from worlds.remote import Main
from worlds.running import Running

PRODUCTION = Environment.PRODUCTION

_requests = itertools.count()


@dataclass
class Guarded:
    """What outlives a test: the sandbox, what is signed, `policy` under its manifest, and what lies beside (`more`)."""

    sandbox: Sandbox
    lock: Lock = field(default_factory=Lock)
    policy: Policy = field(default_factory=small_policy)
    more: dict[str, str] = field(default_factory=dict)
    version: int = 0
    sealed_files: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)

    def sealed(self) -> dict[str, str]:
        """Return `policies/`, under a new version of the manifest where a file has changed."""
        now = {path: each.decode() for path, each in files(Lock(), self.policy).items()}
        if any(self.sealed_files.get(path) != text for path, text in now.items()):
            self.version += 1
            self.sealed_files |= {**now, **manifest(now, self.version)}
        return self.sealed_files

    def everything(self) -> dict[str, str]:
        authored = {path: each.decode() for path, each in files(self.lock, self.policy).items()}
        return {**authored, **self.sealed(), **self.more}


def manifest(policies: dict[str, str], version: int) -> dict[str, str]:
    """Return the manifest of files of policies/ and its copy, signed by two of the demo's roots."""
    digests = {
        path.removeprefix("policies/"): hashlib.sha256(text.encode()).hexdigest()
        for path, text in policies.items()
        if path.endswith(".yaml")
    }
    signed = signers.signed_manifest(Manifest(version=version, files=digests))
    return {path: each.decode() for path, each in sealed(signed).items()}


@dataclass
class Gated:
    """A test's own eyes on a guarded sandbox. `session` trusts its authorities."""

    guarded: Guarded
    main: Main
    admin: Cluster
    session: aiohttp.ClientSession
    timing: Timing = NEVER
    environment: Environment = PRODUCTION

    @property
    def sandbox(self) -> Sandbox:
        return self.guarded.sandbox

    @property
    def lock(self) -> Lock:
        return self.guarded.lock

    @property
    def authority(self) -> Authority:
        return self.sandbox.authorities[self.environment]

    @property
    def settings(self) -> Settings:
        return settings_of(self.sandbox, self.environment, self.timing)

    def operator(self) -> Running:
        """Return an operator of production, not started."""
        return Running(self.settings, self.sandbox.clock.now)

    def clock_of_signers(self) -> None:
        """Let what is signed next be of a few minutes ago, after all that was signed before."""
        now = self.sandbox.clock.now().replace(microsecond=0)
        self.lock.clock = max(self.lock.clock, now - timedelta(minutes=20))

    def later(self, **by: float) -> None:
        self.sandbox.clock.advance(timedelta(**by))

    async def merge(self, **changes: str | None) -> str:
        """Merge all that is signed and written; `changes` by path come on top, and are no part of what is sealed."""
        wanted = {**self.guarded.everything(), **changes}
        before = self.guarded.merged
        news = {path: text for path, text in wanted.items() if before.get(path) != text}
        gone = {path: None for path in before if path not in wanted}
        commit = self.main.commit({**news, **gone})
        self.guarded.merged = {path: text for path, text in wanted.items() if text is not None}
        await self.ask_for_sync()
        return commit

    async def ask_for_sync(self) -> None:
        await self.annotate(SYNC_REQUESTED, f"{next(_requests)}")

    async def annotate(self, annotation: str, value: str) -> None:
        patch = {"metadata": {"annotations": {annotation: value}}}
        await self.admin.merge(INTEGRATION_REPOSITORY, self.environment.namespace, REPOSITORY, patch)

    async def suspend(self, *, stopped: bool) -> None:
        await self.admin.merge(
            INTEGRATION_REPOSITORY, self.environment.namespace, REPOSITORY, {"spec": {"suspend": stopped}}
        )

    def page(self, organisation: str, name: str = "journal") -> dict[str, Any]:
        """Return what people read of an integration on the status branch; empty where nothing stands."""
        branch = self.environment.status_branch
        if not self.main.tip(branch) or not self.main.git("ls-tree", self.main.tip(branch), "--", f"{organisation}/{name}.json"):  # fmt: skip
            return {}
        found: dict[str, Any] = json.loads(self.main.file(branch, f"{organisation}/{name}.json"))
        return found

    async def reads(
        self, organisation: str, what: str, so: Callable[[dict[str, Any]], object], name: str = "journal"
    ) -> dict[str, Any]:
        """Wait until the page of an integration is so; return it."""
        seen, page = "", dict[str, Any]()

        def look() -> dict[str, Any] | None:
            nonlocal seen, page
            tip = self.main.tip(self.environment.status_branch)
            if tip == seen:
                return None
            seen, page = tip, self.page(organisation, name)
            return page if page and so(page) else None

        try:
            return await eventually(look, f"the page of {organisation}.{name} says {what}")
        except NotAsExpected as error:
            error.add_note(f"it says: {json.dumps(page, indent=1)}")
            raise

    async def stage(self, organisation: str, stage: str, name: str = "journal") -> dict[str, Any]:
        return await self.reads(organisation, stage, lambda page: page["stage"] == stage, name)

    async def waits(self, organisation: str, reason: str, name: str = "journal") -> str:
        """Wait until it waits for this reason; return the message."""
        page = await self.reads(organisation, reason, lambda page: reason in reasons(page), name)
        message: str = next(row["message"] for row in page["waiting"] if row["reason"] == reason)
        return message

    async def synced(self, commit: str, reason: str = "Synced") -> dict[str, Any]:
        """Wait until the IntegrationRepository says so of a commit; return it."""

        async def look() -> dict[str, Any] | None:
            body = await self.object(INTEGRATION_REPOSITORY, REPOSITORY)
            rows = body.get("status", {}).get("conditions", ())
            said = any(row["type"] == "Ready" and row["reason"] == reason for row in rows)
            return body if said and body["status"].get("commit") == commit else None

        return await eventually(look, f"the repository is {reason} at {commit}")

    async def object(self, kind: Kind, name: str) -> dict[str, Any]:
        return await self.admin.get(kind, self.environment.namespace, name)

    async def client(self, name: str) -> dict[str, Any]:
        """Return a HelseIDClient; empty where there is none."""
        try:
            return await self.object(HELSEID_CLIENT, name)
        except NotFound:
            return {}

    async def absent(self, name: str) -> None:
        """Wait until a HelseIDClient has left the stack."""

        async def gone() -> bool:
            return not await self.client(name)

        await eventually(gone, f"{name} leaves the stack")

    async def said(self, kind: Kind, name: str, condition: str, status: str, reason: str) -> dict[str, Any]:
        """Wait until an object has this condition; return it."""

        async def look() -> dict[str, Any] | None:
            try:
                body = await self.object(kind, name)
            except NotFound:
                return None
            rows = body.get("status", {}).get("conditions", ())
            found = (condition, status, reason) in {(row["type"], row["status"], row["reason"]) for row in rows}
            return body if found else None

        return await eventually(look, f"{name} says {condition}={status}, {reason}")

    def registrations(self, organisation: str) -> tuple[Registration, ...]:
        """Return what the authority's staff see of an organisation, by its mark."""
        return tuple(
            held for held in self.authority.admin.registrations() if f"/{organisation}." in held.metadata.client_name
        )

    def writes(self) -> Writes:
        """Return everything that operators of production wrote so far, but for the signs of life of who leads."""
        cluster: dict[str, int] = {}
        for line, times in self.sandbox.kubernetes.requests.snapshot().items():
            if (
                line.username == operator_user(self.environment)
                and line.verb in WRITES
                and line.code < 300
                and line.resource != "leases"
            ):
                what = f"{line.resource}/{line.subresource}" if line.subresource else line.resource
                cluster[what] = cluster.get(what, 0) + times
        authority: dict[str, int] = {}
        for (method, _, status), times in self.authority.requests.snapshot().items():
            if method in {"POST", "PUT", "DELETE"} and 200 <= status < 300:
                authority[method] = authority.get(method, 0) + times
        return Writes(cluster, authority, self.sandbox.remote.faults.counts.pushes)


def reasons(page: dict[str, Any]) -> set[str]:
    return {row["reason"] for row in page.get("waiting", ())}


def settings_of(sandbox: Sandbox, environment: Environment, timing: Timing = NEVER) -> Settings:
    """Return an operator's settings; nobody is told anything by mail, which would write to the ledger when it likes.

    The status branch is said to be at its newest: in a sandbox that several tests share, weeks pass after its beginning.
    """
    found = load(sandbox.settings(environment))
    head = Main(sandbox.remote.repository).head(environment.status_branch)
    ledger = found.ledger.model_copy(update={"trusted_head": head})
    return found.model_copy(update={"timing": timing, "mail": None, "ledger": ledger})


@contextmanager
def guarded(directory: Path) -> Iterator[Guarded]:
    """Open a sandbox in which policies are signed and the ledgers are begun. Nothing is polled but on request."""
    trust = Trust(signers.roots(), {each: signers.operator(each.value).pem for each in Environment})
    with Sandbox(directory, poll="24h", trust=trust) as sandbox:
        world = Guarded(sandbox)
        world.merged = world.everything()
        Main(sandbox.remote.repository).commit(dict(world.merged))
        for each in Environment:
            settings = load(sandbox.settings(each))
            asyncio.run(status_branch(settings).genesis(settings.repository_id, sandbox.clock.now()))
        yield world


@asynccontextmanager
async def looked_at(world: Guarded) -> AsyncIterator[Gated]:
    admin = access_from_kubeconfig(json.loads(world.sandbox.kubeconfig().read_bytes()))
    connector = aiohttp.TCPConnector(ssl=world.sandbox.certificates.client())
    async with Cluster(admin, connections=4) as cluster, aiohttp.ClientSession(connector=connector) as session:
        yield Gated(world, Main(world.sandbox.remote.repository), cluster, session)
