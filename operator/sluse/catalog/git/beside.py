"""What a person's working tree has beside a commit: which paths differ, and which files mention a word.

Git is asked, since it knows by its index what is unchanged without reading it. It runs in the person's own
surroundings, as in `standing`, and writes nothing.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path

from sluse.catalog.git import command
from sluse.errors import CatalogError
from sluse.words.said import say

_LIMIT = 60.0


def changed(root: Path, base: str, head: str | None, folders: Collection[str]) -> frozenset[str]:
    """Return the paths below `folders` that differ between two commits, or a commit and the working tree.

    What git ignores counts in the working tree: nothing authored is to be ignored. Raises CatalogError.
    """
    options = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=none")
    compared = (base,) if head is None else (base, head)
    found = _paths(_git(root, "diff", *options, *compared, "--", *folders))
    if head is None:
        found |= _paths(_git(root, "ls-files", "--others", "-z", "--", *folders))
    return found


def mentioned(root: Path, head: str | None, words: Collection[str], folder: str) -> Mapping[str, frozenset[str]]:
    """Return the files below a folder in which words stand, and which: of a commit, or the working tree."""
    if not words:
        return {}
    where = ("--untracked", "--no-exclude-standard") if head is None else (head,)
    options = ("-c", "grep.lineNumber=false", "-c", "grep.column=false", "-c", "grep.fullName=false")
    asked = ("grep", "--text", "--only-matching", "--no-color", "--fixed-strings", "-z", "-f", "-")
    out = _git(root, *options, *asked, *where, "--", folder, given="\n".join(sorted(words)).encode(), nothing=1)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in out.split(b"\n"):
        path, separator, word = line.partition(b"\0")
        if separator:
            found[_text(path).removeprefix(f"{head}:")].add(_text(word))
    return {path: frozenset(each) for path, each in found.items()}


def _paths(listed: bytes) -> frozenset[str]:
    return frozenset(_text(each) for each in listed.split(b"\0") if each)


def _text(found: bytes) -> str:
    return found.decode("utf-8", "surrogateescape")


def _git(root: Path, *arguments: str, given: bytes = b"", nothing: int = 0) -> bytes:
    """Return what git prints. `nothing`: the exit code that says there is nothing to print."""
    words = [command.program(), "-C", str(root), "-c", "core.quotePath=false", *arguments]
    try:
        ran = subprocess.run(words, input=given, capture_output=True, check=False, timeout=_LIMIT)  # noqa: S603 - our own arguments, no shell
    except subprocess.TimeoutExpired:
        raise CatalogError(say("git took longer than {seconds} s", seconds=f"{_LIMIT:.0f}")) from None
    if ran.returncode not in {0, nothing}:
        said = " ".join(ran.stderr.decode(errors="replace").split())[-200:]
        raise CatalogError(say("git cannot compare the working tree: {said}", said=said))
    return ran.stdout
