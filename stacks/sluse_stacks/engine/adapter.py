"""The engine `pulumi`: each organisation's stack is one Pulumi stack, or some, updated by the real CLI and Kubernetes provider.

It compares first, as the embedded engine does, and starts the CLI only for what an update is needed for (`work.py`): a
no-op costs five lists and no process, and one file's change a partial program. Pulumi alone would not see a hand edit
of a field without reading every object, nor a field that somebody added at all.

Safe to be killed or stopped at any time. The CLI ends with this process, and when this process leads no more; its lock is taken away by the next one, which knows that
owner to be dead; what was created and is in no state is adopted, or deleted where nobody wants it any more.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress

from sluse.cluster.client import Cluster
from sluse.delivery.engine import Declared
from sluse.delivery.observing import KINDS, TRIES, Live, every, freed, listed, named, restless
from sluse.delivery.stack_preview import Action, ObjectPreview
from sluse.desired.stack import Manifest, ObjectKey, Stack, object_key
from sluse.errors import NotFound
from sluse.model.names import GROUP
from sluse_stacks import objects
from sluse_stacks.engine.lean import Lean
from sluse_stacks.engine.running import Runner
from sluse_stacks.engine.shard import Shard
from sluse_stacks.engine.shards import ROOM, shard_name
from sluse_stacks.engine.state import State
from sluse_stacks.engine.work import Part, Work, work

_REQUESTS = 16  # at once, to the API server


class PulumiEngine:
    """Declares stacks through Pulumi. Use one for a process: it knows what it declared, and who is at work.

    `room` is how many objects one Pulumi stack takes.
    """

    name = "pulumi"

    def __init__(self, lean: Lean, cluster: Cluster, room: int = ROOM) -> None:
        self._lean = lean
        self._cluster = cluster
        self._room = room
        self._runner = Runner(lean)
        self._requests = asyncio.Semaphore(_REQUESTS)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._shards: dict[str, Shard] = {}

    async def close(self) -> None:
        """Wait for what runs. Whoever was declaring has ended, or was cancelled and has stopped its CLI."""
        await self._runner.close()

    async def declare(self, stack: Stack, *, first: bool = False) -> Declared:  # noqa: ARG002 - its state says more
        """Update what is not as declared, then delete what left the stack; of one that holds nothing more nothing stays."""
        async with self._lock(stack):
            states = await self._states(stack)
            todo = work(stack, states, await self._observe(stack, states), self._room)
            parts = await self._made(stack, todo)
            await every(shard.disown(part) for shard, part in parts)
            await every(shard.register(part) for shard, part in parts)
            await every(self._free(manifest) for manifest in stack.resources if object_key(manifest) in todo.shared)
            await every(shard.delete(part) for shard, part in parts)
            await every(self._delete(stack, key) for key in todo.strays)
            await self._forgotten(stack, len(states))
            return Declared(todo.done(Action.CREATE, Action.CHANGE), todo.done(Action.DELETE))

    async def preview(self, stack: Stack) -> tuple[ObjectPreview, ...]:
        """Let Pulumi say what it would do, judged by the server's dry run and by the policy pack.

        The dry run is ours: where one is refused, Pulumi's provider falls back to a guess of its own.
        Pulumi previews no stack that is not there, so such are made for it, and forgotten however it ends.
        Raises `EngineError` where Pulumi would do anything else to an object than `declare` is to do.
        """
        async with self._lock(stack):
            states = await self._states(stack)
            todo = work(stack, states, await self._observe(stack, states, unseen=True), self._room)
            written = set(todo.done(Action.CREATE, Action.CHANGE))
            await every(self._try(manifest) for manifest in stack.resources if object_key(manifest) in written)
            try:
                await every(shard.preview(part) for shard, part in await self._made(stack, todo))
            finally:
                await self._forgotten(stack, max(todo.parts, default=-1) + 1)
            return todo.previewed

    def _lock(self, stack: Stack) -> asyncio.Lock:
        return self._locks[shard_name(stack.environment, stack.organisation, 0)]

    def _shard(self, stack: Stack, number: int) -> Shard:
        name = shard_name(stack.environment, stack.organisation, number)
        if name not in self._shards:
            self._shards[name] = Shard(name, self._lean, self._runner)
        return self._shards[name]

    async def _states(self, stack: Stack) -> list[State]:
        """Return the state of each of its Pulumi stacks, and at the end of the first that is not there."""
        states = [await self._shard(stack, 0).state()]
        while states[-1].made:
            states.append(await self._shard(stack, len(states)).state())
        return states

    async def _made(self, stack: Stack, todo: Work) -> list[tuple[Shard, Part]]:
        """Return who does what. Stacks are made one after another, so that a crash leaves no gap in their numbers."""
        parts = [(self._shard(stack, number), todo.parts[number]) for number in sorted(todo.parts)]
        for shard, _ in parts:
            await shard.made()
        return parts

    async def _forgotten(self, stack: Stack, before: int) -> None:
        """Let Pulumi forget the last stacks that hold nothing: of who left, the backend keeps none.

        `before` is how many were looked at. Where more have been made since, the last of them holds something.
        """
        last = before - 1
        while last >= 0 and not (state := await self._shard(stack, last).state()).objects:
            if state.made:
                await self._shard(stack, last).remove()
            last -= 1

    async def _observe(
        self, stack: Stack, states: Sequence[State], *, unseen: bool = False
    ) -> Mapping[ObjectKey, Live]:
        """Return what there is in the organisation's labels, and whatever else of the states, or of the names, exists."""
        namespace = stack.environment.namespace
        live = await listed(self._cluster, namespace, {f"{GROUP}/organisation": stack.organisation})
        others = {key for state in states for key in state.objects}
        others |= {object_key(manifest) for manifest in stack.resources if unseen}
        return live | await named(self._cluster, namespace, others - live.keys(), self._requests)

    async def _try(self, manifest: Manifest) -> None:
        async with self._requests:
            await self._cluster.apply(manifest, manager=objects.FIELD_MANAGER, dry_run=True)

    async def _free(self, manifest: Manifest) -> None:
        key = object_key(manifest)
        async with self._requests:
            for _ in range(TRIES):
                live = await self._cluster.get(KINDS[key.kind], manifest["metadata"]["namespace"], key.name)
                if await freed(self._cluster, live, manifest):
                    return
        raise restless(manifest)

    async def _delete(self, stack: Stack, key: ObjectKey) -> None:
        async with self._requests:
            with suppress(NotFound):
                await self._cluster.delete(KINDS[key.kind], stack.environment.namespace, key.name)
