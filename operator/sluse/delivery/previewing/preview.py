"""Two sides and what is held -> the preview of the change. Pure; the time is an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sluse.delivery.policy import Untrusted
from sluse.delivery.previewing import reach
from sluse.delivery.previewing.environments import Both, parts, production_sides, test_sides
from sluse.delivery.previewing.gate_view import Gate, gate, needs
from sluse.delivery.previewing.held import Ledgers
from sluse.delivery.previewing.hidden import hidden
from sluse.delivery.previewing.means import means
from sluse.delivery.previewing.side import Side
from sluse.delivery.previewing.written import keys_changed, statements_changed
from sluse.model.classes import FieldClass
from sluse.model.names import Environment, IntegrationKey
from sluse.model.organisation import Organisation
from sluse.model.problem import Problem, Severity
from sluse.model.registration import Use
from sluse.plan.preview.fields import authored
from sluse.plan.preview.value import Authored, Effect, Fault, Item, Part, Preview, Touched

GATED = frozenset({"ServiceIntegration", "IdentityProvider"})


@dataclass(frozen=True)
class Known:
    """What is known beside the files. A ledger is None where none is published in the clone.

    `withholds`: whether production's registrar can register without letting anybody use it; None where no settings say.
    """

    at: datetime
    test: Ledgers | None = None
    production: Ledgers | None = None
    withholds: bool | None = None


def preview(base: Side, head: Side, known: Known) -> Preview:
    """Return what the change from base to head does."""
    withholds = known.withholds is not False
    test = test_sides(base, head, known.test or {}, known.at)
    production = production_sides(base, head, known.production, known.at, withholds=withholds)
    gates = tuple(
        gate(side, compiled, production.ledgers, known.at, withholds=withholds)
        for side, compiled in ((base, production.before), (head, production.after))
    )
    made = _Making(base, head, production, {"test": parts(test), "production": parts(production)}, gates)
    items = tuple(made.items())
    names = {*base.documents, *head.documents}
    concerned = {item.name for item in items}
    return hidden(
        Preview(
            base.commit,
            head.commit,
            items,
            sum(str(key) not in concerned for key in names),
            _faults(base, head),
            (*_fuse(test), *_fuse(production)),
            tuple(_notes(base, head, known)),
        )
    )


@dataclass(frozen=True, eq=False)
class _Making:
    base: Side
    head: Side
    production: Both
    parts: Mapping[str, Mapping[IntegrationKey, tuple[Part, ...]]]
    gates: tuple[Gate, ...]

    def items(self) -> Iterator[Item]:
        """Yield the organisations whose own file changes, and the integrations that anything happens to, sorted."""
        found = reach.relations(self.base, self.head)
        before, after = self.base.tree.organisations, self.head.tree.organisations
        signed = statements_changed(self.base, self.head)
        keys = keys_changed(self.base, self.head)
        for slug in sorted({*before, *after, *(each.organisation for each in self._concerned(signed, keys))}):
            old, new = _content(before.get(slug)), _content(after.get(slug))
            if old != new or IntegrationKey(slug, "") in signed:
                yield self._organisation(slug, old, new, signed.get(IntegrationKey(slug, ""), ()), found)
            for key in sorted(
                each for each in self._concerned(signed, keys) if each.organisation == slug and each.name
            ):
                item = self._item(key, signed.get(key, ()), keys.get(key, ()), found)
                if item is not None:
                    yield item

    def _concerned(
        self, signed: Mapping[IntegrationKey, Any], keys: Mapping[IntegrationKey, Any]
    ) -> set[IntegrationKey]:
        before, after = self.base.documents, self.head.documents
        written = {
            key
            for key in {*before, *after}
            if before.get(key) is not after.get(key) and _content(before.get(key)) != _content(after.get(key))
        }
        acted = {key for found in self.parts.values() for key in found}
        return written | acted | {*signed} | {*keys} | self._judged_anew()

    def _judged_anew(self) -> set[IntegrationKey]:
        """Return what the gate says something else of, and whose file's errors are others."""
        found: set[IntegrationKey] = set()
        before, after = self.production.before.organisations, self.production.after.organisations
        for slug in {*before, *after}:
            old, new = before.get(slug), after.get(slug)
            if old is new:
                continue
            was, now = (each.summaries if each is not None else {} for each in (old, new))
            found |= {key for key in {*was, *now} if was.get(key) != now.get(key)}
        return found

    def _item(self, key: IntegrationKey, signed: Any, keys: Any, found: reach.Relations) -> Item | None:
        old, new = _content(self.base.documents.get(key)), _content(self.head.documents.get(key))
        document = new or old
        kind = document.kind if document is not None else self._kind(key)
        # Of a file that comes or goes every field differs; what is registered says it shorter.
        fields = (*(authored(kind, _spec(old), _spec(new)) if old and new else ()), *keys)
        effects = self._effects(key)
        (gate_before, why_before), (gate_after, why_after) = (
            each.said(key, gated=kind in GATED) for each in self.gates
        )
        file = _file(old, new)
        both = (gate_before, gate_after) if gate_before is not None and gate_after is not None else None
        if not (file or fields or signed or any(each.parts for each in effects) or gate_before != gate_after or why_before != why_after):  # fmt: skip
            return None
        says, touched = self._reaches(key, kind, file, (fields, effects), found)
        wrong = any(
            each.severity is Severity.ERROR and each.holds in {str(key), key.organisation}
            for each in self.head.problems
        )
        return Item(
            str(key),
            kind,
            self._title(key, document),
            file,
            fields,
            signed,
            effects,
            both,
            needs(why_before, why_after),
            means(kind, file, fields, effects, held=self._holds(key), wrong=wrong),
            says,
            touched | self._own(key, effects),
        )

    def _organisation(
        self, slug: str, old: Organisation | None, new: Organisation | None, signed: Any, found: reach.Relations
    ) -> Item:
        fields = authored("Organisation", _spec(old), _spec(new)) if old and new else ()
        numbers = {*(old.spec.numbers if old is not None else ())} ^ {*(new.spec.numbers if new is not None else ())}
        says, touched = reach.of_numbers(found, slug, numbers)
        known = new or old
        return Item(
            slug,
            "Organisation",
            known.spec.title if known is not None else slug,
            _file(old, new),
            fields,
            signed,
            says=means("Organisation", _file(old, new), fields, (), held=False, wrong=False),
            reaches=says,
            touched=touched | Touched((slug,)),
        )

    def _effects(self, key: IntegrationKey) -> tuple[Effect, ...]:
        return tuple(Effect(environment, found.get(key, ())) for environment, found in self.parts.items())

    def _reaches(
        self,
        key: IntegrationKey,
        kind: str,
        file: str,
        item: tuple[tuple[Authored, ...], tuple[Effect, ...]],
        found: reach.Relations,
    ) -> tuple[tuple[str, ...], Touched]:
        """Return whom it reaches. A service's own test values and operational fields are nobody else's business."""
        fields, effects = item
        if kind == "IdentityProvider" and (file or any(each.parts for each in effects)):
            return reach.of_provider(found, key.name)
        binding = {each.field_class for each in fields} & {FieldClass.TESTED, FieldClass.PRODUCTION}
        moves = any(each.parts for each in effects if each.environment == "production")
        if kind == "ServiceIntegration" and (file == "deleted" or binding or moves):
            return reach.of_service(found, key)
        return (), Touched()

    def _own(self, key: IntegrationKey, effects: tuple[Effect, ...]) -> Touched:
        clients = {f"{key}.{part.name}" for effect in effects for part in effect.parts if part.kind == "client"}
        return Touched((key.organisation,), (str(key),), tuple(sorted(clients)), reach.hosts(effects))

    def _holds(self, key: IntegrationKey) -> bool:
        ledger = self.production.ledgers.get(key.organisation)
        entry = ledger.integration(key) if ledger is not None else None
        return entry is not None and entry.snapshot is not None and entry.snapshot.use is not Use.RETIRED

    def _kind(self, key: IntegrationKey) -> str:
        ledger = self.production.ledgers.get(key.organisation)
        entry = ledger.integration(key) if ledger is not None else None
        return entry.kind if entry is not None else "ServiceIntegration"

    def _title(self, key: IntegrationKey, document: Any) -> str:
        spec = document.spec if document is not None else None
        service = getattr(spec, "service", None)
        return getattr(service, "title", None) or getattr(spec, "title", None) or key.name


def _content(sourced: Any) -> Any:
    return sourced.content if sourced is not None else None


def _spec(document: Any) -> Mapping[str, object] | None:
    return document.spec.wire() if document is not None else None


def _file(old: object, new: object) -> str:
    if old == new:
        return ""
    return "created" if old is None else "deleted" if new is None else "changed"


def _faults(base: Side, head: Side) -> tuple[Fault, ...]:
    stood = {_root(each) for each in base.problems}
    return tuple(
        Fault(str(each.place), each.severity.value, each.rule, each.message, each.hint, _root(each) not in stood)
        for each in head.problems
    )


def _root(problem: Problem) -> tuple[str, ...]:
    return problem.place.path, problem.rule, problem.message, problem.path


def _fuse(both: Both) -> Iterator[str]:
    where = both.environment.value
    after = both.after
    if after.held_retirements:
        yield f"in {where} it holds {len(after.held_retirements)} retirements, until somebody releases it for this commit"
    if after.held_updates:
        yield f"in {where} it holds {len(after.held_updates)} changes that no decision asked for, until it is released for this commit"
    if after.held_openings:
        yield f"in {where} it holds {len(after.held_openings)} openings that nobody asked to change, until it is released for this commit"


def _notes(base: Side, head: Side, known: Known) -> Iterator[str]:
    if known.test is None:
        yield "no ledger of test is here: what the base asks for is taken to be there"
    if known.production is None:
        yield (
            "no ledger of production is here: what the base is entitled to is taken to be there, "
            "and every statement of the base to have been seen in time"
        )
    for name, side in (("base", base), ("head", head)):
        if isinstance(side.policy, Untrusted):
            yield f"policies/ of the {name} does not count, so nothing moves in {Environment.PRODUCTION}: {'; '.join(side.policy.reasons)}"
    if known.withholds is None:
        yield "no settings of production are here: its registrar is taken to be able to withhold"
    elif not known.withholds:
        yield "production's registrar cannot withhold: configure and open are one step, taken at open"
