"""Renders Pulumi programs in Pulumi's own test runtime.

The runtime is global and sequential: one program at a time, each with a fresh loop that is set before the mocks
are. Its numbers come back as floats, its order is not the program's, and it does not notice two resources with one
URN: so integers are restored, and the registrations are kept as a list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pytest
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime import mocks
from pulumi.runtime import settings as runtime
from pulumi.runtime.stack import run_pulumi_func
from pulumi.runtime.sync_await import _sync_await


@dataclass(frozen=True)
class Registered:
    """One RegisterResource request, as the engine would get it."""

    urn: str
    type: str
    object: Mapping[str, Any]
    depends_on: tuple[str, ...]
    provider: str
    protect: bool
    retain_on_delete: bool


class _Echo(mocks.Mocks):
    def call(self, args: mocks.MockCallArgs) -> Any:
        raise AssertionError(f"the program looked something up: {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{args.name}-id", args.inputs


class _Capture(mocks.MockMonitor):
    def __init__(self) -> None:
        super().__init__(_Echo())
        self.seen: list[Registered] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the monitor's own name
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # nor does this part of Pulumi
        if request.type != "pulumi:pulumi:Stack":
            self.seen.append(
                Registered(
                    urn=answer.urn,
                    type=request.type,
                    object=_integers(MessageToDict(request.object)),
                    depends_on=tuple(sorted(request.dependencies)),
                    provider=request.provider.rpartition("::")[0],
                    protect=request.protect,
                    retain_on_delete=request.retainOnDelete,
                )
            )
        return answer


def _integers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_integers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


Render = Callable[..., list[Registered]]


@pytest.fixture
def render() -> Iterator[Render]:
    """Return `render(program, stack="test", config={})`: what a program registers, sorted by URN."""
    loops: list[asyncio.AbstractEventLoop] = []

    def new_loop() -> None:
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])

    def render(
        program: Callable[[], None],
        *,
        stack: str = "test",
        config: Mapping[str, str] | None = None,
        root: Path = Path(),
    ) -> list[Registered]:
        new_loop()
        # The runtime makes a loop in every worker thread that has none and closes none of them.
        with ThreadPoolExecutor(max_workers=4, initializer=new_loop) as workers:
            loops[-1].set_default_executor(workers)
            capture = _Capture()
            mocks.set_mocks(capture.mocks, project="sluse", stack=stack, preview=False, monitor=capture)
            runtime.SETTINGS.root_directory = str(root)
            pulumi.runtime.set_all_config(dict(config or {}))
            _sync_await(run_pulumi_func(program))
        return sorted(capture.seen, key=lambda registered: registered.urn)

    yield render
    asyncio.set_event_loop(None)
    for loop in loops:
        loop.close()
