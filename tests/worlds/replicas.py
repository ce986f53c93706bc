"""Several replicas of one operator, each a process with a cache, a log and, if asked for, a wall clock of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sluse.cluster.kinds import LEASE
from sluse.demo.expect import eventually
from sluse.errors import ClusterError
from sluse.model.settings import LeadershipSettings, Settings
from sluse.registrar.withheld import KID_PREFIX
from sluse.sandbox.authority.faults import Gate
from sluse.sandbox.kube.counters import WRITES
from sluse.wiring.parts import LEASE as LEASE_NAME
from worlds.documents import Supplier
from worlds.operated import NAMESPACE, Operated

PATIENCE = 60.0
"""Seconds; replicas share two processors with everything else."""
QUICK = LeadershipSettings(duration=5, renew=4, retry=1)
SLOW = LeadershipSettings(duration=1000, renew=900, retry=1)
"""Nobody takes over what was not given back."""
LOST = 3
"""The exit code of a process that lost the leadership."""
NEW = Supplier("ny", 40)
BATCH = [f"client-{number}" for number in range(8)]
_REGISTER = "/connect/register"
_TOLD = 40  # lines of a log
_HERE = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": os.environ.get("PYTHONPATH", "")}


@dataclass(eq=False)
class Replica:
    """One process. `cache` outlives it, as a pod's folder outlives its container."""

    name: str
    folder: Path
    running: subprocess.Popen[bytes]
    port: int

    @property
    def identity(self) -> str:
        """The name that it has in the Lease and at the API server; empty before it has one."""
        path = self.folder / "cache" / "identity"
        return path.read_text() if path.exists() else ""

    def said(self) -> list[str]:
        return (self.folder / "log").read_text().splitlines()

    def asked_the_authority(self) -> list[str]:
        """Return its requests to the authority, as its log tells them."""
        return [line for line in self.said() if "sluse.registrar.http" in line]

    def send(self, sign: signal.Signals) -> None:
        self.running.send_signal(sign)

    async def ended(self) -> int:
        """Wait for the end; return the exit code."""
        return await asyncio.to_thread(self.running.wait, PATIENCE)

    def probe(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)


@dataclass
class Replicas:
    """`world` is what they operate on; `terms` those of their election."""

    world: Operated
    terms: LeadershipSettings
    _stack: ExitStack
    started: dict[str, Replica] = field(default_factory=dict)

    def start(self, name: str, *, wall: timedelta = timedelta(), settings: Settings | None = None) -> Replica:
        """Start a replica, or the one of this name again in its old place."""
        folder = self.world.sandbox.directory / f"replica-{name}"
        folder.mkdir(exist_ok=True)
        (folder / "settings.json").write_text(self._settings(folder, settings).model_dump_json(by_alias=True))
        (folder / "clock").write_text(str(wall.total_seconds()))
        port = _free_port()
        probes = f"http://127.0.0.1:{port}/healthz"
        command = [sys.executable, "-m", "sluse.demo.operator", "settings.json", "clock", probes]
        log = self._stack.enter_context((folder / "log").open("w"))
        # Its input stays open as long as we live: a demo operator ends with whoever started it.
        running = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log, env=_HERE)
        self._stack.enter_context(running)
        self._stack.callback(_end, running)
        self.started[name] = Replica(name, folder, running, port)
        return self.started[name]

    async def leader(self, *others: Replica) -> Replica:
        """Wait until a replica that is none of these leads and its Kopf runs; return it."""

        async def look() -> Replica | None:
            try:
                holder = (await self.world.admin.get(LEASE, NAMESPACE, LEASE_NAME))["spec"]["holderIdentity"]
            except ClusterError:
                return None
            for replica in self.started.values():
                leads = replica.running.poll() is None and replica not in others and replica.identity == holder
                if holder and leads and await asyncio.to_thread(_said_so, replica, "leads\n"):
                    return replica
            return None

        return await eventually(look, "somebody leads", patience=PATIENCE)

    async def stands_by(self, replica: Replica) -> str:
        """Wait until a replica says that it is ready to take over; return its words."""

        def look() -> str | None:
            code, said = replica.probe("/readyz")
            return said if code == 200 and "stands by" in said else None

        return await eventually(look, f"{replica.name} stands by", patience=PATIENCE)

    async def both(self, **wall: timedelta) -> tuple[Replica, Replica]:
        """Start two, the first of whom leads while the other stands by."""
        leading = self.start("one", wall=wall.get("one", timedelta()))
        assert await self.leader() is leading
        other = self.start("two", wall=wall.get("two", timedelta()))
        await self.stands_by(other)
        return leading, other

    def writes(self, replica: Replica) -> Counter[str]:
        """Return what a replica wrote to the cluster, by resource; its signs of life are left out."""
        found: Counter[str] = Counter()
        if replica.identity:
            for line, times in self.world.sandbox.kubernetes.requests.by_agent(replica.identity).items():
                if line.verb in WRITES and line.code < 300 and line.resource != "leases":
                    found[line.resource] += times
        return found

    def _settings(self, folder: Path, settings: Settings | None) -> Settings:
        settings = settings or self.world.settings
        remote = settings.remote.model_copy(update={"cache": folder / "cache"})
        return settings.model_copy(update={"remote": remote, "leadership": self.terms})


@contextmanager
def replicas(world: Operated, terms: LeadershipSettings = QUICK) -> Iterator[Replicas]:
    """Run replicas inside; what still runs at the end is killed. What fails is told with what each of them said last."""
    with ExitStack() as stack:
        house = Replicas(world, terms, stack)
        try:
            yield house
        except BaseException as failed:
            for replica in house.started.values():
                state = f"{replica.name} ({replica.identity}), exit code {replica.running.poll()}, said last:"
                failed.add_note("\n  ".join((state, *replica.said()[-_TOLD:])))
            raise


async def in_a_batch(world: Operated) -> Gate:
    """Let whoever leads be in the middle of many registrations: some are made, four wait at the authority."""
    before = world.authority.requests.count("POST", _REGISTER)
    gate = world.authority.faults.hold(method="POST", path=_REGISTER, times=4)
    await world.merge(NEW.everything(clients=BATCH))
    assert await asyncio.to_thread(gate.arrived, PATIENCE)
    more = world.authority.requests.wait_for
    assert await asyncio.to_thread(more, before + 2, PATIENCE, method="POST", template=_REGISTER)
    return gate


async def all_is_well(world: Operated, *suppliers: Supplier) -> None:
    """One usable registration for each client, the one it says; what else is left is withheld, and named."""
    names = [*(NEW.resource("journal", client) for client in BATCH), *(each.sync for each in suppliers)]
    for name, body in zip(names, await world.ready(*names), strict=True):
        held = [each for each in world.authority.admin.registrations() if f"/{name}]" in each.metadata.client_name]
        usable = [each for each in held if not each.metadata.keys[0].kid.startswith(KID_PREFIX)]
        assert [each.client_id for each in usable] == [body["status"]["clientId"]], name
        named = [row for row in body["status"]["conditions"] if row["type"] == "PossibleOrphan"]
        assert len(held) == 1 or named, f"{name}: {len(held)} registrations, and the spare one is not named"


def _end(running: subprocess.Popen[bytes]) -> None:
    if running.poll() is None:
        running.kill()


def _said_so(replica: Replica, words: str) -> bool:
    code, said = replica.probe("/readyz")
    return code == 200 and said.endswith(words) and "stands by" not in said


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
