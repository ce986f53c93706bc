"""What there is to say of a reason: what is so, who must act, and what they do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sluse.model.outcome import Party
from sluse.words.said import Translate, say


@dataclass(frozen=True)
class Explained:
    """`means` is empty where a check of the gate says what must be so; without anybody in `on`, nobody has to act.

    `do` is a person's next step, in the imperative.
    """

    means: str
    do: str
    on: tuple[Party, ...] = ()

    def facts(self, name: str, words: Translate) -> dict[str, str]:
        """Return what there is to say of it, by name."""
        on = ", ".join(words(each.value) for each in self.on) or words(say("nobody"))
        return {"reason": name, "means": words(self.means), "on": on, "do": words(self.do)}


def means(text: str, do: str, *on: Party) -> Explained:
    """Return a row of a table."""
    return Explained(text, do, on)


def check(do: str) -> Explained:
    """Return a row of a reason that the gate's checks give: they say what must be so, and who acts."""
    return Explained("", do)


def lines(facts: Mapping[str, str], words: Translate) -> Iterator[str]:
    """Yield facts for a terminal, their labels in a column. A fact without a text is left out."""
    names = {name: words(label) for name, label in _LABELS.items()}
    width = max(len(names[name]) for name in facts) + 1
    for name, value in facts.items():
        if value:
            yield f"{f'{names[name]}:':<{width}} {value}"


_LABELS = {
    "reason": say("reason"),
    "check": say("check"),
    "demands": say("demands"),
    "means": say("means"),
    "on": say("waits on"),
    "do": say("what to do"),
}
