"""The language of a person's surroundings, in the order that POSIX gives the variables."""

from __future__ import annotations

import os

from sluse.words.language import Language, of_locale


def surrounding() -> Language:
    """Return the language that LC_ALL, LC_MESSAGES or LANG names: the first that is set."""
    named = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return of_locale(next(filter(None, named), ""))
