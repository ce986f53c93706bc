"""What a change means, in sentences: which class of field it changes, and whether anybody has to decide. Pure.

Said of the classes of what is written otherwise, and checked against what the compilers say: whatever moves is said to
move, whatever the classes are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sluse.model.classes import FieldClass
from sluse.plan.preview.step import in_words
from sluse.plan.preview.value import Action, Authored, Effect
from sluse.words.said import say

ONLY_TEST = say("Only test values change: production does not move, and no NHN decision is needed.")
MOVES = say("Production moves")
ONLY_OPERATIONAL = say("Only operational fields change: they follow HEAD and reopen nothing.")


@dataclass(frozen=True)
class Facts:
    """What the sentences are made of. `step` is the gate's after the change, as it says it.

    `held`: production holds something of it. `waits`: somebody must act before production follows HEAD. `wrong`: an
    error holds it.
    """

    kind: str
    file: str
    authored: Collection[Authored] = ()
    effects: Collection[Effect] = ()
    step: str = ""
    held: bool = False
    waits: bool = False
    wrong: bool = False

    @property
    def classes(self) -> frozenset[FieldClass]:
        """Of everything that is written otherwise."""
        return frozenset(each.field_class for each in self.authored)

    @property
    def moves(self) -> bool:
        """Whether anything that production has registered, or opened, becomes another."""
        parts = (part for effect in self.effects if effect.environment == "production" for part in effect.parts)
        return any(part.action is not Action.HELD for part in parts)


def means(facts: Facts) -> tuple[str, ...]:
    """Return the sentences."""
    return tuple(_said(facts))


def _said(facts: Facts) -> Iterator[str]:
    if facts.wrong:
        yield say("Errors hold it: everything of it stays as it is until they are mended.")
    if facts.file in _FILE:
        yield _FILE[facts.file]
    if facts.file == "created":
        yield _CREATED.get(facts.kind, say("New."))
    elif facts.file == "deleted":
        yield _deleted(facts)
    elif facts.classes:
        yield from _changed(facts)
    elif not facts.file and not facts.wrong:
        yield say("Its own file stays as it is.")
    if facts.moves:
        step = facts.step if facts.step.startswith(("move", "retire", "suspend")) else ""
        yield say("{moves}: {step}.", moves=MOVES, step=in_words(step)) if step else say("{moves}.", moves=MOVES)


AGAIN = say("readable again")
_FILE = {
    "unreadable": say("Its file cannot be read, so nothing is known to be deleted."),
    AGAIN: say("Its file can be read again."),
}
_WAITS = say("New: test follows at once; production waits for what the gate asks for.")
_CREATED = {
    "ServiceIntegration": _WAITS,
    "IdentityProvider": _WAITS,
    "ClientInstallation": say("New: its service's acceptance covers it; production opens it on its date."),
    "UserOrganisation": say("New: its openings follow the services that it uses."),
    "Organisation": say("New: nothing of it counts in production before NHN has decided on it (organisation)."),
}
_IDENTITY = say(
    "What the organisation owns changes: test follows at once, production once it is decided (organisation) "
    "or signed with a maintainer key in force."
)


def _deleted(facts: Facts) -> str:
    if facts.held:
        return say(
            "The file is deleted: test retires it; "
            "production keeps what it holds until a signed retirement (sluse retire)."
        )
    return say("The file is deleted: test retires it; production holds nothing of it.")


def _changed(facts: Facts) -> Iterator[str]:
    classes = facts.classes
    if not facts.moves and classes == {FieldClass.TEST}:
        yield ONLY_TEST
    elif not facts.moves and classes <= {FieldClass.TEST, FieldClass.OPERATIONAL}:
        yield ONLY_OPERATIONAL
    if classes & {FieldClass.TESTED, FieldClass.PRODUCTION}:
        yield _bound(facts)
    if FieldClass.IDENTITY in classes:
        yield _IDENTITY


def _bound(facts: Facts) -> str:
    tested = FieldClass.TESTED in facts.classes
    what = (
        say("Tested fields change, so their digest T is another")
        if tested
        else say("Production values change, so their digest P is another")
    )
    if not facts.waits:
        return say("{what}, and that is accepted already.", what=what)
    needed = say("a new acceptance test and a new decision") if tested else say("a new decision")
    if facts.held:
        return say(
            "{what}: production needs {needed}. Until then production keeps what it holds.", what=what, needed=needed
        )
    return say("{what}: production needs {needed}.", what=what, needed=needed)
