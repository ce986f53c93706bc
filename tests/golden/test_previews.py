"""What a reviewer reads of five changes of different weight is what `tests/golden/preview` has."""

from __future__ import annotations

import pytest

from golden.previews import CHANGES, FOLDER, FORMS, pages


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return dict(pages())


@pytest.mark.parametrize("name", [f"{change}.{form}" for change in CHANGES for form in FORMS])
def test_the_preview_is_the_golden_one(made: dict[str, str], name: str) -> None:
    assert made[name] == (FOLDER / name).read_text(encoding="utf-8")


def test_there_is_no_page_of_a_change_that_is_gone(made: dict[str, str]) -> None:
    assert {path.name for path in FOLDER.iterdir()} == made.keys()
