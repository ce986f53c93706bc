"""The steps of a branch, judged again when all of it has been read: on as many cores as there are.

Each organisation's steps are judged in one process, in their order, and what others find is the same whether or not they
do: a survey keeps of an earlier one only what could not be otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from sluse.cores.forked import forked, how_many, parts, received
from sluse.delivery.verifying.change import Change
from sluse.delivery.verifying.finding import Finding, finding
from sluse.delivery.verifying.integrations import Integrations
from sluse.delivery.verifying.steps import Judge
from sluse.errors import CatalogError
from sluse.words.said import say

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Found = Mapping[int, tuple[Finding, ...]]
"""What was found, by the number of the trial."""

_WINDOW = 250  # steps whose commits are read together
_FEW = 200  # steps, below which another process costs more than it saves


@dataclass(frozen=True)
class Trial:
    """A step to be judged.

    `least` is the highest manifest that the ledgers before it had seen; `news` says of the statements that were seen since
    the trial before this one when they were. `position` is how many findings come before its own.
    """

    change: Change
    least: int
    news: Mapping[str, datetime]
    position: int


def judged(integrations: Integrations, trials: Sequence[Trial], processes: int | None = None) -> Found:
    """Return what is wrong with each step, the same by any number of `processes`; None is what the machine has."""
    own, *others = _organisations(trials, how_many(processes, len(trials), _FEW))
    commits = (each.change.after.commit for each in trials)
    first = next((each for each in commits if each in integrations.known), None)  # an operator can name any other
    if others and first is not None:
        with suppress(CatalogError):  # told when it is asked for
            integrations.begin(first)  # once, for all of them
    integrations.clone.rest()  # what is read through a pipe cannot be shared
    with forked([_Part(integrations, trials, each) for each in others]) as pipes:
        found = dict(_judged(integrations, trials, own))
        for part, pipe in zip(others, pipes, strict=True):
            said = cast("Found | None", received(pipe))
            found.update(said if said is not None else _judged(integrations, trials, part))
    return found


@dataclass(frozen=True)
class _Part:
    """What another process does."""

    integrations: Integrations
    trials: Sequence[Trial]
    organisations: Collection[str]

    def __call__(self, pipe: Connection[object, object]) -> None:
        pipe.send(dict(_judged(self.integrations, self.trials, self.organisations)))


def _organisations(trials: Sequence[Trial], count: int) -> list[Collection[str]]:
    """Return the organisations in so many parts of about as many steps each; fewer where there are fewer organisations."""
    steps = Counter(trial.change.key.organisation for trial in trials)
    return [frozenset(each) for each in parts([slug for slug, _ in steps.most_common()], count)]


def _judged(
    integrations: Integrations, trials: Sequence[Trial], organisations: Collection[str]
) -> Iterator[tuple[int, tuple[Finding, ...]]]:
    seen: dict[str, datetime] = {}
    judge = Judge(integrations, seen)
    for start in range(0, len(trials), _WINDOW):
        window = trials[start : start + _WINDOW]
        own = [each.change for each in window if each.change.key.organisation in organisations]
        with suppress(CatalogError):  # told when it is asked for
            integrations.expect(list(dict.fromkeys((each.after.commit, each.key.organisation) for each in own)))
        for number, trial in enumerate(window, start):
            seen |= trial.news
            if trial.change.key.organisation in organisations:
                yield number, tuple(_found(judge, trial))


def _found(judge: Judge, trial: Trial) -> Iterator[Finding]:
    try:
        yield from judge.judged(trial.change, trial.least)
    except CatalogError as error:
        message = say("{change}: {message}", change=trial.change.said, message=error.message)
        yield finding("ObjectsLost", trial.change.place, message)
