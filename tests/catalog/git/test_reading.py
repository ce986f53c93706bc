from __future__ import annotations

import hashlib
import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sluse.catalog.git.source import Source
from sluse.catalog.git.tree import Entry, Mode
from sluse.errors import CatalogError

Origin = Any  # conftest's Origin: importlib mode has no module to import it from


def blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest()


def test_entries_tell_path_mode_blob_and_size_sorted_by_path(origin: Origin, source: Source) -> None:
    origin.commit(
        {
            "integrations/b/run": ("100755", b"#!/bin/sh\n"),
            "integrations/b.yaml": b"12345",
            "integrations/a/link": ("120000", b"../../etc/passwd"),
            "integrations/a/module": ("160000", b"1" * 40),
        }
    )
    assert source.entries(source.fetch().id, "integrations") == (
        Entry("integrations/a/link", Mode.SYMLINK, blob_id(b"../../etc/passwd"), 16),
        Entry("integrations/a/module", Mode.SUBMODULE, "1" * 40, 0),
        Entry("integrations/b.yaml", Mode.FILE, blob_id(b"12345"), 5),
        Entry("integrations/b/run", Mode.EXECUTABLE, blob_id(b"#!/bin/sh\n"), 10),
    )


@pytest.mark.parametrize(
    ("under", "paths"),
    [
        ("", ["integrations", "integrations2/b", "policies/c", "star*/d"]),
        ("integrations2", ["integrations2/b"]),
        ("policies/", ["policies/c"]),
        ("integrations", ["integrations"]),
        ("star*", ["star*/d"]),
        ("*", []),
        (":/policies", []),
        ("absent", []),
    ],
)
def test_under_is_a_literal_folder(origin: Origin, source: Source, under: str, paths: list[str]) -> None:
    origin.commit({"integrations": ("120000", b"policies"), "integrations2/b": b"", "policies/c": b"", "star*/d": b""})
    assert [entry.path for entry in source.entries(source.fetch().id, under)] == paths


def test_any_file_name_survives(origin: Origin, source: Source) -> None:
    names = [b"a b.yaml", b"line\nbreak.yaml", b"tab\t.yaml", 'æøå "x".yaml'.encode(), b"latin-\xe6.yaml", b"\xff\xfe"]
    origin.commit(dict.fromkeys(names, b"x"))
    entries = source.entries(source.fetch().id, "")
    assert sorted(os.fsencode(entry.path) for entry in entries) == sorted(names)
    assert [entry.path for entry in entries] == sorted(entry.path for entry in entries)


def test_blobs_are_read_as_they_are_and_once(origin: Origin, source: Source) -> None:
    contents = [b"", b"\n", b"no newline", b"\x00\xff\r\n" * 50_000, b"abc missing\n"]
    origin.commit({f"{number}": content for number, content in enumerate(contents)})
    entries = source.entries(source.fetch().id, "")
    blobs = [entry.blob for entry in entries]
    assert source.read([*blobs, *blobs], 10**6) == dict(zip(blobs, contents, strict=True))
    assert source.read([], 10) == {}


def test_a_blob_beyond_the_limit_is_left_out_and_its_neighbours_are_read(origin: Origin, source: Source) -> None:
    large = b"x" * 3_000_001
    origin.commit({"a": b"a", "b": large, "c": b"c", "d": b"1234"})
    entries = {entry.path: entry for entry in source.entries(source.fetch().id, "")}
    assert entries["b"].size == len(large)
    read = source.read([entries[path].blob for path in "abcd"], 3)
    assert read == {entries["a"].blob: b"a", entries["c"].blob: b"c"}
    assert source.read([entries["b"].blob], len(large)) == {entries["b"].blob: large}


def test_many_files_are_listed_and_read(origin: Origin, source: Source) -> None:
    files = {f"integrations/o{number % 97}/{number}.yaml": b"title: %d\n" % number for number in range(10_000)}
    origin.commit(files)
    entries = source.entries(source.fetch().id, "integrations")
    read = source.read([entry.blob for entry in entries], 1_000)
    assert {entry.path: read[entry.blob] for entry in entries} == files


@pytest.mark.parametrize("wrong", ["", "HEAD", "--help", "a" * 39, "A" * 40, f"{'a' * 40}\n{'b' * 40}"])
def test_only_ids_are_read(origin: Origin, source: Source, wrong: str) -> None:
    origin.commit({"a": b"a"})
    source.fetch()
    with pytest.raises(CatalogError, match="is not the id of a blob"):
        source.read([wrong], 10)


@pytest.mark.parametrize("wrong", ["0" * 40, "no-such-ref", "--help", ""])
def test_an_unknown_commit_is_an_error_of_one_sentence(origin: Origin, source: Source, wrong: str) -> None:
    origin.commit({"a": b"a"})
    source.fetch()
    with pytest.raises(CatalogError, match=r"^commit .* is not in the copy of branch main of file://\S+$"):
        source.entries(wrong, "")


def test_an_unknown_blob_is_an_error_and_the_next_read_works(origin: Origin, source: Source) -> None:
    commit = origin.commit({"a": b"a", "b": b"b"})
    source.fetch()
    with pytest.raises(CatalogError, match=f"{'0' * 40} is not in the copy"):
        source.read([blob_id(b"a"), "0" * 40, blob_id(b"b")], 10)
    with pytest.raises(CatalogError, match="is a commit, not a file"):
        source.read([commit, blob_id(b"a")], 10)
    assert source.read([blob_id(b"b")], 10) == {blob_id(b"b"): b"b"}


def readers() -> list[int]:
    """Process ids of this process's running cat-files."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    return [int(pid) for pid, parent, arguments in rows if parent == str(os.getpid()) and "cat-file" in arguments]


def test_one_process_reads_everything_and_ends_with_the_source(origin: Origin, source: Source) -> None:
    origin.commit({"a": b"a", "b": b"b"})
    source.fetch()
    with source:
        source.read([blob_id(b"a")], 10)
        first = readers()
        source.read([blob_id(b"b")], 10)
        assert (len(first), readers()) == (1, first)
    assert readers() == []
    source.close()


def test_a_closed_source_reads_again(origin: Origin, source: Source) -> None:
    origin.commit({"a": b"a"})
    source.fetch()
    source.close()
    assert source.read([blob_id(b"a")], 10) == {blob_id(b"a"): b"a"}


def test_a_reader_that_was_killed_is_started_again(origin: Origin, source: Source) -> None:
    origin.commit({"a": b"a", "b": b"b"})
    source.fetch()
    source.read([blob_id(b"a")], 10)
    (reader,) = readers()
    os.kill(reader, signal.SIGKILL)
    assert source.read([blob_id(b"a"), blob_id(b"b")], 10) == {blob_id(b"a"): b"a", blob_id(b"b"): b"b"}


def test_a_reader_sees_what_a_later_fetch_brought(origin: Origin, source: Source) -> None:
    for number in range(4):
        content = b"%d" % number
        origin.commit({"a": content, **{f"{number}-{index}": b"%d %d" % (number, index) for index in range(150)}})
        source.fetch()
        assert source.read([blob_id(content)], 10) == {blob_id(content): content}


def test_threads_may_share_a_source(origin: Origin, source: Source) -> None:
    origin.commit({f"{number}": b"%d" % number for number in range(300)})
    commit = source.fetch().id

    def turn(number: int) -> bool:
        if number % 5 == 0:
            return source.fetch().id == commit
        blobs = [entry.blob for entry in source.entries(commit, "")]
        return set(source.read(blobs, 10)) == set(blobs)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(turn, range(24)))


def copy_of(origin: Origin) -> Path:
    (copy,) = (origin.path.parent / "cache").iterdir()
    assert isinstance(copy, Path)
    return copy


def damage_objects(copy: Path) -> None:
    for path in (copy / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"\x00" * path.stat().st_size)


def lose_blobs(copy: Path) -> None:
    (copy / "objects" / blob_id(b"b")[:2] / blob_id(b"b")[2:]).unlink()


def swap_blobs(copy: Path) -> None:
    """Put one blob's bytes in another's place: valid to git, which does not hash what it reads."""
    target = copy / "objects" / blob_id(b"b")[:2] / blob_id(b"b")[2:]
    target.chmod(0o600)
    target.write_bytes((copy / "objects" / blob_id(b"a")[:2] / blob_id(b"a")[2:]).read_bytes())


DAMAGES: list[Callable[[Path], object]] = [
    damage_objects,
    lose_blobs,
    swap_blobs,
    lambda copy: (copy / "HEAD").write_bytes(b"\x00\x01"),
    lambda copy: (copy / "HEAD").unlink(),
    lambda copy: (copy / "config").write_bytes(b"[core\n"),
    lambda copy: (copy / "objects").rename(copy.parent.parent / "elsewhere"),
    lambda copy: (copy / "refs" / "sluse" / "fetched").write_bytes(b"nonsense\n"),
    lambda copy: (copy / "shallow").write_bytes(b"nonsense\n"),
    lambda copy: (copy / "shallow.lock").touch(),
]
NAMES = ["objects", "blob lost", "blob swapped", "HEAD", "no HEAD", "config", "no objects", "ref", "shallow", "lock"]


@pytest.mark.parametrize("damage", DAMAGES, ids=NAMES)
@pytest.mark.parametrize(
    ("process", "moved"),
    [("the same process", False), ("a new process", True)],
    ids=["standing still, same process", "moved on, new process"],
)
def test_a_damaged_cache_is_cloned_again_by_itself(
    origin: Origin,
    open_source: Callable[..., Source],
    damage: Callable[[Path], object],
    process: str,
    moved: bool,  # noqa: FBT001 - a parameter of the test, given by name
) -> None:
    origin.commit({"a": b"a", "b": b"b"})
    source = open_source(origin.url)
    source.fetch()
    source.read([blob_id(b"a")], 10)
    damage(copy_of(origin))
    if process == "a new process":
        source = open_source(origin.url)
    if moved:
        origin.commit({"a": b"a", "b": b"b", "c": b"c"})
    fetched = source.fetch()
    assert (fetched.id, fetched.forced) == (origin.tip(), False)
    read = source.read([entry.blob for entry in source.entries(fetched.id, "")], 10)
    assert set(read.values()) == ({b"a", b"b", b"c"} if moved else {b"a", b"b"})


def test_a_cache_damaged_between_fetch_and_reading_is_cloned_again(origin: Origin, source: Source) -> None:
    commit = origin.commit({"a": b"a", "b": b"b"})
    source.fetch()
    damage_objects(copy_of(origin))
    assert [entry.path for entry in source.entries(commit, "")] == ["a", "b"]
    damage_objects(copy_of(origin))
    assert source.read([blob_id(b"a")], 10) == {blob_id(b"a"): b"a"}


def test_what_else_lies_in_the_cache_is_left_alone(origin: Origin, source: Source) -> None:
    origin.commit({"a": b"a"})
    source.fetch()
    other = origin.path.parent / "cache" / "other"
    other.write_text("mine", encoding="utf-8")
    (next((origin.path.parent / "cache").glob("*.git")) / "HEAD").unlink()
    source.fetch()
    assert other.read_text(encoding="utf-8") == "mine"


def test_a_cache_that_cannot_be_written_is_an_error_of_one_sentence(
    origin: Origin, tmp_path: Path, open_source: Callable[..., Source]
) -> None:
    origin.commit({"a": b"a"})
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    with pytest.raises(CatalogError, match="cannot be kept in"):
        open_source(origin.url).fetch()
