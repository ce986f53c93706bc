"""The integrations as a clone has them: `policies/` and an organisation's files at any commit, each blob read once.

A commit is not read whole: the gate looks at the organisation in question, at the identity providers, and at who has a
number that it acts for. So a step costs what belongs to it, however large the repository is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto
from itertools import chain

from sluse.catalog import policies
from sluse.catalog.files import INTEGRATIONS
from sluse.catalog.git.standing import Standing, StandingClone
from sluse.catalog.git.tree import FOLDER, Child
from sluse.catalog.reader import Reader
from sluse.delivery.policy import Untrusted, trusted
from sluse.delivery.verdicts import unverified
from sluse.errors import CatalogError
from sluse.gate.survey import GateSurvey
from sluse.model.digests import canonical
from sluse.model.names import Digest
from sluse.model.policy.bundle import Policy, Roots
from sluse.model.tree import Tree, whole
from sluse.trust import manifest
from sluse.words.said import say

_REFERENCES = ("refs/remotes/origin/HEAD", "HEAD")
_NUMBER = re.compile(rb'"([0-9]{9})"')
_NOTHING = Digest("0" * 64)


class _Part(Enum):
    """How much of an organisation's folder is read."""

    WHOLE = auto()
    DOCUMENTS = auto()


_Own = str | tuple[Child, ...]
"""What a part is made of: the whole folder, or the files directly in it."""


class Integrations:
    """`head` is the commit of the integrations' branch, None where the clone has none; `known` are those up to it.

    Without `roots` policies/ are taken as they are.
    """

    def __init__(self, clone: StandingClone, roots: Roots | None) -> None:
        self.clone = clone
        self.roots = roots
        self.head = next((found for each in _REFERENCES if (found := clone.commit(each)) is not None), None)
        self.known = frozenset(clone.history(self.head)) if self.head is not None else frozenset()
        self._roots: dict[str, str] = {}
        self._policies: dict[str, Policy | Untrusted] = {}
        self._readers: dict[tuple[str, _Part], Reader] = {}
        self._read: dict[tuple[str, _Part], tuple[_Own, Tree]] = {}
        self._folders: dict[str, str] = {}
        self._followed: Mapping[str, str] = {}
        self._owners: dict[str, set[str]] = defaultdict(set)
        self._declared: dict[str, frozenset[str]] = {}
        self._offering: set[str] = set()
        self._tops: dict[str, dict[str, str]] = {}
        self._numbers: dict[str, frozenset[str]] = {}
        self._surveys: dict[str, GateSurvey] = {}

    def foresee(self, commits: Iterable[str]) -> None:
        """Read the beginnings of commits that will be asked for, in one go."""
        wanted = [each for each in dict.fromkeys(commits) if each in self.known and each not in self._roots]
        self._roots.update({each: _tree(content) for each, content in self.clone.commits(wanted).items()})
        self.clone.foresee(self._roots[each] for each in wanted)
        tops = (self.clone.find(self._roots[each], INTEGRATIONS) for each in wanted)
        self.clone.foresee(each.id for each in tops if each is not None and each.is_folder)

    def expect(self, wanted: Collection[tuple[str, str]]) -> None:
        """Read what it takes to judge organisations at commits, (commit, slug), in one go."""
        commits = [each for each in dict.fromkeys(commit for commit, _ in wanted) if each in self.known]
        self.foresee(commits)
        self._tops.clear()
        folders = {commit: self._organisations(commit) for commit in commits}
        every = dict.fromkeys(chain.from_iterable(found.values() for found in folders.values()))
        self.clone.foresee(every)
        expected = [each.id for folder in every for each in self.clone.children(folder) if each.is_file]
        level = [folders[commit][slug] for commit, slug in wanted if slug in folders.get(commit, ())]
        while level:
            self.clone.foresee(level)
            inside = [each for folder in dict.fromkeys(level) for each in self.clone.children(folder)]
            expected += (each.id for each in inside if each.is_file)
            level = [each.id for each in inside if each.is_folder]
        self.clone.expect(expected)

    def begin(self, commit: str) -> None:
        """Read what every organisation declares at a commit: from there on it is what changed. Raises CatalogError."""
        self.expect([(commit, "")])
        self._follow(self._organisations(commit))

    def policy(self, commit: str) -> Policy | Untrusted:
        """Return what `policies/` of a commit say, or why they do not count. Raises CatalogError."""
        folder = self.clone.find(self._root(commit), policies.FOLDER)
        if folder is None or not folder.is_folder:
            return Untrusted(
                (say("commit {commit} has no folder {folder}", commit=commit[:12], folder=policies.FOLDER),)
            )
        if folder.id not in self._policies:
            contents = policies.contents(self.clone.files(folder.id, policies.FOLDER))
            self._policies[folder.id] = _unpinned(contents) if self.roots is None else trusted(contents, self.roots)
        return self._policies[folder.id]

    def survey(self, commit: str, policy: Policy, slug: str, seen: Mapping[str, datetime] | None) -> GateSurvey:
        """Return a commit made ready for the gate, to be asked about one organisation. Raises CatalogError."""
        survey = GateSurvey(self._about(commit, slug), policy, seen=seen, before=self._surveys.get(slug))
        self._surveys[slug] = survey
        return survey

    def whole(self, commit: str) -> Tree:
        """Return all files of a commit."""
        folder = self.clone.find(self._root(commit), INTEGRATIONS)
        if folder is None:
            raise CatalogError(
                say("commit {commit} has no folder {integrations}", commit=commit[:12], integrations=INTEGRATIONS)
            )
        return Reader().tree(self.clone.files(folder.id, INTEGRATIONS), INTEGRATIONS)

    def contents(self, commit: str) -> Mapping[str, bytes]:
        """Return the files of `policies/` of a commit by path; none where there is no such folder."""
        folder = self.clone.find(self._root(commit), policies.FOLDER)
        return {} if folder is None else policies.contents(self.clone.files(folder.id, policies.FOLDER))

    def _root(self, commit: str) -> str:
        if commit not in self._roots:
            self._roots[commit] = _tree(self.clone.commits([commit])[commit])
        return self._roots[commit]

    def _about(self, commit: str, slug: str) -> Tree:
        """Return the organisation, the identity providers, and who declares a number that any of these acts for.

        Nothing else can change the gate's answer about the organisation.
        """
        folders = self._organisations(commit)
        self._follow(folders)
        parts = {
            each: self._part(each, folders[each], _Part.WHOLE) for each in {slug, *self._offering} & folders.keys()
        }
        numbers = frozenset[str]().union(*map(self._mentioned, parts.values()))
        for each in {owner for number in numbers for owner in self._owners.get(number, ())} - parts.keys():
            parts[each] = self._part(each, folders[each], _Part.WHOLE)
        return whole(parts)

    def _organisations(self, commit: str) -> dict[str, str]:
        """Return every organisation's folder at a commit."""
        top = self.clone.find(self._root(commit), INTEGRATIONS)
        if top is None:
            return {}
        if top.id not in self._tops:
            self._tops[top.id] = {each.name: each.id for each in self.clone.children(top.id) if each.mode == FOLDER}
        return self._tops[top.id]

    def _follow(self, folders: Mapping[str, str]) -> None:
        """Keep in mind who declares which numbers and who offers logins, as it is in another commit now."""
        if folders is self._followed:
            return  # most steps stand on the commit of the one before, and to compare 10,000 folders takes 2 ms
        for slug in self._folders.keys() - folders.keys():
            self._declare(slug, None)
            del self._folders[slug]
        for slug, folder in sorted(folders.items() - self._folders.items()):
            self._declare(slug, self._part(slug, folder, _Part.DOCUMENTS))
            self._folders[slug] = folder  # one by one: of those behind an object that is lost nothing new is known
        self._followed = folders

    def _declare(self, slug: str, tree: Tree | None) -> None:
        """Keep in mind what an organisation's documents declare now; None where it is gone."""
        organisations = tree.organisations.values() if tree is not None else ()
        numbers = frozenset(number for each in organisations for number in each.content.spec.numbers)
        before = self._declared.get(slug, frozenset())
        for number in before - numbers:
            self._owners[number].discard(slug)
        for number in numbers - before:
            self._owners[number].add(slug)
        self._declared[slug] = numbers
        (self._offering.add if tree is not None and tree.providers else self._offering.discard)(slug)

    def _mentioned(self, tree: Tree) -> frozenset[str]:
        """Return what may be an organisation's number in what was accepted."""
        for (_, digest), accepted in tree.accepted.items():
            if digest not in self._numbers:
                self._numbers[digest] = frozenset(map(bytes.decode, _NUMBER.findall(canonical(accepted.body))))
        return frozenset[str]().union(*(self._numbers[digest] for _, digest in tree.accepted))

    def _part(self, slug: str, folder: str, part: _Part) -> Tree:
        """Return a part of an organisation's files, of which the last reading is remembered."""
        last = self._read.get((slug, part))
        own = (
            folder if part is _Part.WHOLE else tuple(each for each in self.clone.children(folder) if not each.is_folder)
        )
        if last is not None and last[0] == own:
            return last[1]
        tree = self._reader(slug, part).tree(self._files(slug, own), INTEGRATIONS)
        self._read[slug, part] = (own, tree)
        return tree

    def _reader(self, slug: str, part: _Part) -> Reader:
        """Return the part's reader; the whole folder's begins with the documents, which were read before it."""
        if (slug, part) not in self._readers:
            documents = self._readers.get((slug, _Part.DOCUMENTS))
            self._readers[slug, part] = documents.another() if documents is not None else Reader()
        return self._readers[slug, part]

    def _files(self, slug: str, own: _Own) -> Standing:
        path = f"{INTEGRATIONS}/{slug}"
        if isinstance(own, str):
            return self.clone.files(own, path)
        return self.clone.picked({f"{path}/{each.name}": each for each in own})


def _tree(commit: bytes) -> str:
    return commit.partition(b"\n")[0].removeprefix(b"tree ").decode()


def _unpinned(contents: Mapping[str, bytes]) -> Policy | Untrusted:
    """Return policies/ as they are, known by their manifest where there is one."""
    found = unverified(contents)
    signed = policies.read(contents).manifest
    if isinstance(found, Untrusted):
        return found
    return replace(found, digest=manifest.digest(signed) if signed is not None else _NOTHING)
