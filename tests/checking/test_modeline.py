"""The line by which an editor finds the schema: `--fix` writes it, and nothing else speaks of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sluse.checking import modeline
from sluse.checking.folders import judged
from sluse.cli.check import command

GOOD = Path(__file__).parent.parent / "fixtures" / "good"
JOURNAL = "integrations/fjordlegen/journal-web.yaml"
LINE = b"# yaml-language-server: $schema=../schema.json"
SCHEMA = "integrations/schema.json"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a schema, in which no document names it."""
    root = tmp_path / "repository"
    shutil.copytree(GOOD, root)
    (root / SCHEMA).write_text("{}")
    for file in (root / "integrations").glob("*/*.yaml"):
        file.write_bytes(
            b"".join(each for each in file.read_bytes().splitlines(keepends=True) if b"$schema" not in each)
        )
    monkeypatch.chdir(root)
    return root


def fix(*more: str) -> Result:
    return CliRunner().invoke(command, ["--no-index", *more])


def test_every_document_gets_it_and_no_verdict_speaks_of_it(root: Path) -> None:
    documents = {file: file.read_bytes() for file in sorted((root / "integrations").glob("*/*.yaml"))}
    others = {file: file.read_bytes() for file in root.rglob("*") if file.is_file() and file not in documents}
    assert judged(root, "integrations", None).problems == ()
    assert fix().output == "no problems; " + fix().output.partition("; ")[2]
    result = fix("--fix")
    assert result.exit_code == 0
    assert result.output.count(": mended schema-line: No line says which schema the document has\n") == len(documents)
    assert {file: file.read_bytes() for file in documents} == {
        file: LINE + b"\n" + was for file, was in documents.items()
    }
    assert {file: file.read_bytes() for file in others} == others
    assert "mended" not in fix("--fix").output
    assert judged(root, "integrations", None).problems == ()


def test_only_what_was_asked_for_is_edited(root: Path) -> None:
    before = (root / "integrations/fjordlegen/organisation.yaml").read_bytes()
    fix("--fix", str(root / JOURNAL))
    assert (root / JOURNAL).read_bytes().startswith(LINE)
    assert (root / "integrations/fjordlegen/organisation.yaml").read_bytes() == before


def test_it_is_shown_before_it_is_written(root: Path) -> None:
    before = (root / JOURNAL).read_bytes()
    assert f"--- a/{JOURNAL}\n+++ b/{JOURNAL}\n@@ -1,3 +1,4 @@\n+{LINE.decode()}\n" in fix("--diff").output
    assert (root / JOURNAL).read_bytes() == before


def test_it_comes_together_with_what_else_is_mended(root: Path) -> None:
    file = root / JOURNAL
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"title: Fj", b"titel: Fj", 1))
    result = fix("--fix", str(file))
    assert [f"mended {rule}" in result.output for rule in ("byte-order-mark", "unknown-field", "schema-line")] == [
        True
    ] * 3
    assert file.read_bytes().startswith(LINE + b"\napiVersion")


def test_without_a_schema_in_the_tree_there_is_nothing_to_name(root: Path) -> None:
    (root / SCHEMA).unlink()
    assert "mended" not in fix("--fix").output


BODY = b"apiVersion: sluse.nhn.no/v1alpha1\nkind: X\n"
TEXT = BODY + b"note: |\n  a line of ours is\n  # yaml-language-server: $schema=../schema.json\n"
QUOTED = BODY + b'note: "a line of ours is\n  # yaml-language-server: $schema=../old.json"\n'
SCHEMAS = (SCHEMA, "integrations/schema.nb.json")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BODY, LINE + b"\n" + BODY),
        (b"# ours\n" + BODY, LINE + b"\n# ours\n" + BODY),
        (BODY.replace(b"\n", b"\r\n"), LINE + b"\r\n" + BODY.replace(b"\n", b"\r\n")),
        (b"---\n" + BODY, LINE + b"\n---\n" + BODY),
        (b"# yaml-language-server: $schema=./schema.json\n" + BODY, LINE + b"\n" + BODY),
        (
            b"#yaml-language-server : $schema=../../schema.json\n" + BODY,
            LINE.replace(b"# yaml-language-server:", b"#yaml-language-server :") + b"\n" + BODY,
        ),
        (BODY + b"# yaml-language-server: $schema=../schema.jsn\n", BODY + LINE + b"\n"),
        (TEXT, LINE + b"\n" + TEXT),
        (QUOTED, LINE + b"\n" + QUOTED),
        (TEXT + b"# yaml-language-server: $schema=../schema.jsn\n", TEXT + LINE + b"\n"),
    ],
    ids=[
        "none",
        "below another comment",
        "CRLF",
        "a document's start",
        "beside it",
        "above it",
        "anywhere",
        "in a text",
        "in quotes",
        "below a text",
    ],
)
def test_what_is_missing_or_leads_nowhere_is_mended(before: bytes, after: bytes) -> None:
    problem = modeline.problem(JOURNAL, before, SCHEMAS)
    assert problem is not None
    (edit,) = problem.edits
    lines = before.decode().split("\n")
    line = lines[edit.line - 1]
    lines[edit.line - 1] = line[: edit.column - 1] + edit.text + line[edit.end_column - 1 :]
    assert "\n".join(lines).encode() == after
    assert modeline.problem(JOURNAL, after, SCHEMAS) is None


@pytest.mark.parametrize(
    "content",
    [
        LINE + b"\n" + BODY,
        b"# yaml-language-server: $schema=../schema.nb.json\n" + BODY,
        b"# yaml-language-server: $schema=../../integrations/schema.json\n" + BODY,
        b"# yaml-language-server: $schema=https://schemas.example/sluse.json\n" + BODY,
        b"# yaml-language-server: $schema=/opt/sluse/schema.json\n" + BODY,
        b"apiVersion: [\n",
        b"- a list\n",
        b"",
        b"\xff\xfe",
    ],
    ids=[
        "right",
        "in bokm\u00e5l",
        "a longer way",
        "an address",
        "absolute",
        "cannot be read",
        "no document",
        "empty",
        "no text",
    ],
)
def test_what_is_right_or_its_authors_or_no_document_is_left_alone(content: bytes) -> None:
    assert modeline.problem(JOURNAL, content, SCHEMAS) is None


def test_a_document_that_writes_about_such_lines_is_left_alone() -> None:
    about = b"about: |\n" + b"  # yaml-language-server: $schema=none.json\n" * 11
    assert modeline.problem(JOURNAL, BODY + about, SCHEMAS) is None
