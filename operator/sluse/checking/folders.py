"""The whole tree, judged folder by folder, so that only those are read whose verdict is not known.

A folder's verdict follows from its files, the rules, `policies/`, and what it asked about other folders. The first three
make the key by which it is remembered; the answers are asked again. Judging each file by itself was rejected: most rules
look at several files of one folder, and hardly any at those of another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sluse.catalog.work_tree import WorkTree
from sluse.checking.judging import Judging, Policies, be_ready, digest
from sluse.checking.memory import Memory
from sluse.checking.release import release
from sluse.checking.remembered import Remembered, packed, packed_problems, unpacked, unpacked_problems
from sluse.checking.sharing import FEW, Shared, shared
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
    folders = WorkTree(root, under).folders()
    if memory is None:
        be_ready()
    make = partial(Judging, root, under, policies=policies)
    with shared(make, folders, how_many(processes, len(folders), FEW)) as work:
        if memory is None:
            return _together(policies.problems(), _judged(work, folders.keys(), {}).values())
        return _Remembering(memory, policies).verdict(work)


def _judged(work: Shared, folders: AbstractSet[str], known: Mapping[str, Remembered]) -> Mapping[str, Remembered]:
    """Return the part of the verdict of each folder: what is known of it, unless that is not true any more."""
    unknown = folders - known.keys()
    declared = {**{folder: found.declared for folder, found in known.items()}, **work.declared(unknown)}
    world = Register(declared[folder] for folder in folders)
    untrue = outdated({folder: found.answers for folder, found in known.items()}, world)
    return {**known, **work.judged(unknown | untrue, world)}


class _Remembering:
    """A check by what earlier ones found out."""

    def __init__(self, memory: Memory, policies: Policies) -> None:
        self._memory = memory
        self._policies = policies
        self._rules = release()
        self._policy = policies.digest
        self._of_policies = digest(self._rules, b"policies", policies.digest)

    def verdict(self, work: Shared) -> Verdict:
        keys = self._keys(work)
        texts = self._memory.recall([self._of_policies, *keys.values()])
        parts = {folder: unpacked(texts[key]) for folder, key in keys.items() if key in texts}
        known = {folder: part for folder, part in parts.items() if part is not None}
        found = _judged(work, keys.keys(), known)
        told = unpacked_problems(texts[self._of_policies]) if self._of_policies in texts else None
        of_policies = told if told is not None else self._policies.problems()
        new = {} if told is not None else {self._of_policies: packed_problems(of_policies)}
        fresh = {folder: part for folder, part in found.items() if part is not known.get(folder)}
        if fresh:
            now = self._keys(work)  # another one where a part was read again, since what was judged of it is not known
            new.update({keys[each]: packed(part) for each, part in fresh.items() if now[each] == keys[each]})
        if new:
            self._memory.keep(new)
        return _together(of_policies, found.values())

    def _keys(self, work: Shared) -> Mapping[str, bytes]:
        return {folder: digest(self._rules, self._policy, each) for folder, each in work.written().items()}


def _together(of_policies: Sequence[Problem], folders: Iterable[Remembered]) -> Verdict:
    verdicts = [folder.verdict for folder in folders]
    problems = [*of_policies, *(problem for each in verdicts for problem in each.problems)]
    counts: dict[str, int] = defaultdict(int)
    for each in verdicts:
        for name, count in each.counts.items():
            counts[name] += count
    return Verdict(ordered(problems), sum(each.readable for each in verdicts), dict(counts))
