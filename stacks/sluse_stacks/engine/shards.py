"""Into how many Pulumi stacks an organisation is split, and which of them has which object. Pure.

Pulumi reads and writes a stack's state whole, so a change of one object costs the more the larger its stack is. An
organisation has one stack up to `ROOM` objects, and another with each `ROOM` more. An object stays where Pulumi's state holds
it: moving it would be a moment in which two states hold it, or none. A new one goes to the first stack that has room.

The stacks of an organisation are numbered without a gap: one is made only after the one before it, and only the last
is ever removed. So the first that is not there is the end of them, and nothing else has to remember how many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sluse.desired.stack import ObjectKey
from sluse.model.names import Environment

ROOM = 300
"""How many objects a stack takes; what it held before there was such a bound, it keeps."""


def shard_name(environment: Environment, organisation: str, number: int) -> str:
    """Return what Pulumi calls an organisation's stack: the first is 0, and bears no number."""
    name = f"{environment.value}.{organisation}"
    return f"{name}.{number + 1}" if number else name


def owners(held: Sequence[Collection[ObjectKey]]) -> Mapping[ObjectKey, int]:
    """Return which stack each held object belongs to: the first that holds it, where a person had two hold it."""
    found: dict[ObjectKey, int] = {}
    for number, keys in enumerate(held):
        for key in keys:
            found.setdefault(key, number)
    return found


def placed(
    new: Iterable[ObjectKey], held: Sequence[Collection[ObjectKey]], room: int = ROOM
) -> Mapping[ObjectKey, int]:
    """Return which stack each new object goes to. What is to leave a stack takes its room until it has left."""
    sizes = list(map(len, held))
    found: dict[ObjectKey, int] = {}
    number = 0
    for key in sorted(new):
        while number < len(sizes) and sizes[number] >= room:
            number += 1
        if number == len(sizes):
            sizes.append(0)
        sizes[number] += 1
        found[key] = number
    return found
