"""What a change means, in sentences: which class of field it changes, and whether anybody has to decide. Pure.

Said of the classes of what is written otherwise, and checked against what the compilers say: whatever moves is said to
move, whatever the classes are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sluse.model.classes import FieldClass
from sluse.plan.preview.value import Action, Authored, Effect

ONLY_TEST = "Only test values change: production does not move, and no NHN decision is needed."
ONLY_OPERATIONAL = "Only operational fields change: they follow HEAD and reopen nothing."
_IDENTITY = (
    "What the organisation owns changes: test follows at once, production once it is decided (organisation) "
    "or signed with a maintainer key in force."
)


def means(
    kind: str, file: str, authored: Collection[Authored], effects: Collection[Effect], *, held: bool, wrong: bool
) -> tuple[str, ...]:
    """Return the sentences. `held`: production holds something of it; `wrong`: its file has errors."""
    return tuple(_said(kind, file, authored, effects, held=held, wrong=wrong))


def _said(
    kind: str, file: str, authored: Collection[Authored], effects: Collection[Effect], *, held: bool, wrong: bool
) -> Iterator[str]:
    moves = any(part.action is not Action.HELD for effect in effects if effect.environment == "production" for part in effect.parts)  # fmt: skip
    classes = {each.field_class for each in authored}
    if wrong:
        yield "Errors hold it: everything of it stays as it is until they are mended."
    if file == "deleted":
        yield _deleted(held=held)
    elif file == "created":
        yield from _created(kind)
    elif classes == {FieldClass.TEST} and not moves:
        yield ONLY_TEST
    elif classes and classes <= {FieldClass.TEST, FieldClass.OPERATIONAL} and not moves:
        yield ONLY_OPERATIONAL
    elif classes:
        yield from _changed(kind, classes, held=held)
    elif not wrong:
        yield "Its own file stays as it is."
    if moves:
        yield "Production moves."


def _deleted(*, held: bool) -> str:
    if held:
        return "The file is deleted: test retires it; production keeps what it holds until a signed retirement (sluse retire)."
    return "The file is deleted: test retires it; production holds nothing of it."


def _created(kind: str) -> Iterator[str]:
    if kind in {"ServiceIntegration", "IdentityProvider"}:
        yield "New: test follows at once; production waits for what the gate asks for."
    elif kind == "ClientInstallation":
        yield "New: its service's acceptance covers it; production opens it on its date."
    elif kind == "Organisation":
        yield "New: nothing of it counts in production before NHN has decided on it (organisation)."


def _changed(kind: str, classes: Collection[FieldClass], *, held: bool) -> Iterator[str]:
    until = " Until then production keeps what it holds." if held else ""
    if FieldClass.TESTED in classes:
        yield f"Tested fields change, so T is another: production needs a new acceptance test and a new decision.{until}"
    elif FieldClass.PRODUCTION in classes:
        yield f"Production values change, so P is another: production needs a new decision.{until}"
    if FieldClass.IDENTITY in classes and kind == "Organisation":
        yield _IDENTITY
