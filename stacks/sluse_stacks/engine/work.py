"""What an update has to do, from what is wanted, what Pulumi's state says and what the cluster has. Pure.

Only what needs an update is declared to Pulumi, in a partial program whose every object is a target, and what is to
go is a target that the program leaves out. Everything else, an object to be kept among it, is no target: Pulumi leaves it
in its state and in the cluster. Where nothing needs an update no program runs at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sluse.delivery import stack_preview
from sluse.delivery.observing import Live
from sluse.delivery.stack_preview import Action, ObjectPreview
from sluse.desired.stack import Manifest, ObjectKey, Stack, object_key
from sluse_stacks.engine.state import State, declared_digest


@dataclass(frozen=True)
class Work:
    """What one declaration does.

    `register` is declared to Pulumi, `read` says whether it first has to read those anew; `delete` leaves through Pulumi.
    `strays` are ours and in no state: a process died before it could say so. `shared` may hold fields of others, which
    an update leaves. `previewed` is what all that does to the cluster.
    """

    register: tuple[Manifest, ...]
    read: bool
    delete: tuple[ObjectKey, ...]
    strays: tuple[ObjectKey, ...]
    shared: frozenset[ObjectKey]
    previewed: tuple[ObjectPreview, ...]

    def done(self, *actions: Action) -> tuple[ObjectKey, ...]:
        """Return which objects these actions are done to."""
        return tuple(each.key for each in self.previewed if each.action in actions)


def work(stack: Stack, state: State, live: Mapping[ObjectKey, Live]) -> Work:
    """Return what there is to do. `live` holds all of the stack's, in its labels or in `state`."""
    previewed = stack_preview.preview(stack, live)
    differing = {each.key: each for each in previewed if each.action in {Action.CREATE, Action.CHANGE}}
    wanted = {object_key(manifest): manifest for manifest in stack.resources}
    as_declared = {key for key, manifest in wanted.items() if state.objects.get(key) == declared_digest(manifest)}
    register = {key for key in wanted if key in differing or key not in as_declared}
    gone = state.objects.keys() - wanted.keys() - stack.keep
    return Work(
        register=tuple(wanted[key] for key in sorted(register)),
        read=any(key in as_declared or key not in live for key in register & state.objects.keys()),
        delete=tuple(sorted(gone)),
        strays=tuple(sorted(live.keys() - wanted.keys() - stack.keep - state.objects.keys())),
        shared=frozenset(
            key
            for key, each in differing.items()
            if each.action is Action.CHANGE
            and any(change.after is None or change.path == ("spec",) for change in each.fields)
        ),
        previewed=previewed,
    )
