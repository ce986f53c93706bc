"""A preview as JSON: the same facts, by name. Sentences are in a person's language, all else is as it stands in files."""

from __future__ import annotations

from sluse.plan.client import Change
from sluse.plan.preview.value import Effect, GateView, Item, Need, Part, Preview, Touched
from sluse.words.said import Translate


def wire(preview: Preview, words: Translate) -> dict[str, object]:
    """Return the JSON-able form."""
    return {
        "base": preview.base,
        "head": preview.head,
        "integrations": [_item(each, words) for each in preview.items],
        "touched": _touched(preview.touched),
        "fuse": [*map(words, preview.fuse)],
        "problems": [
            {"place": each.place, "severity": each.severity, "rule": each.rule, "message": words(each.message), "hint": words(each.hint), "new": each.new}
            for each in preview.faults
        ],
        "notes": [*map(words, preview.notes)],
    }  # fmt: skip


def _item(item: Item, words: Translate) -> dict[str, object]:
    return {
        "integration": item.name,
        "kind": item.kind,
        "title": item.title,
        "file": item.file or "unchanged",
        "means": [*map(words, item.says)],
        "fields": [{**_change(each.change), "class": each.field_class.value} for each in item.authored],
        "statements": [_change(each) for each in item.signed],
        **{each.environment: _effect(each, words) for each in item.effects},
        "gate": None if item.gate is None else {"before": _gate(item.gate[0]), "after": _gate(item.gate[1])},
        "waitsOn": [_need(each, words) for each in item.needs],
        "reaches": [*map(words, item.reaches)],
        "touched": _touched(item.touched),
    }


def _effect(effect: Effect, words: Translate) -> dict[str, object]:
    return {"do": effect.action.value, "parts": [_part(each, words) for each in effect.parts]}


def _part(part: Part, words: Translate) -> dict[str, object]:
    return {
        "part": part.kind,
        "name": part.name,
        "do": part.action.value,
        "useBefore": part.before or None,
        "useAfter": part.after or None,
        "fields": [_change(each) for each in part.changes],
        "why": words(part.why),
    }


def _change(change: Change) -> dict[str, object]:
    return {"field": change.field, "removed": list(change.removed), "added": list(change.added)}


def _gate(view: GateView | None) -> dict[str, object] | None:
    if view is None:
        return None
    return {
        "entitled": view.entitled,
        "tested": view.tested or None,
        "opens": view.opens or None,
        "step": view.step,
        "stage": view.stage or None,
        "reasons": [{"on": on, "check": check} for on, check in view.reasons],
    }


def _need(need: Need, words: Translate) -> dict[str, object]:
    return {"on": need.on, "check": need.check, "message": words(need.message), "new": need.new}


def _touched(touched: Touched) -> dict[str, object]:
    return {
        "organisations": list(touched.organisations),
        "integrations": list(touched.integrations),
        "clients": list(touched.clients),
        "hosts": list(touched.hosts),
    }
