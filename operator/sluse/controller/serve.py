"""Serve one environment until a signal says stop: what `sluse run` does, with a clock that the caller gives."""

from __future__ import annotations

import asyncio
import signal

from sluse.controller.process import Process
from sluse.model.settings import Settings
from sluse.wiring.clock import Now
from sluse.wiring.parts import opened


async def serve(settings: Settings, now: Now, *, liveness: str | None = None) -> None:
    """Run the operator until SIGTERM or SIGINT. Raises `sluse.errors.SluseError` where it cannot begin or go on."""
    async with opened(settings, now) as parts:
        process = Process(parts)
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, process.stop.set)
        await process.run(liveness=liveness)
