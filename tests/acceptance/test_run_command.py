"""`sluse acceptance run` as people run it: a process of its own, a clone, a status branch, a key file, real servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.cli import main
from sluse.demo.signers import maintainer, reviewer
from sluse.model.names import IntegrationKey
from sluse.sandbox.idp.defects import Defect
from worlds.federation import MACHINE, WEB, Federation, provider, service
from worlds.supplier import REPOSITORY, Clone, page

SLUSE = Path(sys.executable).with_name("sluse")
SERVICE = service(MACHINE, WEB)
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def clone(tmp_path: Path, world: Federation) -> Clone:
    made = Clone.make(tmp_path)
    for client in SERVICE.spec.clients:
        world.register(client)
    made.author(SERVICE)
    made.publish(page(world, SERVICE, "sync", "web"))
    return made


@pytest.fixture
def run(clone: Clone, certificates: Any, tmp_path: Path) -> Run:
    def ran(*words: str | Path) -> subprocess.CompletedProcess[str]:
        reached = ["--ca", certificates.ca_file, "--resolve", "localhost=127.0.0.1", "--repository", clone.folder]
        environment = {
            "PATH": os.defpath,
            "HOME": str(tmp_path),
            "GIT_CONFIG_NOSYSTEM": "1",
            "EMAIL": "drift@fjordlegen.example",
        }
        return subprocess.run(
            [SLUSE, "acceptance", "run", *words, *reached], env=environment, capture_output=True, text=True, check=False
        )

    return ran


@pytest.fixture
def run_here(clone: Clone, certificates: Any, capsys: pytest.CaptureFixture[str]) -> Run:
    """The same in this process, for what ends before anything is tried."""

    def ran(*words: str | Path) -> subprocess.CompletedProcess[str]:
        reached = ["--ca", certificates.ca_file, "--resolve", "localhost=127.0.0.1", "--repository", clone.folder]
        asked = ["acceptance", "run", *map(str, (*words, *reached))]
        with pytest.raises(SystemExit) as ended:
            main(asked)
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return subprocess.CompletedProcess(asked, ended.value.code, said.out, said.err)

    return ran


@pytest.fixture
def words(clone: Clone, world: Federation) -> list[str | Path]:
    """All that it takes to test the service."""
    keys = [f"--key={name}={clone.keep_key(world, name)}" for name in ("sync", "web")]
    user = f"--user=smartcard-high={clone.keep_user(world, 'smartcard-high')}"
    return ["fjordlegen.journal", *keys, user, "--sign", clone.keep_signer(maintainer("fjordlegen"))]


def test_a_supplier_tests_its_service_and_commits_the_record(run: Run, words: Any, clone: Clone) -> None:
    clone.write("integrations/fjordlegen/half-done.txt", "not for this commit")
    done = run(*words, "--name", "first", "--commit")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("passed") == 12
    written = done.stdout.splitlines()
    assert [Path(path).name for path in written[1:]] == ["acceptance-test.yaml", "sync.json", "web.json"]
    shown = clone.git("show", "--name-only", "--format=%s", "HEAD").split("\n")
    assert shown[0] == "Submit the acceptance test first of fjordlegen.journal"
    assert sorted(filter(None, shown[1:])) == sorted(
        str(Path(path).resolve().relative_to(clone.folder.resolve())) for path in written
    )
    tree = Reader().tree(WorkTree(clone.folder))
    record = tree.acceptance_tests[IntegrationKey("fjordlegen", "first")].content
    assert record.spec.statement.signer == maintainer("fjordlegen").key_id
    assert record.spec.statement.repository == REPOSITORY


def test_a_failed_case_exits_with_1_and_writes_nothing(run: Run, words: Any, clone: Clone, world: Federation) -> None:
    world.authority.admin.edit(world.held["sync"].client_id, scope="nhn:journal/read")
    done = run(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert "FAILED  sync  token-per-scope: Asked for nhn:journal/write" in done.stderr
    assert "expected: A DPoP-bound token with each scope of the client" in done.stderr
    assert clone.git("status", "--porcelain") == ""


def test_the_evidence_of_a_failed_run_is_kept_where_one_asks(
    run: Run, words: Any, clone: Clone, world: Federation, tmp_path: Path
) -> None:
    world.authority.admin.edit(world.held["sync"].client_id, scope="nhn:journal/read")
    done = run(*words, "--keep-failed", tmp_path / "failed")
    assert done.returncode == 1
    assert sorted(path.name for path in (tmp_path / "failed").iterdir()) == ["sync.json", "web.json"]
    assert clone.git("status", "--porcelain") == ""


def test_a_tester_tests_an_identity_provider(run: Run, clone: Clone, world: Federation) -> None:
    document = provider(world.login_issuer)
    clone.author(document)
    clone.publish(page(world, SERVICE, "sync", "web"), page(world, document))
    users = [f"--user={alias}={clone.keep_user(world, alias)}" for alias in ("smartcard-high", "d-number")]
    signer = clone.keep_signer(reviewer("hassel"))
    key = f"--key=web={clone.keep_key(world, 'web')}"
    done = run(str(document.key), key, *users, "--through", "fjordlegen.journal.web", "--sign", signer)
    assert done.returncode == 0, done.stderr
    assert sorted(Path(path).name for path in done.stdout.splitlines()[1:]) == [
        "acceptance-test.yaml",
        "d-number.json",
        "smartcard-high.json",
    ]
    (record,) = Reader().tree(WorkTree(clone.folder)).acceptance_tests.values()
    assert record.content.spec.statement.signer == reviewer("hassel").key_id


def test_a_provider_with_a_defect_is_told_of_case_by_case(run: Run, clone: Clone, world: Federation) -> None:
    world.login.defects.show(Defect.NO_IDENTIFIER)
    document = provider(world.login_issuer)
    clone.author(document)
    users = [f"--user={alias}={clone.keep_user(world, alias)}" for alias in ("smartcard-high", "d-number")]
    key = f"--key=web={clone.keep_key(world, 'web')}"
    signer = clone.keep_signer(reviewer("hassel"))
    done = run(str(document.key), key, *users, "--through", "fjordlegen.journal.web", "--sign", signer)
    assert done.returncode == 1
    assert done.stderr.count("the id_token has no identifier (pid)") == 6
    assert clone.git("status", "--porcelain") == ""


def test_no_secret_is_printed(run: Run, words: Any, world: Federation) -> None:
    done = run(*words, "--name", "first")
    said = done.stdout + done.stderr
    for secret in [*world.identifiers, *(visitor.password for visitor in world.visitors.values())]:
        assert secret not in said
    assert "eyJ" not in said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda words: ["fjordlegen.other", *words[1:]], "there is no readable fjordlegen.other in integrations/"),
        (lambda words: ["journal", *words[1:]], "journal is no ORGANISATION.NAME"),
        (lambda words: [words[0], *words[2:]], "the private keys of all clients are needed: sync"),
        (lambda words: [*words, "--key", "other=x"], "--key names no client of fjordlegen.journal: other"),
        (lambda words: [*words, "--key", "web=absent"], "absent cannot be read: No such file or directory"),
        (lambda words: [*words[:3], *words[4:]], "a test user of an identity provider"),
        (lambda words: [*words, "--name", "No Name"], "'No Name' is no name"),
        (lambda words: [*words[:-1], "absent"], "there is no key file absent"),
        (lambda words: [*words, "--key", "web"], "'web' is not NAME=FILE"),
        (lambda words: [*words, "--resolve", "localhost"], "is not HOST=ADDRESS[:PORT]"),
    ],
    ids=["unknown", "no-name", "no-key", "other-key", "absent-key", "no-user", "bad-name", "no-signer", "form", "host"],
)
def test_what_cannot_be_done_exits_with_2_and_says_why(run_here: Run, words: Any, change: Any, message: str) -> None:
    done = run_here(*change(words))
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_another_configuration_than_test_holds_is_not_tested(
    run_here: Run, words: Any, clone: Clone, world: Federation
) -> None:
    clone.publish(page(world, SERVICE, "sync", "web", tested_digest="0" * 64))
    done = run_here(*words)
    assert done.returncode == 2
    assert "test holds another configuration of fjordlegen.journal than this working directory" in done.stderr


def test_a_client_that_is_not_registered_yet_is_waited_for(
    run_here: Run, words: Any, clone: Clone, world: Federation
) -> None:
    clone.publish(page(world, SERVICE, "sync"))
    done = run_here(*words)
    assert done.returncode == 2
    assert "fjordlegen.journal is not ready for its test: no client id yet for web" in done.stderr
    assert "hint: see on whom it waits: sluse status fjordlegen.journal" in done.stderr


def test_without_saying_where_it_is_a_private_address_is_not_asked(
    clone: Clone, words: Any, certificates: Any, tmp_path: Path
) -> None:
    asked = [SLUSE, "acceptance", "run", *words, "--ca", certificates.ca_file, "--repository", clone.folder]
    environment = {"PATH": os.defpath, "HOME": str(tmp_path)}
    done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "FAILED  sync  discovery: localhost cannot be reached: localhost is on a private network" in done.stderr
