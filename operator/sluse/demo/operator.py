"""`python -m sluse.demo.operator SETTINGS CLOCK [LIVENESS]`: an operator as `sluse run` starts it, but with the sandbox's clock.

An entry of its own, because `sluse run` has no clock option on purpose: time decides what production may do.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path

from sluse.errors import SluseError
from sluse.wiring.collection import collect_rarely, without_collecting
from sluse.wiring.plugins import no_clients_of_kopf, none_of_pydantic


def _end_with_whoever_started_us() -> None:
    """Wait for the end of our input, which comes when the demo is gone, even killed; then end as asked to."""
    while os.read(0, 1):  # not sys.stdin, whose lock would be held at the end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_whoever_started_us, name="demo", daemon=True).start()
    none_of_pydantic()
    no_clients_of_kopf()
    with without_collecting():
        from sluse.controller.logs import to_stderr
        from sluse.controller.serve import serve
        from sluse.sandbox.clock import read_clock
        from sluse.wiring.settings import load
    collect_rarely()
    to_stderr(json_lines=False)
    try:
        liveness = sys.argv[3] if len(sys.argv) > 3 else None
        asyncio.run(serve(load(Path(sys.argv[1])), partial(read_clock, Path(sys.argv[2])), liveness=liveness))
    except SluseError as error:
        sys.exit(f"error: {error.message}")
