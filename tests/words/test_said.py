"""Sentences that can be said in two languages."""

from __future__ import annotations

import pickle
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import words
from sluse.words.language import Language, in_language, of_locale
from sluse.words.said import counted, own, say, several, translated

BOKMAL = in_language(Language.BOKMAL)
TRANSLATIONS = {message.id: str(message.string) for message in words.known() if message.id}


def test_a_sentence_is_its_english_text() -> None:
    assert say("{name} is missing", name="kid") == "kid is missing"
    assert say("Write {x}.") == "Write {x}.", "without values a brace is a brace"


def test_what_a_sentence_is_made_of_is_translated_too() -> None:
    inner = say("{first} or {last}", first="a", last="b")
    assert BOKMAL(say("Use {words}.", words=inner)) == "Bruk a eller b."


def test_what_somebody_wrote_is_never_translated() -> None:
    assert BOKMAL(say("Use {words}.", words="error")) == "Bruk error."


def test_english_is_what_is_written() -> None:
    assert in_language(Language.ENGLISH)(say("Use {words}.", words="x")) == "Use x."


@given(st.text(), st.text())
def test_a_sentence_survives_being_stored(template: str, value: str) -> None:
    said = say(template.replace("{", "").replace("}", "") + "{value}", value=value)
    again = pickle.loads(pickle.dumps(said))
    assert again == said
    assert translated(again, lambda text: text) == said


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("nb_NO.UTF-8", Language.BOKMAL),
        ("no", Language.BOKMAL),
        ("nn_NO", Language.BOKMAL),
        ("en_GB.UTF-8", Language.ENGLISH),
        ("C.UTF-8", Language.ENGLISH),
        ("", Language.ENGLISH),
    ],
)
def test_a_locale_has_a_language(name: str, language: Language) -> None:
    assert of_locale(name) is language


def test_every_sentence_has_a_translation_and_every_translation_is_said() -> None:
    said = set(words.said())
    assert {text for text in said if not TRANSLATIONS.get(text)} == set(), "translate them in nb.po (make examples)"
    assert set(TRANSLATIONS) - said == set(), "nothing says them any more (make examples)"


def test_a_translation_is_filled_in_with_the_same_values() -> None:
    assert [text for text, other in TRANSLATIONS.items() if _values(text) != _values(other)] == []


def test_what_is_read_at_run_time_is_made_of_what_is_committed() -> None:
    assert words.mo(words.known()) == words.MO.read_bytes()


def test_the_catalogue_is_as_the_code_says_it() -> None:
    assert words.po(words.renewed()) == words.PO.read_bytes(), "make examples"


def _values(template: str) -> list[tuple[str, str | None]]:
    if '{"' in template:
        return []
    return sorted((name, form) for _, name, form, _ in string.Formatter().parse(template) if name)


def test_of_one_and_of_many_a_sentence_each() -> None:
    assert [BOKMAL(counted(number, "1 client", "{number} clients")) for number in (0, 1, 2)] == [
        "0 klienter",
        "1 klient",
        "2 klienter",
    ]


def test_sentences_side_by_side_are_translated_each_for_itself() -> None:
    assert several((say("a number"), "a number", say("is empty"))) == "a number; a number; is empty"
    assert BOKMAL(several((say("a number"), "a number", say("is empty")))) == "et tall; a number; er tom"


def test_what_may_be_anybodys_is_looked_up_only_where_it_is_ours() -> None:
    assert [own(text, BOKMAL) for text in (say("client"), "client")] == ["klient", "client"]
