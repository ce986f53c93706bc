"""Two sides and what is held -> the preview of the change. Pure; the time is an argument."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sluse.catalog.files import INTEGRATIONS
from sluse.catalog.layout import spot
from sluse.delivery.policy import Untrusted
from sluse.delivery.previewing.environments import Both, in_production, in_test, parts
from sluse.delivery.previewing.gate_view import gate
from sluse.delivery.previewing.held import Ledgers
from sluse.delivery.previewing.hidden import hidden
from sluse.delivery.previewing.making import Making
from sluse.delivery.previewing.side import IN, Side
from sluse.model.problem import Problem
from sluse.plan.preview.value import Fault, Preview
from sluse.rules.shown import listed, printable
from sluse.words.said import say, several


@dataclass(frozen=True)
class Known:
    """What is known beside the files. A ledger is None where none is published in the clone.

    `withholds`: whether production's registrar can register without letting anybody use it; None where no settings say.
    """

    at: datetime
    test: Ledgers | None = None
    production: Ledgers | None = None
    withholds: bool | None = None
    policies: tuple[str, ...] = ()
    """The files of `policies/` that differ, by name: no integration may change by them, and everything is judged by them."""


def preview(base: Side, head: Side, known: Known, only: Collection[str] | None = None) -> Preview:
    """Return what the change from base to head does. `only`: the organisations that it can concern; None for all."""
    found = Preview(base.commit, head.commit, notes=tuple(_notes(base, head, known)))
    if only is not None and not only:
        return hidden(found)
    withholds = known.withholds is not False
    test = in_test(base, head, known.test or {}, known.at, only or ())
    production = in_production(base, head, known.production, known.at, only or (), withholds=withholds)
    gates = tuple(
        gate(side, compiled, production.ledgers, known.at, withholds=withholds)
        for side, compiled in ((base, production.before), (head, production.after))
    )
    made = Making(base, head, production, {"test": parts(test), "production": parts(production)}, gates)
    items = tuple(each for each in made.items() if only is None or each.name.partition(".")[0] in only)
    faults = _faults(base, head, only, {each.name.partition(".")[0] for each in items})
    return hidden(replace(found, items=items, faults=faults, fuse=(*_fuse(test), *_fuse(production))))


def _faults(base: Side, head: Side, only: Collection[str] | None, concerned: Collection[str]) -> tuple[Fault, ...]:
    """Return the problems that the change brings, and those that stood before in organisations that it concerns."""
    stood = {_root(each) for each in base.problems}
    found: list[Fault] = []
    for each in head.problems:
        new, slug = _root(each) not in stood, _slug(each)
        if (new and (only is None or not slug or slug in only)) or slug in concerned:
            found.append(Fault(str(each.place), each.severity.value, each.rule, each.message, each.hint, new))
    return tuple(found)


def _slug(problem: Problem) -> str:
    return problem.holds.partition(".")[0] or spot(problem.place.path, INTEGRATIONS).organisation


def _root(problem: Problem) -> tuple[str, ...]:
    return problem.place.path, problem.rule, problem.message, problem.path


def _fuse(both: Both) -> Iterator[str]:
    where = IN[both.environment]
    after = both.after
    if after.held_retirements:
        yield say(
            "{where} it holds {number} retirements, until somebody releases it for this commit",
            where=where,
            number=len(after.held_retirements),
        )
    if after.held_updates:
        yield say(
            "{where} it holds {number} changes that no decision asked for, until it is released for this commit",
            where=where,
            number=len(after.held_updates),
        )
    if after.held_openings:
        yield say(
            "{where} it holds {number} openings that nobody asked to change, until it is released for this commit",
            where=where,
            number=len(after.held_openings),
        )


def _notes(base: Side, head: Side, known: Known) -> Iterator[str]:
    if known.policies:
        yield say(
            "policies/ changes: {files}; in production it counts once the roots have signed it (sluse policies verify)",
            files=listed([printable(each) for each in known.policies]),
        )
    if known.test is None:
        yield say("no ledger of test is here: what the base asks for is taken to be there")
    if known.production is None:
        yield (
            say(
                "no ledger of production is here: what the base is entitled to is taken to be there, "
                "and every statement of the base to have been seen in time"
            )
        )
    for name, side in ((say("the base"), base), (say("the head"), head)):
        if isinstance(side.policy, Untrusted):
            yield say(
                "policies/ of {side} does not count, so nothing moves in production: {reasons}",
                side=name,
                reasons=several(side.policy.reasons),
            )
    if known.withholds is None:
        yield say("no settings of production are here: its registrar is taken to be able to withhold")
    elif not known.withholds:
        yield say("production's registrar cannot withhold: configure and open are one step, taken at open")
