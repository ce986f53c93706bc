"""What a run leaves behind: records that the catalogue reads, signatures that ssh-keygen accepts, and no secret."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sluse.acceptance import submission
from sluse.acceptance.trial import passed
from sluse.catalog import policies
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.catalog.yaml import dump
from sluse.delivery.policy import trusted
from sluse.demo.signers import maintainer, roots
from sluse.errors import AcceptanceError, CatalogError
from sluse.gate.entitled import entitled
from sluse.gate.submitted import CHECKS
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import NotEntitled
from sluse.model import digests
from sluse.model.names import IntegrationKey
from sluse.model.policy.bundle import Policy, Repository
from sluse.trust import records
from worlds.federation import MACHINE, WEB, Federation, service

NOW = datetime(2026, 12, 3, 10, 30, 15, 250, tzinfo=UTC)
DOCUMENT = service(MACHINE, WEB)
KEY = IntegrationKey("fjordlegen", "journal")
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def ran(try_service: Any, world: Federation) -> Any:
    return await try_service(world, DOCUMENT)


@pytest.fixture
def submitted(ran: Any, world: Federation) -> submission.Submitted:
    return submission.submit(
        ran.trial,
        ran.evidence,
        name="first",
        repository="sluse.example",
        issued_at=world.now(),
        signer=maintainer("fjordlegen"),
    )


@pytest.fixture
def integrations(tmp_path: Path) -> Path:
    folder = tmp_path / "integrations" / "fjordlegen"
    folder.mkdir(parents=True)
    (folder / "journal.yaml").write_text(dump(DOCUMENT.model_dump(mode="json", by_alias=True, exclude_defaults=True)))
    return folder.parent


def texts(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("folder", ["accepted", "acceptance", "acceptance/first"])
def test_nothing_is_written_where_a_link_leads_elsewhere(submitted: Any, integrations: Path, folder: str) -> None:
    outside = integrations.parent / "outside"
    (outside / "there").mkdir(parents=True)
    link = integrations / "fjordlegen" / folder
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside / "there")
    with pytest.raises(CatalogError, match="is a link"):
        submission.write(integrations, submitted)
    assert texts(outside) == {}


def test_a_record_is_written_whole_and_read_back_without_a_problem(submitted: Any, integrations: Path) -> None:
    written = submission.write(integrations, submitted)
    assert [str(path.relative_to(integrations)) for path in written] == [
        f"fjordlegen/accepted/{submitted.digest}.json",
        "fjordlegen/acceptance/first/acceptance-test.yaml",
        "fjordlegen/acceptance/first/sync.json",
        "fjordlegen/acceptance/first/web.json",
    ]
    tree = Reader().tree(WorkTree(integrations.parent))
    assert [problem.message for problem in tree.problems] == []
    record = tree.acceptance_tests[IntegrationKey("fjordlegen", "first")].content
    assert record.spec.statement.subject == "fjordlegen.journal"
    names = [file.name for file in record.spec.statement.submission.evidence]
    for file in record.spec.statement.submission.evidence:
        assert tree.evidence[IntegrationKey("fjordlegen", "first"), file.name].digest == file.sha256
    assert names == ["sync.json", "web.json"]
    assert ("fjordlegen", submitted.digest) in tree.accepted


def test_the_snapshot_is_the_canonical_bytes_of_what_was_tested(submitted: Any) -> None:
    assert submitted.snapshot == digests.canonical(digests.tested(DOCUMENT))
    assert hashlib.sha256(submitted.snapshot).hexdigest() == submitted.digest


def test_the_signature_holds_for_us_and_for_ssh_keygen(submitted: Any, integrations: Path, tmp_path: Path) -> None:
    submission.write(integrations, submitted)
    record = (
        Reader().tree(WorkTree(integrations.parent)).acceptance_tests[IntegrationKey("fjordlegen", "first")].content
    )
    signer = maintainer("fjordlegen")
    assert [key.key_id for key in records.signers(record.spec)] == [signer.key_id]
    (tmp_path / "allowed").write_text(f"fjordlegen {signer.line}\n")
    (tmp_path / "signature").write_text(record.spec.signatures[0])
    words = ["-f", "allowed", "-I", "fjordlegen", "-n", "submission@sluse.nhn.no", "-s", "signature"]
    done = subprocess.run(
        ["ssh-keygen", "-Y", "verify", *words],
        input=record.spec.statement.signed_bytes,
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_statement_says_what_is_not_covered_and_when_the_run_ended(
    submitted: Any, ran: Any, integrations: Path
) -> None:
    submission.write(integrations, submitted)
    record = (
        Reader().tree(WorkTree(integrations.parent)).acceptance_tests[IntegrationKey("fjordlegen", "first")].content
    )
    statement = record.spec.statement
    assert statement.submission.not_covered[0] == "web: refresh_token is not exercised by this version of the suite"
    assert statement.submission.ended == max(each.ended for each in ran.evidence)
    assert statement.issued_at >= statement.submission.ended
    assert statement.issued_at.microsecond == 0


def test_evidence_files_are_json_in_plain_words(ran: Any) -> None:
    files = submission.evidence_files(ran.evidence)
    content = json.loads(files["sync.json"])
    assert (content["suite"], content["suiteVersion"], content["part"], content["environment"]) == (
        "client", 1, "sync", "test",
    )  # fmt: skip
    assert content["cases"][2] == {
        "case": "wrong-key-refused",
        "witness": "self",
        "passed": True,
        "expected": "An assertion signed with another key is refused with invalid_client",
        "seen": "An assertion signed with another key: refused with invalid_client",
    }


def test_writing_twice_is_refused_and_leaves_the_first(submitted: Any, integrations: Path) -> None:
    submission.write(integrations, submitted)
    before = texts(integrations)
    with pytest.raises(AcceptanceError, match="already"):
        submission.require_new(integrations, KEY, "first", NOW)
    with pytest.raises(AcceptanceError, match="cannot be written"):
        submission.write(integrations, submitted)
    assert texts(integrations) == before


def test_where_it_cannot_be_written_nothing_is(submitted: Any, integrations: Path) -> None:
    blocked = integrations / "fjordlegen" / "acceptance"
    blocked.write_text("in the way")
    with pytest.raises(OSError, match="acceptance"):
        submission.write(integrations, submitted)
    assert "first" not in "".join(texts(integrations))


@pytest.mark.parametrize("name", ["First", "a/b", "../up", "-x", "x" * 41])
def test_a_name_that_is_none_is_refused(integrations: Path, name: str) -> None:
    with pytest.raises(AcceptanceError, match="is no name"):
        submission.require_new(integrations, KEY, name, NOW)


def test_without_a_name_it_is_made_of_the_integration_and_the_time(integrations: Path) -> None:
    assert submission.require_new(integrations, KEY, "", NOW) == "journal-20261203-103015"
    long = IntegrationKey("fjordlegen", "x" * 40)
    assert len(submission.require_new(integrations, long, "", NOW)) == 40


async def test_a_failed_run_has_not_passed(try_service: Any, world: Federation) -> None:
    world.authority.faults.answer(500, times=1)
    assert not passed((await try_service(world, DOCUMENT)).evidence)


async def test_no_secret_of_a_run_is_in_what_is_written(ran: Any, submitted: Any, world: Federation) -> None:
    written = b"".join([*submitted.record.values(), submitted.snapshot]).decode()
    known = ran.trial.secrets._known
    assert len(known) > 20  # assertions, proofs, tokens, codes, verifiers, passwords
    for secret in [*known, *world.identifiers, *(visitor.password for visitor in world.visitors.values())]:
        assert secret not in written
    for held in world.held.values():
        assert held.key._key.as_dict(private=True)["d"] not in written


def test_the_gate_finds_nothing_wrong_with_a_record_of_a_real_run(
    submitted: Any, integrations: Path, world: Federation
) -> None:
    submission.write(integrations, submitted)
    files = WorkTree(ROOT, "policies")
    policy = trusted(policies.contents(files), roots())
    assert isinstance(policy, Policy)
    policy = dataclasses.replace(policy, repository=Repository(id="sluse.example"))
    survey = GateSurvey(Reader().tree(WorkTree(integrations.parent)), policy)
    found = entitled(survey, KEY, world.now() + timedelta(minutes=1))
    assert isinstance(found, NotEntitled)
    about_the_record = {check.name for check in CHECKS}
    # No decision binds the organisation's keys here, so nobody is its maintainer yet: all else is the record's own.
    assert {reason.check for reason in found.reasons} & about_the_record <= {"NotMaintainer"}
