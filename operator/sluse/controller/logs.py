"""Where log lines go: stderr, as text for people or one JSON object a line for collectors. Bodies are never logged."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

log = logging.getLogger(__name__)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def to_stderr(*, json_lines: bool) -> None:
    """Send our own lines from INFO on, and everybody else's (Kopf, asyncio) from WARNING on, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(_JsonLines() if json_lines else text)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("sluse").setLevel(logging.INFO)


def told_at_the_end(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Be the exception handler of a loop from which Kopf is gone: tell what went wrong, but not of generators being closed.

    A watch that Kopf cuts while it hands something over stays behind as generators in one another. `asyncio` closes them
    in any order, and an outer one whose inner one is gone already complains. Nothing is lost: the session is closed before.
    """
    if "asyncgen" in context:
        log.debug("closed at the end: %r: %r", context["asyncgen"], context.get("exception"))
    else:
        loop.default_exception_handler(context)
