"""`check` for whoever judges tree after tree, as the operator does: folder by folder, and only those that may be judged otherwise.

A folder's problems are kept while the reader gives the very same tree of it, and the world gives the answers that its
rules got. What a document alone decides is kept in a folder that changed, too. `sluse.checking` does the same between
processes. That it is `check` for any sequence of trees is a law.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sluse.model.policy.authority import SHIPPED, AuthorityProfile
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Problem, ordered
from sluse.model.tree import Sourced, Tree
from sluse.rules.judge import Rules, across, alone, by, known_in, rules_by
from sluse.rules.survey import Survey
from sluse.rules.world import Answers, Asked, Declared, Register, World, outdated


@dataclass(frozen=True)
class _Folder:
    """A folder, judged: `problems` of all kinds, sorted by place; `alone` by the object that they are about."""

    tree: Tree
    declared: Declared
    alone: Mapping[int, tuple[Sourced[Any], tuple[Problem, ...]]]
    problems: tuple[Problem, ...]
    answers: Answers


class Judge:
    """Judges one tree after the other. What is in the last one no more is forgotten."""

    def __init__(self) -> None:
        self._folders: Mapping[str, _Folder] = {}
        self._world = Register(())
        self._policies: PolicyFiles | None = None
        self._rules = rules_by(SHIPPED)
        self._problems: tuple[Problem, ...] = ()

    def check(
        self, tree: Tree, policies: PolicyFiles | None = None, known: AuthorityProfile | None = None
    ) -> tuple[Problem, ...]:
        """Return what `judge.check` returns; the very object of before where that is the same.

        `known` is what is known of the authority where no other of the policies are at hand.
        """
        rules = rules_by(known or known_in(policies))
        if policies != self._policies or rules is not self._rules:
            self._folders, self._policies, self._rules = {}, policies, rules
        before = self._folders
        kept = {name: last for name, part in tree.parts.items() if (last := before.get(name)) and last.tree is part}
        declared = {name: Declared.by(part) for name, part in tree.parts.items() if name not in kept}
        world = self._world
        if _declared_otherwise(before, tree, declared):
            world = Register(declared[name] if name in declared else kept[name].declared for name in tree.parts)
            untrue = outdated({name: folder.answers for name, folder in kept.items()}, world)
            declared |= {name: kept[name].declared for name in untrue}
        fresh = {
            name: _judged(rules, tree.parts[name], declares, policies, world, before.get(name))
            for name, declares in declared.items()
        }
        # All or nothing: a rule that raised leaves no world behind that the folders were not judged in.
        self._folders, self._world = {name: fresh.get(name) or kept[name] for name in tree.parts}, world
        if before.keys() != self._folders.keys() or any(
            before[name].problems != folder.problems for name, folder in fresh.items()
        ):
            self._problems = ordered(chain.from_iterable(folder.problems for folder in self._folders.values()))
        return self._problems


def _declared_otherwise(before: Mapping[str, _Folder], tree: Tree, declared: Mapping[str, Declared]) -> bool:
    """Tell whether the folders declare together what they did not before."""
    return before.keys() != tree.parts.keys() or any(before[name].declared != each for name, each in declared.items())


def _judged(
    rules: Rules, tree: Tree, declared: Declared, policies: PolicyFiles | None, world: World, last: _Folder | None
) -> _Folder:
    known = last.alone if last is not None else {}
    # Holding the object keeps its id its own.
    found = {
        id(each): known.get(id(each)) or (each, tuple(by(own, each, source)))
        for each, source, own in alone(tree, rules)
    }
    asked = Asked(world)
    alones = chain.from_iterable(problems for _, problems in found.values())
    problems = ordered([*tree.problems, *alones, *across(Survey(tree, policies, asked), rules)])
    return _Folder(tree, declared, found, problems, asked.answers)
