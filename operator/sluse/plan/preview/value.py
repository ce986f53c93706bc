"""`Preview`: what one change of the files does to each integration in each environment, and who must do what next.

It is made in `sluse.delivery.previewing` and judged nowhere: whatever is said here was said by the compilers, the gate
and the rules, in their words. Everything is text and sorted, so that equal changes give equal previews.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from sluse.model.classes import FieldClass
from sluse.plan.client import Change


class Action(StrEnum):
    """What becomes of something that is registered. Listed from the least to the weightiest."""

    KEEP = "keep"
    CREATE = "create"
    CHANGE = "change"
    HELD = "held"
    """It would change, and is left alone: its file is wrong, or the fuse holds it."""
    RETIRE = "retire"


@dataclass(frozen=True)
class Part:
    """A client, the login through an identity provider, or a network opening, in one environment.

    `before` and `after` are its use (Withheld, Open, Retired), empty where there is none. `why` is said where it is held.
    """

    kind: str
    name: str
    action: Action
    before: str = ""
    after: str = ""
    changes: tuple[Change, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Effect:
    """What happens in one environment. `parts` are those that do not simply stay."""

    environment: str
    parts: tuple[Part, ...] = ()

    @property
    def action(self) -> Action:
        """The weightiest of all."""
        return weightiest(part.action for part in self.parts)


@dataclass(frozen=True, order=True)
class Need:
    """Who must do or decide what, and why; as `sluse gate` says it. `new`: not so before this change."""

    on: str
    check: str
    message: str
    new: bool = True


@dataclass(frozen=True)
class GateView:
    """What the gate says of an integration: entitled to which T, from when, and the step that the operator takes."""

    entitled: bool
    tested: str = ""
    opens: str = ""
    past: bool = False
    """Whether `opens` is over, by the moment of the preview."""
    step: str = "-"
    stage: str = ""
    reasons: tuple[tuple[str, str], ...] = ()
    """(party, check) of what stands against a move."""


@dataclass(frozen=True)
class Authored:
    """A field of a file that is written otherwise, and its class: what binds it."""

    change: Change
    field_class: FieldClass


@dataclass(frozen=True)
class Touched:
    """Whom it reaches. Sorted names; `hosts` are those of addresses that come or go."""

    organisations: tuple[str, ...] = ()
    integrations: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def __or__(self, other: Touched) -> Touched:
        return Touched(
            _union(self.organisations, other.organisations),
            _union(self.integrations, other.integrations),
            _union(self.clients, other.clients),
            _union(self.hosts, other.hosts),
        )


@dataclass(frozen=True)
class Item:
    """One integration, or one organisation's own file. `file`: created, changed, deleted, or empty where it stays.

    `says` is what the change means, in sentences. `signed` are statements that come or go. `gate`: before and after,
    of which either may not be there; None for what has no gate of its own.
    """

    name: str
    kind: str
    title: str
    file: str = ""
    authored: tuple[Authored, ...] = ()
    signed: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()
    gate: tuple[GateView | None, GateView | None] | None = None
    needs: tuple[Need, ...] = ()
    says: tuple[str, ...] = ()
    reaches: tuple[str, ...] = ()
    """Others that it reaches, and how: a sentence each."""
    touched: Touched = field(default_factory=Touched)

    def effect(self, environment: str) -> Effect:
        """What happens in an environment."""
        return next((each for each in self.effects if each.environment == environment), Effect(environment))


@dataclass(frozen=True, order=True)
class Fault:
    """A problem in the files that it concerns. `new`: not there before it."""

    place: str
    severity: str
    rule: str
    message: str
    hint: str = ""
    new: bool = True


@dataclass(frozen=True)
class Preview:
    """A whole change: whatever is in no item stays as it is. `notes` say what could not be judged.

    `fuse` says what the fuse would hold, a sentence per environment.
    """

    base: str
    head: str
    items: tuple[Item, ...] = ()
    faults: tuple[Fault, ...] = ()
    fuse: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def touched(self) -> Touched:
        """Whom all of it reaches."""
        found = Touched()
        for each in self.items:
            found |= each.touched
        return found

    @property
    def new_faults(self) -> tuple[Fault, ...]:
        """Those that this change brings."""
        return tuple(each for each in self.faults if each.new)

    @property
    def wrong(self) -> bool:
        """Tell whether the files that it concerns have errors."""
        return any(each.severity == "error" for each in self.faults)


def weightiest(actions: Iterable[Action]) -> Action:
    """Return the weightiest action; keep where there is none."""
    return max(actions, key=list(Action).index, default=Action.KEEP)


def _union(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*mine, *theirs}))
