"""What the kubelet asks: is the process alive, and is this replica of use.

Not Kopf's own endpoint: a replica that stands by has no Kopf, and is alive.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from yarl import URL

READY_PATH = "/readyz"


@asynccontextmanager
async def probes(liveness: str | None, ready: Callable[[], str | None]) -> AsyncIterator[None]:
    """Answer at the address `liveness` that the event loop turns, and beside it at `/readyz` what `ready` says.

    `ready` returns a sentence, or None for not ready (503). Without an address nothing listens.
    """
    if liveness is None:
        yield
        return
    url = URL(liveness)

    async def live(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readiness(_: web.Request) -> web.Response:
        said = ready()
        return web.Response(status=200 if said else 503, text=f"{said or 'not ready'}\n")

    application = web.Application()
    application.add_routes([web.get(url.path, live), web.get(READY_PATH, readiness)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, url.host, url.port).start()
        yield
    finally:
        await runner.cleanup()
