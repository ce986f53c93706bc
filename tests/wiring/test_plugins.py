"""What is installed beside the operator, or comes with what it is made of, and has no business in its process."""

from __future__ import annotations

import subprocess
import sys


def test_kopf_finds_no_kubernetes_client_and_needs_none() -> None:
    asked = """
import sys
from sluse.wiring.plugins import no_clients_of_kopf
no_clients_of_kopf()
import sluse.controller.serve
print(sorted(name for name in sys.modules if name.startswith(("kubernetes", "pykube")) and sys.modules[name]))
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_sandbox_evaluates_cel_without_the_toolkit_of_its_command_line() -> None:
    asked = """
import sys
import sluse.sandbox.kube.celrules
print(sorted({name.partition(".")[0] for name in sys.modules} & {"prompt_toolkit", "pygments", "rich", "typer"}))
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
