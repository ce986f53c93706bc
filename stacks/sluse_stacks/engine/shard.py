"""One Pulumi stack, and what its state is known to say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from pulumi import automation

from sluse.desired.stack import Manifest, ObjectKey, object_key
from sluse.errors import EngineError
from sluse_stacks import objects
from sluse_stacks.engine.lean import Lean
from sluse_stacks.engine.progress import Heard
from sluse_stacks.engine.running import Runner
from sluse_stacks.engine.serving import Program
from sluse_stacks.engine.state import State, read, targets, urns
from sluse_stacks.engine.work import Part

_T = TypeVar("_T")


class Shard:
    """One Pulumi stack of an organisation. One task at a time uses it; its state is read once, and after every failure."""

    def __init__(self, name: str, lean: Lean, runner: Runner) -> None:
        self.name = name
        self._lean = lean
        self._runner = runner
        self._known: State | None = None

    async def state(self) -> State:
        """Return what Pulumi's state says. What a dead process left in the middle is first read from the cluster."""
        if self._known is None:
            state = read(await self._exported())
            if state.unsettled:
                heard = Heard(self.name)
                await self._run(heard, lambda: self._lean.refresh(self.name, heard))
                state = read(await self._exported())
            self._known = state
        return self._known

    async def made(self) -> State:
        """Make the stack where there is none: its state then holds nothing, which is not known of any other."""
        state = await self.state()
        if not state.made:
            await self._run(Heard(self.name), lambda: self._lean.init(self.name))
            self._known = state = State()
        return state

    async def register(self, part: Part) -> None:
        """Create or change what the part registers."""
        if part.register:
            await self._up(part.register, tuple(map(object_key, part.register)), refresh=part.read)

    async def delete(self, part: Part) -> None:
        """Delete what left the organisation."""
        if part.delete:
            await self._up((), part.delete, refresh=False)

    async def disown(self, part: Part) -> None:
        """Take out of the state, and nowhere else, what an earlier stack holds too."""
        if part.disown:
            state, names = await self.state(), urns(self.name, part.disown)
            await self._run(Heard(self.name), lambda: self._lean.disown(self.name, names))
            self._known = state.after(pruned=part.disown)

    async def preview(self, part: Part) -> None:
        """Have Pulumi and the policy pack judge the part. Raises `EngineError` where it would do anything else."""
        if not part.touched:
            return
        chosen = targets(self.name, await self.made(), part.touched)
        heard = Heard(self.name, logs=False)
        program = _program(part.register)
        await self._run(
            heard, lambda: self._lean.preview(self.name, program, targets=chosen, refresh=part.read, on_event=heard)
        )
        _agree(self.name, part, heard.steps)

    async def remove(self) -> None:
        """Let Pulumi forget the stack, which holds nothing."""
        await self._run(Heard(self.name), lambda: self._lean.remove(self.name))
        self._known = State(made=False)

    async def _up(self, manifests: Collection[Manifest], keys: Collection[ObjectKey], *, refresh: bool) -> None:
        state, program = await self.state(), _program(manifests)
        chosen = targets(self.name, state, keys)
        heard = Heard(self.name)
        await self._run(
            heard, lambda: self._lean.up(self.name, program, targets=chosen, refresh=refresh, on_event=heard)
        )
        self._known = state.after(manifests, () if manifests else keys)

    async def _exported(self) -> Mapping[str, object] | None:
        return await self._run(Heard(self.name), lambda: self._lean.export(self.name))

    async def _run(self, heard: Heard, operation: Callable[[], _T]) -> _T:
        try:
            return await self._runner.run(self.name, heard, operation)
        except BaseException:
            self._known = None
            raise


def _program(manifests: Collection[Manifest]) -> Program:
    return lambda: objects.declare(manifests)


def _agree(name: str, part: Part, steps: Mapping[ObjectKey, automation.OpType]) -> None:
    """Refuse what Pulumi would do against what is meant: replacing an object deletes it, and it is a work item."""
    updates = {automation.OpType.CREATE, automation.OpType.UPDATE, automation.OpType.SAME}
    deletes = {automation.OpType.DELETE}
    meant = {key: deletes if key in part.delete else updates for key in part.touched}
    for key, step in sorted(steps.items()):
        if step not in meant.get(key, {automation.OpType.SAME}):
            raise EngineError(f"stack {name}: Pulumi would {step.value} {key.kind} {key.name}, which is not meant")
