"""The house: where things are, what they are called, how long they may be, and that every room says what it is for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("operator", "stacks", "policies")
SOURCES = sorted(path for folder in (*CODE, "tests") for path in (ROOT / folder).rglob("*.py"))
PRODUCT = [path for path in SOURCES if not path.is_relative_to(ROOT / "tests")]
ROOMS = sorted(
    {path.parent for path in (ROOT / "operator" / "sluse").glob("*/*.py")}
    | {ROOT / name for name in ("integrations", "operator", "stacks", "tests")}
)

LONGEST = 300
AT_THE_ROOT = {
    *(
        "README.md",
        "LICENSE",
        "Makefile",
        "Pulumi.yaml",
        "pyproject.toml",
        "requirements.lock",
        "requirements-dev.lock",
    ),
    *("package.json", "package-lock.json"),
    *("integrations", "operator", "policies", "stacks", "tests", ".ci", ".git", ".gitignore", "CODEOWNERS"),
}
READS_THE_ENVIRONMENT = {"sluse/wiring", "sluse/demo"}
"""Wiring reads ours; the demo passes PATH on to the processes it starts."""

VAGUE = re.compile(r"^(utils?|helpers?|managers?|common|misc)$")
VAGUE_CLASS = re.compile(r"\w(Manager|Helpers?|Utils?)$")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def ignored() -> set[str]:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return {line.strip("/") for line in lines if line and not line.startswith("#")}


def names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name


def test_the_folder_operator_is_no_package() -> None:
    assert not (ROOT / "operator" / "__init__.py").exists()


def test_no_folder_of_tests_is_called_operator() -> None:
    assert not [relative(path) for path in (ROOT / "tests").rglob("operator") if path.is_dir()]


def test_the_root_holds_only_what_belongs_there() -> None:
    assert {path.name for path in ROOT.iterdir()} - ignored() <= AT_THE_ROOT


def test_integrations_is_data_only() -> None:
    kinds = {path.suffix for path in (ROOT / "integrations").rglob("*") if path.is_file()}
    assert kinds <= {".yaml", ".json", ".md"}


@pytest.mark.parametrize("room", ROOMS, ids=relative)
def test_every_room_has_a_page_that_says_what_it_is_for(room: Path) -> None:
    page = room / "README.md"
    assert page.is_file(), f"{relative(room)} has no README.md"
    assert page.read_text(encoding="utf-8").startswith("# ")


def test_the_operators_page_lists_every_room() -> None:
    page = (ROOT / "operator" / "README.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in (ROOT / "operator" / "sluse").glob("*/__init__.py")}
    assert rooms - set(re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE)) == set()


def test_no_file_is_too_long_to_read_at_once() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in PRODUCT if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert list(map(relative, silent)) == []


def test_every_folder_of_the_product_with_code_is_a_package() -> None:
    folders = {path.parent for path in PRODUCT} - {ROOT / "stacks", ROOT / "policies"}
    assert [relative(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_nothing_has_a_name_that_says_nothing() -> None:
    files = [relative(path) for path in SOURCES if VAGUE.match(path.stem)]
    folders = [relative(path) for path in {path.parent for path in SOURCES} if VAGUE.match(path.name)]
    classes = [
        f"{relative(path)}: {name}"
        for path in PRODUCT
        for name in names(ast.parse(path.read_text(encoding="utf-8")))
        if VAGUE_CLASS.search(name)
    ]
    assert files + folders + classes == []


def test_the_environment_is_read_in_wiring_only() -> None:
    readers = {
        "/".join(path.relative_to(ROOT).parts[1:3])
        for path in PRODUCT
        if re.search(r"\bos\.(environb?|getenv)\b", path.read_text(encoding="utf-8"))
    }
    assert readers <= READS_THE_ENVIRONMENT


def test_tests_replace_nothing_behind_the_products_back() -> None:
    behind = re.compile(r"\b(monkeypatch\.set(attr|item)|unittest\.mock|mocker\.|MagicMock)")
    guilty = [
        relative(path)
        for path in SOURCES
        if path.is_relative_to(ROOT / "tests") and path != Path(__file__)
        if behind.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []
