"""`sluse sandbox` as a process: it says where things are, they answer, and nothing is left when it ends."""

from __future__ import annotations

import json
import signal
import ssl
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sluse.sandbox.remote import git_settings

Started = Callable[..., "subprocess.Popen[str]"]
KUBECTL = Path(sys.executable).with_name("kubectl")
PLACES = {
    *("kubernetes", "authority-test", "authority-production", "remote", "clock", "ca", "kubeconfig"),
    *("settings-test", "settings-production", "reviewer-token"),
}


def places(process: subprocess.Popen[str]) -> dict[str, str]:
    """Return what a sandbox with `--output json` says, once it stands."""
    assert process.stdout is not None
    said: dict[str, str] = json.loads(process.stdout.readline())
    return said


def ended(process: subprocess.Popen[str], sign: signal.Signals) -> int:
    process.send_signal(sign)
    return process.wait(timeout=30)


def fetched(url: str, ca_file: str) -> Any:
    context = ssl.create_default_context(cafile=ca_file)
    with urllib.request.urlopen(url, context=context, timeout=10) as answer:
        return json.load(answer)


def test_every_place_it_names_answers(start: Started, surroundings: dict[str, str]) -> None:
    process = start("sandbox", "--output", "json", "--supplier", "fjordlegen")
    said = places(process)
    assert said.keys() == PLACES | {"supplier-token-fjordlegen"}
    for environment in ("test", "production"):
        issuer = said[f"authority-{environment}"]
        assert fetched(f"{issuer}/.well-known/openid-configuration", said["ca"])["issuer"] == issuer
        assert json.loads(Path(said[f"settings-{environment}"]).read_text())["environment"] == environment
    assert "now" in fetched(said["clock"], said["ca"])
    listed = subprocess.run(
        [KUBECTL, "--kubeconfig", said["kubeconfig"], "get", "namespaces", "-o", "name"],
        env=surroundings,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"namespace/sluse-test", "namespace/sluse-production"} <= set(listed.stdout.split())
    for person in ("reviewer-token", "supplier-token-fjordlegen"):
        access = git_settings(Path(said["ca"]), said[person])
        subprocess.run(["git", "ls-remote", said["remote"]], env={**surroundings, **access}, check=True)
    assert ended(process, signal.SIGINT) == 0


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_0_and_leaves_nothing(sign: signal.Signals, start: Started, temporary: Path) -> None:
    process = start("sandbox", "--output", "json")
    kubeconfig = Path(places(process)["kubeconfig"])
    assert kubeconfig.is_relative_to(temporary)
    assert stat.S_IMODE(kubeconfig.stat().st_mode) == 0o600
    assert stat.S_IMODE(kubeconfig.parent.stat().st_mode) == 0o700
    assert ended(process, sign) == 0
    assert list(temporary.iterdir()) == []
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_the_text_form_names_the_same_places_and_says_how_it_ends(start: Started) -> None:
    process = start("sandbox")
    assert process.stdout is not None
    rows = [process.stdout.readline().split() for _ in PLACES]
    assert {name for name, _ in rows} == PLACES
    assert ended(process, signal.SIGTERM) == 0
    assert process.stderr is not None
    assert "Ctrl-C ends it." in process.stderr.read()


def test_a_directory_of_one_s_own_keeps_the_files(start: Started, tmp_path: Path, temporary: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    process = start("sandbox", "--output", "json", "--directory", kept)
    said = places(process)
    assert ended(process, signal.SIGTERM) == 0
    assert Path(said["kubeconfig"]).parent == kept
    assert Path(said["kubeconfig"]).is_file()
    assert list(temporary.iterdir()) == []
