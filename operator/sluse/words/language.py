"""The languages, and the catalogue of one: read when it is first asked for, since most processes never do."""

from __future__ import annotations

import gettext
from enum import StrEnum
from functools import cache
from importlib import resources

from sluse.words.said import Translate, english, translated


class Language(StrEnum):
    """By its BCP 47 tag. Everything is written in English; a locale of Norwegian means bokmål."""

    ENGLISH = "en"
    BOKMAL = "nb"


_OF_LOCALES = {"nb": Language.BOKMAL, "nn": Language.BOKMAL, "no": Language.BOKMAL}


def of_locale(name: str) -> Language:
    """Return the language of a locale such as `nb_NO.UTF-8`; English where it is another's, or nobody's."""
    return _OF_LOCALES.get(name.partition("_")[0].partition(".")[0].lower(), Language.ENGLISH)


def in_language(language: Language) -> Translate:
    """Return what says a sentence in a language."""
    if language is Language.ENGLISH:
        return english
    catalogue = _catalogue(language)
    return lambda text: translated(text, catalogue.gettext)


@cache
def _catalogue(language: Language) -> gettext.GNUTranslations:
    with (resources.files("sluse.words") / f"{language.value}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)
