"""The stage: a sandbox, the people's clones, and the operator as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from sluse.acceptance.proofs import ClientKey
from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.demo.clone import Clone, Ran
from sluse.demo.expect import NotAsExpected
from sluse.demo.keys import key_file, new_key
from sluse.model.names import Environment
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.sandbox import Sandbox

SUPPLIER, NEIGHBOUR = "solvang", "kvitfjell"
TEST = Environment.TEST


@dataclass
class Stage:
    """Use as an async context manager. `directory` is private; the people's private keys are in `directory/home`."""

    directory: Path
    keys: dict[str, ClientKey] = field(default_factory=dict)
    operator: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        self.sandbox = await asyncio.to_thread(Sandbox(self.directory, suppliers=(SUPPLIER, NEIGHBOUR)).__enter__)
        people, home = self.sandbox.people, self.directory / "home"
        home.mkdir(mode=0o700)
        self.reviewer = Clone.of(
            self.sandbox.remote_url, home / "reviewer", "reviewer", self.sandbox.git_environment(people.reviewer)
        )
        await asyncio.to_thread(self._seed)
        access = self.sandbox.git_environment(people.suppliers[SUPPLIER])
        self.supplier = Clone.of(self.sandbox.remote_url, home / "supplier", "supplier", access)
        admin = json.loads(self.sandbox.kubeconfig().read_bytes())
        self.cluster = await Cluster(access_from_kubeconfig(admin), connections=4).__aenter__()
        connector = aiohttp.TCPConnector(ssl=self.sandbox.certificates.client())
        self.session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()
        await self.cluster.__aexit__(None, None, None)
        self.stop_operator()
        await asyncio.to_thread(self.sandbox.__exit__, None, None, None)

    @property
    def authority(self) -> Authority:
        """The test authority."""
        return self.sandbox.authorities[TEST]

    @property
    def issuer(self) -> str:
        """The test authority's issuer."""
        return self.sandbox.issuers[TEST].url

    @property
    def log(self) -> Path:
        """The operator's log file."""
        return self.directory / "operator-test.log"

    def begin_ledger(self) -> Ran:
        """Let the platform's people begin the ledger of test."""
        words = ("ledger", "init", "-e", TEST.value, "--settings", str(self.sandbox.settings(TEST)))
        return self.reviewer.sluse(*words)

    def start_operator(self) -> int:
        """Start the test operator; return its process id."""
        words = [
            sys.executable,
            "-m",
            "sluse.demo.operator",
            str(self.sandbox.settings(TEST)),
            str(self.directory / "clock"),
        ]
        with self.log.open("ab") as log:
            self.operator = subprocess.Popen(  # noqa: S603 - our own interpreter
                words, stdout=log, stderr=log, env={"PATH": os.environ.get("PATH", os.defpath)}
            )
        return self.operator.pid

    def stop_operator(self) -> None:
        """Ask the operator to end, and see it end; one that does not is ended."""
        if self.operator is not None and self.operator.poll() is None:
            self.operator.send_signal(signal.SIGTERM)
            try:
                self.operator.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.operator.kill()  # nothing of the demo may outlive it
                self.operator.wait()

    def expect_operator(self) -> None:
        """Raise where the operator has died, with the end of its log."""
        if self.operator is not None and self.operator.poll() is not None:
            tail = "\n".join(self.log.read_text().splitlines()[-15:])
            raise NotAsExpected(f"the operator runs; it ended with {self.operator.returncode}:\n{tail}")

    def material(self, name: str) -> str:
        """Return a file that the story brings along."""
        return (resources.files("sluse.demo") / "material" / name).read_text(encoding="utf-8")

    def add_key(self, who: str, integration: str, client: str, clone: Clone) -> None:
        """Make a client's key pair: public half into the clone, private half into its owner's own directory."""
        key = new_key(self.directory / "home" / f"{who}-private" / f"{integration}.{client}.jwk")
        self.keys[f"{who}.{integration}.{client}"] = key
        clone.write(f"integrations/{who}/keys/{integration}/{client}.test.jwks.json", key_file(key))

    async def resource(self, name: str) -> dict[str, Any] | None:
        """Return a HelseIDClient object of test as its admin sees it; None where it is absent."""
        path = f"{self.sandbox.api.url}/apis/sluse.nhn.no/v1alpha1/namespaces/{TEST.namespace}/helseidclients/{name}"
        headers = {"Authorization": f"Bearer {self.sandbox.people.admin.token}"}
        async with self.session.get(path, headers=headers) as answer:
            body: dict[str, Any] = orjson.loads(await answer.read())
            return body if answer.status == 200 else None

    def _seed(self) -> None:
        """Let the neighbour be there already, as reviewed and merged."""
        for name in ("organisation.yaml", "transport.yaml"):
            self.reviewer.write(f"integrations/{NEIGHBOUR}/{name}", self.material(f"{NEIGHBOUR}/{name}"))
        self.reviewer.write(
            f"integrations/{SUPPLIER}/organisation.yaml", self.material(f"{SUPPLIER}/organisation.yaml")
        )
        self.add_key(NEIGHBOUR, "transport", "orders", self.reviewer)
        self.reviewer.git("checkout", "--quiet", "-B", "main")
        self.reviewer.commit("Take in the first organisations")
        self.reviewer.git("push", "--quiet", "origin", "main")
