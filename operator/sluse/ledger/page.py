"""The files of the status branch: per integration a page in JSON and in Markdown, per organisation a machine file and a front page. Pure.

Titles and messages are other people's words, and a forge renders Markdown: they are escaped, so that nobody can put
a disguised link or a table row into a page that the operator signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sluse.ledger.front import Front, front_of, front_path
from sluse.ledger.markdown import escaped, text_of_lines
from sluse.ledger.shown import (
    IDENTITY_PROVIDER,
    Page,
    ShownClient,
    ShownFederation,
    machine_file,
    machine_path,
    page,
    path_of,
)
from sluse.ledger.stages import both_names
from sluse.model.held import OrganisationLedger
from sluse.model.names import Environment, IntegrationKey


def pages(
    ledgers: Mapping[str, OrganisationLedger],
    *,
    environment: Environment,
    issuer: str,
) -> dict[str, bytes]:
    """Return these organisations' files by path. Equal ledgers give equal bytes. The branch's own front page is `sluse.ledger.front`'s."""
    files: dict[str, bytes] = {}
    for organisation, ledger in ledgers.items():
        files[machine_path(organisation)] = machine_file(ledger)
        files[front_path(organisation)] = front_of(ledger, environment)
        files |= of_integrations(ledger, ledger.integrations, environment=environment, issuer=issuer)
    return files


def of_integrations(
    ledger: OrganisationLedger, names: Iterable[str], *, environment: Environment, issuer: str
) -> dict[str, bytes]:
    """Return the pages of these integrations of an organisation by path."""
    files: dict[str, bytes] = {}
    for name in names:
        key = IntegrationKey(ledger.organisation, name)
        about = page(key, ledger.integrations[name], environment, issuer)
        files[path_of(key, "json")] = about.text()
        files[path_of(key, "md")] = text_of_lines(_markdown(about))
    return files


class Pages:
    """Makes the files of one environment's publications."""

    def __init__(self, environment: Environment, issuer: str) -> None:
        self._environment, self._issuer = environment, issuer
        self.front = Front(environment)

    def of(self, ledgers: Mapping[str, OrganisationLedger]) -> dict[str, bytes]:
        """Return the files that these organisations' news change, the branch's front page among them."""
        self.front.take(ledgers.values())
        return {**pages(ledgers, environment=self._environment, issuer=self._issuer), **self.front.files()}


def _markdown(about: Page) -> Iterator[str]:
    yield f"# {escaped(about.title)}"
    yield ""
    yield f"`{about.integration}` in **{about.environment.value}**, authority <{about.issuer}>"
    yield ""
    yield f"**{both_names(about.stage)}**{f' since {_time(about.since)}' if about.since else ''}"
    if about.pending_change:
        yield ""
        yield "A change is pending / En endring venter: the file says something else than production holds."
    yield ""
    yield "## Waits on / Venter på"
    yield ""
    if not about.waiting:
        yield "Nobody / Ingen"
    for row, norwegian in about.rows():
        client = f" ({_part(about, row.client)})" if row.client else ""
        both = f"{row.message} / {norwegian}" if norwegian else row.message
        yield f"- **{escaped(row.on)}**{client} since {_time(row.since)}: {escaped(row.reason)}: {escaped(both)}"
    yield ""
    yield from _federation(about.federation) if about.kind == IDENTITY_PROVIDER else _clients(about)
    orphans = [(client.client, orphan) for client in about.clients for orphan in client.possible_orphans]
    if orphans:
        yield ""
        yield "## Possible orphans / Mulige foreldreløse"
        yield ""
        yield "A creation was interrupted: the authority may hold an unusable registration that nobody else knows of."
        yield ""
        yield from (
            f"- client `{name}`, asked for at {_time(orphan.since)}: {_code(orphan.id)}" for name, orphan in orphans
        )


def _part(about: Page, name: str) -> str:
    return name if about.kind == IDENTITY_PROVIDER else f"client `{name}`"


def _clients(about: Page) -> Iterator[str]:
    yield "## Clients / Klienter"
    yield ""
    if not about.clients:
        yield "None yet / Ingen ennå"
        return
    yield "| client | client id | use | since | key ids | ready |"
    yield "|---|---|---|---|---|---|"
    yield from (_row(client) for client in about.clients)


def _federation(shown: ShownFederation | None) -> Iterator[str]:
    """Say what the provider must type in on its side: without it, no login gets through."""
    yield "## Federation / Føderering"
    yield ""
    if shown is None:
        yield "None yet / Ingen ennå"
        return
    yield "| use | since | ready |"
    yield "|---|---|---|"
    yield f"| {' | '.join(_standing(shown))} |"
    if shown.handed is None:
        return
    yield ""
    yield "To be typed in at the identity provider / Legges inn hos identitetstilbyderen:"
    yield ""
    yield f"- client id / klient-id: {_code(shown.handed.client_id)}"
    yield from (f"- redirect URI: {_code(each)}" for each in shown.handed.redirect_uris)
    yield f"- our public keys / våre offentlige nøkler: {_code(shown.handed.jwks_uri)}"


def _row(client: ShownClient) -> str:
    use, since, ready = _standing(client)
    name = f"`{client.client}`"
    client_id = _code(client.client_id) if client.client_id else "–"
    return f"| {' | '.join((name, client_id, use, since, ', '.join(map(_code, client.key_ids)) or '–', ready))} |"


def _standing(shown: ShownClient | ShownFederation) -> tuple[str, str, str]:
    """Return use, since when, and whether it is ready."""
    ready = shown.conditions[0]
    return (
        shown.use.value if shown.use else "–",
        _time(shown.since) if shown.since else "–",
        f"{'yes' if ready.status == 'True' else 'no'}: {ready.reason}",
    )


def _code(text: str) -> str:
    """Return a code span; nothing in one can be escaped but the table's own bar."""
    inside = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{inside}`"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%SZ}"
