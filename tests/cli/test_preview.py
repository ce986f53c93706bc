"""`sluse preview` in a real clone: a branch, the working tree, the published ledger, and how it ends."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sluse.cli import main
from sluse.delivery.previewing.held import as_seen
from sluse.ledger.shown import machine_file, machine_path
from sluse.model.held import OrganisationLedger
from worlds.own_clone import GIT
from worlds.previewing import JOURNAL, MESSAGES, PROVIDER_FILE, repository, side

AT = ("--at", "2026-11-03T08:00+00:00")


class Clone:
    """The repository of `worlds.previewing`, committed on main and cloned, with a branch of the supplier's."""

    def __init__(self, root: Path) -> None:
        self.root = root
        _, self.files = repository()
        for path, content in self.files.items():
            self.write(path, content)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("everything")
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.git("switch", "--quiet", "--create", "change")

    def write(self, path: str, content: bytes) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(content)

    def replace(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text
        self.write(path, text.replace(old, new, 1).encode())

    def git(self, *words: str, given: bytes = b"") -> str:
        ran = subprocess.run(["git", "-C", self.root, *words], env=GIT, input=given, capture_output=True, check=True)
        return ran.stdout.decode().strip()

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def preview(self, *words: str) -> Result:
        return CliRunner(env=GIT).invoke(main, ["preview", *words, "--repository", str(self.root)])

    def told(self, *words: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.preview(*words, "--output", "json", *AT).stdout)
        return found

    def publish(self, environment: str, *ledgers: OrganisationLedger) -> None:
        """Put ledgers where a fetch of a status branch would."""
        rows = b""
        for each in ledgers:
            folder, _, name = machine_path(each.organisation).partition("/")
            rows += (
                f"100644 blob {self.git('hash-object', '-w', '--stdin', given=machine_file(each))}\t{name}\n".encode()
            )
        tree = self.git("mktree", given=f"040000 tree {self.git('mktree', given=rows)}\t{folder}\n".encode())
        self.git("update-ref", f"refs/remotes/origin/sluse/{environment}", self.git("commit-tree", "-m", "it", tree))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_the_working_tree_is_compared_with_where_the_branch_left_main(clone: Clone) -> None:
    clone.replace(JOURNAL, "test.fjordlegen", "beta.fjordlegen")
    clone.commit("committed")
    clone.replace(MESSAGES, "test.fjordlegen", "gamma.fjordlegen")
    clone.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    found = clone.preview(*AT)
    assert found.exit_code == 0, found.output
    assert "fjordlegen.journal (ServiceIntegration, file changed)" in found.stdout
    assert "fjordlegen.messages (ServiceIntegration, file changed)" in found.stdout
    assert found.stdout.startswith(f"the working tree against {clone.git('rev-parse', 'HEAD~1')[:12]}: 2 integrations")


def test_two_commits_can_be_compared_whatever_lies_in_the_working_tree(clone: Clone) -> None:
    clone.replace(JOURNAL, "test.fjordlegen", "beta.fjordlegen")
    clone.commit("committed")
    clone.replace(MESSAGES, "test.fjordlegen", "gamma.fjordlegen")
    found = clone.told("--base", "main", "--head", "change")
    assert [each["integration"] for each in found["integrations"]] == ["fjordlegen.journal"]  # type: ignore[attr-defined]


def test_nothing_changed_is_said_in_every_form(clone: Clone) -> None:
    for form in ((), ("--output", "markdown")):
        told = clone.preview(*form, *AT).stdout
        assert "no integration is concerned, and all that is registered stays as it is" in told
        assert "policies/" not in told
    assert clone.told()["integrations"] == []


def test_changed_policies_are_named_though_they_concern_no_integration(clone: Clone) -> None:
    path = "policies/reviewers.yaml"
    clone.write(path, clone.files[path] + b"# a remark\n")
    for form in ((), ("--output", "markdown")):
        told = clone.preview(*form, *AT).stdout
        assert "no integration is concerned" in told
        assert "policies/ changes: reviewers.yaml; in production it counts once the roots have signed it" in told


def test_people_read_it_in_bokmal_and_programs_by_english_names(clone: Clone) -> None:
    clone.replace(JOURNAL, "test.fjordlegen", "beta.fjordlegen")
    assert "gjelder 1 integrasjon (test: 1 endret)" in clone.preview("--lang", "nb").stdout
    assert "| hva | test | produksjon |" in clone.preview("--lang", "nb", "--output", "markdown").stdout
    (item,) = json.loads(clone.preview("--lang", "nb", "--output", "json").stdout)["integrations"]
    assert (item["file"], item["test"]["do"]) == ("changed", "change")
    assert item["means"][0].startswith("Bare testverdier endres")


def test_the_comment_begins_with_the_line_by_which_it_is_found_again(clone: Clone) -> None:
    clone.replace(JOURNAL, "nhn:msh/api", "nhn:deft/api")
    found = clone.preview("--output", "markdown", *AT).stdout
    assert found.splitlines()[0] == "<!-- sluse preview -->"
    assert found == clone.preview("--output", "markdown", *AT).stdout


def test_problems_of_the_change_are_told_and_end_with_1(clone: Clone) -> None:
    (clone.root / PROVIDER_FILE).unlink()
    found = clone.preview(*AT)
    assert found.exit_code == 1
    assert "error login-provider-unknown" in found.stdout


def test_the_published_ledger_says_what_is_held(clone: Clone) -> None:
    ledgers = as_seen(side(clone.files), {})
    clone.publish("production", *ledgers.values())
    clone.publish("test", *ledgers.values())
    clone.replace(JOURNAL, "nhn:msh/api", "nhn:deft/api")
    (item,) = clone.told()["integrations"]  # type: ignore[misc]
    assert item["gate"]["after"]["step"] == "move Open"  # the operator has not opened it yet
    assert "no ledger of" not in clone.preview(*AT).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--base", "nowhere"), "the clone has no commit nowhere"),
        (("--head", "nowhere"), "the clone has no commit nowhere"),
        (("--settings", "/nonexistent/settings.json"), "cannot read the settings file"),
    ],
)
def test_what_cannot_be_told_ends_with_2_and_a_sentence(clone: Clone, words: tuple[str, ...], said: str) -> None:
    found = clone.preview(*words, *AT)
    assert found.exit_code == 2
    assert said in found.stderr


def test_a_folder_that_is_no_clone_is_told(tmp_path: Path) -> None:
    (tmp_path / "integrations").mkdir()
    found = CliRunner(env=GIT).invoke(main, ["preview", "--repository", str(tmp_path)])
    assert found.exit_code == 2
    assert "not in a git clone" in found.stderr


def test_a_record_that_is_edited_or_deleted_is_an_error_in_a_preview_and_in_check(clone: Clone) -> None:
    folder = "integrations/fjordlegen/decisions/journal"
    gone = f"{folder}/8-acceptance.yaml"
    (edited,) = (path for path in clone.files if path.startswith(folder) and path.endswith("-keys.yaml"))
    (clone.root / gone).unlink()
    clone.write(edited, clone.files[edited] + b"# nothing\n")
    found = clone.preview(*AT)
    assert found.exit_code == 1
    assert f"{gone}: error record-rewritten: The record is deleted" in found.stdout
    assert f"{edited}: error record-rewritten: The record is edited" in found.stdout
    checked = CliRunner(env=GIT).invoke(main, ["check", "--base", "main", "--output", "json", str(clone.root)])
    assert checked.exit_code == 1
    told = [each["path"] for each in json.loads(checked.stdout)["problems"] if each["rule"] == "record-rewritten"]
    assert sorted(told) == sorted([gone, edited])


def test_check_without_a_base_or_with_all_records_has_nothing_to_say_of_them(clone: Clone) -> None:
    clone.replace(JOURNAL, "test.fjordlegen", "beta.fjordlegen")
    assert CliRunner(env=GIT).invoke(main, ["check", "--base", "main", str(clone.root)]).exit_code == 0
    (clone.root / "integrations/fjordlegen/decisions/journal/8-acceptance.yaml").unlink()
    assert CliRunner(env=GIT).invoke(main, ["check", str(clone.root)]).exit_code == 0
    unknown = CliRunner(env=GIT).invoke(main, ["check", "--base", "nowhere", str(clone.root)])
    assert unknown.exit_code == 2
    assert "the clone has no commit nowhere" in unknown.stderr
