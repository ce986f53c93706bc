"""What a measurement says: its samples, what stands beside them, the bar; and the one table of all."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import click
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Sample:
    """Values of some repetitions, in the figure's unit."""

    values: tuple[float, ...]

    @property
    def least(self) -> float:
        return min(self.values)

    @property
    def median(self) -> float:
        return statistics.median(self.values)


@dataclass(frozen=True)
class Beside:
    """The other side of a ratio, measured in the same run. `bar`: the ratio of the minima stays under it."""

    what: str
    sample: Sample
    bar: float | None = None


@dataclass(frozen=True)
class Figure:
    """One row. `bar` is in `unit`, for the median; a figure without one is told and not judged."""

    what: str
    sample: Sample
    unit: str = "s"
    bar: float | None = None
    beside: Beside | None = None
    note: str = ""
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    @property
    def ratio(self) -> float | None:
        """Our least over theirs: the least is what a busy machine disturbs least."""
        return self.sample.least / self.beside.sample.least if self.beside and self.beside.sample.least else None

    @property
    def holds(self) -> bool | None:
        """Tell whether every bar is kept; None where there is none."""
        bars = [(self.sample.median, self.bar), (self.ratio, self.beside.bar if self.beside else None)]
        judged = [value <= bar for value, bar in bars if value is not None and bar is not None]
        return all(judged) if judged else None

    def wire(self, measurement: str) -> dict[str, Any]:
        """Return the row for machines."""
        return {
            "measurement": measurement,
            "what": self.what,
            "unit": self.unit,
            "values": list(self.sample.values),
            "bar": self.bar,
            "beside": {"what": self.beside.what, "values": list(self.beside.sample.values), "bar": self.beside.bar}
            if self.beside
            else None,
            "ratio": self.ratio,
            "holds": self.holds,
            "load": self.load,
            "note": self.note,
        }


def once(value: float) -> Sample:
    """Return a sample of one."""
    return Sample((value,))


@dataclass(frozen=True)
class Timed:
    """Seconds on the wall, and seconds of processor, which a busy machine disturbs much less."""

    wall: Sample
    cpu: Sample


def side_by_side(repetitions: int, *works: Callable[[], object]) -> tuple[Timed, ...]:
    """Time works that run processes, in turn and again, so that whatever else the machine does meets all of them alike."""
    rounds = [[_timed(work) for work in works] for _ in range(repetitions)]
    return tuple(
        Timed(Sample(tuple(wall for wall, _ in times)), Sample(tuple(cpu for _, cpu in times)))
        for times in zip(*rounds, strict=True)
    )


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begin, cpu


def progress(message: str) -> None:
    """Say on stderr what is going on."""
    click.echo(f"  {message}", err=True)


def table(rows: dict[str, list[Figure]]) -> None:
    """Print all figures on stdout."""
    printed = Table(title="least and median; a ratio is least over least", title_justify="left")
    for name in ("", "what", "least", "median", "bar", "beside", "least", "median", "ratio", "load", ""):
        printed.add_column(name, justify="right" if name in {"least", "median", "bar", "ratio", "load"} else "left")
    for measurement, figures in rows.items():
        for index, figure in enumerate(figures):
            printed.add_row(measurement if index == 0 else "", *_cells(figure))
    console = Console()
    # Without a terminal nothing is folded: the table is read from a file then.
    (console if console.is_terminal else Console(width=200)).print(printed)


def _cells(figure: Figure) -> tuple[str, ...]:
    beside = figure.beside
    theirs = (beside.what, _number(beside.sample.least), _number(beside.sample.median)) if beside else ("", "", "")
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    if beside and beside.bar:
        ratio += f" (< {beside.bar:g})"
    verdict = {True: "holds", False: "OVER", None: ""}[figure.holds]
    return (
        f"{figure.what}, {figure.unit}" if figure.unit else figure.what,
        _number(figure.sample.least),
        _number(figure.sample.median),
        "" if figure.bar is None else f"{figure.bar:g}",
        *theirs,
        ratio,
        f"{figure.load:.1f}",
        "; ".join(part for part in (verdict, figure.note) if part),
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
