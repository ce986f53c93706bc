"""One environment's status branch, from its first publication to its last: who signed, what follows what, what was done.

A commit that is not the operator's is named and passed over: what it says is not judged, and the next is compared with
the last that counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sluse.catalog.git.standing import StandingClone
from sluse.catalog.git.tree import Child
from sluse.delivery.policy import Untrusted
from sluse.delivery.verifying import heads, pages, signers
from sluse.delivery.verifying.ahead import Ahead
from sluse.delivery.verifying.change import changes, lost
from sluse.delivery.verifying.finding import Finding, finding
from sluse.delivery.verifying.heads import Link
from sluse.delivery.verifying.integrations import Integrations
from sluse.delivery.verifying.trials import Trial, judged
from sluse.errors import CatalogError, LedgerError
from sluse.ledger.branch.chain import GENESIS, HEAD, Head
from sluse.ledger.branch.history import Publication, publication
from sluse.ledger.shown import is_machine, machine_path
from sluse.model.held import OrganisationLedger
from sluse.model.names import Environment
from sluse.model.policy.bundle import Policy
from sluse.words.said import say, several

_REFERENCES = ("refs/remotes/origin/{}", "refs/heads/{}")


@dataclass
class Story:
    """What is known after the publications so far. `findings` are in the branch's order."""

    clone: StandingClone
    integrations: Integrations
    environment: Environment
    findings: list[Finding] = field(default_factory=list)
    commits: int = 0
    steps: int = 0
    tip: str | None = None
    first: Link | None = None
    last: Link | None = None
    heads: dict[str, int] = field(default_factory=dict)
    """Digest of each head, and id of each commit that counts -> sequence."""
    _tree: str | None = None
    _ledgers: dict[str, OrganisationLedger] = field(default_factory=dict)
    _files: dict[str, dict[str, str]] = field(default_factory=dict)
    """Blob ids by path, by folder; files at the top are in the folder with no name."""
    _seen: dict[str, datetime] = field(default_factory=dict)
    _news: dict[str, datetime] = field(default_factory=dict)
    """What of `_seen` no trial has yet."""
    _trials: list[Trial] = field(default_factory=list)
    _unread: set[str] = field(default_factory=set)
    """Organisations whose ledger is gone or cannot be read: their pages are compared with nothing."""
    _genesis: str | None = None
    _least: int = 0
    """The highest manifest that any ledger so far had seen."""

    def __post_init__(self) -> None:
        self._ahead = Ahead(self.clone)

    @property
    def cut(self) -> bool:
        """Tell whether the clone has the branch from a later publication on only."""
        return self.first is not None and self.first.head.sequence > 0

    def read(self, processes: int | None = None) -> None:
        """Read the branch, then judge its steps, by so many processes; None is as many as there are cores."""
        branch = self.environment.status_branch
        names = (each.format(branch) for each in _REFERENCES)
        self.tip = next((found for each in names if (found := self.clone.commit(each)) is not None), None)
        if self.tip is None:
            self._found(finding("BranchMissing", branch, say("the clone has no such branch")))
            return
        try:
            self._follow(self.tip)
        except CatalogError as error:
            self._found(finding("ObjectsLost", branch, error.message))
        told = judged(self.integrations, self._trials, processes)
        for number, trial in reversed([*enumerate(self._trials)]):
            self.findings[trial.position : trial.position] = told[number]

    def _follow(self, tip: str) -> None:
        ids = self.clone.history(tip)
        raw = self.clone.commits(ids)
        found = [(each, self._taken_apart(each, raw[each])) for each in ids]
        policies = self._policies([each for _, each in found if each is not None])
        newest = self._counting(self.integrations.head)
        for position, (commit, each) in enumerate(found):
            self.commits += 1
            if position % Ahead.WINDOW == 0:
                window = (one for _, one in found[position : position + Ahead.WINDOW])
                self._ahead.look(self._tree, [one for one in window if one is not None])
            if each is None:
                continue
            if position and each.parents != (found[position - 1][0],):
                self._found(
                    finding("HistoryForked", self._at(commit), say("it does not follow the commit before it alone"))
                )
            policy = policies.get(commit)
            if policy is None:
                self._found(
                    finding(
                        "PolicyUnknown",
                        self._at(commit),
                        say("nobody says who may sign it: {untrusted}", untrusted=self._untrusted()),
                    )
                )
                return
            refused = signers.refused(each, self._at(commit), self.environment, policy, newest)
            if refused is not None:
                self._found(refused)
            else:
                self._publication(each, newest or policy)
        self._end()

    def _taken_apart(self, commit: str, raw: bytes) -> Publication | None:
        try:
            return publication(commit, raw)
        except (ValueError, KeyError, OverflowError) as error:
            self._found(
                finding(
                    "CommitUnreadable",
                    self._at(commit),
                    say("it is not a commit that git writes: {error}", error=error),
                )
            )
            return None

    def _policies(self, found: list[Publication]) -> Mapping[str, Policy]:
        """Return what policies each commit is measured by: its source commit's, else the next later ones that count.

        After the last that count, HEAD's; and where those do not count, the last.
        """
        self.clone.foresee(each.tree for each in found)
        tops = {each.commit: self.clone.find(each.tree, HEAD) for each in found}
        self._ahead.expect(child.id for child in tops.values() if child is not None and child.is_file)
        sources = {commit: self._source(child) for commit, child in tops.items()}
        self.integrations.foresee(filter(None, sources.values()))
        own = {commit: self._counting(source) for commit, source in sources.items()}
        last = next((policy for policy in reversed(own.values()) if policy is not None), None)
        later = self._counting(self.integrations.head) or last
        counting: dict[str, Policy] = {}
        for commit, policy in reversed(own.items()):
            later = policy or later
            if later is not None:
                counting[commit] = later
        return counting

    def _source(self, child: Child | None) -> str | None:
        head = heads.read(self._ahead.content(child.id), "") if child is not None and not child.is_folder else None
        return head.source_commit if isinstance(head, Head) else None

    def _counting(self, commit: str | None) -> Policy | None:
        if commit is None or commit not in self.integrations.known:
            return None
        policy = self.integrations.policy(commit)
        return None if isinstance(policy, Untrusted) else policy

    def _untrusted(self) -> str:
        head = self.integrations.head
        if head is None:
            return say("the clone has no commit of the integrations")
        policy = self.integrations.policy(head)
        return (
            say("policies/ of HEAD does not count: {reasons}", reasons=several(policy.reasons))
            if isinstance(policy, Untrusted)
            else ""
        )

    def _publication(self, commit: Publication, policy: Policy) -> None:
        place = self._at(commit.commit)
        changed = self._ahead.changed(self._tree, commit.tree)
        self._tree = commit.tree
        for path, blob in changed.items():
            folder = path.partition("/")[0] if "/" in path else ""
            if blob is None:
                self._files.get(folder, {}).pop(path, None)
            else:
                self._files.setdefault(folder, {})[path] = blob
        earlier = self.last.head.issued_at if self.last is not None else None
        known = self._linked(commit, place)
        self._beginning(place, policy)
        self._told(changed, place, commit.at, earlier, known=known)

    def _linked(self, commit: Publication, place: str) -> bool:
        """Follow the chain; return whether what was before is known."""
        text = self._ahead.content(self._files.get("", {}).get(HEAD))
        head = heads.read(text, place)
        before = self.last
        if isinstance(head, Finding):
            self._found(head)
            return before is not None
        assert text is not None
        self.findings.extend(heads.broken(before, head, commit, place, self.environment))
        self.last = Link.of(head, text)
        self.heads |= {self.last.digest: head.sequence, commit.commit: head.sequence}
        if self.first is None:
            self.first = self.last
        return before is not None or head.sequence == 0

    def _beginning(self, place: str, policy: Policy) -> None:
        blob = self._files.get("", {}).get(GENESIS)
        if self._genesis is None:
            wrong = heads.begun(self._ahead.content(blob), f"{place}:{GENESIS}", self.environment, policy.repository.id)
            if wrong is not None:
                self._found(wrong)
        elif blob != self._genesis:
            self._found(finding("GenesisChanged", f"{place}:{GENESIS}", say("it was written once, and is another now")))
        self._genesis = blob or ""

    def _told(
        self, changed: Mapping[str, str | None], place: str, at: datetime, earlier: datetime | None, *, known: bool
    ) -> None:
        least = self._least
        fresh: dict[str, OrganisationLedger] = {}
        for path, blob in changed.items():
            if is_machine(path):
                slug = path.rpartition("/")[2].removesuffix(".json")
                ledger = self._ledger(path, blob, f"{place}:{path}")
                if ledger is None:
                    self._unread.add(slug)
                else:
                    fresh[slug] = ledger
        before = {slug: self._ledgers.get(slug) for slug in fresh}
        self._ledgers.update(fresh)
        self._least = max((least, *(ledger.policy_version for ledger in fresh.values())))
        self._unread -= fresh.keys()
        for slug, ledger in fresh.items():
            news = {
                each: moment
                for each, moment in ledger.seen.items()
                if each not in self._seen or moment < self._seen[each]
            }
            self._seen |= news
            self._news |= news
            was = before[slug]
            if was is not None:
                self.findings.extend(lost(was, ledger, place))
        for slug, ledger in fresh.items():
            for step in changes(before[slug], ledger, place=place, published=at, earlier=earlier, known=known):
                self.steps += 1
                self._trials.append(Trial(step, least, self._news, len(self.findings)))
                self._news = {}
        affected = {path.partition("/")[0] for path in changed if "/" in path} & self._ledgers.keys()
        for slug in sorted((affected | fresh.keys()) - self._unread):
            ledger = self._ledgers[slug]
            names = pages.touched(before.get(slug, ledger), ledger, changed)
            own = self._files.get(slug, {})
            self.findings.extend(pages.differing(ledger, names, own, self._ahead.content, self.environment, place))

    def _ledger(self, path: str, blob: str | None, place: str) -> OrganisationLedger | None:
        if blob is None:
            self._found(
                finding("LedgerRemoved", place, say("everything that is held of this organisation was removed"))
            )
            return None
        try:
            ledger = self._ahead.ledger(blob, path)
        except LedgerError as error:
            self._found(finding("LedgerUnreadable", place, error.message))
            return None
        if path != machine_path(ledger.organisation):
            self._found(
                finding(
                    "LedgerUnreadable",
                    place,
                    say("it is the ledger of {organisation}", organisation=ledger.organisation),
                )
            )
            return None
        return ledger

    def _end(self) -> None:
        if self.tip is not None and self._tree is not None:
            files = {path: blob for each in self._files.values() for path, blob in each.items()}
            self.findings.extend(pages.astray(files, self._ledgers, self.environment, self._at(self.tip)))

    def _at(self, commit: str) -> str:
        return f"{self.environment.status_branch}@{commit[:12]}"

    def _found(self, *found: Finding) -> None:
        self.findings.extend(found)
