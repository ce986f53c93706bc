"""`sluse status` and `sluse ledger init`, through the command line, on real remotes and clones."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sluse.cli import main
from sluse.ledger.branch.branch import StatusBranch
from sluse.ledger.page import pages
from sluse.model.held import Anchor, HeldClient, HeldIntegration, Intent, OrganisationLedger, WaitingOn
from sluse.model.keys import PublicJwk
from sluse.model.names import ClientId, Environment
from sluse.model.registration import Use

GOLDEN = Path(__file__).parent / "golden_status"
GIT = {"PATH": os.defpath, "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
Opened = Callable[..., StatusBranch]


def status(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["status", *arguments])


def ledgers(environment: Environment, now: datetime) -> dict[str, OrganisationLedger]:
    anchor = Anchor(client_id=ClientId(f"{environment.value}-1"), uri="https://authority.example/r/1", since=now)
    key = PublicJwk(kty="EC", kid="web-2026", alg="ES256", crv="P-256", x="x", y="y")
    web = HeldClient(anchor=anchor, digest="0" * 64, use=Use.OPEN, since=now, keys=(key,))
    waits = WaitingOn(on="supplier", reason="InvalidScope", message="no scope nhn:x\x1b[2J", since=now, client="api")
    stage = "TestReady" if environment is Environment.TEST else "Live"
    journal = HeldIntegration(title="Journal", stage=stage, since=now, clients={"web": web})
    plan = HeldIntegration(
        title="Plan",
        waiting=(waits,),
        clients={"api": HeldClient(possible_orphans=(Intent(id="i", since=now),))},
    )
    mine = {"journal-web": journal, "plan": plan} if environment is Environment.TEST else {"journal-web": journal}
    theirs = {"plan": HeldIntegration(title="Plan", stage="Retired", since=now)}
    return {
        "fjordlegen": OrganisationLedger(organisation="fjordlegen", integrations=mine),
        "hav-omsorg": OrganisationLedger(organisation="hav-omsorg", integrations=theirs),
    }


@pytest.fixture
async def published(branch: Opened, now: datetime) -> None:
    for environment in Environment:
        opened = branch(environment=environment)
        await opened.genesis("repo.example", now)
        files = pages(ledgers(environment, now), environment=environment, issuer="https://authority.example")
        await opened.publish(files, "", now)


@pytest.fixture
def clone(bare: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True, env=GIT)
    subprocess.run(["git", "-C", str(folder), "remote", "add", "origin", f"file://{bare}"], check=True, env=GIT)
    return folder


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("all.tsv", ()),
        ("all.json", ("--output", "json")),
        ("one.txt", ("fjordlegen.journal-web",)),
        ("waiting.txt", ("fjordlegen.plan",)),
        ("one.json", ("journal-web", "--output", "json")),
        ("all.nb.tsv", ("--lang", "nb")),
        ("waiting.nb.txt", ("fjordlegen.plan", "--lang", "nb")),
    ],
)
def test_what_is_printed(clone: Path, name: str, arguments: tuple[str, ...]) -> None:
    result = status("--repository", str(clone), *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    golden = GOLDEN / name
    if os.environ.get("SLUSE_GOLDEN") == "write":
        golden.write_text(result.stdout)
    assert result.stdout == golden.read_text()


@pytest.mark.usefixtures("published")
def test_on_a_terminal_it_is_a_table(clone: Path) -> None:
    ours, theirs = pty.openpty()
    program = [sys.executable, "-c", "from sluse.cli import main; main()", "status", "--repository", str(clone)]
    with subprocess.Popen(program, stdout=theirs, env={**GIT, "COLUMNS": "200", "TERM": "xterm"}) as process:
        os.close(theirs)
        seen = b""
        with suppress(OSError):  # how Linux says that the other end is closed
            while chunk := os.read(ours, 65536):
                seen += chunk
    os.close(ours)
    assert process.returncode == 0
    lines = [line.split() for line in seen.decode().splitlines()]
    assert ["fjordlegen.plan", "Ordered", "/", "Bestilt", "-", "-", "supplier", "(test:", "InvalidScope)"] in lines
    assert b"\t" not in seen


@pytest.mark.usefixtures("published")
def test_any_folder_of_the_clone_will_do_and_offline_shows_what_was_fetched_last(clone: Path, bare: Path) -> None:
    inner = clone / "integrations"
    inner.mkdir()
    fetched = status("--repository", str(inner))
    bare.rename(bare.with_name("away"))
    assert status("--repository", str(inner), "--offline").stdout == fetched.stdout
    gone = status("--repository", str(inner))
    assert gone.exit_code == 2
    assert "cannot be fetched" in gone.stderr
    assert "--offline" in gone.stderr


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("fjordlegen.jornal-web", "hint: did you mean fjordlegen.journal-web?"),
        ("jornal-web", "hint: did you mean fjordlegen.journal-web?"),
        ("plan", "hint: say which: fjordlegen.plan, hav-omsorg.plan"),
        ("zzz", "error: no operator has published anything of zzz"),
    ],
)
def test_an_unknown_integration_gets_its_near_misses(clone: Path, asked: str, said: str) -> None:
    result = status(asked, "--repository", str(clone))
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr.splitlines()


def test_a_clone_without_the_remote_is_told_what_is_missing(clone: Path) -> None:
    subprocess.run(["git", "-C", str(clone), "remote", "remove", "origin"], check=True, env=GIT)
    result = status("--repository", str(clone))
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "error: this clone has no remote origin, so nothing can be fetched",
        "hint: clone the repository of the integrations, or add it: git remote add origin URL",
    ]


def test_before_anything_is_published_it_says_so(clone: Path) -> None:
    result = status("--repository", str(clone))
    assert result.exit_code == 2
    assert "sluse ledger init -e test" in result.stderr


async def test_a_begun_branch_without_integrations_is_an_empty_table(
    clone: Path, branch: Opened, now: datetime
) -> None:
    await branch().genesis("repo.example", now)
    assert status("--repository", str(clone)).stdout.splitlines() == [
        "integration\ttest\tproduction\tclient ids\twaits on"
    ]


@pytest.mark.parametrize("folder", ["absent", "plain"])
def test_a_folder_that_is_no_clone_is_named(tmp_path: Path, folder: str) -> None:
    (tmp_path / "plain").mkdir()
    result = status("--repository", str(tmp_path / folder))
    assert result.exit_code == 2
    assert f"error: {tmp_path / folder} is not" in result.stderr


async def test_a_page_that_cannot_be_read_is_named(clone: Path, branch: Opened, now: datetime) -> None:
    opened = branch()
    await opened.genesis("repo.example", now)
    await opened.publish({"fjordlegen/plan.json": b"{}"}, "", now)
    result = status("--repository", str(clone))
    assert result.exit_code == 2
    assert "fjordlegen/plan.json of sluse/test" in result.stderr


@pytest.fixture
def settings(bare: Path, tmp_path: Path, signing_key: Path) -> Callable[..., Path]:
    def write(**changes: Any) -> Path:
        document = {
            "environment": "test",
            "repositoryId": "repo.example",
            "engine": "embedded",
            "kubernetes": {},
            "remote": {"url": f"file://{bare}", "cache": str(tmp_path / "cli-cache")},
            "authority": {
                "registrar": "dynamic",
                "issuer": "https://authority.example",
                "registrationEndpoint": "https://authority.example/register",
            },
            "ledger": {"signingKeyFile": str(signing_key)},
        }
        path = tmp_path / "settings.json"
        path.write_text(json.dumps({**document, **changes}))
        return path

    return write


def init(path: Path, environment: str = "test") -> Result:
    return CliRunner().invoke(main, ["ledger", "init", "-e", environment, "--settings", str(path)])


def test_a_ledger_is_begun_once(settings: Callable[..., Path], git: Callable[..., str]) -> None:
    first = init(settings())
    assert first.exit_code == 0
    assert first.stderr.startswith("\nnote: an operator whose cluster has its ledgers publishes them here.")
    tip = git("rev-parse", "sluse/test").strip()
    head = hashlib.sha256(git("show", "sluse/test:head.json").encode()).hexdigest()
    assert first.stdout == f"sluse/test begins with {tip}, head {head}\n", "what ledger.trustedHead names"
    assert "within 24 h" in first.stderr
    second = init(settings())
    assert (second.exit_code, second.stdout) == (0, "")
    assert "begun already" in second.stderr
    assert git("rev-parse", "sluse/test").strip() == tip


def test_a_branch_of_another_repository_is_refused(settings: Callable[..., Path]) -> None:
    init(settings())
    result = init(settings(repositoryId="another"))
    assert result.exit_code == 2
    assert "repo.example" in result.stderr


def test_a_remote_that_does_not_answer_is_told_to_whoever_runs_it(settings: Callable[..., Path], bare: Path) -> None:
    bare.rename(bare.with_name("away"))
    result = init(settings())
    assert result.exit_code == 2
    assert "hint: check the address" in result.stderr
    assert "next sync" not in result.stderr


def test_a_ledger_is_begun_in_bokmal_too(settings: Callable[..., Path]) -> None:
    words = ["ledger", "init", "-e", "test", "--lang", "nb", "--settings", str(settings())]
    first, second = CliRunner().invoke(main, words), CliRunner().invoke(main, words)
    assert first.stdout.startswith("sluse/test begynner med ")
    assert "Start den innen 24 timer" in first.stderr
    assert second.stderr == "sluse/test er allerede startet for repo.example; ingenting er endret\n"


def test_settings_of_the_other_environment_are_refused(settings: Callable[..., Path], git: Callable[..., str]) -> None:
    result = init(settings(), "production")
    assert result.exit_code == 2
    assert "these settings are for test, not for production" in result.stderr
    assert git("for-each-ref") == ""


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    result = init(tmp_path / "absent.json")
    assert result.exit_code == 2
    assert "absent.json" in result.stderr
