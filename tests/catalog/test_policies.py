"""The data of `policies/`: each file its model, problems in place, digests of bytes, and the manifest's history."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sluse.catalog import limits
from sluse.catalog.files import FileKind
from sluse.catalog.policies import DATA, PolicyReading, contents, lacking, read, read_alone
from sluse.catalog.work_tree import WorkTree
from sluse.model.policy.people import Role

FILES = Path(__file__).parent.parent / "fixtures" / "good"
Changed = Callable[..., PolicyReading]


@pytest.fixture
def files() -> dict[str, bytes]:
    return dict(contents(WorkTree(FILES, "policies")))


@pytest.fixture
def changed(files: dict[str, bytes]) -> Changed:
    """The reading after one replacement in one file."""

    def reading(path: str, old: str, new: str) -> PolicyReading:
        assert old.encode() in files[path]
        return read({**files, path: files[path].replace(old.encode(), new.encode(), 1)})

    return reading


LACKED = "authority.yaml"
"""The one file that may be absent; `tests/rules/test_authority.py` reads it."""


def test_a_file_that_must_be_there_is_missed(files: Mapping[str, bytes]) -> None:
    assert lacking(read(files)) == ()
    assert lacking(read({})) == tuple(name for name in DATA if name != LACKED)


def test_every_file_is_read_as_its_model(files: Mapping[str, bytes]) -> None:
    models, manifest, digests, problems = read(files)
    assert problems == ()
    assert models.reviewers is not None
    assert models.reviewers.content.reviewers[0].roles == (Role.ONBOARDING, Role.SECURITY)
    assert all(getattr(models, field) is not None for name, (field, _) in DATA.items() if name != LACKED)
    assert manifest is not None
    assert models.history == {manifest.manifest.version: manifest}
    assert digests.keys() == {*DATA.keys() - {LACKED}, "manifest.json", "history/1.json"}


def test_digests_are_of_the_bytes_by_the_path_in_the_folder(files: Mapping[str, bytes]) -> None:
    path = "policies/gate.yaml"
    assert read(files).digests["gate.yaml"] == hashlib.sha256(files[path]).hexdigest()
    assert read({**files, path: files[path] + b"\n"}).digests != read(files).digests


def test_one_file_can_be_read_whatever_is_wrong_with_the_others(files: Mapping[str, bytes]) -> None:
    found = read_alone("gate.yaml", {**files, "policies/reviewers.yaml": b"a: ["})
    assert (found.problems, found.models.gate) == ((), read(files).models.gate)
    assert read_alone(LACKED, files) == read({})


def test_a_file_that_is_not_known_decides_nothing_and_is_in_no_digest(files: Mapping[str, bytes]) -> None:
    assert read({**files, "policies/more.yaml": b"a: [", "policies/README.md": b"x"}) == read(files)


def test_without_any_file_nothing_is_known() -> None:
    models, manifest, digests, problems = read({})
    assert (models.gate, manifest, digests, problems) == (None, None, {}, ())


@pytest.mark.parametrize(
    ("path", "old", "new", "rule", "place"),
    [
        ("policies/reviewers.yaml", "roles: [onboarding, security]", "roles: [onbording]", "unknown-value", (3, 13)),
        ("policies/reviewers.yaml", "validFrom", "validFron", "unknown-field", (6, 9)),
        ("policies/calendar.yaml", "T16:00", "T16:00Z", "wrong-type", (3, 12)),
        ("policies/calendar.yaml", 'start: "06:00"', "start: early", "wrong-type", (9, 12)),
        ("policies/gate.yaml", "evidenceDays: 90", "evidenceDays: many", "wrong-type", (21, 15)),
        ("policies/network.yaml", "192.0.2.1/32", "192.0.2.1/40", "wrong-type", (7, 17)),
        ("policies/repository.yaml", "id:", "id:\n  - ", "wrong-type", (1, 1)),
        ("policies/existing-providers.yaml", "idporten", "buypass", "listed-twice", (1, 22)),
    ],
)
def test_a_mistake_is_one_problem_at_its_place(
    path: str, old: str, new: str, rule: str, place: tuple[int, int], changed: Changed
) -> None:
    models, _, _, (problem,) = changed(path, old, new)
    assert (problem.rule, problem.place.path) == (rule, path)
    assert (problem.place.line, problem.place.column) == place
    assert getattr(models, DATA[path.removeprefix("policies/")][0]) is None


def test_an_empty_file_and_a_secret_are_told(files: Mapping[str, bytes]) -> None:
    key = b"# -----BEGIN EC " + b"PRIVATE KEY-----\n"
    problems = read({**files, "policies/gate.yaml": b"", "policies/calendar.yaml": key}).problems
    assert [problem.rule for problem in problems] == ["private-key", "not-a-mapping"]


def test_what_is_too_large_is_not_read(files: Mapping[str, bytes], held: Callable[..., Any]) -> None:
    large = {**files, "policies/network.yaml": b"#" * (limits.FILE_BYTES + 1)}
    assert [problem.rule for problem in read(large).problems] == ["file-too-large"]
    assert contents(held(large)).keys() == files.keys() - {"policies/network.yaml"}


def test_a_link_is_as_if_there_were_no_file(files: Mapping[str, bytes], held: Callable[..., Any]) -> None:
    rest = {path: content for path, content in files.items() if path != "policies/gate.yaml"}
    assert contents(held(rest, {"policies/gate.yaml": FileKind.SYMLINK})) == rest


class TestHistory:
    def test_a_manifest_without_its_copy_is_told(self, files: dict[str, bytes]) -> None:
        del files["policies/history/1.json"]
        (problem,) = read(files).problems
        assert (problem.rule, problem.place.path) == ("manifest-history", "policies/manifest.json")

    def test_a_copy_differs_by_one_byte(self, files: dict[str, bytes]) -> None:
        files["policies/history/1.json"] += b"\n"
        (problem,) = read(files).problems
        assert (problem.rule, problem.place.path) == ("manifest-history", "policies/history/1.json")

    def test_a_version_and_its_file_agree(self, files: dict[str, bytes]) -> None:
        files["policies/history/7.json"] = files["policies/history/1.json"]
        (problem,) = read(files).problems
        assert problem.message == "The manifest's version is 1"

    def test_an_unreadable_manifest_is_none(self, files: dict[str, bytes]) -> None:
        files["policies/manifest.json"] = json.dumps({"manifest": {"version": 1}}).encode()
        _, manifest, _, problems = read(files)
        assert manifest is None
        assert [problem.rule for problem in problems] == ["missing-field"]


class TestManifest:
    """Whether the files are those that the roots signed: a warning, since a change is reviewed before they sign it."""

    @staticmethod
    def warned(files: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
        return [(each.rule, each.severity.value, each.place.path) for each in read(files).problems]

    def test_a_file_that_was_edited_is_told(self, files: dict[str, bytes]) -> None:
        files["policies/gate.yaml"] += b"# looser\n"
        assert self.warned(files) == [("manifest-outdated", "warning", "policies/gate.yaml")]

    def test_a_file_that_nobody_signed_is_told(self, files: dict[str, bytes]) -> None:
        files[f"policies/{LACKED}"] = b"{}\n"
        assert self.warned(files) == [("manifest-outdated", "warning", f"policies/{LACKED}")]

    def test_a_file_that_is_gone_is_told_of_the_manifest(self, files: dict[str, bytes]) -> None:
        del files["policies/calendar.yaml"]
        assert self.warned(files) == [("manifest-outdated", "warning", "policies/manifest.json")]

    def test_a_file_that_cannot_be_read_has_that_problem_only(self, files: dict[str, bytes]) -> None:
        files["policies/gate.yaml"] = b"evidenceDays: many\n"
        assert "manifest-outdated" not in {rule for rule, _, _ in self.warned(files)}

    def test_without_a_manifest_nothing_is_compared(self, files: dict[str, bytes]) -> None:
        del files["policies/manifest.json"]
        assert "manifest-outdated" not in {rule for rule, _, _ in self.warned(files)}
