"""A file written whole: in its place or not at all, with its mode, and never through a link."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluse.catalog.written import write_whole
from sluse.errors import CatalogError


def test_a_new_file_gets_its_folders(tmp_path: Path) -> None:
    write_whole(tmp_path, "a/b/c.yaml", b"x")
    assert (tmp_path / "a/b/c.yaml").read_bytes() == b"x"


def test_a_file_that_was_there_keeps_its_mode_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_bytes(b"old")
    file.chmod(0o640)
    (tmp_path / ".c.yaml.new").symlink_to(tmp_path / "elsewhere")
    write_whole(tmp_path, "c.yaml", b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("path", ["link/c.yaml", "link", "../c.yaml", "/c.yaml"])
def test_nothing_is_written_outside(path: str, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(CatalogError):
        write_whole(tmp_path / "root", path, b"x")
    assert list((tmp_path / "outside").iterdir()) == []


def test_what_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path, "c.yaml", b"x")
    assert [each.name for each in tmp_path.iterdir()] == ["c.yaml"]
