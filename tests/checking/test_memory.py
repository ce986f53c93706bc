"""What earlier checks left in the cache: found again, bounded, and never believed when something is wrong with it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from sluse.checking.memory import Memory, memory_in

KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "sluse"


def file_of(folder: Path) -> Path:
    return folder / "verdicts.sqlite"


def test_what_is_kept_is_found_again_and_nothing_else(folder: Path) -> None:
    Memory(folder).keep({KEY: b"said"})
    assert Memory(folder).recall([KEY, OTHER]) == {KEY: b"said"}


def test_only_its_owner_reads_it(folder: Path) -> None:
    Memory(folder).keep({KEY: b"said"})
    assert (folder.stat().st_mode & 0o777, file_of(folder).stat().st_mode & 0o777) == (0o700, 0o600)


def test_asking_makes_no_folder(folder: Path) -> None:
    assert Memory(folder).recall([KEY]) == {}
    assert not folder.exists()


def test_the_oldest_go_first(folder: Path) -> None:
    memory = Memory(folder, rows=10)
    keys = [bytes([number]) * 32 for number in range(25)]
    for key in keys:
        memory.keep({key: key})
    assert list(memory.recall(keys)) == keys[-10:]


def test_a_row_with_another_text_is_not_believed(folder: Path) -> None:
    memory = Memory(folder)
    memory.keep({KEY: b"said", OTHER: b"more"})
    with sqlite3.connect(file_of(folder)) as table:
        table.execute("UPDATE verdict SET text = ? WHERE key = ?", (b"other", KEY))
    table.close()
    assert memory.recall([KEY, OTHER]) == {OTHER: b"more"}


def _zeroed(folder: Path) -> None:
    file_of(folder).write_bytes(b"no database at all" * 100)


def _cut(folder: Path) -> None:
    content = file_of(folder).read_bytes()
    file_of(folder).write_bytes(content[: len(content) // 2])


def _other_table(folder: Path) -> None:
    file_of(folder).unlink()
    with sqlite3.connect(file_of(folder)) as table:
        table.execute("CREATE TABLE verdict (something TEXT)")
    table.close()
    file_of(folder).chmod(0o600)


@pytest.mark.parametrize("damage", [_zeroed, _cut, _other_table])
def test_a_damaged_cache_is_as_if_it_were_not_there(damage: Callable[[Path], None], folder: Path) -> None:
    memory = Memory(folder)
    memory.keep({bytes([number]) * 32: b"x" * 500 for number in range(100)})
    damage(folder)
    assert memory.recall([KEY]) == {}
    memory.keep({KEY: b"said"})
    assert memory.recall([KEY]) == {KEY: b"said"}


def test_a_file_that_is_no_database_is_replaced(folder: Path) -> None:
    memory = Memory(folder)
    memory.keep({KEY: b"said"})
    _zeroed(folder)
    memory.keep({OTHER: b"new"})
    assert memory.recall([KEY, OTHER]) == {OTHER: b"new"}


def _open_folder(folder: Path) -> None:
    folder.chmod(0o750)


def _open_file(folder: Path) -> None:
    file_of(folder).chmod(0o644)


def _linked_file(folder: Path) -> None:
    file_of(folder).rename(folder / "elsewhere")
    file_of(folder).symlink_to("elsewhere")


def _linked_folder(folder: Path) -> None:
    folder.rename(folder.parent / "elsewhere")
    folder.symlink_to("elsewhere")


@pytest.mark.parametrize("others", [_open_folder, _open_file, _linked_file, _linked_folder])
def test_a_cache_that_others_could_write_or_lead_elsewhere_is_left_alone(
    others: Callable[[Path], None], folder: Path
) -> None:
    memory = Memory(folder)
    memory.keep({KEY: b"said"})
    others(folder)
    assert memory.recall([KEY]) == {}
    before = file_of(folder).read_bytes()
    memory.keep({OTHER: b"new"})
    assert file_of(folder).read_bytes() == before


def test_while_another_check_writes_this_one_does_without(folder: Path) -> None:
    memory = Memory(folder)
    memory.keep({KEY: b"said"})
    other = sqlite3.connect(file_of(folder), isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        memory.keep({OTHER: b"new"})
        assert memory.recall([KEY, OTHER]) == {}
        other.execute("ROLLBACK")
        assert memory.recall([KEY, OTHER]) == {KEY: b"said"}
    finally:
        other.close()


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    memory = Memory(tmp_path / "file" / "sluse")
    memory.keep({KEY: b"said"})
    assert memory.recall([KEY]) == {}
    assert os.listdir(tmp_path) == ["file"]  # noqa: PTH208 - names are what is compared


@pytest.mark.parametrize("place", ["integrations/.cache", ".cache", "../outer-cache", "linked"])
def test_a_cache_that_the_repository_could_bring_along_is_none(place: str, tmp_path: Path) -> None:
    top = tmp_path / "clone"
    root = top / "nested"
    (root / "integrations").mkdir(parents=True)
    (top / ".git").mkdir()
    (tmp_path / "linked").symlink_to(root)
    folder = tmp_path / "linked" if place == "linked" else root / place
    assert memory_in(folder / "sluse", root) is None


def test_a_cache_elsewhere_is_one_and_none_is_none(tmp_path: Path) -> None:
    (tmp_path / "clone" / ".git").mkdir(parents=True)
    assert memory_in(tmp_path / "cache" / "sluse", tmp_path / "clone") is not None
    assert memory_in(None, tmp_path / "clone") is None


def test_a_cache_behind_links_in_a_circle_is_none(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    assert memory_in(tmp_path / "circle" / "sluse", tmp_path / "clone") is None
