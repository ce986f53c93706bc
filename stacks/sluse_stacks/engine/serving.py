"""The two servers of ours that a running CLI talks to: one runs the program, one takes the events.

The Automation API has both, inside its `up` and `preview`. Its program server is not used: the CLI may end as soon as all
is registered, and then that server fails in a log call, prints a trace of it and leaves its event loop behind. Its event
server is.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from pulumi import RunError, automation
from pulumi.automation._server import LanguageServer
from pulumi.automation._stack import _EventsServicer
from pulumi.runtime import reset_options, run_in_stack
from pulumi.runtime.proto import events_pb2_grpc, language_pb2, language_pb2_grpc

Program = Callable[[], None]
OnEvent = Callable[[automation.EngineEvent], None]

_CALLS = 16  # registrations under way at once
_OPTIONS = (
    ("grpc.max_receive_message_length", 400 * 1024 * 1024),  # as Pulumi's own: a state's resource may be large
    ("grpc.so_reuseport", 0),  # nobody else may listen on this port, and be answered in our place
)


@contextmanager
def served(program: Program | None, on_event: OnEvent) -> Iterator[list[str]]:
    """Serve both on loopback as long as the context is open; yield the CLI's arguments that name them."""
    server = grpc.server(ThreadPoolExecutor(4, thread_name_prefix="pulumi-calls"), options=_OPTIONS)
    events_pb2_grpc.add_EventsServicer_to_server(_EventsServicer(on_event), server)
    if program is not None:
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_Program(program), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        client = [f"--client=127.0.0.1:{port}", "--exec-kind", "auto.inline"] if program is not None else []
        yield [*client, "--event-log", f"tcp://127.0.0.1:{port}"]
    finally:
        server.stop(grace=5).wait()


class _Program(LanguageServer):
    """Runs the program of one update. What fails once all is registered is the CLI's end, and no failure."""

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - the service's own name
        del context
        return contextvars.copy_context().run(self._run, request)

    def _run(self, request: Any) -> Any:
        reset_options(
            project=request.project,
            stack=request.stack,
            organization=request.organization or "organization",
            monitor_address=request.monitor_address,
            engine_address=request.args[0] if request.args else "",
            parallel=request.parallel,
            preview=request.dryRun,
        )
        loop = asyncio.new_event_loop()
        loop.set_default_executor(ThreadPoolExecutor(_CALLS, thread_name_prefix="pulumi-registers"))
        try:
            loop.run_until_complete(run_in_stack(self.program))
        except RunError as error:
            return language_pb2.RunResponse(error=str(error))
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                return language_pb2.RunResponse(error=f"{error.code().name}: {error.details()}")
        finally:
            _close(loop)
        return language_pb2.RunResponse()


def _close(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_until_complete(_cancelled(asyncio.all_tasks(loop)))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


async def _cancelled(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
