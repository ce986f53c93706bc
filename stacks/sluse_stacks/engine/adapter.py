"""The engine `pulumi`: each organisation's stack is a Pulumi stack, updated by the real CLI and Kubernetes provider.

It compares first, as the embedded engine does, and starts the CLI only for what an update is needed for (`work.py`): a
no-op costs five lists and no process, and one file's change a partial program. Pulumi alone would not see a hand edit
of a field without reading every object, nor a field that somebody added at all.

Safe to be killed or stopped at any time. The CLI ends with this process, and when this process leads no more; its lock is taken away by the next one, which knows that
owner to be dead; what was created and is in no state is adopted, or deleted where nobody wants it any more.
"""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from pulumi import automation

from sluse.cluster.client import Cluster
from sluse.delivery.engine import Declared
from sluse.delivery.observing import KINDS, TRIES, Live, every, freed, listed, named, restless
from sluse.delivery.stack_preview import Action, ObjectPreview
from sluse.desired.stack import Manifest, ObjectKey, Stack, object_key
from sluse.errors import ClusterUnavailable, EngineError, NotFound
from sluse.model.names import GROUP
from sluse_stacks import objects
from sluse_stacks.engine import failures
from sluse_stacks.engine.lean import Lean
from sluse_stacks.engine.progress import Heard
from sluse_stacks.engine.serving import Program
from sluse_stacks.engine.state import State, read, stack_name, targets
from sluse_stacks.engine.work import Work, work

_REQUESTS = 16  # at once, to the API server
_RUNS = 3  # of one operation, where the cluster did not answer or a dead process's lock was in the way
_T = TypeVar("_T")


class PulumiEngine:
    """Declares stacks through Pulumi. Use one for a process: it knows what it declared, and who is at work."""

    name = "pulumi"

    def __init__(self, lean: Lean, cluster: Cluster) -> None:
        self._lean = lean
        self._cluster = cluster
        self._requests = asyncio.Semaphore(_REQUESTS)
        self._runs = asyncio.Semaphore(lean.settings.at_once)
        self._threads = ThreadPoolExecutor(lean.settings.at_once, thread_name_prefix="pulumi")
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._states: dict[str, State] = {}

    async def close(self) -> None:
        """Wait for the threads. Whoever was declaring has ended, or was cancelled and has stopped its CLI."""
        await asyncio.to_thread(self._threads.shutdown)

    async def declare(self, stack: Stack) -> Declared:
        """Update what is not as declared, then delete what left the stack; of one that holds nothing more nothing stays."""
        name = _name(stack)
        async with self._locks[name]:
            state = await self._state(name)
            todo = work(stack, state, await self._observe(stack, state))
            if todo.register or todo.delete:
                await self._made(name)
            if todo.register:
                await self._up(stack, todo.register, [object_key(each) for each in todo.register], refresh=todo.read)
                await every(self._free(manifest) for manifest in todo.register if object_key(manifest) in todo.shared)
            if todo.delete:
                await self._up(stack, (), todo.delete, refresh=False)
            await every(self._delete(stack, key) for key in todo.strays)
            if todo.register or todo.delete:
                self._states[name] = self._states[name].after(todo.register, todo.delete)
            await self._forgotten(name)
            return Declared(todo.done(Action.CREATE, Action.CHANGE), todo.done(Action.DELETE))

    async def preview(self, stack: Stack) -> tuple[ObjectPreview, ...]:
        """Let Pulumi say what it would do, judged by the server's dry run and by the policy pack.

        The dry run is ours: where one is refused, Pulumi's provider falls back to a guess of its own.
        Raises `EngineError` where Pulumi would do anything else to an object than `declare` is to do.
        """
        name = _name(stack)
        async with self._locks[name]:
            state = await self._state(name)
            todo = work(stack, state, await self._observe(stack, state, unseen=True))
            written = set(todo.done(Action.CREATE, Action.CHANGE))
            await every(self._try(manifest) for manifest in stack.resources if object_key(manifest) in written)
            if todo.register or todo.delete:
                await self._made(name)
                chosen = targets(stack, self._states[name], (*map(object_key, todo.register), *todo.delete))
                heard = Heard(name, logs=False)
                program = _program(todo.register)
                await self._run(
                    name,
                    heard,
                    lambda: self._lean.preview(name, program, targets=chosen, refresh=todo.read, on_event=heard),
                )
                _agree(name, todo, heard.steps)
            return todo.previewed

    async def _observe(self, stack: Stack, state: State, *, unseen: bool = False) -> Mapping[ObjectKey, Live]:
        """Return what there is in the organisation's labels, and whatever else of the state, or of the name, exists."""
        namespace = stack.environment.namespace
        live = await listed(self._cluster, namespace, {f"{GROUP}/organisation": stack.organisation})
        others = set(state.objects) | {object_key(manifest) for manifest in stack.resources if unseen}
        return live | await named(self._cluster, namespace, others - live.keys(), self._requests)

    async def _up(
        self,
        stack: Stack,
        manifests: Collection[Manifest],
        keys: Collection[ObjectKey],
        *,
        refresh: bool,
    ) -> None:
        name, program = _name(stack), _program(manifests)
        chosen = targets(stack, self._states[name], keys)
        heard = Heard(name)
        await self._run(
            name, heard, lambda: self._lean.up(name, program, targets=chosen, refresh=refresh, on_event=heard)
        )

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

    async def _state(self, name: str) -> State:
        """Return what Pulumi's state of the stack says, read once a process and after every failure."""
        if name not in self._states:
            state = read(await self._exported(name))
            if state.unsettled:
                heard = Heard(name)
                await self._run(name, heard, lambda: self._lean.refresh(name, heard))
                state = read(await self._exported(name))
            self._states[name] = state
        return self._states[name]

    async def _exported(self, name: str) -> Mapping[str, object] | None:
        return await self._run(name, Heard(name), lambda: self._lean.export(name))

    async def _made(self, name: str) -> None:
        """Make the stack where there is none: its state then holds nothing, which is not known of any other."""
        if not self._states[name].made:
            await self._run(name, Heard(name), lambda: self._lean.init(name))
            self._states[name] = State()

    async def _forgotten(self, name: str) -> None:
        """Let Pulumi forget a stack that holds nothing: of an organisation that left, the backend keeps nothing."""
        state = self._states[name]
        if state.made and not state.objects:
            await self._run(name, Heard(name), lambda: self._lean.remove(name))
            self._states[name] = State(made=False)

    async def _run(self, name: str, heard: Heard, operation: Callable[[], _T]) -> _T:
        """Run an operation of the CLI; again where the cluster did not answer, or a dead process's lock is taken away."""
        for run in range(1, _RUNS + 1):
            try:
                async with self._runs:
                    return await self._in_thread(name, operation)
            except automation.CommandError as failed:
                text = str(failed)
                held = failures.lock(text)
                error = failures.error(name, text, heard.complaints, heard.violations)
                again = run < _RUNS
                if again and held and all(self._dead(name, each) for each in held):
                    await self._in_thread(name, lambda: self._lean.cancel(name))
                elif not (again and isinstance(error, ClusterUnavailable)):
                    self._states.pop(name, None)
                    raise error from None
                heard.complaints.clear()
        raise AssertionError("the last run returns or raises")

    def _dead(self, name: str, lock: failures.Lock) -> bool:
        """Tell whether a lock's owner is known to be no more: a CLI that was started here."""
        return lock.host == socket.gethostname() and self._lean.command.dead(name, lock.pid)

    async def _in_thread(self, name: str, operation: Callable[[], _T]) -> _T:
        """Run it in a thread; when this task is cancelled, stop the CLI and wait for its end."""

        def opened() -> _T:
            self._lean.open()
            return operation()

        running = asyncio.get_running_loop().run_in_executor(self._threads, opened)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self._states.pop(name, None)
            await asyncio.to_thread(self._lean.command.stop, name)
            with suppress(automation.CommandError):
                await running
            raise


def _name(stack: Stack) -> str:
    return stack_name(stack.environment, stack.organisation)


def _program(manifests: Collection[Manifest]) -> Program:
    return lambda: objects.declare(manifests)


def _agree(name: str, todo: Work, steps: Mapping[ObjectKey, automation.OpType]) -> None:
    """Refuse what Pulumi would do against what is meant: replacing an object deletes it, and it is a work item."""
    updates = {automation.OpType.CREATE, automation.OpType.UPDATE, automation.OpType.SAME}
    meant = {object_key(manifest): updates for manifest in todo.register}
    meant |= {key: {automation.OpType.DELETE} for key in todo.delete}
    for key, step in sorted(steps.items()):
        if step not in meant.get(key, {automation.OpType.SAME}):
            raise EngineError(f"stack {name}: Pulumi would {step.value} {key.kind} {key.name}, which is not meant")
