"""What may be said of a run: everything that was secret in it is known here, and comes out of every text.

Evidence goes into git for good, and an answer from somebody else's server may echo what it was sent. So nothing of an
answer is written down unless it has passed here; what merely looks like a token or a person's number goes too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sluse.words.said import Said

# A long run with a capital letter: tokens and codes have one, names of scopes and hosts have none.
_LOOKS_SECRET = re.compile(r"(?=[0-9a-z_+=-]*[A-Z])[A-Za-z0-9_+=-]{32,}|[0-9]{11,}")
_UNPRINTABLE = re.compile(r"[^ -~æøåÆØÅ]")
_SHORTEST = 6
_LONGEST_QUOTE = 300
_LONGEST_TEXT = 2000
_SECRET_MEMBERS = ("access_token", "id_token", "refresh_token", "request_uri", "code")
HIDDEN = "(hidden)"


class Secrets:
    """All secrets of one run. Never shown; a secret shorter than six characters would make every text unreadable."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def keep(self, *secrets: object) -> None:
        """Remember secrets; what is no text, or too short to be one, is let go."""
        self._known |= {each for each in secrets if isinstance(each, str) and len(each) >= _SHORTEST}

    def keep_from(self, answer: Mapping[str, object]) -> None:
        """Remember what is secret in an OAuth answer."""
        self.keep(*(answer.get(member) for member in _SECRET_MEMBERS))

    def clean(self, text: str) -> str:
        """Return a text on one line, without secrets, as long as evidence may have it; of our own sentence, the values."""
        if isinstance(text, Said):
            values = {name: self.clean(each) if isinstance(each, str) else each for name, each in text.values.items()}
            text = Said(text.template, values)
            if text == self._cleaned(text):
                return text
        return self._cleaned(text)

    def _cleaned(self, text: str) -> str:
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        text = _LOOKS_SECRET.sub(HIDDEN, _UNPRINTABLE.sub(" ", text))
        return " ".join(text.split())[:_LONGEST_TEXT]

    def quoted(self, text: str) -> str:
        """Return somebody else's words: clean, and short."""
        return self.clean(text)[:_LONGEST_QUOTE]

    def are_in(self, text: str) -> bool:
        """Whether any of them stands in a text."""
        return any(secret in text for secret in self._known)
