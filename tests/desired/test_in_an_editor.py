"""A real yaml-language-server reads the schema that we commit: where one is on PATH."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from worlds.editor import Editor, editor, missing

ROOT = Path(__file__).parents[2]
FILE = ROOT / "integrations" / "fjordlegen" / "journal.yaml"

pytestmark = [
    pytest.mark.skipif(missing(), reason="yaml-language-server is not on PATH"),
    pytest.mark.timeout(120),
]


@pytest.fixture
def opened() -> Iterator[Editor]:
    with editor() as found:
        yield found


def place(text: str, word: str) -> tuple[int, int]:
    line = next(number for number, each in enumerate(text.splitlines()) if each.strip().startswith(f"{word}:"))
    return line, text.splitlines()[line].index(word) + 1


@pytest.mark.parametrize(
    ("schema", "title", "told"),
    [
        ("schema.json", "Test from", "First day the supplier wants to use test"),
        ("schema.nb.json", "Test fra", "Første dag tjenesteleverandøren ønsker å bruke test"),
    ],
)
def test_an_example_is_underlined_nowhere_and_its_fields_are_explained(
    opened: Editor, schema: str, title: str, told: str
) -> None:
    text = FILE.read_text(encoding="utf-8").replace("$schema=../schema.json", f"$schema=../{schema}")
    assert opened.opened(FILE, text) == []
    shown = opened.hovered(FILE, *place(text, "testFrom"))
    assert title in shown
    assert told in shown


def test_a_misspelt_field_is_underlined(opened: Editor) -> None:
    text = FILE.read_text(encoding="utf-8").replace("testFrom:", "testFrm:")
    assert any("testFrm" in each for each in opened.opened(FILE, text))
