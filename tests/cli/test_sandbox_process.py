"""`sluse sandbox` as a process: it says where things are, they answer, and nothing is left when it ends."""

from __future__ import annotations

import json
import os
import signal
import ssl
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sluse.demo.examples import CLIENTS
from sluse.sandbox.remote import git_settings

Started = Callable[..., "subprocess.Popen[str]"]
Ran = Callable[..., "subprocess.CompletedProcess[str]"]
KUBECTL, SLUSE = (Path(sys.executable).with_name(name) for name in ("kubectl", "sluse"))
ROOT = Path(__file__).parents[2]
PROVIDER_OF_EXAMPLES = "polar-id.polar-login"
CLIENTS_OF_EXAMPLES = len(CLIENTS)
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
    told = process.stderr.read()
    assert "Ctrl-C here ends the sandbox." in told
    assert "--supplier ORGANISATION" in told
    assert "/signers the reviewers of its `policies/` sign" in told


def test_a_supplier_is_told_which_branches_are_its_own(start: Started, tmp_path: Path) -> None:
    process = start("sandbox", "--directory", tmp_path, "--supplier", "varden")
    assert process.stderr is not None
    told = "".join(iter(process.stderr.readline, "Ctrl-C here ends the sandbox.\n"))
    assert (
        f"varden its branches (order/varden.…, varden/…), with this instead: . {tmp_path}/supplier-varden.sh\n" in told
    )
    assert ended(process, signal.SIGTERM) == 0


def test_a_directory_that_is_not_there_is_made_for_its_user_alone(start: Started, tmp_path: Path) -> None:
    new = tmp_path / "not" / "there"
    process = start("sandbox", "--output", "json", "--directory", new)
    said = places(process)
    assert ended(process, signal.SIGTERM) == 0
    assert Path(said["kubeconfig"]).parent == new
    assert stat.S_IMODE(new.stat().st_mode) == 0o700


def test_a_directory_that_cannot_be_made_is_said_with_a_remedy(sluse: Ran, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = sluse("sandbox", "--directory", tmp_path / "file" / "below")
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[1].startswith("hint: give one in a folder that exists")


def test_the_printed_commands_lead_from_an_empty_sandbox_to_registered_examples(
    start: Started, surroundings: dict[str, str], tmp_path: Path
) -> None:
    process = start("sandbox", "--directory", tmp_path / "sandbox")
    assert process.stderr is not None
    told = list(iter(process.stderr.readline, "Ctrl-C here ends the sandbox.\n"))
    commands = [line for line in told if line.startswith("  ")]
    first, second = commands[: commands.index(commands[0], 1)], commands[commands.index(commands[0], 1) :]
    *prepare, operator = first
    place = {**surroundings, "PATH": f"{KUBECTL.parent}:{os.defpath}"}

    def shell(*lines: str) -> str:
        ran = subprocess.run(
            ["sh", "-ec", "".join(lines)], check=False, cwd=ROOT, env=place, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    shell(*prepare)
    running = start(
        "-c",
        f"cd {ROOT} && {prepare[0].strip()} && PATH={place['PATH']} exec {operator.strip()} >{tmp_path}/log 2>&1",
        program=Path("/bin/sh"),
    )
    deadline = time.monotonic() + 120
    while (seen := shell(*second)).count(" Registered ") < CLIENTS_OF_EXAMPLES or PROVIDER_OF_EXAMPLES not in seen:
        assert running.poll() is None
        assert time.monotonic() < deadline, seen
    assert "False" not in seen
    assert '"jwks_uri"' in seen
    assert ended(running, signal.SIGTERM) == 0
    assert ended(process, signal.SIGINT) == 0


def test_production_of_a_sandbox_pins_the_demo_s_roots_which_signed_its_policies(
    start: Started, surroundings: dict[str, str], tmp_path: Path
) -> None:
    process = start("sandbox", "--output", "json", "--directory", tmp_path / "sandbox")
    settings = places(process)["settings-production"]
    verify = ["policies", "verify", "--settings", settings, "--repository", tmp_path / "sandbox" / "beginning"]
    (tmp_path / "sandbox" / "beginning" / "integrations").mkdir()
    ran = subprocess.run([SLUSE, *verify], check=False, env=surroundings, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ended(process, signal.SIGTERM) == 0


def test_the_reviewers_and_the_roots_of_its_policies_can_sign(
    start: Started, surroundings: dict[str, str], tmp_path: Path
) -> None:
    process = start("sandbox", "--output", "json", "--directory", tmp_path / "sandbox")
    places(process)
    keys = sorted((tmp_path / "sandbox" / "signers").iterdir())
    assert [key.name for key in keys] == [
        *("reviewer-alm", "reviewer-furu", "reviewer-hassel", "reviewer-lind", "root-a", "root-b", "root-c")
    ]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    policies = (tmp_path / "sandbox" / "beginning" / "policies" / "reviewers.yaml").read_text()
    for key in keys[:4]:
        ran = subprocess.run(
            ["ssh-keygen", "-y", "-f", key], env=surroundings, capture_output=True, text=True, check=True
        )
        assert ran.stdout.split()[1] in policies
    assert ended(process, signal.SIGTERM) == 0


def test_a_directory_of_one_s_own_keeps_the_files(start: Started, tmp_path: Path, temporary: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    process = start("sandbox", "--output", "json", "--directory", kept)
    said = places(process)
    assert ended(process, signal.SIGTERM) == 0
    assert Path(said["kubeconfig"]).parent == kept
    assert Path(said["kubeconfig"]).is_file()
    assert list(temporary.iterdir()) == []
