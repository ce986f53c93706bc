"""One run of git's CGI program for one request: bytes go in and come out as they arrive.

The answer's headers wait for its first byte, because the program prints its own head at once: only so can a body
that grows too large while it streams still be refused with a status. Git is ended with SIGTERM before SIGKILL:
killed outright it leaves a lock behind, and every later push to that branch would fail.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientPayloadError, web

_CHUNK = 64 * 1024
_LONGEST_HEAD = 16 * 1024
_DEADLINE = 120.0  # seconds for one request
_GRACE = 2.0  # seconds from SIGTERM to SIGKILL
_LOOK = 0.2  # seconds between looks whether the client is still there

_log = logging.getLogger(__name__)


class _Interrupted(Exception):
    """The client closed its connection, or the server closes."""


class Backend:
    """Runs the program; made inside the loop that serves, and `close`d there."""

    def __init__(self, program: Path, directory: Path, *, largest_body: int) -> None:
        self._program = program
        self._directory = directory
        self._largest_body = largest_body
        self._answering: dict[asyncio.Task[Any], web.Request] = {}
        self._closing = asyncio.Event()

    async def answer(
        self, request: web.Request, environment: Mapping[str, str], seen: Callable[[bytes], None]
    ) -> web.StreamResponse:
        """Stream the request through git; `seen` is shown the answer's pieces. 413, 502, 503 and 504 where that fails."""
        if (request.content_length or 0) > self._largest_body:
            raise _too_large(self._largest_body)
        task = asyncio.current_task()
        assert task is not None
        self._answering[task] = request
        try:
            return await self._answer(request, environment, seen)
        finally:
            del self._answering[task]

    async def close(self) -> None:
        """End every run, and wait for it: a loop that stops in the midst would leave git behind."""
        self._closing.set()
        if self._answering:
            await asyncio.wait(self._answering)

    async def _answer(
        self, request: web.Request, environment: Mapping[str, str], seen: Callable[[bytes], None]
    ) -> web.StreamResponse:
        process = await asyncio.create_subprocess_exec(
            self._program,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a hook's words travel in the answer; this is git's own chatter
            env=environment,
            cwd=self._directory,
            start_new_session=True,
        )
        response = web.StreamResponse()
        try:
            async with asyncio.timeout(_DEADLINE):
                await self._converse(request, process, response, seen)
        except (TimeoutError, _Interrupted, web.HTTPException) as error:
            if request.transport is not None and (response.prepared or isinstance(error, _Interrupted)):
                request.transport.abort()  # half an answer must not look like a whole one
            raise _refusal(error) from None
        finally:
            await _end(process)
        return response

    async def _converse(
        self,
        request: web.Request,
        process: asyncio.subprocess.Process,
        response: web.StreamResponse,
        seen: Callable[[bytes], None],
    ) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        relaying = asyncio.create_task(_relay(request, process.stdout, response, seen))
        pending = {
            relaying,
            asyncio.create_task(_feed(request, process.stdin, self._largest_body)),
            asyncio.create_task(_watch(request)),
            asyncio.create_task(self._closed()),
        }
        try:
            while not relaying.done():
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    async def _closed(self) -> None:
        await self._closing.wait()
        raise _Interrupted


async def _feed(request: web.Request, stdin: asyncio.StreamWriter, largest: int) -> None:
    """Hand the body over. The server has already unpacked gzip, so `largest` bounds what git really gets."""
    size = 0
    try:
        async for chunk in request.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > largest:
                raise _too_large(largest)
            stdin.write(chunk)
            with suppress(BrokenPipeError, ConnectionResetError):  # git has read enough; its answer says why
                await stdin.drain()
    except (ClientPayloadError, web.RequestPayloadError) as error:
        raise web.HTTPBadRequest(text="the request's body cannot be read\n") from error
    except ConnectionError as error:
        raise _Interrupted from error
    stdin.close()


async def _relay(
    request: web.Request, stdout: asyncio.StreamReader, response: web.StreamResponse, seen: Callable[[bytes], None]
) -> None:
    await _head(stdout, response)
    chunk = await stdout.read(_CHUNK)
    try:
        await response.prepare(request)
        while chunk:
            seen(chunk)
            await response.write(chunk)
            chunk = await stdout.read(_CHUNK)
        await response.write_eof()
    except ConnectionError as error:
        raise _Interrupted from error


async def _watch(request: web.Request) -> None:
    """Notice a client that left while git was still computing: nothing is written then that could fail."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - aiohttp tells nobody
        await asyncio.sleep(_LOOK)
    raise _Interrupted


async def _head(stdout: asyncio.StreamReader, response: web.StreamResponse) -> None:
    left = _LONGEST_HEAD
    while (line := await stdout.readline()) not in {b"\r\n", b"\n"}:
        left -= len(line)
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or left < 0:
            raise web.HTTPBadGateway(text="git gave no answer\n")
        if name.lower() == "status":
            response.set_status(int(value.split()[0]))
        else:
            response.headers[name.strip()] = value.strip()


def _refusal(error: Exception) -> web.HTTPException:
    match error:
        case web.HTTPException():
            return error
        case TimeoutError():
            return web.HTTPGatewayTimeout(text="git did not finish in time\n")
        case _:
            return web.HTTPServiceUnavailable(text="interrupted\n")  # the connection is cut: nobody reads it


def _too_large(largest: int) -> web.HTTPException:
    return web.HTTPRequestEntityTooLarge(largest, largest, text=f"a push may have {largest} bytes\n")


async def _end(process: asyncio.subprocess.Process) -> None:
    for number, patience in ((signal.SIGTERM, _GRACE), (signal.SIGKILL, None)):
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            await asyncio.wait_for(process.wait(), patience)
        except TimeoutError:
            _log.warning("git (process %d) did not end on SIGTERM", process.pid)
