"""Two forms of one document -> the fields that differ, each with its class. Lists are sets; named items go by their name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sluse.model.classes import class_of
from sluse.model.digests import canonical
from sluse.plan.client import Change
from sluse.plan.preview.value import Authored

_ITEM = re.compile(r"\[[^\]]*\]")


def authored(
    kind: str, before: Mapping[str, object] | None, after: Mapping[str, object] | None
) -> tuple[Authored, ...]:
    """Return what is written otherwise, by path. `before` and `after` are specs in JSON form; None where there is no file."""
    left, right = dict(_leaves("", before or {})), dict(_leaves("", after or {}))
    found: list[Authored] = []
    for path in sorted(left.keys() | right.keys()):
        old, new = left.get(path, frozenset()), right.get(path, frozenset())
        field_class = class_of(kind, _ITEM.sub("[]", path))
        if old != new and field_class is not None:
            found.append(Authored(Change(path, tuple(sorted(new - old)), tuple(sorted(old - new))), field_class))
    return tuple(found)


def _leaves(path: str, node: object) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _leaves(f"{path}.{name}" if path else name, value)
    elif isinstance(node, list | tuple):
        named = [item for item in node if isinstance(item, Mapping) and "name" in item]
        for item in named:
            yield from _leaves(f"{path}[{item['name']}]", item)
        rest = frozenset(_text(item) for item in node if not (isinstance(item, Mapping) and "name" in item))
        if rest:
            yield path, rest
    else:
        yield path, frozenset({_text(node)})


def _text(item: object) -> str:
    text = (
        item
        if isinstance(item, str)
        else "=".join(map(_text, item.values()))
        if isinstance(item, Mapping)
        else canonical(item).decode()
    )
    return text if text.isprintable() else ascii(text)
