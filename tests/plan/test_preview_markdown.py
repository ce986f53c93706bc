"""The comment on a pull request: bounded, and nothing that a stranger wrote is markup in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.model.classes import FieldClass
from sluse.plan.client import Change
from sluse.plan.preview import text
from sluse.plan.preview.markdown import LONGEST, MARKER, code, markdown, plain
from sluse.plan.preview.value import Action, Authored, Effect, Fault, Item, Part, Preview
from sluse.words.said import english

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=40)


def item(number: int, value: str = "x") -> Item:
    part = Part("client", "web", Action.CHANGE, "Open", "Open", (Change("scopes", (value,)),))
    return Item(
        f"a.s-{number}",
        "ServiceIntegration",
        "Service",
        "changed",
        (Authored(Change("clients[web].scopes", (value,)), FieldClass.TESTED),),
        effects=(Effect("test", (part,)), Effect("production")),
    )


@given(LINES)
def test_a_code_span_holds_whatever_stands_in_it(said: str) -> None:
    found = code(said).replace("\\|", "|")
    fence = found[: len(found) - len(found.lstrip("`"))]
    assert found.endswith(fence)
    assert fence not in found.strip("`")


@pytest.mark.parametrize("said", ["<script>", "**x**", "[a](b)", "| a |", "![x](y)", "`x`"])
def test_a_sentence_has_no_markup(said: str) -> None:
    assert all(mark not in plain(said).replace("\\" + mark, "") for mark in "<>*[]|`")


def test_nobody_is_called_and_nothing_is_referred_to() -> None:
    assert plain("@somebody #12") == "@<!-- -->somebody #<!-- -->12"


def test_a_long_comment_is_cut_where_an_item_ends_and_says_what_is_left_out() -> None:
    found = markdown(Preview("base", "head", tuple(item(number, "x" * 2000) for number in range(200))), words=english)
    assert found.startswith(MARKER)
    assert len(found) <= LONGEST + 200
    assert found.count("<details>") == found.count("</details>") > 5
    assert "more: `sluse preview` on a clone." in found
    assert "| 100 more |" in found


def test_many_problems_are_counted_and_old_ones_only_counted() -> None:
    faults = tuple(Fault(f"f:{number}", "error", "rule", "it is wrong") for number in range(25))
    old = (Fault("old", "error", "rule", "it was wrong", new=False),)
    found = Preview("base", "head", (), (*faults, *old), fuse=("it holds 6",))
    said = markdown(found, words=english)
    assert "- and 5 more: `sluse check`" in said
    assert "1 problem in the files was there before" in said
    assert "**fuse:** it holds 6" in said
    assert "fuse: it holds 6" in list(text.lines(found, words=english))
    assert found.wrong


def test_blank_lines_stand_alone_and_a_list_does_not_run_into_the_table() -> None:
    nothing = markdown(Preview("base", "head", ()), words=english)
    held = markdown(Preview("base", "head", (item(1),), fuse=("it holds 6",), notes=("a note",)), words=english)
    assert ["\n\n\n" in said for said in (nothing, held)] == [False, False]
    assert "it holds 6\n\n| what" in held
