"""What Sluse writes as YAML, and the trusted text that it reads."""

from __future__ import annotations

import pytest

from sluse.catalog.yaml import dump, plain


def test_documents_are_in_block_style_with_indented_lists_and_quotes_only_where_needed() -> None:
    text = dump(
        {"apiVersion": "sluse.nhn.no/v1alpha1", "numbers": ["994598759"], "spec": {"title": "Ås", "freeze": True}}
    )
    assert text == (
        'apiVersion: sluse.nhn.no/v1alpha1\nnumbers:\n  - "994598759"\nspec:\n  title: Ås\n  freeze: true\n'
    )


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "Yes",
        "on",
        "y",
        "0123",
        "1_000",
        "1:30",
        "0x1f",
        "1e3",
        "~",
        "",
        ".inf",
        "null",
        "Y",
        "n",
        "N",
        "yes",
        "off",
        "true",
        "12e34",
        "0o17",
        "-",
    ],
)
def test_what_a_reader_could_take_for_something_else_is_quoted(word: str) -> None:
    assert dump({"a": word}).rstrip() in {f'a: "{word}"', f"a: '{word}'"}


def test_the_same_list_twice_is_written_out_twice() -> None:
    shared = ["a"]
    assert dump({"b": shared, "c": shared}) == "b:\n  - a\nc:\n  - a\n"


def test_trusted_text_may_use_all_of_yaml_or_be_json() -> None:
    assert plain("a: &x [1]\nb: *x\n") == {"a": [1], "b": [1]}
    assert plain('{"a": [true, null]}') == {"a": [True, None]}


def test_a_text_of_several_lines_is_written_as_it_is() -> None:
    assert dump({"a": "x\ny\n"}) == "a: |\n  x\n  y\n"


def test_several_documents_are_one_stream() -> None:
    assert dump({"a": 1}, {"b": 2}) == "a: 1\n---\nb: 2\n"
