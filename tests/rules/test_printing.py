"""Problems as text and as JSON."""

from __future__ import annotations

from dataclasses import replace

from sluse.model.change import Edit
from sluse.model.problem import Place, Problem, Severity
from sluse.rules.printing import as_json, as_text, mendable, readable, tally
from sluse.rules.shown import either, listed, printable, shown
from sluse.words.said import english

PROBLEM = Problem(Place("a.yaml", 3, 5, 4), "kind", "Wrong", "Do so.", excerpt="    word # c")


def test_the_caret_stands_under_what_is_meant() -> None:
    assert (
        as_text(PROBLEM, words=english)
        == "a.yaml:3:5: error kind: Wrong\n        word # c\n        ^^^^\n  hint: Do so."
    )


def test_a_caret_never_runs_past_its_line() -> None:
    cut = Problem(Place("a.yaml", 1, 3, 900), "kind", "Wrong", excerpt="ab…")
    assert as_text(cut, words=english).splitlines()[-1] == "      ^"


def test_a_problem_of_a_whole_file_has_no_line() -> None:
    assert as_text(Problem(Place("a.yaml"), "kind", "Wrong"), words=english) == "a.yaml: error kind: Wrong"


def test_paint_is_told_the_role_of_each_part() -> None:
    painted = as_text(PROBLEM, lambda text, role: f"<{role}>{text}</>", words=english)
    assert painted == (
        "<place>a.yaml:3:5:</> <error>error</> kind: Wrong\n"
        "        word # c\n        <mark>^^^^</>\n  <hint>hint:</> Do so."
    )


def test_json_has_the_same_facts_by_name() -> None:
    assert as_json(PROBLEM) == {
        "path": "a.yaml",
        "line": 3,
        "column": 5,
        "length": 4,
        "severity": "error",
        "rule": "kind",
        "message": "Wrong",
        "hint": "Do so.",
        "field": "",
        "holds": "",
        "excerpt": "    word # c",
        "edits": [],
    }
    edit = as_json(replace(PROBLEM, edits=(Edit(3, 5, 3, 9, "words"),)))["edits"]
    assert edit == [{"line": 3, "column": 5, "endLine": 3, "endColumn": 9, "text": "words"}]


def test_counts_are_read_aloud() -> None:
    warning = Problem(Place("a"), "kind", "x", severity=Severity.WARNING)
    assert tally([]) == "no problems"
    assert tally([warning]) == "1 warning"
    assert tally([PROBLEM, PROBLEM, warning]) == "2 errors and 1 warning"
    assert readable(0) == "0 readable files"
    assert readable(1) == "1 readable file"


def test_what_fix_mends_is_counted() -> None:
    mended = replace(PROBLEM, edits=(Edit(3, 5, 3, 9, "words"),))
    assert mendable([PROBLEM]) == ""
    assert mendable([PROBLEM, mended]) == "--fix mends 1"
    assert mendable([mended, mended]) == "--fix mends 2"


def test_values_are_shown_short_and_cannot_drive_a_terminal() -> None:
    assert shown("a\x1b[2Jb") == "`a\ufffd[2Jb`"
    assert len(shown("x" * 500)) == 62
    assert printable("æøå") == "æøå"
    assert listed(["a"]) == "a"
    assert either(["a", "b", "c"]) == "a, b or c"
