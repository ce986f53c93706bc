"""The laws of reading by folder: commit after commit, whatever changes, is what each commit is from nothing.

The tree, its problems and what is compiled of it, by a process that remembers, are those of one that was just started.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.commits import Commit
from laws.happenings import EXAMPLES, GOOD, NOW, Edit, World, edits
from laws.strategies import trees
from sluse.catalog.reader import Reader
from sluse.catalog.trees import GitTree
from sluse.delivery.compile import Compiler
from sluse.delivery.compiled import Compiled
from sluse.delivery.head import Head
from sluse.delivery.policy import Untrusted
from sluse.delivery.production.compiler import ProductionCompiler
from sluse.model.names import Environment
from sluse.model.problem import Problem
from sluse.model.tree import Tree
from sluse.rules.again import Judge
from sluse.rules.judge import check

relaxed = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Process:
    """What an operator remembers between syncs, of either environment."""

    environment: Environment
    reader: Reader = field(default_factory=Reader)
    judge: Judge = field(default_factory=Judge)

    def __post_init__(self) -> None:
        test = self.environment is Environment.TEST
        self.compiler = Compiler(self.environment) if test else ProductionCompiler(withholds=True)

    def sync(self, world: World) -> tuple[Tree, tuple[Problem, ...], Compiled]:
        tree = self.reader.tree(GitTree(Commit(world.files), "c"))
        problems = self.judge.check(tree)
        head = Head("c", "integrations", tree, problems, Untrusted(("of no matter here",)), world.catalogue)
        return (
            tree,
            problems,
            self.compiler.compile(head, dict(world.ledgers), at=NOW, fuse_released=world.settles, only=world.spoken),
        )


def agree(remembers: Process, world: World) -> None:
    found, expected = remembers.sync(world), Process(remembers.environment).sync(world)
    assert found == expected
    assert found[1] == check(found[0])
    world.compiled = found[2]


@relaxed
@given(
    st.sampled_from(Environment),
    st.builds(World, st.sampled_from([EXAMPLES, GOOD]).map(dict), settles=st.booleans()),
    st.lists(edits, min_size=1, max_size=6),
)
def test_what_is_remembered_of_folders_changes_no_commit(
    environment: Environment, world: World, steps: list[Edit]
) -> None:
    process = Process(environment)
    agree(process, world)
    for edit in steps:
        edit.happens(world, edit)
        agree(process, world)


@settings(relaxed, max_examples=20)
@given(st.lists(trees(), min_size=2, max_size=4))
def test_of_other_repositories_nothing_stays(repositories: list[Mapping[str, bytes]]) -> None:
    process = Process(Environment.TEST)
    for files in [*repositories, *reversed(repositories)]:
        agree(process, World(dict(files)))
