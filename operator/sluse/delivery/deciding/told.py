"""Bodies told in words: every value of production, and what differs from what stands. That is what a reviewer looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sluse.words.said import say

_LEFT_OUT = frozenset({"clients", "production", "tested", "identity"})


def values(body: object, path: str = "") -> Iterator[str]:
    """Yield `client.field value` for every value."""
    if isinstance(body, Mapping):
        for name, inner in body.items():
            if name not in {"name", "type"}:
                yield from values(inner, path if name in _LEFT_OUT else f"{path}.{name}")
    elif isinstance(body, list | tuple) and any(isinstance(each, Mapping) for each in body):
        for each in body:
            yield from values(
                each, f"{path}.{each.get('name') or each.get('type') or each.get('label') or ''}".rstrip(".")
            )
    elif isinstance(body, list | tuple):
        yield from (f"{path.strip('.')} {each}" for each in body)
    else:
        yield f"{path.strip('.')} {body}"


def changes(before: object, now: object) -> tuple[str, ...]:
    """Return what is gone and what is new, where something stands already; nothing where nothing does."""
    if before is None:
        return ()
    old, new = list(values(before)), list(values(now))
    gone = (say("no longer {line}", line=line) for line in old if line not in new)
    return (*gone, *(say("new       {line}", line=line) for line in new if line not in old))
