"""Whether what people read is what the ledgers say: pages are rendered again and compared by their blobs' ids. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from sluse.catalog.files import blob_id
from sluse.delivery.verifying.finding import Finding, finding
from sluse.ledger.branch.chain import GENESIS, HEAD
from sluse.ledger.front import Front, front_of, front_path
from sluse.ledger.page import of_integrations
from sluse.ledger.shown import INDEX, is_machine, is_page
from sluse.model.held import OrganisationLedger
from sluse.model.names import Environment
from sluse.words.said import say

Contents = Callable[[str], bytes | None]
"""Blob id -> content."""


def differing(
    ledger: OrganisationLedger,
    names: Collection[str],
    files: Mapping[str, str],
    contents: Contents,
    environment: Environment,
    place: str,
) -> Iterator[Finding]:
    """Yield each page of these integrations that is not what the ledger says; of those it does not know, any page.

    `files`: blob ids by path, of the organisation's folder.
    """
    asked = {
        path: blob for path, blob in files.items() if _name(path) in names and path != front_path(ledger.organisation)
    }
    # The authority's address is in no ledger: it is what the pages themselves say.
    issuer = next(_issuers(contents(each) for path, each in files.items() if is_page(path)), "")
    known = ledger.integrations.keys() & names
    rendered = of_integrations(ledger, known, environment=environment, issuer=issuer)
    for path in sorted(rendered.keys() | asked.keys()):
        where = f"{place}:{path}"
        if path not in rendered:
            yield finding("PageUnexplained", where, say("no ledger says what this page is about"))
        elif path not in asked:
            yield finding("PageDiffers", where, say("the page is missing"))
        elif blob_id(rendered[path]) != asked[path]:
            yield finding("PageDiffers", where, say("the page says something else than the ledger"))
    front = front_path(ledger.organisation)  # one that is missing is an older version's doing: it had none
    if front in files and files[front] != blob_id(front_of(ledger, environment)):
        yield finding("PageDiffers", f"{place}:{front}", say("the front page says something else than the ledger"))


def touched(before: OrganisationLedger | None, after: OrganisationLedger, changed: Iterable[str]) -> frozenset[str]:
    """Return the integrations whose entry, or whose file among those that changed, is another than before."""
    known = before.integrations if before is not None else {}
    entries = {name for name, entry in after.integrations.items() if known.get(name) != entry}
    return frozenset(entries | {_name(path) for path in changed if path.startswith(f"{after.organisation}/")})


def _name(path: str) -> str:
    """Return the integration that a page is about: `<organisation>/<name>.json`; anything else is of its own name."""
    inner = path.partition("/")[2]
    return inner.rpartition(".")[0] if inner.endswith((".json", ".md")) else inner


def astray(
    files: Mapping[str, str], ledgers: Mapping[str, OrganisationLedger], environment: Environment, place: str
) -> Iterator[Finding]:
    """Yield what nobody's ledger explains: other folders and files, and a front page that is edited."""
    for path in sorted(files):
        if "/" not in path and path not in {GENESIS, HEAD, INDEX}:
            yield finding("PageUnexplained", f"{place}:{path}", say("the operator writes no such file"))
        elif "/" in path and not is_machine(path) and path.partition("/")[0] not in ledgers:
            yield finding("PageUnexplained", f"{place}:{path}", say("no ledger says what this page is about"))
    front = Front(environment)
    fronts = [*front.files().values()]  # the genesis has an empty one
    front.take(ledgers.values())
    fronts += front.files().values()
    if INDEX in files and files[INDEX] not in map(blob_id, fronts):
        yield finding("PageDiffers", f"{place}:{INDEX}", say("the front page says something else than the ledgers"))


def _issuers(texts: Iterable[bytes | None]) -> Iterator[str]:
    for text in texts:
        try:
            found = json.loads(text or b"")
        except ValueError:
            continue
        if isinstance(found, dict) and isinstance(found.get("issuer"), str):
            yield found["issuer"]
