"""`make e2e`: what runs in the sandbox, run on a real API server: the conformance suite, then the story and the faults.

The server is the one that SLUSE_E2E_KUBECONFIG names (as an administrator), else one of our own: see `controlplane.binaries`.
What stops and restarts the server needs our own in any case.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).parent.parent
sys.path.insert(0, str(TESTS))

from e2e.controlplane.binaries import NoControlPlane, find_or_build  # noqa: E402 - the folder is no package
from e2e.controlplane.control_plane import ControlPlane  # noqa: E402

KUBECONFIG = "SLUSE_E2E_KUBECONFIG"


@contextmanager
def administrator() -> Iterator[str]:
    """Yield the kubeconfig of an administrator of a real API server."""
    named = os.environ.get(KUBECONFIG)
    if named:
        yield named
        return
    with (
        tempfile.TemporaryDirectory(prefix="sluse-e2e-") as directory,
        ControlPlane(find_or_build(), Path(directory)) as own,
    ):
        yield str(own.kubeconfig())


def run(*arguments: str, **surroundings: str) -> int:
    """Run pytest with these arguments in these surroundings, and return how it ended."""
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=TESTS.parent, env={**os.environ, **surroundings}, check=False).returncode


def main(arguments: list[str]) -> int:
    """Run everything, or pytest's `arguments` on the tests of this folder alone."""
    try:
        find_or_build()
        if arguments:
            return run(*arguments, SLUSE_E2E="1")
        with administrator() as kubeconfig:
            conforms = run("tests/contract/kubernetes", **{KUBECONFIG: kubeconfig})
        return run("tests/e2e", SLUSE_E2E="1") or conforms
    except NoControlPlane as missing:
        sys.stderr.write(f"error: {missing}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
