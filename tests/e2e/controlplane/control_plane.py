"""The control plane put together, and what may happen to it: restarts, a slow API server, an etcd of yesterday.

TLS, RBAC and tokens as in any cluster. Its one person is `admin`, a member of system:masters; whoever else asks is a service account.
There are no nodes, so nothing runs in it; of kube-controller-manager only the collector of garbage and the one of namespaces do.
"""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import signal
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from e2e.controlplane.audit import POLICY
from e2e.controlplane.binaries import Binaries
from e2e.controlplane.program import Program
from sluse.sandbox.kube.identity import MASTERS, Identity
from sluse.sandbox.kube.kubeconfig import kubeconfig
from sluse.sandbox.tls import Certificates, issue

_PATIENCE = 60.0
_CONTROLLERS = "garbage-collector-controller,namespace-controller"


class ControlPlane:
    """Use as a context manager. `directory` is private to the user, empty, and holds tokens and data."""

    def __init__(self, binaries: Binaries, directory: Path) -> None:
        self.directory = directory
        self.admin = Identity("e2e-admin", (MASTERS,), secrets.token_urlsafe(24))
        self.certificates: Certificates = issue(directory)
        self.port, self._client, self._peer, self._secure = _free_ports(4)
        self._data = directory / "etcd"
        self.audit = directory / "audit.jsonl"
        self.etcd = Program(self._etcd(binaries), directory / "etcd.log")
        self.apiserver = Program(self._apiserver(binaries), directory / "kube-apiserver.log")
        self._controllers = Program(self._controller_manager(binaries), directory / "kube-controller-manager.log")

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"https://localhost:{self.port}"

    def __enter__(self) -> Self:
        self._write()
        try:
            self.etcd.start()
            self._until(self._etcd_answers, self.etcd)
            self.apiserver.start()
            self._until(self.is_ready, self.apiserver)
            self._controllers.start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def kubeconfig(self) -> Path:
        """Return the admin's kubeconfig."""
        path = self.directory / "kubeconfig.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(kubeconfig(self.url, self.certificates.ca_file, self.admin, "default")))
        return path

    def is_ready(self) -> bool:
        """Whether the API says that it is."""
        return _answers(f"{self.url}/readyz", self.certificates.client(), self.admin.token)

    def wait_until_ready(self) -> None:
        """Wait until the API says that it is."""
        self._until(self.is_ready, self.apiserver)

    def restart_apiserver(self) -> None:
        """Kill the API server and start it anew; its data stay."""
        self.apiserver.kill()
        self.apiserver.start()
        self.wait_until_ready()

    def restart_etcd(self) -> None:
        """Kill etcd and start it anew; what it had written is there."""
        self.etcd.kill()
        self.etcd.start()
        self._until(self._etcd_answers, self.etcd)
        self.wait_until_ready()

    def forget(self) -> None:
        """Let nobody know what was before now: etcd is compacted, and the API server starts anew with an empty memory."""
        address = f"http://127.0.0.1:{self._client}/v3/kv"
        now = _post(f"{address}/range", {"key": base64.b64encode(b"/").decode()})["header"]["revision"]
        _post(f"{address}/compaction", {"revision": now, "physical": True})
        self.restart_apiserver()

    def pause(self) -> None:
        """Let the API server answer nobody, with its connections open."""
        self.apiserver.send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self.apiserver.send(signal.SIGCONT)

    def snapshot(self, name: str) -> None:
        """Keep the data as they are now; both servers are started anew around it."""
        self._with_servers_down(lambda: shutil.copytree(self._data, self.directory / f"snapshot-{name}"))

    def restore(self, name: str) -> None:
        """Go back to the data of a snapshot, as somebody does who restores last night's backup."""

        def back() -> None:
            shutil.rmtree(self._data)
            shutil.copytree(self.directory / f"snapshot-{name}", self._data)

        self._with_servers_down(back)

    def _with_servers_down(self, work: Callable[[], object]) -> None:
        self.apiserver.kill()
        self.etcd.kill()
        work()
        self.etcd.start()
        self._until(self._etcd_answers, self.etcd)
        self.apiserver.start()
        self.wait_until_ready()

    def _until(self, holds: Callable[[], bool], program: Program) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not holds():
            if not program.runs or time.monotonic() > deadline:
                raise RuntimeError(f"{program.log.stem} does not get ready:\n{program.tail()}")
            time.sleep(0.05)  # a look: nobody tells when it is

    def _stop(self) -> None:
        for program in (self._controllers, self.apiserver, self.etcd):
            program.kill()

    def _etcd_answers(self) -> bool:
        return _answers(f"http://127.0.0.1:{self._client}/readyz", None, "")

    def _write(self) -> None:
        self._data.mkdir(mode=0o700, exist_ok=True)
        tokens = self.directory / "tokens.csv"
        tokens.touch(mode=0o600)
        tokens.write_text(f'{self.admin.token},{self.admin.name},0,"{MASTERS}"\n')
        key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        (self.directory / "service-accounts.pem").write_bytes(key)
        (self.directory / "audit.json").write_text(json.dumps(POLICY))

    def _etcd(self, binaries: Binaries) -> list[str]:
        client, peer = f"http://127.0.0.1:{self._client}", f"http://127.0.0.1:{self._peer}"
        return [
            str(binaries.etcd),
            f"--data-dir={self._data}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--log-level=warn",
        ]

    def _apiserver(self, binaries: Binaries) -> list[str]:
        chain, key = self.directory / "server.pem", self.directory / "service-accounts.pem"
        return [
            str(binaries.apiserver),
            f"--etcd-servers=http://127.0.0.1:{self._client}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--secure-port={self.port}",
            f"--tls-cert-file={chain}",
            f"--tls-private-key-file={chain}",
            f"--token-auth-file={self.directory / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--disable-admission-plugins=ServiceAccount",  # nothing makes tokens for pods that there are none of
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            f"--cert-dir={self.directory}",
            f"--audit-policy-file={self.directory / 'audit.json'}",
            f"--audit-log-path={self.audit}",
        ]

    def _controller_manager(self, binaries: Binaries) -> list[str]:
        return [
            str(binaries.controller_manager),
            f"--kubeconfig={self.kubeconfig()}",
            f"--controllers={_CONTROLLERS}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self._secure}",
            f"--cert-dir={self.directory}",
            "--leader-elect=false",
            "--use-service-account-credentials=true",  # by these names admission knows them
        ]


def _answers(url: str, tls: ssl.SSLContext | None, token: str) -> bool:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, context=tls, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _post(url: str, body: object) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def _free_ports(count: int) -> list[int]:
    """Return ports that were free a moment ago: programs that are given their port offer nothing better."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
