"""What is signed, told in words: its title, every value of production, what differs from what stands. A reviewer looks at that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sluse.model.statement import Statement, Verdict
from sluse.words.said import Said, say

_LEFT_OUT = frozenset({"clients", "production", "tested", "identity"})

_VERDICTS = {Verdict.APPROVED: say("approved"), Verdict.REJECTED: say("rejected")}


def title(statement: Statement) -> Said:
    """Return the line over a statement: its type, which is a name in every language, what it is about, its verdict."""
    about = say(
        "{type} of {subject} in {environment}",
        type=statement.type,
        subject=statement.subject,
        environment=Said(statement.environment, {}),
    )
    return (
        about
        if statement.verdict is None
        else say("{statement}: {verdict}", statement=about, verdict=_VERDICTS[statement.verdict])
    )


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
