"""Both environments' pages as one view: each publishes its own rungs, the reader merges them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sluse.errors import LedgerError
from sluse.ledger.shown import Page, ShownClient, ShownFederation
from sluse.ledger.stages import both_names
from sluse.ledger.waiting import message_in
from sluse.model.names import Environment
from sluse.rules.near import did_you_mean, near_few
from sluse.words.said import Translate, say

_NONE = "-"
HEADER = (say("integration"), say("test"), say("production"), say("client ids"), say("waits on"))


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
            raise LedgerError(
                say("several organisations have {asked}", asked=asked),
                hint=say("say which: {names}", names=", ".join(meant)),
            )
        if not meant:
            names = {each.partition(".")[2]: each for each in known}
            near = near_few(asked, [*known, *names], cutoff=0.75)
            found = list(dict.fromkeys(names.get(each, each) for each in near))
            raise LedgerError(
                say("no operator has published anything of {asked}", asked=asked),
                hint=did_you_mean(found),
            )
        return Overview(
            {
                environment: {name: page for name, page in pages.items() if name == meant[0]}
                for environment, pages in self.pages.items()
            }
        )

    def rows(self, words: Translate) -> Iterator[tuple[str, ...]]:
        """Return the table, header first. Client ids are `environment/client=id`."""
        yield tuple(map(words, HEADER))
        for name in self._integrations():
            shown = {environment: pages[name] for environment, pages in self.pages.items() if name in pages}
            ids = [
                f"{environment.value}/{client.client}={client.client_id}"
                for environment, page in shown.items()
                for client in page.clients
                if client.client_id
            ]
            waits = [f"{words(row.on)} ({words(environment.value)}: {row.reason})" for environment, page in shown.items() for row in page.waiting]  # fmt: skip
            row = (
                name,
                *(both_names(shown[each].stage) if each in shown else _NONE for each in Environment),
                ", ".join(ids) or _NONE,
                ", ".join(dict.fromkeys(waits)) or _NONE,
            )
            yield tuple(map(_printable, row))

    def details(self, words: Translate) -> Iterator[str]:
        """Return everything there is about what is in view, as indented lines."""
        for name in self._integrations():
            for environment, pages in self.pages.items():
                if name in pages:
                    yield from map(_printable, _details(environment, pages[name], words))

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


def _details(environment: Environment, page: Page, words: Translate) -> Iterator[str]:
    where = words(say("in test") if environment is Environment.TEST else say("in production"))
    yield f"{page.integration} {where}: {both_names(page.stage)}{_since(page.since, words)}"
    yield _labelled(words, say("title"), page.title)
    yield _labelled(words, say("issuer"), page.issuer)
    if page.pending_change:
        yield _labelled(words, say("change"), words(say("the file says something else than production holds")))
    for client in page.clients:
        client_id = client.client_id or words(say("no client id yet"))
        told = (client_id, _used(client, words), *_conditions(client))
        yield _labelled(words, say("client"), f"{client.client}: {'; '.join(each for each in told if each)}")
        if client.key_ids:
            yield _labelled(words, "", f"{words(say('keys'))} {', '.join(client.key_ids)}")
        for orphan in client.possible_orphans:
            moment = f"{orphan.since:%Y-%m-%d %H:%M:%SZ}"
            left = say("a registration asked for at {moment} may be left at the authority", moment=moment)
            yield _labelled(words, "", words(left))
    if page.federation is not None:
        yield from _federation(page.federation, words)
    for row, norwegian in page.rows():
        who = f"{row.client}: " if row.client else ""
        on = words(say("on {party}", party=words(row.on)))
        message = message_in(words, row.message, norwegian)
        yield _labelled(words, say("waits"), f"{who}{on}{_since(row.since, words)}: {row.reason}: {message}")


def _federation(federation: ShownFederation, words: Translate) -> Iterator[str]:
    told = (_used(federation, words), *_conditions(federation))
    yield _labelled(words, say("login"), "; ".join(each for each in told if each))
    if federation.handed is not None:
        client_id = federation.handed.client_id
        yield _labelled(words, "", words(say("type in at the identity provider: client id {id}", id=client_id)))
        yield from (_labelled(words, "", f"redirect URI {each}") for each in federation.handed.redirect_uris)
        yield _labelled(words, "", f"{words(say('our public keys'))} {federation.handed.jwks_uri}")


def _used(shown: ShownClient | ShownFederation, words: Translate) -> str:
    """Return how it may be used and since when; that is no moment of its conditions."""
    return f"{shown.use.value}{_since(shown.since, words)}" if shown.use is not None else ""


def _conditions(shown: ShownClient | ShownFederation) -> Iterator[str]:
    yield from (f"{each.type} {each.status}: {each.reason}" for each in shown.conditions)


_LABELS = (say("title"), say("issuer"), say("change"), say("client"), say("login"), say("waits"))


def _labelled(words: Translate, label: str, text: str) -> str:
    """Return a line under its label; without one, further in a column."""
    width = max(len(words(each)) for each in _LABELS) + 2
    return f"  {words(label) if label else '':<{width}}{text}"


def _printable(text: str) -> str:
    """Return the text with whatever a terminal might obey made visible."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def _since(moment: datetime | None, words: Translate) -> str:
    return f" {words(say('since {moment}', moment=f'{moment:%Y-%m-%d %H:%M:%SZ}'))}" if moment else ""
