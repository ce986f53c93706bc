"""`make e2e`: what runs in the sandbox, run on a real API server: the conformance suite, then the story and the faults.

The server is the one that SLUSE_E2E_KUBECONFIG names (as an administrator), else one of our own: see `controlplane.binaries`.
What kills and restarts a server needs our own in any case.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).parent.parent
sys.path.insert(0, str(TESTS))

from e2e.controlplane.binaries import KUBECONFIG, NoControlPlane, find_or_build  # noqa: E402 - the folder is no package
from e2e.controlplane.control_plane import ControlPlane  # noqa: E402


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


def run(what: str, *arguments: str, **surroundings: str) -> int:
    """Run pytest with these arguments in these surroundings, say so, and return how it ended."""
    began = time.monotonic()
    sys.stderr.write(f"{what} ...\n")
    command = [sys.executable, "-m", "pytest", *arguments]
    code = subprocess.run(command, cwd=TESTS.parent, env={**os.environ, **surroundings}, check=False).returncode
    sys.stderr.write(f"{what}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s\n")
    return code


def main(arguments: list[str]) -> int:
    """Run everything, or pytest's `arguments` on the tests of this folder alone."""
    try:
        if not arguments:
            with administrator() as kubeconfig:
                conforms = run("the conformance suite", "tests/contract/kubernetes", **{KUBECONFIG: kubeconfig})
        programs = find_or_build()
    except NoControlPlane as missing:
        sys.stderr.write(f"error: {missing}\n")
        return 2
    # By name, since the tests have a cache of their own.
    surroundings = {"SLUSE_E2E": "1", "KUBEBUILDER_ASSETS": str(programs.folder)}
    if arguments:
        return run("what was asked for", *arguments, **surroundings)
    return run("the story and the faults", "tests/e2e", **surroundings) or conforms


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
