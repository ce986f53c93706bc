"""A sandbox with generated integrations in its remote, and the operator as a process of its own.

The sandbox lives in this process: its counters are read directly, and nothing but waiting happens beside it. It has no
disk, no admission and no other tenants, so what is said of it is no promise about a real API server. One of those may take
the place of the sandbox's: `cluster` is its administrator's kubeconfig, and `requests` counts what is asked of it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import generated
from sluse.demo.clone import Clone
from sluse.desired.access import operator_user
from sluse.model.names import Environment
from sluse.model.settings import Settings, Timing
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.kube.counters import WRITES, Requests
from sluse.sandbox.sandbox import Sandbox

TEST = Environment.TEST
USER = operator_user(TEST)
REGISTER, CLIENT = "/connect/register", "/connect/register/{client_id}"

_PATIENCE = 1800.0  # seconds
_LOOK = 0.005  # seconds between two looks at a counter


@contextlib.contextmanager
def standing(
    organisations: int, each: int, cluster: Path | None = None, requests: Callable[[], Requests] | None = None
) -> Iterator[Standing]:
    """Yield a sandbox whose remote has the integrations; no operator runs yet."""
    with tempfile.TemporaryDirectory(prefix="sluse-bench-") as temporary:
        directory = Path(temporary)
        # Asked to sync by annotation only: a poll in the midst would be measured too.
        with Sandbox(directory, poll="12h", cluster=cluster) as sandbox:
            made = Standing(sandbox, organisations * each, requests or (lambda: sandbox.kubernetes.requests))
            made.seed(generated.integrations(organisations, each))
            try:
                yield made
            finally:
                made.stop()


@dataclass
class Standing:
    """`clients` is how many there are to be."""

    sandbox: Sandbox
    clients: int
    requests: Callable[[], Requests]
    process: subprocess.Popen[bytes] | None = None
    _starts: int = field(default=0)

    @property
    def authority(self) -> Authority:
        return self.sandbox.authorities[TEST]

    def seed(self, files: dict[str, str]) -> None:
        """Put the files on the protected branch, and begin the ledger."""
        home = self.sandbox.directory / "home"
        home.mkdir(mode=0o700)
        access = self.sandbox.git_environment(self.sandbox.people.reviewer)
        clock = self.sandbox.directory / "clock"
        self.clone = Clone.of(self.sandbox.remote_url, home / "reviewer", "reviewer", access, clock)
        generated.write(files, self.clone.path)
        self.clone.git("checkout", "--quiet", "-B", "main")
        self.clone.commit("Take in everybody")
        self.clone.git("push", "--quiet", "origin", "main")
        path = self.sandbox.settings(TEST)
        settings = Settings.model_validate_json(path.read_text())
        # The product's own intervals: the sandbox's are for people who watch a demo.
        path.write_text(settings.model_copy(update={"timing": Timing()}).model_dump_json(by_alias=True))
        begun = self.clone.sluse("ledger", "init", "-e", TEST.value, "--settings", str(path))
        if begun.code:
            raise RuntimeError(f"the ledger could not be begun: {begun.said}")

    def start(self) -> Self:
        """Start the operator, as `sluse run` does."""
        self._starts += 1
        words = [sys.executable, *_profiler(), "-m", "sluse", "run", "--settings", str(self.sandbox.settings(TEST))]
        with (self.sandbox.directory / "operator.log").open("ab") as log:
            environment = {"PATH": os.environ.get("PATH", os.defpath)}
            self.process = subprocess.Popen(words, stdout=log, stderr=log, env=environment)
        return self

    def stop(self) -> None:
        """Ask the operator to end, and see it end."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)
        self.process = None

    def push(self, message: str) -> None:
        """Merge what is in the clone."""
        self.clone.commit(message)
        self.clone.git("push", "--quiet", "origin", "main")

    def resident(self) -> tuple[float, float]:
        """Return MiB of the operator's memory: now, and the most it ever had."""
        assert self.process is not None
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        found = dict(line.split(":", 1) for line in lines)
        return tuple(int(found[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]

    def cpu(self) -> float:
        """Return the seconds of processor that the operator has used."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def writes(self) -> Counter[str]:
        """Return the operator's accepted writes, by resource and subresource, and those at the authority and in git."""
        counts: Counter[str] = Counter()
        for line, times in self.requests().snapshot().items():
            if line.username == USER and line.verb in WRITES and 200 <= line.code < 300 and line.resource != "leases":
                counts["/".join(part for part in (line.resource, line.subresource) if part)] += times
        for (method, _, status), times in self.authority.requests.snapshot().items():
            if method != "GET" and status:
                counts[f"authority {method}"] += times
        counts["git pushes"] = self._published()
        return counts

    def wrote(self) -> bool:
        """Tell whether the operator wrote to the API server, but for the Lease."""
        lines = self.requests().snapshot()
        return any(line.username == USER and line.verb in WRITES and line.resource != "leases" for line in lines)

    def converged(self) -> bool:
        """Tell whether every client is open at the authority, and every object's status says so."""
        requests = self.requests()
        objects = requests.count(verb="patch", resource="helseidclients", subresource="status", username=USER)
        return self.authority.requests.count("PUT", CLIENT, 200) >= self.clients <= objects

    def until(self, condition: Callable[[], bool]) -> float:
        """Wait for a condition; return the moment on the performance counter."""
        end = time.perf_counter() + _PATIENCE
        while not condition():
            if time.perf_counter() > end or self.process is None or self.process.poll() is not None:
                log = (self.sandbox.directory / "operator.log").read_text()[-3000:]
                raise RuntimeError(f"it never came to that; the operator's log ends with\n{log}")
            time.sleep(_LOOK)
        return time.perf_counter()

    def quiet(self, seconds: float = 2.0) -> float:
        """Wait until nothing was written for so long; return the moment of the last write."""
        last, since = self.writes(), time.perf_counter()
        while time.perf_counter() - since < seconds:
            time.sleep(0.05)
            if (now := self.writes()) != last:
                last, since = now, time.perf_counter()
        return since

    def _published(self) -> int:
        """Return how many commits the status branch has."""
        words = ["git", "rev-list", "--count", f"refs/heads/{TEST.status_branch}"]
        done = subprocess.run(words, cwd=self.sandbox.remote.repository, capture_output=True, text=True, check=False)
        return int(done.stdout or 0)


def _profiler() -> list[str]:
    """Return words that put the operator under a profiler: `SLUSE_BENCH_PROFILE=FILE`."""
    out = os.environ.get("SLUSE_BENCH_PROFILE")
    return ["-m", "cProfile", "-o", out] if out else []
