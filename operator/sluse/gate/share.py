"""One organisation's part of a tree: everything of its own that the gate looks at.

Compared by identity of its parts, since the reader returns the same object for the same blob: so a change of one file
costs one organisation's work. A `Register` is what is made of a share once: its records read and their signatures
verified.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sluse.gate import record
from sluse.gate.record import Record
from sluse.model.digests import Gated
from sluse.model.names import Digest, IntegrationKey
from sluse.model.organisation import Organisation
from sluse.model.policy.rules import GatePolicy
from sluse.model.problem import Severity
from sluse.model.tree import AcceptedFile, EvidenceContent, Sourced, Tree

_DECISIONS = "/decisions/"


@dataclass(eq=False)
class Share:
    """`unreadable` are the decisions that cannot be read, (what they hold, path): what they say, nobody knows.

    A test, evidence or accepted file that cannot be read is not there, and only adds where it is.
    """

    slug: str
    organisation: Sourced[Organisation] | None = None
    documents: dict[IntegrationKey, Sourced[Any]] = field(default_factory=dict)
    decisions: dict[IntegrationKey, Sourced[Any]] = field(default_factory=dict)
    tests: dict[IntegrationKey, Sourced[Any]] = field(default_factory=dict)
    accepted: dict[Digest, AcceptedFile] = field(default_factory=dict)
    evidence: dict[tuple[IntegrationKey, str], EvidenceContent] = field(default_factory=dict)
    unreadable: tuple[tuple[str, str], ...] = ()

    def same(self, other: Share) -> bool:
        """Tell whether both say the same."""
        return self is other or (
            self.organisation is other.organisation
            and self.unreadable == other.unreadable
            and _same(self.documents, other.documents)
            and _same(self.decisions, other.decisions)
            and _same(self.tests, other.tests)
            and _same(self.accepted, other.accepted)
            and _same(self.evidence, other.evidence)
        )

    def document(self, key: IntegrationKey) -> Gated | None:
        """Return what HEAD says of an integration."""
        found = self.documents.get(key)
        return found.content if found is not None else None


@dataclass(frozen=True, eq=False)
class Register:
    """A share, its records by id, and of these the acceptance tests by name.

    `seen`: when the ledger first saw each; None where there is no ledger.
    """

    share: Share
    records: Mapping[Digest, Record]
    tests: Mapping[IntegrationKey, Record]
    seen: Mapping[Digest, datetime] | None

    def instants(self, policy: GatePolicy) -> Iterator[datetime]:
        """Yield the moments at which a statement begins or ends to count; what was not seen or decided yet goes stale."""
        for each in self.records.values():
            yield each.statement.issued_at
            if each.statement.expires is not None:
                yield each.statement.expires
            if each.statement.submission is not None:
                yield each.statement.submission.ended + timedelta(days=policy.evidence_days, microseconds=1)
            if self.seen is not None and each.id not in self.seen:
                yield each.statement.issued_at + timedelta(hours=policy.first_seen_hours, microseconds=1)


class _Shares(dict[str, Share]):
    def __missing__(self, slug: str) -> Share:
        self[slug] = Share(slug)
        return self[slug]


Folders = Mapping[str, tuple[Tree, Mapping[str, Share]]]
"""Folders of a commit by name, and of each the shares of those whose it is."""


def by_folder(tree: Tree, before: Folders) -> Folders:
    """Return the shares of a commit; of a folder that is the same as in the commit before, the same."""
    return {
        name: known if (known := before.get(name)) is not None and known[0] is part else (part, shares(part, name))
        for name, part in tree.parts.items()
    }


def shares(tree: Tree, folder: str = "") -> Mapping[str, Share]:
    """Return every organisation's share, in linear time. In a named folder nothing can be unreadable but its own."""
    found = _Shares()
    for slug, organisation in tree.organisations.items():
        found[slug].organisation = organisation
    for key, document in (*tree.integrations.items(), *tree.providers.items()):
        found[key.organisation].documents[key] = document
    for key, decision in tree.decisions.items():
        found[key.organisation].decisions[key] = decision
    for key, test in tree.acceptance_tests.items():
        found[key.organisation].tests[key] = test
    for (slug, digest), accepted in tree.accepted.items():
        found[slug].accepted[digest] = accepted
    for (key, name), content in tree.evidence.items():
        found[key.organisation].evidence[key, name] = content
    for slug, held in _unreadable(tree).items():
        if folder in {"", slug}:
            found[slug].unreadable = tuple(sorted(held))
    return found


def register(share: Share, seen: Mapping[str, datetime] | None, before: Register | None) -> Register:
    """Return a share's records, those of an earlier register reused, and when each was seen."""
    known = {} if before is None else {each.path: each for each in before.records.values()}
    sources = {} if before is None else {**before.share.decisions, **before.share.tests}
    records: dict[Digest, Record] = {}
    tests: dict[IntegrationKey, Record] = {}
    sourced = sorted((*share.tests.items(), *share.decisions.items()), key=lambda item: item[1].path)
    for key, source in sourced:
        old = known.get(source.path) if sources.get(key) is source else None
        each = old if old is not None else record.read(source)
        if key in share.tests:
            tests[key] = each
        # A copy of a file says nothing new; one with a good signature stands for one without.
        if each.id not in records or not records[each.id].signers:
            records[each.id] = each
    first = None if seen is None else {each: seen[each] for each in records if each in seen}
    return Register(share, records, tests, first)


def _same(mine: Mapping[Any, object], theirs: Mapping[Any, object]) -> bool:
    return len(mine) == len(theirs) and all(theirs.get(key) is each for key, each in mine.items())


def _unreadable(tree: Tree) -> Mapping[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for problem in tree.problems:
        path = problem.place.path
        if _DECISIONS in path and problem.severity is Severity.ERROR:
            slug = path.partition(_DECISIONS)[0].rpartition("/")[2]
            own = problem.holds.partition(".")[0] == slug
            found[slug].add((problem.holds if own else slug, path))
    return found
