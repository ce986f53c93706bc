"""Decisions after the first: what differs is shown, what was accepted comes back, and keys come to their end."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from click.testing import Result

from sluse.demo.signers import DemoSigner, maintainer, reviewer
from sluse.gate.verdict import Entitled
from worlds.own_clone import OwnClone

ALM, FURU = reviewer("alm"), reviewer("furu")
DESK = maintainer("fjordlegen")
SERVICE = "fjordlegen.meldinger"
FILE = "integrations/fjordlegen/meldinger.yaml"
REVIEWERS = "policies/reviewers.yaml"


@pytest.fixture
def clone(tmp_path: Path) -> OwnClone:
    """Everything is accepted once."""
    clone = OwnClone.of_examples(tmp_path)
    for subject, signer in (("fjordlegen", ALM), ("fjordlegen", DESK), (SERVICE, ALM)):
        approve(clone, subject, signer)
    clone.submit(SERVICE, by=DESK)
    approve(clone, SERVICE, ALM)
    return clone


def approve(clone: OwnClone, subject: str, signer: DemoSigner, *more: str) -> Result:
    said = clone.sluse("approve", subject, "--key", clone.key(signer), "--yes", *more)
    assert said.exit_code == 0, said.stderr
    return said


def edit(clone: OwnClone, path: str, pattern: str, by: str) -> None:
    text = (clone.root / path).read_text()
    edited = re.sub(pattern, by, text, count=1)
    assert edited != text
    (clone.root / path).write_text(edited)


def changed(clone: OwnClone) -> OwnClone:
    """Another scope, tested and submitted anew."""
    edit(clone, FILE, r"(scopes:\n +- )", r"\1nhn:other/api\n        - ")
    clone.submit(SERVICE, by=DESK, name="second")
    return clone


def test_a_second_acceptance_shows_what_differs_from_the_first(clone: OwnClone) -> None:
    said = approve(changed(clone), SERVICE, ALM)
    assert "  since the last acceptance:\n    new       agent.scopes nhn:other/api\n" in said.stderr
    assert "nothing differs" in approve(clone, SERVICE, ALM).stderr


def test_what_an_organisation_would_own_anew_is_shown(clone: OwnClone) -> None:
    edit(clone, "integrations/fjordlegen/organisation.yaml", r"\[fjordlegen\.example\]", "[fjord.example]")
    said = approve(clone, "fjordlegen", ALM)
    assert "  no longer domains fjordlegen.example\n  new       domains fjord.example\n" in said.stderr


def test_a_rollback_goes_back_to_the_acceptance_before(clone: OwnClone) -> None:
    before = clone.entitlement(SERVICE)
    approve(changed(clone), SERVICE, ALM)
    after = clone.entitlement(SERVICE)
    said = approve(clone, SERVICE, ALM, "--type", "rollback")
    assert said.stdout == "integrations/fjordlegen/decisions/meldinger/4-rollback.yaml\n"
    back = clone.entitlement(SERVICE)
    assert isinstance(before, Entitled)
    assert isinstance(after, Entitled)
    assert isinstance(back, Entitled)
    assert before.snapshot == back.snapshot != after.snapshot


def test_an_acceptance_test_of_what_is_no_more_is_not_accepted(clone: OwnClone) -> None:
    changed(clone)
    words = ("approve", SERVICE, "--acceptance-test", "first", "--key", clone.key(ALM), "--yes")
    said = clone.sluse(*words)
    assert (said.exit_code, "tested T" in said.stderr) == (2, True)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ('validUntil: "2026-02-01T00:00:00Z"', "counted until 2026-02-01"),
        ('retired: "2026-02-01T00:00:00Z"', "was retired at 2026-02-01"),
        ('revokedSince: "2026-02-01T00:00:00Z"', "has been revoked since 2026-02-01"),
    ],
)
def test_a_key_past_its_time_signs_nothing(clone: OwnClone, end: str, reason: str) -> None:
    edit(clone, REVIEWERS, r"( +)(validFrom: .*)", rf"\1\2\n\1{end}")
    said = clone.sluse("approve", SERVICE, "--type", "plan", "--key", clone.key(ALM), "--yes")
    assert (said.exit_code, "KeyNotInForce" in said.stderr, reason in said.stderr) == (2, True, True)
    approve(clone, SERVICE, FURU, "--type", "plan")


def test_a_key_in_ssh_agent_decides(clone: OwnClone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = tmp_path / "s"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with agent:
        assert agent.stdout is not None
        agent.stdout.readline()  # it listens once it has said where
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        public = clone.keys / "furu.pub"
        public.write_text(FURU.line)
        asked = ("approve", SERVICE, "--type", "plan", "--key", str(public), "--yes")
        absent = clone.sluse(*asked)
        assert "ssh-agent does not have the private half" in absent.stderr
        subprocess.run(["ssh-add", "-q", clone.key(FURU)], check=True)
        present = clone.sluse(*asked)
        agent.terminate()
    assert present.exit_code == 0, present.stderr
    assert present.stdout.endswith("/3-plan.yaml\n")


def test_policies_that_cannot_be_read_let_nobody_sign(clone: OwnClone) -> None:
    clone.append(REVIEWERS, "surprise: true\n")
    said = clone.sluse("approve", SERVICE, "--key", clone.key(ALM), "--yes")
    assert (said.exit_code, f"{REVIEWERS}:" in said.stderr) == (2, True)


def test_outside_a_clone_it_says_so(tmp_path: Path, clone: OwnClone) -> None:
    key = clone.key(ALM)
    said = OwnClone(tmp_path / "keys", clone.keys).sluse("approve", SERVICE, "--key", key)
    assert (said.exit_code, said.stderr.splitlines()[0]) == (2, "error: there is no folder integrations here or above")
