"""What a declaration has to do, from what is wanted, what Pulumi's states say and what the cluster has. Pure.

Only what needs an update is declared to Pulumi, in a partial program whose every object is a target, and what is to
go is a target that the program leaves out. Everything else, an object to be kept among it, is no target: Pulumi leaves it
in its state and in the cluster. Where nothing needs an update no program runs at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sluse.delivery import stack_preview
from sluse.delivery.observing import Live
from sluse.delivery.stack_preview import Action, ObjectPreview
from sluse.desired.stack import Manifest, ObjectKey, Stack, object_key
from sluse_stacks.engine.shards import ROOM, owners, placed
from sluse_stacks.engine.state import State, declared_digest


@dataclass(frozen=True)
class Part:
    """What is done in one of the organisation's Pulumi stacks.

    `register` is declared to Pulumi, `read` says whether it first has to read those anew; `delete` leaves through Pulumi.
    `disown` is only taken out of its state: an earlier stack holds it too.
    """

    register: tuple[Manifest, ...] = ()
    read: bool = False
    delete: tuple[ObjectKey, ...] = ()
    disown: tuple[ObjectKey, ...] = ()

    @property
    def touched(self) -> tuple[ObjectKey, ...]:
        """Return which objects Pulumi updates or deletes."""
        return (*map(object_key, self.register), *self.delete)


@dataclass(frozen=True)
class Work:
    """What one declaration does: `parts` by the number of the Pulumi stack, those with nothing to do left out.

    `strays` are ours and in no state: a process died before it could say so. `shared` may hold fields of others, which
    an update leaves. `previewed` is what all that does to the cluster.
    """

    parts: Mapping[int, Part] = field(default_factory=dict)
    strays: tuple[ObjectKey, ...] = ()
    shared: frozenset[ObjectKey] = frozenset()
    previewed: tuple[ObjectPreview, ...] = ()

    def done(self, *actions: Action) -> tuple[ObjectKey, ...]:
        """Return which objects these actions are done to."""
        return tuple(each.key for each in self.previewed if each.action in actions)


def work(stack: Stack, states: Sequence[State], live: Mapping[ObjectKey, Live], room: int = ROOM) -> Work:
    """Return what there is to do. `live` holds all of the organisation's, in its labels or in `states`."""
    previewed = stack_preview.preview(stack, live)
    differing = {each.key: each for each in previewed if each.action in {Action.CREATE, Action.CHANGE}}
    wanted = {object_key(manifest): manifest for manifest in stack.resources}
    held = [state.objects for state in states]
    owner = owners(held)
    as_declared = {
        key for key, manifest in wanted.items() if key in owner and held[owner[key]][key] == declared_digest(manifest)
    }
    register = {key for key in wanted if key in differing or key not in as_declared}
    place = {**owner, **placed(register - owner.keys(), held, room)}
    gone = owner.keys() - wanted.keys() - stack.keep

    def part(number: int) -> Part:
        own = sorted(key for key in register if place[key] == number)
        known = held[number] if number < len(held) else {}
        return Part(
            register=tuple(wanted[key] for key in own),
            read=any(key in known and (key in as_declared or key not in live) for key in own),
            delete=tuple(sorted(key for key in gone if owner[key] == number)),
            disown=tuple(sorted(key for key in known if owner[key] != number)),
        )

    parts = {number: part(number) for number in range(max((len(held), *(place[key] + 1 for key in register))))}
    return Work(
        parts={number: each for number, each in parts.items() if each != Part()},
        strays=tuple(sorted(live.keys() - wanted.keys() - stack.keep - owner.keys())),
        shared=frozenset(
            key
            for key, each in differing.items()
            if each.action is Action.CHANGE
            and any(change.after is None or change.path == ("spec",) for change in each.fields)
        ),
        previewed=previewed,
    )
