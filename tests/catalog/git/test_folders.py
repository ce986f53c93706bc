"""Commit after commit, read by folders: the same as each read from nothing, and a folder that stays costs nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sluse.catalog.files import FileEntry, FileKind
from sluse.catalog.git.source import Source
from sluse.catalog.reader import Reader
from sluse.catalog.trees import GitTree
from sluse.model.tree import Tree

Origin = Any  # conftest's Origin: importlib mode has no module to import it from

GOOD = Path(__file__).parents[2] / "fixtures/good"
FILES: Mapping[str | bytes, bytes | tuple[str, bytes]] = {
    path.relative_to(GOOD).as_posix(): path.read_bytes()
    for path in (GOOD / "integrations").rglob("*")
    if path.is_file() and path.suffix != ".md"
}
MINE = {path: what for path, what in FILES.items() if str(path).startswith("integrations/nordlys/")}
OTHERS = {path: what for path, what in FILES.items() if path not in MINE}
SUBMODULE = ("160000", b"1" * 40)


class All:
    """The files of a commit, of which nobody knows folders."""

    def __init__(self, files: GitTree) -> None:
        self.entries = files.entries
        self.read = files.read


class Watched:
    """A source, and how much was asked of it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.children = source.children
        self.listed: list[tuple[str, ...] | None] = []
        self.blobs: list[str] = []

    def entries(self, commit: str, under: str, only: Sequence[str] | None = None) -> tuple[object, ...]:
        self.listed.append(None if only is None else tuple(only))
        return self.source.entries(commit, under, only)

    def read(self, blobs: Sequence[str], limit: int) -> dict[str, bytes]:
        self.blobs += blobs
        return self.source.read(blobs, limit)


def anew(source: Source, commit: str) -> Tree:
    return Reader().tree(All(GitTree(source, commit)))


def renamed(files: Mapping[str | bytes, bytes | tuple[str, bytes]]) -> dict[str | bytes, bytes | tuple[str, bytes]]:
    return {str(path).replace("/nordlys/", "/nordly/"): what for path, what in files.items()}


def test_a_folder_that_stays_is_neither_listed_nor_read(origin: Origin, source: Source) -> None:
    origin.commit(FILES)
    watched, reader = Watched(source), Reader()
    before = reader.tree(GitTree(watched, source.fetch().id))  # type: ignore[arg-type]
    watched.listed.clear()
    watched.blobs.clear()
    path = "integrations/nordlys/organisation.yaml"
    content = FILES[path]
    assert isinstance(content, bytes)
    origin.commit({**FILES, path: content + b"# seen\n"})
    after = reader.tree(GitTree(watched, source.fetch().id))  # type: ignore[arg-type]
    assert after == before
    assert after.folders["fjordlegen"] is before.folders["fjordlegen"]
    assert after.folders["nordlys"] is not before.folders["nordlys"]
    assert watched.listed == [("nordlys",)]
    assert len(watched.blobs) == 1
    reader.tree(GitTree(watched, source.fetch().id))  # type: ignore[arg-type]
    assert watched.listed == [("nordlys",)]


@pytest.mark.parametrize(
    "instead",
    [
        {},
        {"integrations/nordlys": b"a file"},
        {"integrations/nordlys": ("120000", b"fjordlegen")},
        {"integrations/nordlys": SUBMODULE},
        {**MINE, "integrations/nordlys/keys": ("120000", b"elsewhere")},
        {**MINE, "integrations/nordlys/pasient-app.yaml": ("120000", b"organisation.yaml")},
        {**MINE, "integrations/nordlys/more": SUBMODULE},
        {**MINE, "integrations/README.md": b"read me"},
        {**MINE, "integrations/stray.yaml": b"kind: Organisation"},
        {**MINE, b"integrations/nordlys/\xff.yaml": b"x", b"integrations/\xe5/x.yaml": b"y"},
        {**MINE, "integrations/nordlys/large.yaml": b"#" * 70_000},
        renamed(MINE),
        {**MINE, **renamed(MINE)},
    ],
)
def test_whatever_takes_a_folder_s_place_is_seen_and_so_is_its_return(
    origin: Origin, source: Source, instead: Mapping[str | bytes, bytes | tuple[str, bytes]]
) -> None:
    reader = Reader()
    for files in (FILES, {**OTHERS, **instead}, FILES, {**OTHERS, **instead}):
        origin.commit({**files, "other.txt": b"beside"})
        commit = source.fetch().id
        assert reader.tree(GitTree(source, commit)) == anew(source, commit)


@pytest.mark.parametrize(
    "instead",
    [
        {"x.yaml": b"integrations of no folder"},
        {"integrations": b"a file"},
        {"integrations": ("120000", b"elsewhere")},
        {"integrations": SUBMODULE},
    ],
)
def test_whatever_takes_the_place_of_all_is_seen(
    origin: Origin, source: Source, instead: Mapping[str | bytes, bytes | tuple[str, bytes]]
) -> None:
    reader = Reader()
    for files in (FILES, instead, FILES):
        origin.commit(files)
        commit = source.fetch().id
        assert reader.tree(GitTree(source, commit)) == anew(source, commit)
        assert bool(GitTree(source, commit).folders()) is ("x.yaml" not in files)


def test_more_folders_may_change_than_can_be_named_to_git(origin: Origin, source: Source) -> None:
    reader = Reader()
    for step in range(2):
        origin.commit({f"integrations/org-{each:03}/x.yaml": b"%d" % step for each in range(230)} | {"a.txt": b"x"})
        commit = source.fetch().id
        assert reader.tree(GitTree(source, commit)) == anew(source, commit)


class Written:
    """Trees written octet by octet, as git itself would not write them."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin

    def tree(self, *rows: tuple[bytes, bytes, str]) -> str:
        content = b"".join(b"%s %s\0%s" % (mode, name, bytes.fromhex(each)) for mode, name, each in rows)
        directory = ("--git-dir", str(self.origin.path))
        return self.origin.git(*directory, "hash-object", "-t", "tree", "--literally", "-w", "--stdin", given=content)

    def commit(self, integrations: str) -> None:
        top = self.tree((b"40000", b"integrations", integrations))
        author = ("-c", "user.name=A", "-c", "user.email=a@b.example")
        made = self.origin.git("--git-dir", str(self.origin.path), *author, "commit-tree", top, "-m", "x")
        self.origin.git("--git-dir", str(self.origin.path), "update-ref", "refs/heads/main", made)

    def folder(self, name: str) -> str:
        return self.origin.git("--git-dir", str(self.origin.path), "rev-parse", f"main:integrations/{name}")


Rows = Sequence[tuple[bytes, bytes, str]]


@pytest.mark.parametrize(
    "rows",
    [
        lambda one, other: [(b"40000", b"nordlys", one), (b"40000", b"nordlys", other)],
        lambda one, other: [(b"40000", b"fjordlegen/keys", other), (b"40000", b"nordlys", one)],
        lambda one, _: [(b"040000", b"nordlys", one)],
        lambda one, other: [(b"040000", b"fjordlegen", other), (b"40000", b"nordlys", one)],
        lambda one, other: [(b"40000", b"..", other), (b"40000", b"nordlys", one)],
        lambda one, other: [(b"40000", b".", other), (b"40000", b"nordlys", one)],
        lambda one, other: [(b"40000", b".git", other), (b"40000", b"nordlys", one)],
    ],
)
def test_a_tree_that_git_would_not_write_is_read_as_it_is_listed(
    origin: Origin, source: Source, rows: Callable[[str, str], Rows]
) -> None:
    origin.commit(FILES)
    reader, written = Reader(), Written(origin)
    one, other = written.folder("nordlys"), written.folder("fjordlegen")
    for found in ([(b"40000", b"nordlys", one)], rows(one, other), rows(other, one), rows(one, other)):
        written.commit(written.tree(*found))
        commit = source.fetch().id
        assert reader.tree(GitTree(source, commit)) == anew(source, commit)


def test_files_without_ids_are_compared_by_their_list() -> None:
    class Held:
        def __init__(self, contents: Mapping[str, bytes]) -> None:
            self.contents = contents

        def entries(self) -> Sequence[FileEntry]:
            return [_entry(path, content) for path, content in self.contents.items()]

        def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
            by_id = {_entry("", content).id: content for content in self.contents.values()}
            return {each: by_id[each] for each in ids}

    contents = {str(path): what for path, what in FILES.items() if isinstance(what, bytes)}
    reader = Reader()
    before = reader.tree(Held(contents))
    after = reader.tree(Held({**contents, "integrations/nordlys/organisation.yaml": b"x"}))
    assert after.folders["fjordlegen"] is before.folders["fjordlegen"]
    assert after.organisations.keys() == {"fjordlegen"}
    assert reader.tree(Held(contents)) == before


def _entry(path: str, content: bytes) -> FileEntry:
    return FileEntry(path, FileKind.FILE, len(content), hashlib.sha1(content).hexdigest())
