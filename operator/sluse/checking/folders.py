"""The whole tree, judged folder by folder, so that only those are read whose verdict is not known.

A folder's verdict follows from its files, the rules, `policies/`, and what it asked about other folders. The first three
make the key by which it is remembered; the answers are asked again. Judging each file by itself was rejected: most rules
look at several files of one folder, and hardly any at those of another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sluse.catalog.files import by_folder
from sluse.catalog.work_tree import WorkTree
from sluse.checking.judging import Judging, Policies, Read, digest, written
from sluse.checking.memory import Memory
from sluse.checking.release import release
from sluse.checking.remembered import Remembered, packed, packed_problems, unpacked, unpacked_problems
from sluse.checking.sharing import FEW, shared
from sluse.checking.verdict import Verdict
from sluse.cores.forked import how_many
from sluse.model.problem import ordered
from sluse.rules.world import Register, outdated

if TYPE_CHECKING:
    from sluse.model.problem import Problem


def judged(root: Path, under: str, memory: Memory | None, processes: int | None = None) -> Verdict:
    """Return the verdict on the files below `root`/`under`, and on `policies/` beside them. Raises CatalogError.

    It is the same with any memory and with none; what had to be found out is added to it. It is the same by any number of
    `processes`; None is what the machine has, if there is much to judge.
    """
    policies = Policies(root)
    tree = WorkTree(root, under)
    entries = tree.entries()
    files = Read(tree.read([entry.id for entry in entries if entry.id]))
    judging = Judging(under, files, by_folder(entries, under), policies)
    return _Check(under, judging, policies, memory, processes).verdict()


class _Check:
    """One check: what is remembered, and the rest."""

    def __init__(
        self, under: str, judging: Judging, policies: Policies, memory: Memory | None, processes: int | None
    ) -> None:
        self._judging = judging
        self._policies = policies
        self._memory = memory
        self._processes = processes
        rules = release() if memory is not None else b""
        self._of_policies = digest(rules, b"policies", policies.digest)
        self._keys = {
            folder: digest(rules, policies.digest, under.encode(), written(entries))
            for folder, entries in judging.folders.items()
        }

    def verdict(self) -> Verdict:
        known = self._memory.recall([self._of_policies, *self._keys.values()]) if self._memory is not None else {}
        before = {
            folder: found
            for folder, key in self._keys.items()
            if key in known and (found := unpacked(known[key])) is not None
        }
        fresh = self._fresh(before)
        told = unpacked_problems(known[self._of_policies]) if self._of_policies in known else None
        of_policies = told if told is not None else self._policies.problems()
        if self._memory is not None and (fresh or told is None):
            new = {self._keys[folder]: packed(found) for folder, found in fresh.items()}
            self._memory.keep(new if told is not None else {**new, self._of_policies: packed_problems(of_policies)})
        return _together(of_policies, {**before, **fresh}.values())

    def _fresh(self, before: Mapping[str, Remembered]) -> Mapping[str, Remembered]:
        """Return the part of each folder that is not known, or not true any more."""
        unknown = [folder for folder in self._judging.folders if folder not in before]
        with shared(self._judging, unknown, self._shares(unknown)) as work:
            declared = {**{folder: found.declared for folder, found in before.items()}, **work.declared()}
            world = Register(declared[folder] for folder in self._judging.folders)
            untrue = outdated({folder: found.answers for folder, found in before.items()}, world)
            return {**work.judged(world), **{folder: self._judging.judged(folder, world) for folder in untrue}}

    def _shares(self, folders: Iterable[str]) -> int:
        return how_many(self._processes, sum(len(self._judging.folders[each]) for each in folders), FEW)


def _together(of_policies: Sequence[Problem], folders: Iterable[Remembered]) -> Verdict:
    verdicts = [folder.verdict for folder in folders]
    problems = [*of_policies, *(problem for each in verdicts for problem in each.problems)]
    counts: dict[str, int] = defaultdict(int)
    for each in verdicts:
        for name, count in each.counts.items():
            counts[name] += count
    return Verdict(ordered(problems), sum(each.readable for each in verdicts), dict(counts))
