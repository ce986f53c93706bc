"""A working directory reads as the commit of it would, and nothing outside it is ever touched."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sluse.catalog.files import FileKind
from sluse.catalog.git.source import Source
from sluse.catalog.reader import Reader
from sluse.catalog.trees import GitTree
from sluse.catalog.work_tree import WorkTree
from sluse.errors import CatalogError
from sluse.rules.judge import check


@pytest.fixture
def root(tmp_path: Path, good: Mapping[str, bytes]) -> Path:
    """The good tree in a directory."""
    folder = tmp_path / "repository"
    for path, content in good.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    environment = {
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b.example",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b.example",
    }

    def run(folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    return run


def spoil(root: Path, tmp_path: Path, git: Callable[..., str]) -> None:
    """Put everything into the tree that a directory can have and a commit shows."""
    outside = tmp_path / "outside.yaml"
    outside.write_text("secret: yes\n")
    folder = root / "integrations" / "fjordlegen"
    (folder / "link.yaml").symlink_to(outside)
    (root / "integrations" / "linked-folder").symlink_to(tmp_path)
    (folder / ".hidden.yaml").write_text("a: [")
    (folder / "large.yaml").write_bytes(b"x" * 1_000_000)
    (folder / "broken.yaml").write_bytes(b"\xff\xfe")
    (folder / "executable.yaml").write_text("a: 1\n")
    (folder / "executable.yaml").chmod(0o755)
    vendor = root / "integrations" / "vendor"
    vendor.mkdir()
    git(vendor, "init", "-q", "-b", "main")
    (vendor / "x.yaml").write_text("a: 1\n")
    git(vendor, "add", ".")
    git(vendor, "commit", "-q", "-m", "x")


def test_a_directory_and_its_commit_read_the_same(root: Path, tmp_path: Path, git: Callable[..., str]) -> None:
    spoil(root, tmp_path, git)
    git(root, "init", "-q", "-b", "main")
    git(root, "-c", "advice.addEmbeddedRepo=false", "add", "--all")
    git(root, "commit", "-q", "-m", "all")
    with Source(f"file://{root}", "main", tmp_path / "cache", {"PATH": os.defpath}) as source:
        commit = source.fetch()
        committed = Reader().tree(GitTree(source, commit.id))
    present = Reader().tree(WorkTree(root))
    assert present == committed
    assert [problem.rule for problem in check(present)] == [
        "byte-order-mark",
        "api-version",
        "kind",
        "file-too-large",
        "not-a-regular-file",
        "not-a-regular-file",
        "not-a-regular-file",
    ]


def test_ids_are_those_of_git(root: Path, git: Callable[..., str]) -> None:
    git(root, "init", "-q", "-b", "main")
    for entry in WorkTree(root).entries():
        assert entry.id == git(root, "hash-object", entry.path)


def test_links_are_listed_and_not_followed(root: Path, tmp_path: Path, git: Callable[..., str]) -> None:
    spoil(root, tmp_path, git)
    kinds = {entry.path: entry.kind for entry in WorkTree(root).entries()}
    assert kinds["integrations/fjordlegen/link.yaml"] is FileKind.SYMLINK
    assert kinds["integrations/linked-folder"] is FileKind.SYMLINK
    assert kinds["integrations/vendor"] is FileKind.SUBMODULE
    assert not [path for path in kinds if path.startswith(("integrations/linked-folder/", "integrations/vendor/"))]


def test_a_link_in_the_place_of_the_folder_is_a_problem(root: Path) -> None:
    (root / "integrations").rename(root / "elsewhere")
    (root / "integrations").symlink_to(root / "elsewhere")
    assert [problem.rule for problem in Reader().tree(WorkTree(root)).problems] == ["not-a-regular-file"]


def test_what_is_neither_file_nor_folder_is_left_out_as_git_leaves_it_out(root: Path) -> None:
    os.mkfifo(root / "integrations" / "fjordlegen" / "pipe.yaml")
    assert Reader().tree(WorkTree(root)).problems == ()


def test_of_other_organisations_only_their_own_file_is_read(root: Path) -> None:
    (root / "integrations" / "empty").mkdir()
    (root / "integrations" / "linked").mkdir()
    (root / "integrations" / "linked" / "organisation.yaml").symlink_to(root)
    paths = {entry.path for entry in WorkTree(root, only={"fjordlegen"}).entries()}
    assert {path for path in paths if path.startswith("integrations/nordlys/")} == {
        "integrations/nordlys/organisation.yaml"
    }
    assert "integrations/fjordlegen/journal-web.yaml" in paths
    assert "integrations/linked/organisation.yaml" in paths


def test_no_folder_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as raised:
        WorkTree(tmp_path).entries()
    assert raised.value.hint


def test_content_is_let_go_of_once_read(root: Path) -> None:
    files = WorkTree(root)
    entry = files.entries()[0]
    content = files.read([entry.id])[entry.id]
    assert hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest() == entry.id
    with pytest.raises(KeyError):
        files.read([entry.id])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_an_error(root: Path) -> None:
    (root / "integrations" / "fjordlegen" / "journal-web.yaml").chmod(0)
    with pytest.raises(CatalogError, match="journal-web"):
        WorkTree(root).entries()
