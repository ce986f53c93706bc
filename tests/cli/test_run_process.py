"""`sluse run` and `sluse ledger init` as processes, on a sandbox: how they begin and how they end."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sluse.model.names import Environment
from sluse.sandbox.sandbox import Sandbox

Started = Callable[..., "subprocess.Popen[str]"]
Ran = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    directory = tmp_path / "sandbox"
    directory.mkdir(mode=0o700)
    with Sandbox(directory) as sandbox:
        yield sandbox


@pytest.fixture
def settings(sandbox: Sandbox) -> Path:
    return sandbox.settings(Environment.TEST)


def test_a_ledger_is_begun_once_and_a_second_time_changes_nothing(sluse: Ran, settings: Path) -> None:
    first, second = (sluse("ledger", "init", "-e", "test", "--settings", settings) for _ in range(2))
    assert first.returncode == 0
    assert first.stderr.startswith("\nnote: an operator whose cluster has its ledgers publishes them here.")
    assert first.stdout.startswith("sluse/test begins with ")
    assert (second.returncode, second.stdout) == (0, "")
    assert second.stderr == "sluse/test was begun already for sandbox.sluse.example; nothing is changed\n"


def test_a_ledger_is_not_begun_with_the_other_environment_s_settings(sluse: Ran, settings: Path) -> None:
    ran = sluse("ledger", "init", "-e", "production", "--settings", settings)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: these settings are for test, not for production\n")


def test_without_a_ledger_the_operator_does_not_start(sluse: Ran, settings: Path) -> None:
    ran = sluse("run", "--settings", settings)
    assert ran.returncode == 2
    assert "sluse ledger init -e test" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_the_operator_runs_until_it_is_asked_to_end_and_ends_with_0(
    sign: signal.Signals, start: Started, sluse: Ran, settings: Path, sandbox: Sandbox
) -> None:
    assert sluse("ledger", "init", "-e", "test", "--settings", settings).returncode == 0
    process = start("run", "--settings", settings)
    deadline = time.monotonic() + 60
    while not sandbox.kubernetes.requests.count(verb="watch", resource="helseidclients"):
        assert process.poll() is None
        assert time.monotonic() < deadline, "the operator watches its objects"
    process.send_signal(sign)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "Traceback" not in err
