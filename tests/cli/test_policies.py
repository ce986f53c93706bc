"""`sluse policies`: k of n roots sign one after the other, and anybody verifies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from sluse.demo.signers import DemoSigner, reviewer
from worlds.own_clone import DEMO_ROOTS, OwnClone

A, B, C = DemoSigner("root a"), DemoSigner("root b"), DemoSigner("root c")
ROOTS = ("--roots", str(DEMO_ROOTS))


@pytest.fixture
def clone(tmp_path: Path) -> OwnClone:
    return OwnClone.of_examples(tmp_path, "policies")


def sign(clone: OwnClone, signer: DemoSigner, *more: str) -> Result:
    return clone.sluse("policies", "sign", "--key", clone.key(signer), "--yes", *more)


def verify(clone: OwnClone) -> Result:
    return clone.sluse("policies", "verify", *ROOTS)


def test_the_examples_count(clone: OwnClone) -> None:
    said = verify(clone)
    assert said.exit_code == 0
    assert said.stdout.splitlines()[:2] == [f"signed by {each.key_id} {each.line.split()[2]}" for each in (A, B)]
    assert "for a sandbox only" in said.stderr


def test_roots_sign_one_after_the_other_until_it_counts(clone: OwnClone) -> None:
    clone.append("policies/calendar.yaml", "# edited\n")
    assert (verify(clone).exit_code, verify(clone).stdout) == (1, "calendar.yaml is not what was signed\n")
    first = sign(clone, C, *ROOTS)
    assert first.stdout.splitlines() == ["policies/manifest.json", "policies/history/2.json"]
    assert "changed: policies/calendar.yaml" in first.stderr
    assert verify(clone).stdout == "1 of the 3 roots signed, and 2 must\n"
    second = sign(clone, A, *ROOTS)
    assert f"signed by {C.key_id}" in second.stderr
    said = verify(clone)
    assert (said.exit_code, said.stdout.splitlines()[-1].split(",")[0]) == (0, "version 2")
    assert clone.read("policies/history/2.json") == clone.read("policies/manifest.json")
    assert clone.git("status", "--short", "policies/history/1.json") == ""


def test_both_commands_speak_bokmal(clone: OwnClone) -> None:
    assert (
        "policies/ gjelder: 2 av 3 rotnøkler kreves" in clone.sluse("policies", "verify", *ROOTS, "--lang", "nb").stderr
    )
    clone.append("policies/calendar.yaml", "# edited\n")
    said = sign(clone, C, *ROOTS, "--lang", "nb").stderr.splitlines()
    assert said[:2] == ["versjon 2 av policies/, 8 filer", "  endret: policies/calendar.yaml"]
    again = sign(clone, C, "--lang", "nb")
    assert f"feil: {C.key_id} har allerede signert versjon 2" in again.stderr


def test_an_edit_between_two_roots_starts_again(clone: OwnClone) -> None:
    clone.append("policies/calendar.yaml", "# edited\n")
    sign(clone, A)
    clone.append("policies/gate.yaml", "# edited\n")
    assert "version 3" in sign(clone, B).stderr
    assert verify(clone).stdout == "1 of the 3 roots signed, and 2 must\n"


def test_a_signature_that_adds_nothing_is_refused(clone: OwnClone) -> None:
    again = sign(clone, A)
    assert (again.exit_code, again.stderr.splitlines()[0]) == (2, f"error: {A.key_id} has signed version 1 already")
    stranger = sign(clone, reviewer("alm"), *ROOTS)
    assert (stranger.exit_code, "is not one of the pinned roots" in stranger.stderr) == (2, True)
    assert clone.git("status", "--short") == ""


def test_what_cannot_be_read_is_not_signed(clone: OwnClone) -> None:
    clone.append("policies/gate.yaml", "persons: many\n")
    said = sign(clone, A)
    assert (said.exit_code, "policies/gate.yaml:" in said.stderr) == (2, True)
    (clone.root / "policies" / "calendar.yaml").unlink()
    assert "there is no policies/calendar.yaml" in sign(clone, A).stderr
    assert verify(clone).exit_code == 1


def test_nothing_is_written_without_a_yes(clone: OwnClone) -> None:
    words = ("policies", "sign", "--key", clone.key(C))
    assert clone.sluse(*words, answer="n\n").exit_code == 1
    assert clone.git("status", "--short") == ""
    assert clone.sluse(*words, answer="y\n").exit_code == 0


def test_a_commit_holds_exactly_what_was_written(clone: OwnClone) -> None:
    clone.append("policies/README.md", "staged\n")
    clone.git("add", "policies/README.md")
    sign(clone, C, "--commit")
    assert clone.git("show", "--name-only", "--format=%s", "HEAD").split("\n\n") == [
        "Sign version 1 of policies/",
        "policies/history/1.json\npolicies/manifest.json\n",
    ]
    assert clone.git("status", "--short") == "M  policies/README.md\n"


def test_a_signature_that_was_spoilt_is_named(clone: OwnClone) -> None:
    manifest = clone.root / "policies" / "manifest.json"
    signed = json.loads(manifest.read_text())
    signed["signatures"][0] = A.sign(b"another", "manifest@sluse.nhn.no")
    manifest.write_text(json.dumps(signed))
    assert verify(clone).exit_code == 1
    assert "does not hold" in sign(clone, C).stderr


def test_a_file_whose_name_is_not_read_is_told(clone: OwnClone) -> None:
    (clone.root / "policies" / "calender.yaml").write_text("windows: []\n")
    said = verify(clone)
    assert said.exit_code == 0
    assert said.stderr.startswith("policies/calender.yaml decides nothing: no file of that name is read\n")


def test_without_roots_it_says_how_to_give_them(clone: OwnClone, tmp_path: Path) -> None:
    said = clone.sluse("policies", "verify")
    assert (said.exit_code, said.stderr.splitlines()[-1]) == (
        2,
        "hint: pass --settings FILE, or set SLUSE_SETTINGS, or --roots FILE",
    )
    (tmp_path / "roots.json").write_text('{"threshold": 0, "keys": []}')
    wrong = clone.sluse("policies", "verify", "--roots", str(tmp_path / "roots.json"))
    assert (wrong.exit_code, "does not pin roots: threshold:" in wrong.stderr) == (2, True)
