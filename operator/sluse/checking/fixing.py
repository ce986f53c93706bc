"""What a program can mend without asking, mended: round after round, until nothing is left that it can.

Only what people write is edited: documents, never a record, an accepted file, a key or what roots have signed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sluse.catalog import limits
from sluse.catalog.excerpts import with_excerpts
from sluse.catalog.files import FileKind, Files
from sluse.catalog.layout import SCHEMAS, spot
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.catalog.written import demand_inside, write_whole
from sluse.checking import modeline, part
from sluse.checking.edited import edited
from sluse.checking.over import Over
from sluse.checking.scope import Scope
from sluse.errors import CatalogError
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Problem
from sluse.rules.judge import check
from sluse.rules.shown import printable
from sluse.words.said import say

_ROUNDS = 8
"""What one round mends may show what another can; each of these shows less, so more rounds would be a mistake of a fix."""


@dataclass(frozen=True)
class Fixed:
    """What was mended, in the order it was; and the files before and after, by path."""

    problems: tuple[Problem, ...]
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]

    def diff(self) -> str:
        """Return the change as a unified diff, with what cannot be printed replaced: it is for a terminal too.

        A line with a replaced character is none that `git apply` finds in the file.
        """
        return "".join(line for path in sorted(self.after) for line in self._lines(path))

    def _lines(self, path: str) -> Iterator[str]:
        old, new = (_lines(side[path].decode()) for side in (self.before, self.after))
        for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"):
            yield _printed(line) if line.endswith("\n") else f"{_printed(line)}\n\\ No newline at end of file\n"


def fixed(asked: Scope, found: Sequence[Problem], policies: PolicyFiles) -> Fixed:
    """Return what mending the problems makes of their files, and of what shows up then. Nothing is written.

    An edit is a place in a text. So the files that have any are read once more and judged as they are then: the edits
    that are made are of those very bytes, however old the problems that were found are. Raises CatalogError.
    """
    places = {problem.place.path for problem in found if problem.edits and asked.contains(problem.place.path)}
    schemas = _schemas(asked)
    places |= {path for path, content in _documents(asked) if modeline.problem(path, content, schemas)}
    before = {path: _read(asked.root, path) for path in sorted(places)}
    after = dict(before)
    told: list[Problem] = []
    problems = _again(asked, after, policies) if before else []
    for _ in range(_ROUNDS):
        mended = _round(problems, after)
        if not mended:
            break
        told += mended
        problems = _again(asked, after, policies)
    changed = {path for path in after if after[path] != before[path]}
    return Fixed(tuple(told), before, {path: after[path] for path in changed})


def write(root: Path, changed: Fixed) -> None:
    """Put the files in the place of what they were, each at once or not at all. Raises CatalogError."""
    for path, content in changed.after.items():
        if _read(root, path) != changed.before[path]:
            raise _changed(path)
        try:
            write_whole(root, path, content)
        except OSError as error:
            raise CatalogError(say("{path} cannot be written: {reason}", path=path, reason=error.strerror)) from error


def _lines(text: str) -> list[str]:
    """Return lines as YAML and git have them: no other character than a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _printed(line: str) -> str:
    """Return a line of a diff that can drive no terminal; tabs and its end stay."""
    text = line.removesuffix("\n").removesuffix("\r")
    return "\t".join(map(printable, text.split("\t"))) + line[len(text) :]


def _read(root: Path, path: str) -> bytes:
    try:
        return demand_inside(root, path).read_bytes()
    except OSError as error:
        raise _changed(path) from error


def _changed(path: str) -> CatalogError:
    return CatalogError(say("{path} was changed meanwhile", path=path), hint=say("Run the command again."))


def _round(problems: Sequence[Problem], after: dict[str, bytes]) -> list[Problem]:
    mended: list[Problem] = []
    for path in sorted({problem.place.path for problem in problems if problem.edits}):
        after[path], done = edited(after[path], [each for each in problems if each.place.path == path])
        mended += done
    return mended


def _again(asked: Scope, after: Mapping[str, bytes], policies: PolicyFiles) -> list[Problem]:
    """Judge the organisations of the files once more, with what is to become of these."""

    def opened(only: Collection[str] | None) -> Files:
        return Over(WorkTree(asked.root, asked.under, only=only), after)

    only = frozenset(path.removeprefix(f"{asked.under}/").split("/")[0] for path in after)
    tree = part.read(Reader(), opened, asked.under, only, policies)
    problems = with_excerpts(tree, check(tree, policies), policies)
    schemas = _schemas(asked)
    lines = [modeline.problem(path, content, schemas) for path, content in after.items()]
    return [
        problem
        for problem in (*problems, *filter(None, lines))
        if asked.contains(problem.place.path) and problem.place.path in after
    ]


def _documents(asked: Scope) -> Iterator[tuple[str, bytes]]:
    """Yield the documents that were asked for, with what stands in them."""
    files = WorkTree(asked.root, asked.under, only=asked.organisations)
    wanted = [
        entry
        for entry in files.entries()
        if entry.kind is FileKind.FILE
        and spot(entry.path, asked.under).is_mended
        and entry.size <= limits.DOCUMENT_BYTES
        and asked.contains(entry.path)
    ]
    contents = files.read([entry.id for entry in wanted])
    for entry in wanted:
        yield entry.path, contents[entry.id]


def _schemas(asked: Scope) -> tuple[str, ...]:
    """Return the schemas for editors that lie in the tree."""
    return tuple(f"{asked.under}/{name}" for name in SCHEMAS if (asked.root / asked.under / name).is_file())
