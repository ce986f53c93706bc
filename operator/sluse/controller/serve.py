"""Serve one environment until a signal says stop: what `sluse run` does, with a clock that the caller gives."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from typing import NoReturn

from sluse.controller.replica import Replica
from sluse.errors import NotLeading
from sluse.model.settings import Settings
from sluse.wiring.clock import Now
from sluse.wiring.parts import opened

log = logging.getLogger(__name__)

LOST = 3
"""Exit code of a process that lost the leadership."""


async def serve(settings: Settings, now: Now, *, liveness: str | None = None) -> None:
    """Run a replica until SIGTERM or SIGINT. Raises `sluse.errors.SluseError` where it cannot begin or go on."""
    async with opened(settings, now) as parts:
        replica = Replica(parts, lost=_end_at_once)
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, replica.stop.set)
        await replica.run(liveness=liveness)


def _end_at_once(error: NotLeading) -> NoReturn:
    """End without any clearing up: that could only say to others what somebody else has to say now."""
    log.critical("%s; the process ends", error.message)
    logging.shutdown()
    os._exit(LOST)
