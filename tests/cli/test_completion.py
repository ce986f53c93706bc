"""Shell completion: the script for each shell, and what it completes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest

from sluse.cli import _COMMANDS

Ran = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def completed(sluse: Ran, surroundings: dict[str, str]) -> Callable[[str], list[str]]:
    """Complete a line, as bash asks for it."""

    def complete(line: str) -> list[str]:
        words = line.split(" ")
        asked = {"_SLUSE_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        surroundings.update(asked)
        ran = sluse()
        assert (ran.returncode, ran.stderr) == (0, "")
        return [row.partition(",")[2] for row in ran.stdout.splitlines()]

    return complete


def test_commands_are_completed(completed: Callable[[str], list[str]]) -> None:
    assert completed("sluse ") == list(_COMMANDS)
    assert completed("sluse che") == ["check"]
    assert completed("sluse ledger ") == ["init"]


def test_options_and_their_values_are_completed(completed: Callable[[str], list[str]]) -> None:
    assert completed("sluse check --out") == ["--output"]
    assert completed("sluse check --output ") == ["text", "json", "sarif", "github", "gitlab", "junit"]
    assert completed("sluse ledger init -e ") == ["test", "production"]
    assert "ServiceIntegration" in completed("sluse schema S")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(shell: str, sluse: Ran, surroundings: dict[str, str]) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    surroundings.update(
        {"_SLUSE_COMPLETE": f"{shell}_source", "PATH": f"{bash.rpartition('/')[0]}:{surroundings['PATH']}"}
    )
    ran = sluse()
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "sluse" in ran.stdout
    if shell == "bash":
        subprocess.run([bash, "-n"], input=ran.stdout, text=True, check=True)
