"""Which organisations a change can reach: those are read whole and compiled, and nothing else can differ.

Beside the changed ones: whoever mentions their services, their identity providers, or (where the organisation itself
changes) their numbers and domains; and who mentions the services of those. A mention is a word in a file, whatever it
means there, so more is read than need be and never less. To judge them it takes some whose own outcome is nobody's
question here: all identity providers, the services that they name, and who declares a number that they act for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sluse.catalog import policies
from sluse.catalog.files import INTEGRATIONS
from sluse.catalog.layout import Role, spot
from sluse.delivery.previewing.trees import Compared, Organisations
from sluse.model.tree import Tree
from sluse.rules.references import organisations_named

_MOST = 50
"""Changed organisations beyond which all are read: a mention of so many is soon a mention by everybody."""
_PROVIDER = "IdentityProvider"
_OWN = frozenset({Role.DOCUMENT, Role.KEYS, Role.ASIDE, Role.SKIPPED})


def reached(compared: Compared) -> tuple[Organisations, Organisations]:
    """Return (whom the change may concern, whom to read); None for all of either."""
    spots = [spot(path, INTEGRATIONS) for path in compared.changed if path.startswith(f"{INTEGRATIONS}/")]
    first = frozenset(each.organisation for each in spots if each.organisation)
    if any(path.startswith(f"{policies.FOLDER}/") for path in compared.changed) or len(first) > _MOST:
        return None, None
    whole = frozenset(each.organisation for each in spots if each.role not in _OWN)
    words = frozenset(_words(compared.trees(first), first, whole))
    mentions = compared.mentioned({*words, _PROVIDER}) if first else {}
    concerned = first | _organisations(mentions, words)
    further = concerned - first
    if further:
        names = {f"{slug}." for slug in further}
        concerned |= _organisations(compared.mentioned(names), names)
    read = concerned | _organisations(mentions, {_PROVIDER})
    while True:
        more = read | _needed(compared.trees(read))
        if more == read:
            return concerned, read
        read = more


def _words(trees: tuple[Tree, Tree], changed: Collection[str], whole: Collection[str]) -> Iterator[str]:
    """Yield the words by which others speak of what changed."""
    yield from (f"{slug}." for slug in changed)
    for tree in trees:
        yield from (key.name for key in tree.providers if key.organisation in changed)
        for slug in whole:
            organisation = tree.organisations.get(slug)
            if organisation is not None:
                yield from organisation.content.spec.numbers
                for domain in organisation.content.spec.domains:
                    yield from _above(domain)


def _above(domain: str) -> Iterator[str]:
    """Yield a domain and those that it lies in, but for the topmost: a claim overlaps in either direction."""
    while "." in domain:
        yield domain
        domain = domain.partition(".")[2]


def _needed(trees: tuple[Tree, Tree]) -> frozenset[str]:
    """Return whom it takes to judge trees: whose services are named, and who declares a number that is acted for."""
    found: set[str] = set()
    for tree in trees:
        found |= organisations_named(tree)
        numbers = {
            values.organisation_number
            for service in tree.integrations.values()
            for client in service.content.spec.clients
            for values in (client.test, client.production)
            if values is not None
        }
        found |= {slug for slug, each in tree.organisations.items() if numbers.intersection(each.content.spec.numbers)}
    return frozenset(found)


def _organisations(mentions: Mapping[str, frozenset[str]], words: frozenset[str] | set[str]) -> frozenset[str]:
    found = (spot(path, INTEGRATIONS).organisation for path, said in mentions.items() if not said.isdisjoint(words))
    return frozenset(each for each in found if each)
