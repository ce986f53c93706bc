"""Both environments' pages as one view: each publishes its own rungs, the reader merges them. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sluse.errors import LedgerError
from sluse.ledger.shown import Page, ShownFederation
from sluse.ledger.stages import both_names
from sluse.model.names import Environment

_NONE = "-"
HEADER = ("integration", "test", "production", "client ids", "waits on")


@dataclass(frozen=True)
class Overview:
    """Pages by environment and integration."""

    pages: Mapping[Environment, Mapping[str, Page]]

    def only(self, asked: str) -> Overview:
        """Return the one integration that is meant; LedgerError with near misses where none is, or several are."""
        known = self._integrations()
        meant = [each for each in known if asked in {each, each.partition(".")[2]}]
        if asked in known:
            meant = [asked]
        if len(meant) > 1:
            raise LedgerError(f"several organisations have {asked}", hint=f"say which: {', '.join(meant)}")
        if not meant:
            names = {each.partition(".")[2]: each for each in known}
            near = difflib.get_close_matches(asked, [*known, *names], n=3, cutoff=0.75)
            hint = (
                f"did you mean {' or '.join(dict.fromkeys(names.get(each, each) for each in near))}?" if near else None
            )
            raise LedgerError(f"no operator has published anything of {asked}", hint=hint)
        return Overview(
            {
                environment: {name: page for name, page in pages.items() if name == meant[0]}
                for environment, pages in self.pages.items()
            }
        )

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Return the table, header first. Client ids are `environment/client=id`."""
        yield HEADER
        for name in self._integrations():
            shown = {environment: pages[name] for environment, pages in self.pages.items() if name in pages}
            ids = [
                f"{environment.value}/{client.client}={client.client_id}"
                for environment, page in shown.items()
                for client in page.clients
                if client.client_id
            ]
            waits = [f"{row.on} ({environment.value}: {row.reason})" for environment, page in shown.items() for row in page.waiting]  # fmt: skip
            row = (
                name,
                *(both_names(shown[each].stage) if each in shown else _NONE for each in Environment),
                ", ".join(ids) or _NONE,
                ", ".join(dict.fromkeys(waits)) or _NONE,
            )
            yield tuple(map(_printable, row))

    def details(self) -> Iterator[str]:
        """Return everything there is about what is in view, as indented lines."""
        for name in self._integrations():
            for environment, pages in self.pages.items():
                if name in pages:
                    yield from map(_printable, _details(environment, pages[name]))

    def wire(self) -> list[dict[str, object]]:
        """Return the JSON-able form: one object per integration, its pages by environment."""
        return [
            {
                "integration": name,
                **{
                    environment.value: pages[name].document()
                    for environment, pages in self.pages.items()
                    if name in pages
                },
            }
            for name in self._integrations()
        ]

    def _integrations(self) -> list[str]:
        return sorted({name for pages in self.pages.values() for name in pages})


def _details(environment: Environment, page: Page) -> Iterator[str]:
    yield f"{page.integration} in {environment.value}: {both_names(page.stage)}{_since(page.since)}"
    yield f"  title   {page.title}"
    yield f"  issuer  {page.issuer}"
    if page.pending_change:
        yield "  change  the file says something else than production holds"
    for client in page.clients:
        ready = "".join(f"; {each.type} {each.status}: {each.reason}" for each in client.conditions)
        yield f"  client  {client.client}: {client.client_id or 'no client id yet'}{ready}{_since(client.since)}"
        if client.key_ids:
            yield f"          keys {', '.join(client.key_ids)}"
        for orphan in client.possible_orphans:
            yield f"          a registration asked for at {orphan.since:%Y-%m-%d %H:%M:%SZ} may be left at the authority"
    if page.federation is not None:
        yield from _federation(page.federation)
    for row in page.waiting:
        who = f"{row.client}: " if row.client else ""
        yield f"  waits   {who}on {row.on}{_since(row.since)}: {row.reason}: {row.message}"


def _federation(federation: ShownFederation) -> Iterator[str]:
    ready = "; ".join(f"{each.type} {each.status}: {each.reason}" for each in federation.conditions)
    yield f"  login   {ready}{_since(federation.since)}"
    if federation.handed is not None:
        yield f"          type in at the identity provider: client id {federation.handed.client_id}"
        yield from (f"          redirect URI {each}" for each in federation.handed.redirect_uris)
        yield f"          our public keys {federation.handed.jwks_uri}"


def _printable(text: str) -> str:
    """Return the text with whatever a terminal might obey made visible."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def _since(moment: datetime | None) -> str:
    return f" since {moment:%Y-%m-%d %H:%M:%SZ}" if moment else ""
