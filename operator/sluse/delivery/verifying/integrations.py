"""The integrations as a clone has them: `policies/` and an organisation's files at any commit, each blob read once.

A commit is not read whole: the gate looks at the organisation in question, at the identity providers, and at who
declares which number. So a step costs what belongs to it, however large the repository is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sluse.catalog import policies
from sluse.catalog.git.standing import Standing, StandingClone
from sluse.catalog.reader import Reader
from sluse.delivery.policy import Untrusted, trusted
from sluse.delivery.verdicts import unverified
from sluse.errors import CatalogError
from sluse.gate.survey import GateSurvey
from sluse.model.names import Digest
from sluse.model.policy.bundle import Policy, Roots
from sluse.model.problem import Problem
from sluse.model.tree import Tree
from sluse.trust import manifest

FOLDER = "integrations"
_REFERENCES = ("refs/remotes/origin/HEAD", "HEAD")
_ORGANISATION = "organisation.yaml"
_NOTHING = Digest("0" * 64)


class _Part(Enum):
    """How much of an organisation's folder is read."""

    WHOLE = auto()
    DOCUMENTS = auto()
    DECLARATION = auto()


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
        self._read: dict[tuple[str, _Part], tuple[str, Tree]] = {}
        self._surveys: dict[str, GateSurvey] = {}

    def policy(self, commit: str) -> Policy | Untrusted:
        """Return what `policies/` of a commit say, or why they do not count. Raises CatalogError."""
        folder = self.clone.find(self._root(commit), policies.FOLDER)
        if folder is None or not folder.is_folder:
            return Untrusted((f"commit {commit[:12]} has no folder {policies.FOLDER}",))
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
        folder = self.clone.find(self._root(commit), FOLDER)
        if folder is None:
            raise CatalogError(f"commit {commit[:12]} has no folder {FOLDER}")
        return Reader().tree(self.clone.files(folder.id, FOLDER), FOLDER)

    def contents(self, commit: str) -> Mapping[str, bytes]:
        """Return the files of `policies/` of a commit by path; none where there is no such folder."""
        folder = self.clone.find(self._root(commit), policies.FOLDER)
        return {} if folder is None else policies.contents(self.clone.files(folder.id, policies.FOLDER))

    def _root(self, commit: str) -> str:
        if commit not in self._roots:
            content = self.clone.commits([commit])[commit]
            self._roots[commit] = content.partition(b"\n")[0].removeprefix(b"tree ").decode()
        return self._roots[commit]

    def _about(self, commit: str, slug: str) -> Tree:
        top = self.clone.find(self._root(commit), FOLDER)
        found = {each.name: each.id for each in self.clone.children(top.id) if each.is_folder} if top else {}
        parts: list[Tree] = []
        for name, folder in found.items():
            whole = name == slug or self._part(name, folder, _Part.DOCUMENTS).providers
            parts.append(self._part(name, folder, _Part.WHOLE if whole else _Part.DECLARATION))
        return _merged(parts)

    def _part(self, slug: str, folder: str, part: _Part) -> Tree:
        """Return a part of an organisation's files, of which the last reading is remembered."""
        last = self._read.get((slug, part))
        if last is not None and last[0] == folder:
            return last[1]
        tree = self._readers.setdefault((slug, part), Reader()).tree(self._files(slug, folder, part), FOLDER)
        self._read[slug, part] = (folder, tree)
        return tree

    def _files(self, slug: str, folder: str, part: _Part) -> Standing:
        path = f"{FOLDER}/{slug}"
        if part is _Part.WHOLE:
            return self.clone.files(folder, path)
        own = (each for each in self.clone.children(folder) if not each.is_folder)
        return Standing(
            self.clone,
            {f"{path}/{each.name}": each for each in own if part is _Part.DOCUMENTS or each.name == _ORGANISATION},
        )


def _merged(parts: Iterable[Tree]) -> Tree:
    mappings: dict[str, dict[Any, Any]] = {
        each.name: {} for each in fields(Tree) if each.name not in {"problems", "unreadable"}
    }
    problems: list[Problem] = []
    unreadable: set[str] = set()
    for part in parts:
        for name, into in mappings.items():
            own = getattr(part, name)
            if own:
                into.update(own)
        problems.extend(part.problems)
        unreadable |= part.unreadable
    return Tree(**mappings, problems=tuple(problems), unreadable=frozenset(unreadable))


def _unpinned(contents: Mapping[str, bytes]) -> Policy | Untrusted:
    """Return policies/ as they are, known by their manifest where there is one."""
    found = unverified(contents)
    signed = policies.read(contents).manifest
    if isinstance(found, Untrusted):
        return found
    return replace(found, digest=manifest.digest(signed) if signed is not None else _NOTHING)
