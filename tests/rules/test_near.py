"""Which word was meant: a slip of the hand is told from a word that only looks alike."""

from __future__ import annotations

import pytest

from sluse.rules.near import is_slip, meant, nearest


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("titel", "title"),
        ("titl", "title"),
        ("titlee", "title"),
        ("tittle", "title"),
        ("tible", "title"),
        ("Title", "title"),
        ("redirect_uris", "redirectUris"),
        ("web_with-Backend", "web-with-backend"),
        ("ab", "ba"),
        ("title", "title"),
    ],
)
def test_one_slip_makes_the_one_of_the_other(word: str, other: str) -> None:
    assert is_slip(word, other)
    assert is_slip(other, word)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("maximumLevel", "minimumLevel"),
        ("productionNotAfter", "productionNotBefore"),
        ("buypass-eid", "buypass"),
        ("abc", "cba"),
        ("abcd", "badc"),
        ("tls12", "tls13"),
        ("level", "level4"),
        ("", "ab"),
    ],
)
def test_anything_else_is_another_word(word: str, other: str) -> None:
    assert not is_slip(word, other)
    assert not is_slip(other, word)


def test_what_could_be_two_words_is_neither() -> None:
    assert meant("tesst", ["test", "text"]) == "test"
    assert meant("tezt", ["test", "text"]) is None
    assert nearest("tezt", ["test", "text"]) is not None


def test_no_word_is_near_nothing() -> None:
    assert (nearest("colour", ["title"]), meant("colour", ["title"])) == (None, None)
