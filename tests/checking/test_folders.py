"""The tree judged folder by folder: what is read when something changed. That the verdict is right is a law."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from sluse.checking.folders import judged
from sluse.checking.memory import Memory
from sluse.checking.remembered import packed, unpacked
from sluse.checking.verdict import Verdict

GOOD = Path(__file__).parent.parent / "fixtures" / "good"


class Counting(Memory):
    """A memory that tells what was found out anew."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.found: list[bytes] = []

    def keep(self, known: Mapping[bytes, bytes]) -> None:
        self.found += known.values()
        super().keep(known)

    def taken(self) -> int:
        number = len(self.found)
        self.found = []
        return number


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(GOOD, tmp_path / "repository")
    return tmp_path / "repository"


@pytest.fixture
def memory(tmp_path: Path) -> Counting:
    return Counting(tmp_path / "cache")


@pytest.fixture
def check(root: Path, memory: Counting) -> Callable[[], Verdict]:
    return lambda: judged(root, "integrations", memory)


def replace(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_nothing_is_judged_twice(check: Callable[[], Verdict], memory: Counting) -> None:
    first = check()
    assert memory.taken() == 4  # two organisations, the folder's own files, policies/
    assert check() == first
    assert memory.taken() == 0


def test_one_changed_file_is_one_folder(check: Callable[[], Verdict], memory: Counting, root: Path) -> None:
    check()
    memory.taken()
    replace(root / "integrations/nordlys/pasient-app.yaml", ("Pasientapp", "Appen"))
    check()
    assert memory.taken() == 1


def test_a_folder_that_asked_about_what_changed_is_judged_again(
    check: Callable[[], Verdict], memory: Counting, root: Path
) -> None:
    check()
    memory.taken()
    replace(root / "integrations/nordlys/pasient-app.yaml", ("name: pasient-app,", "name: pasientapp,"))
    rules = [problem.rule for problem in check().problems]
    assert "used-service" in rules  # told of the other organisation's file
    assert memory.taken() == 2


def test_another_policy_judges_everything_anew(check: Callable[[], Verdict], memory: Counting, root: Path) -> None:
    check()
    memory.taken()
    (root / "policies/repository.yaml").write_text("id: integrations.fjordlegen.no\n")
    check()
    assert memory.taken() == 4


def test_the_same_files_under_another_name_are_not_the_same(memory: Counting, root: Path) -> None:
    judged(root, "integrations", memory)
    (root / "integrations").rename(root / "orders")
    memory.taken()
    judged(root, "orders", memory)
    assert memory.taken() == 3


@pytest.mark.parametrize("spoilt", [[], {}, None, 1, "x", [1], {"declared": {}}, {"declared": 1}])
def test_any_other_text_is_no_verdict(spoilt: object) -> None:
    assert unpacked(json.dumps(spoilt).encode()) is None


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_no_verdict(text: bytes) -> None:
    assert unpacked(text) is None


def test_every_part_that_is_missing_or_something_else_is_noticed(memory: Counting, root: Path) -> None:
    (root / "integrations/nordlys/pasient-app.yaml").write_text("a: [")
    judged(root, "integrations", memory)
    texts = [text for text in memory.found if isinstance(json.loads(text), dict)]
    assert [packed(found) for text in texts if (found := unpacked(text)) is not None] == texts
    for text in texts:
        for name in json.loads(text):
            for other in (None, 7, "text", [["x"]]):
                is_fit = (name, other) == ("readable", 7)
                spoilt = json.dumps({**json.loads(text), name: other}).encode()
                assert (unpacked(spoilt) is not None) == is_fit, (name, other)
            without: Sequence[tuple[str, object]] = [pair for pair in json.loads(text).items() if pair[0] != name]
            assert unpacked(json.dumps(dict(without)).encode()) is None


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("readable", "1e999"),
        ("readable", "1.5"),
        ("readable", "NaN"),
        ("readable", "-1"),
        ("readable", "9" * 4000),
        ("counts", '{"clients": "many"}'),
        ("counts", '{"clients": 1e999}'),
        ("problems", '[[["a", 1e999, 1, 1], "r", "m", "h", "error", "", "", "", []]]'),
        ("problems", '[[["a", 1, 1, 1], "r", ["{a[7]}", {"a": "m"}], "h", "error", "", "", "", []]]'),
    ],
)
def test_numbers_and_sentences_that_nobody_packed_are_no_verdict(
    name: str, other: str, memory: Counting, root: Path
) -> None:
    judged(root, "integrations", memory)
    text = next(text for text in memory.found if isinstance(json.loads(text), dict))
    data = {key: json.dumps(value) for key, value in json.loads(text).items()}
    spoilt = ",".join(f"{json.dumps(key)}: {value}" for key, value in {**data, name: other}.items())
    assert unpacked(f"{{{spoilt}}}".encode()) is None
