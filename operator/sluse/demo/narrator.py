"""Tells the story: Rich on a terminal, plain lines elsewhere, one JSON event a line on request.

A fact is told only after it was seen to hold, so what a reader sees is what happened.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text


class Output(StrEnum):
    """`TEXT` is Rich on a terminal and plain lines elsewhere."""

    TEXT = "text"
    JSON = "json"


_COLOURS = {"supplier": "cyan", "reviewer": "magenta", "operator": "green", "authority": "yellow", "stranger": "red"}


@dataclass
class Narrator:
    """Counts and tells facts. `facts` is how many were told."""

    output: Output
    facts: int = 0
    _started: float = field(default_factory=time.monotonic)
    _console: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))

    def chapter(self, title: str) -> None:
        """Open a chapter."""
        if self.output is Output.JSON:
            self._line("chapter", title=title)
        else:
            self._console.print(f"\n[bold]{escape(title)}[/bold]")

    def fact(self, who: str, text: str, *, shown: str = "") -> None:
        """Tell one fact; `shown` is what somebody saw on their screen, verbatim."""
        self.facts += 1
        if self.output is Output.JSON:
            self._line("fact", number=self.facts, who=who, text=text, **({"shown": shown} if shown else {}))
            return
        colour = _COLOURS.get(who, "blue")
        seconds = f"{time.monotonic() - self._started:5.1f} s"
        self._console.print(f"[dim]{seconds}[/dim]  [green]✓[/green] [{colour}]{who:<9}[/{colour}] {escape(text)}")
        if shown:
            for line in shown.rstrip().splitlines():
                self._console.print(Text(f"{'':22}{line}", style="dim"))

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Show on a terminal that something is being waited for."""
        live = self.output is Output.TEXT and self._console.is_terminal
        with self._console.status(f"[dim]{escape(what)}[/dim]") if live else nullcontext():
            yield

    def told(self, text: str, **data: Any) -> None:
        """Say something that is no fact of the story, such as how to look around."""
        if self.output is Output.JSON:
            self._line("said", text=text, **data)
        else:
            self._console.print(escape(text))

    def failed(self, expected: str) -> None:
        """Say which expectation did not come true."""
        if self.output is Output.JSON:
            self._line("failed", expected=expected)
        else:
            self._console.print(f"[bold red]✗ expected:[/bold red] {escape(expected)}")

    def _line(self, event: str, **data: Any) -> None:
        seconds = round(time.monotonic() - self._started, 3)
        sys.stdout.write(json.dumps({"event": event, "seconds": seconds, **data}, ensure_ascii=False) + "\n")
        sys.stdout.flush()
