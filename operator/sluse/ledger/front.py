"""The front pages of the status branch: the root's, a row per organisation, and each organisation's, a row per integration.

The root's has counts and no words: a title or a message that changes leaves it as it is. A row is made anew only when
its organisation has news, so a publication costs no look at anybody else's ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sluse.ledger.markdown import escaped, text_of_lines
from sluse.ledger.shown import INDEX, path_of
from sluse.ledger.stages import Stage, both_names
from sluse.model.held import OrganisationLedger
from sluse.model.names import Environment, IntegrationKey

_SIGNED = "Written by the operator, signed, only when something changes. `sluse status` prints the same from any clone."
_WAITS = "waiting / venter"
_KNOWN = frozenset(Stage)


def front_path(organisation: str) -> str:
    """Return the path of an organisation's front page, which a forge shows of its folder; no integration can be called that."""
    return f"{organisation}/{INDEX}"


def front_of(ledger: OrganisationLedger, environment: Environment) -> bytes:
    """Return an organisation's front page."""
    return text_of_lines(_integrations(ledger, environment))


@dataclass
class Front:
    """The root's front page, with the rows of every ledger that it was given."""

    environment: Environment
    _rows: dict[str, Counter[str]] = field(default_factory=dict)

    def take(self, ledgers: Iterable[OrganisationLedger]) -> None:
        """Take these organisations' ledgers as they are published."""
        self._rows.update({ledger.organisation: _counted(ledger) for ledger in ledgers})

    def files(self) -> dict[str, bytes]:
        """Return the page by its path."""
        return {INDEX: text_of_lines(self._lines())}

    def _lines(self) -> Iterator[str]:
        yield f"# What is held in {self.environment.value}"
        yield ""
        yield _SIGNED
        yield ""
        sums: Counter[str] = sum(self._rows.values(), Counter())
        columns = [*(stage for stage in Stage if sums[stage]), *sorted(sums.keys() - _KNOWN - {_WAITS}), _WAITS]
        yield f"| organisation | {' | '.join(map(both_names, columns))} |"
        yield "|---" * (len(columns) + 1) + "|"
        for slug, row in sorted(self._rows.items()):
            yield f"| [{slug}]({front_path(slug)}) | {_cells(row, columns)} |"
        yield f"| **all / alle: {len(self._rows)}** | {_cells(sums, columns)} |"


def _cells(row: Mapping[str, int], columns: Iterable[str]) -> str:
    return " | ".join(str(row.get(column) or "–") for column in columns)


def _counted(ledger: OrganisationLedger) -> Counter[str]:
    """Return how many integrations are on each rung, and how many of them somebody is waited for."""
    entries = ledger.integrations.values()
    counts = Counter(entry.stage for entry in entries)
    counts[_WAITS] = sum(bool(entry.waiting) for entry in entries)
    return counts


def _integrations(ledger: OrganisationLedger, environment: Environment) -> Iterator[str]:
    yield f"# {ledger.organisation} in {environment.value}"
    yield ""
    yield _SIGNED
    yield ""
    yield "| integration | title | stage / trinn | waits on / venter på |"
    yield "|---|---|---|---|"
    for name, entry in sorted(ledger.integrations.items()):
        page = path_of(IntegrationKey(ledger.organisation, name), "md").rpartition("/")[2]
        waits = ", ".join(sorted({escaped(row.on) for row in entry.waiting})) or "–"
        yield f"| [{name}]({page}) | {escaped(entry.title)} | {both_names(entry.stage)} | {waits} |"
