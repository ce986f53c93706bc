"""`/clock`: read the sandbox's time, or move it forward. Open to whoever reaches the loopback port: it opens nothing."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from sluse.sandbox.clock import Clock


def control(clock: Clock) -> web.Application:
    """Return the application: GET /clock, POST /clock {"advance": seconds}; both answer {"now": RFC 3339}."""

    async def read(_: web.Request) -> web.Response:
        return web.json_response({"now": clock.now().isoformat()})

    async def move(request: web.Request) -> web.Response:
        try:
            clock.advance(timedelta(seconds=float((await request.json())["advance"])))
        except (ValueError, KeyError, TypeError, OverflowError):
            raise web.HTTPBadRequest(text='send {"advance": seconds}, zero or more\n') from None
        return web.json_response({"now": clock.now().isoformat()})

    application = web.Application()
    application.add_routes([web.get("/clock", read), web.post("/clock", move)])
    return application
