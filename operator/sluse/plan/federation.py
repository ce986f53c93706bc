"""The difference between the federation that is wanted and the one that is held, field by field.

Lists are sets. It goes over the model's own form, so that a field added there cannot be forgotten here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sluse.model.federation import Federation
from sluse.plan.client import Change


def difference(wanted: Federation, observed: Federation | None) -> tuple[Change, ...]:
    """Return what has to change, by path; empty where nothing has. Nothing readable there means: all of it."""
    new = _leaves(wanted)
    old = _leaves(observed) if observed is not None else {}
    paths = (path for path in sorted(new.keys() | old.keys()) if new.get(path) != old.get(path))
    return tuple(_change(path, new.get(path, frozenset()), old.get(path, frozenset())) for path in paths)


def _change(path: str, new: frozenset[str], old: frozenset[str]) -> Change:
    return Change(path, added=tuple(sorted(new - old)), removed=tuple(sorted(old - new)))


def _leaves(federation: Federation) -> dict[str, frozenset[str]]:
    return dict(_below("", federation.model_dump(mode="json", by_alias=True)))


def _below(path: str, node: object) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _below(f"{path}.{name}" if path else name, value)
    elif isinstance(node, list):
        yield path, frozenset(map(_text, node))
    else:
        yield path, frozenset({_text(node)})


def _text(item: object) -> str:
    text = "=".join(map(str, item.values())) if isinstance(item, Mapping) else str(item)
    # What an authority holds was written by strangers, and this is read on terminals.
    return text if text.isprintable() else ascii(text)
