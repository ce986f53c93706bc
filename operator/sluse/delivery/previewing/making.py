"""What happens to each integration, put together from what the compilers, the gate and the relations say. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sluse.delivery.previewing import reach
from sluse.delivery.previewing.environments import Both
from sluse.delivery.previewing.gate_view import Gate, needs
from sluse.delivery.previewing.means import AGAIN, Facts, means
from sluse.delivery.previewing.side import Side
from sluse.delivery.previewing.written import keys_changed, statements_changed
from sluse.model.classes import FieldClass
from sluse.model.held import HeldIntegration
from sluse.model.names import IntegrationKey
from sluse.model.problem import Severity
from sluse.model.registration import Use
from sluse.model.tree import Sourced
from sluse.plan.preview.fields import authored
from sluse.plan.preview.value import Effect, Item, Part, Touched
from sluse.words.said import say

GATED = frozenset({"ServiceIntegration", "IdentityProvider"})


@dataclass(frozen=True, eq=False)
class Making:
    """Everything that items are made from. `parts` by environment; `gates` are the base's and the head's."""

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
        concerned = self._concerned(signed, keys)
        named = {slug for slug in {*before, *after} if _content(before.get(slug)) != _content(after.get(slug))}
        for slug in sorted(named | {each.organisation for each in concerned}):
            own = IntegrationKey(slug, "")
            if slug in named or own in signed:
                yield self._organisation(slug, signed.get(own, ()), found)
            for key in sorted(each for each in concerned if each.organisation == slug and each.name):
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
        """Return what happens to an integration; None where nothing does after all."""
        was, now = self.base.documents.get(key), self.head.documents.get(key)
        old, new = _content(was), _content(now)
        document = new or old
        entry = self._entry(key)
        kind = document.kind if document is not None else _kind(entry)
        # Of a file that comes or goes every field differs; what is registered says it shorter.
        fields = (*(authored(kind, _spec(old), _spec(new)) if old and new else ()), *keys)
        effects = tuple(Effect(environment, parts.get(key, ())) for environment, parts in self.parts.items())
        (before, why_before), (after, why_after) = (each.said(key, gated=kind in GATED) for each in self.gates)
        file = self._file(was, now)
        acted = any(each.parts for each in effects)
        if not (file or fields or signed or acted or before != after or why_before != why_after):
            return None
        waits = needs(why_before, why_after)
        step = after.step if after is not None else ""
        facts = Facts(kind, file, fields, effects, step, _holds(entry), bool(waits), self._is_wrong(key))
        says, touched = self._reaches(key, facts, found)
        return Item(
            str(key),
            kind,
            _title(key, document),
            file,
            fields,
            signed,
            effects,
            gate=(before, after) if before is not None or after is not None else None,
            needs=waits,
            says=means(facts),
            reaches=says,
            touched=touched | self._own(key, effects),
        )

    def _organisation(self, slug: str, signed: Any, found: reach.Relations) -> Item:
        was, now = self.base.tree.organisations.get(slug), self.head.tree.organisations.get(slug)
        old, new = _content(was), _content(now)
        fields = authored("Organisation", _spec(old), _spec(new)) if old and new else ()
        numbers = {*(old.spec.numbers if old is not None else ())} ^ {*(new.spec.numbers if new is not None else ())}
        says, touched = reach.of_numbers(found, slug, numbers)
        known, file = new or old, self._file(was, now)
        return Item(
            slug,
            "Organisation",
            known.spec.title if known is not None else slug,
            file,
            fields,
            signed,
            says=means(Facts("Organisation", file, fields)),
            reaches=says,
            touched=touched | Touched((slug,)),
        )

    def _file(self, old: Sourced[Any] | None, new: Sourced[Any] | None) -> str:
        """Return what became of a file. One that has a problem and no document is there, and cannot be read."""
        if old is not None and new is None:
            return (
                say("unreadable") if any(each.place.path == old.path for each in self.head.problems) else say("deleted")
            )
        if new is not None and old is None:
            return AGAIN if any(each.place.path == new.path for each in self.base.problems) else say("created")
        return "" if _content(old) == _content(new) else say("changed")

    def _reaches(self, key: IntegrationKey, facts: Facts, found: reach.Relations) -> tuple[tuple[str, ...], Touched]:
        """Return whom it reaches. A service's own test values and operational fields are nobody else's business."""
        if facts.kind == "IdentityProvider" and (facts.file or any(each.parts for each in facts.effects)):
            return reach.of_provider(found, key.name)
        binding = facts.classes & {FieldClass.TESTED, FieldClass.PRODUCTION}
        if facts.kind == "ServiceIntegration" and (facts.file == "deleted" or binding or facts.moves):
            return reach.of_service(found, key)
        return (), Touched()

    def _own(self, key: IntegrationKey, effects: tuple[Effect, ...]) -> Touched:
        clients = {f"{key}.{part.name}" for effect in effects for part in effect.parts if part.kind == "client"}
        return Touched((key.organisation,), (str(key),), tuple(sorted(clients)), reach.hosts(effects))

    def _entry(self, key: IntegrationKey) -> HeldIntegration | None:
        ledger = self.production.ledgers.get(key.organisation)
        return ledger.integration(key) if ledger is not None else None

    def _is_wrong(self, key: IntegrationKey) -> bool:
        holds = {str(key), key.organisation}
        return any(each.severity is Severity.ERROR and each.holds in holds for each in self.head.problems)


def _holds(entry: HeldIntegration | None) -> bool:
    return entry is not None and entry.snapshot is not None and entry.snapshot.use is not Use.RETIRED


def _kind(entry: HeldIntegration | None) -> str:
    return entry.kind if entry is not None else "ServiceIntegration"


def _title(key: IntegrationKey, document: Any) -> str:
    spec = document.spec if document is not None else None
    service = getattr(spec, "service", None)
    return getattr(service, "title", None) or getattr(spec, "title", None) or key.name


def _content(sourced: Any) -> Any:
    return sourced.content if sourced is not None else None


def _spec(document: Any) -> Mapping[str, object] | None:
    return document.spec.wire() if document is not None else None
