"""A person's clone -> the two sides of a preview: a commit, and a commit or the working tree as it is.

One reader reads both, so what is the same file on both sides is the same object, and nothing is compiled twice for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sluse.catalog import policies
from sluse.catalog.files import Files
from sluse.catalog.git.standing import StandingClone
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.delivery.network_catalogue import unsigned
from sluse.delivery.policy import Untrusted, trusted
from sluse.delivery.previewing.side import Side
from sluse.delivery.verdicts import unverified
from sluse.errors import CatalogError
from sluse.model.policy.bundle import Policy, Roots
from sluse.rules.judge import check

FOLDER = "integrations"
MAIN = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/heads/main")
WORKING_TREE = "the working tree"


def sides(
    root: Path, clone: StandingClone, base: str | None, head: str | None, roots: Roots | None
) -> tuple[Side, Side]:
    """Return base and head. Raises CatalogError where a revision is unknown or has no integrations."""
    reader = Reader()
    tip = _known(clone, head or "HEAD")
    since = _known(clone, base) if base is not None else _forked(clone, tip)
    before = _committed(clone, since, reader, roots)
    if head is not None:
        return before, _committed(clone, tip, reader, roots)
    folder = root / policies.FOLDER
    contents = policies.contents(WorkTree(root, policies.FOLDER)) if folder.is_dir() else {}
    return before, _side(WORKING_TREE, WorkTree(root, FOLDER), contents, reader, roots)


def _known(clone: StandingClone, reference: str) -> str:
    found = clone.commit(reference)
    if found is None:
        raise CatalogError(f"the clone has no commit {reference}", hint="fetch it, or name another")
    return found


def _forked(clone: StandingClone, tip: str) -> str:
    """Return where a branch left the main one."""
    main = next((found for each in MAIN if (found := clone.commit(each)) is not None), None)
    if main is None:
        raise CatalogError("the clone has no main branch to compare with", hint="name what to compare with: --base REV")
    found = clone.merge_base(main, tip)
    if found is None:
        hint = (
            "the clone is shallow: git fetch --unshallow, or name it: --base REV"
            if clone.is_shallow
            else "name it: --base REV"
        )
        raise CatalogError("this branch and main have no common commit here", hint=hint)
    return found


def _committed(clone: StandingClone, commit: str, reader: Reader, roots: Roots | None) -> Side:
    root = clone.root(commit)
    folder, rules = clone.find(root, FOLDER), clone.find(root, policies.FOLDER)
    if folder is None or not folder.is_folder:
        raise CatalogError(f"commit {commit[:12]} has no folder {FOLDER}", hint="name another with --base or --head")
    contents: Mapping[str, bytes] = {}
    if rules is not None and rules.is_folder:
        contents = policies.contents(clone.files(rules.id, policies.FOLDER))
    return _side(commit[:12], clone.files(folder.id, FOLDER), contents, reader, roots)


def _side(name: str, files: Files, contents: Mapping[str, bytes], reader: Reader, roots: Roots | None) -> Side:
    tree = reader.tree(files, FOLDER)
    read = policies.read(contents)
    problems = (*check(tree, read.models), *read.problems)
    return Side(name, tree, problems, _policy(contents, roots), unsigned(contents))


def _policy(contents: Mapping[str, bytes], roots: Roots | None) -> Policy | Untrusted:
    if not contents:
        return Untrusted(("there is no folder policies",))
    return unverified(contents) if roots is None else trusted(contents, roots)
