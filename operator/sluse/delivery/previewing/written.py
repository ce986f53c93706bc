"""Keys and signed statements that differ between two sides, by the integration that they are about. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sluse.delivery.previewing.side import IN, Side
from sluse.model.classes import FieldClass
from sluse.model.names import Environment, IntegrationKey
from sluse.plan.client import Change, text_of
from sluse.plan.preview.value import Authored
from sluse.words.said import say

Signed = Mapping[IntegrationKey, tuple[Change, ...]]


def keys_changed(base: Side, head: Side) -> Mapping[IntegrationKey, tuple[Authored, ...]]:
    """Return the key files that say something else. Of test they are test values, of production operational."""
    before, after = base.tree.keys, head.tree.keys
    found: defaultdict[IntegrationKey, list[Authored]] = defaultdict(list)
    for file in sorted({*before, *after}, key=lambda each: (each.client, each.environment)):
        old, new = before.get(file), after.get(file)
        if old is new:
            continue
        was = {text_of(each) for each in old.content.keys} if old is not None else set()
        now = {text_of(each) for each in new.content.keys} if new is not None else set()
        if was != now:
            name = say("keys of {client} {where}", client=file.client.client, where=IN[file.environment])
            field_class = FieldClass.TEST if file.environment is Environment.TEST else FieldClass.OPERATIONAL
            change = Change(name, tuple(sorted(now - was)), tuple(sorted(was - now)))
            found[file.client.integration_key].append(Authored(change, field_class))
    return {key: tuple(each) for key, each in found.items()}


def statements_changed(base: Side, head: Side) -> Signed:
    """Return the statements that come or go. One about a whole organisation is under its slug and an empty name."""
    before, after = _statements(base), _statements(head)
    found: defaultdict[IntegrationKey, list[Change]] = defaultdict(list)
    for about in sorted({*before, *after}):
        was, now = before.get(about, {}), after.get(about, {})
        added, removed = now.keys() - was.keys(), was.keys() - now.keys()
        if added or removed:
            change = Change(
                say("signed"), tuple(sorted(now[each] for each in added)), tuple(sorted(was[each] for each in removed))
            )
            found[about].append(change)
    return {key: tuple(each) for key, each in found.items()}


def _statements(side: Side) -> Mapping[IntegrationKey, dict[str, str]]:
    """Return what is signed by subject and id; whoever files a statement says whose it is, not who may say it."""
    found: defaultdict[IntegrationKey, dict[str, str]] = defaultdict(dict)
    for source in side.statements():
        statement = source.content.spec.statement
        slug, _, name = statement.subject.partition(".")
        verdict = f" {statement.verdict.value}" if statement.verdict is not None else ""
        found[IntegrationKey(slug, name)][statement.id] = say(
            "{statement} of {moment} by {signer}… ({file})",
            statement=f"{statement.type.value}{verdict}",
            moment=f"{statement.issued_at:%Y-%m-%d %H:%MZ}",
            signer=statement.signer[:15],
            file=source.path.rpartition("/")[2],
        )
    return found
