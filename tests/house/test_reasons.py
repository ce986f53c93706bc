"""Every reason that production or a resource gives is explained on a page, and the gate's checks in their own words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sluse.gate import entitled, statements

OPERATOR = Path(__file__).parents[2] / "operator"
PAGE = OPERATOR / "sluse" / "gate" / "REASONS.md"
GIVES_ONE = {"Reason", "_reason", "Check", "Waiting", "Rejected", "SyncResult"}
ROWS = [
    f"| `{check.name}` | {check.demands} | {check.on.value if check.on else 'whose it is'} |"
    for check in (*statements.CHECKS, *entitled.CHECKS)
]


def given(source: str) -> Iterator[str]:
    """Yield the reasons that a module writes out where it makes one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in GIVES_ONE:
            for value in (*node.args[:2], *(each.value for each in node.keywords if each.arg == "reason")):
                if isinstance(value, ast.Constant) and re.fullmatch(r"[A-Z][A-Za-z]+", str(value.value)):
                    yield str(value.value)


def reasons() -> set[str]:
    sources = [path for path in (OPERATOR / "sluse").rglob("*.py") if not {"sandbox", "demo"} & set(path.parts)]
    return {name for path in sources for name in given(path.read_text(encoding="utf-8"))}


def test_every_reason_is_on_a_page() -> None:
    pages = (OPERATOR / "README.md", PAGE)
    told = {name for page in pages for name in re.findall(r"`([A-Z][A-Za-z]+)`", page.read_text(encoding="utf-8"))}
    found = reasons()
    assert len(found) > len(ROWS), "reasons are given where this looks"
    assert found - told == set()


@pytest.mark.parametrize("row", ROWS)
def test_a_check_stands_on_the_page_as_it_stands_in_its_table(row: str) -> None:
    assert row in PAGE.read_text(encoding="utf-8").splitlines()
