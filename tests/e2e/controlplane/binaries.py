"""Where kube-apiserver, kube-controller-manager and etcd come from.

`KUBEBUILDER_ASSETS` names a folder that has them (the convention of envtest). Else they are built once, with the
ordinary `go` client, from the Go modules that `tests/e2e/binaries` pins with their hashes, and kept in the user's cache by
what was built from: so no ready-made program has to be trusted or mirrored.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

MODULES = Path(__file__).parent.parent / "binaries"
KUBE = "v1.36.3"
KUBECONFIG = "SLUSE_E2E_KUBECONFIG"
"""Names the kubeconfig of an administrator of another cluster; what needs no server of our own runs there."""
_NAMES = ("etcd", "kube-apiserver", "kube-controller-manager")
_STEP = 15.0  # seconds between two lines of progress


class NoControlPlane(Exception):
    """There is no way to a real API server here; the message says what would be one."""


@dataclass(frozen=True)
class Binaries:
    """A folder with the three programs."""

    folder: Path

    @property
    def etcd(self) -> Path:
        return self.folder / "etcd"

    @property
    def apiserver(self) -> Path:
        return self.folder / "kube-apiserver"

    @property
    def controller_manager(self) -> Path:
        return self.folder / "kube-controller-manager"


def find_or_build() -> Binaries:
    """Return the programs. NoControlPlane where they are neither there nor can be built."""
    found = find()
    if found is None:
        _build(_cache() / _version())
    return found or Binaries(_cache() / _version())


def find() -> Binaries | None:
    """Return the programs where they are. NoControlPlane where the folder that was named has them not."""
    named = os.environ.get("KUBEBUILDER_ASSETS")
    folder = Path(named) if named else _cache() / _version()
    missing = [name for name in _NAMES if not (folder / name).is_file()]
    if named and missing:
        raise NoControlPlane(f"KUBEBUILDER_ASSETS names {named}, which has no {', '.join(missing)}")
    return None if missing else Binaries(folder)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sluse" / "control-plane"


def _version() -> str:
    """Return what is built, by the content of the modules."""
    digest = hashlib.sha256()
    for file in sorted(MODULES.rglob("*")):
        if file.is_file():
            digest.update(file.read_bytes())
    return f"kubernetes-{KUBE}-{digest.hexdigest()[:12]}"


def _build(folder: Path) -> None:
    if shutil.which("go") is None:
        raise NoControlPlane(
            f"there is no real API server: set {KUBECONFIG} to a cluster's, or KUBEBUILDER_ASSETS to a folder with "
            f"{', '.join(_NAMES)}, or install go to have them built"
        )
    scratch = folder.with_name(f"{folder.name}.{os.getpid()}")
    scratch.mkdir(parents=True)
    try:
        _go("etcd", scratch / "etcd", "-ldflags=-s -w", ".")
        for name in _NAMES[1:]:
            _go("kube", scratch / name, f"-ldflags={_stamps()}", f"k8s.io/kubernetes/cmd/{name}")
        _put(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _put(scratch: Path, folder: Path) -> None:
    try:
        scratch.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another run was as fast
            raise


def _go(module: str, into: Path, *arguments: str) -> None:
    """Build one program, and say every now and then that it goes on: a first build takes about twelve minutes on two cores."""
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -buildvcs=false", "GOWORK": "off"}
    command = ["go", "build", "-trimpath", "-o", str(into), *arguments]
    began = time.monotonic()
    with subprocess.Popen(
        command, cwd=MODULES / module, env=environment, stderr=subprocess.PIPE, text=True
    ) as building:
        while True:
            try:
                _, said = building.communicate(timeout=_STEP)
                break
            except subprocess.TimeoutExpired:
                sys.stderr.write(f"building {into.name}: {time.monotonic() - began:.0f} s\n")
    if building.returncode:
        tail = "\n".join(said.splitlines()[-10:])
        raise NoControlPlane(f"go could not build {into.name}:\n{tail}")


def _stamps() -> str:
    """Return the linker's flags by which the programs know their version; clients see v0.0.0 else."""
    _, minor, _ = KUBE.split(".")
    values = {"gitVersion": KUBE, "gitMajor": "1", "gitMinor": minor, "gitTreeState": "clean"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(
        ("-s -w", *(f"-X {package}.{name}={value}" for package in packages for name, value in values.items()))
    )
