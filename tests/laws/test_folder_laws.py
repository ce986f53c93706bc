"""The laws of reading by folder: commit after commit, whatever changes, is what each commit is from nothing.

The tree, its problems and what is compiled of it, by a process that remembers, are those of one that was just started.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.commits import Commit, What
from laws.happenings import BAD, CATALOGUES, EXAMPLES, GOOD, NOW, Edit, World, edits, note
from laws.strategies import trees
from sluse.catalog.git.tree import Mode
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

Files = Mapping[str, What]
Change = Callable[[Files], Files]

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


def _within(folder: str, old: bytes, new: bytes) -> Change:
    def change(files: Files) -> Files:
        assert any(path.startswith(f"integrations/{folder}/") and old in _content(what) for path, what in files.items())
        return {
            path: _content(what).replace(old, new) if path.startswith(f"integrations/{folder}/") else what
            for path, what in files.items()
        }

    return change


def _content(what: What) -> bytes:
    return what if isinstance(what, bytes) else b""


def _without(path: str) -> Change:
    assert path in EXAMPLES
    return lambda files: {each: what for each, what in files.items() if each != path}


def _with(path: str, what: What) -> Change:
    return lambda files: {**files, path: what}


PLANTED: Mapping[str, Change] = {
    "logins of a service that others use": _within("fjordlegen", b"name: idporten", b"name: polar-id"),
    "a service that others use is gone": _without("integrations/nordlys/samhandling.yaml"),
    "an issuer of a provider that others' users meet": _within("polar-id", b"polar-id.example", b"polar.example"),
    "a file that says that it is another's": _with(
        "integrations/nordlys/other.yaml", b"kind: ServiceIntegration\nmetadata: {name: x, organisation: fjordlegen}\n"
    ),
    "a file of no kind that says that it is another's": _with(
        "integrations/nordlys/other.yaml", b"metadata:\n  organisation: fjordlegen\n"
    ),
    "a file outside of all folders that says whose it is": _with(
        "integrations/stray.yaml", b"metadata:\n  organisation: fjordlegen\n"
    ),
    "a number claimed twice": _within("fjordlegen", b'["310448176"]', b'["310448176", "312088347"]'),
    "an organisation without its file": _without("integrations/fjordlegen/organisation.yaml"),
    "a link in a folder's place": lambda files: {
        **{path: what for path, what in files.items() if not path.startswith("integrations/nordlys/")},
        "integrations/nordlys": Mode.SYMLINK,
    },
}


@pytest.mark.parametrize("environment", Environment)
@pytest.mark.parametrize("change", PLANTED.values(), ids=PLANTED.keys())
@pytest.mark.parametrize("settles", [False, True])
def test_what_reaches_other_folders_is_noticed_and_so_is_its_end(
    environment: Environment,
    change: Change,
    settles: bool,  # noqa: FBT001
) -> None:
    world, process = World(dict(EXAMPLES), settles=settles), Process(environment)
    for files in (EXAMPLES, change(EXAMPLES), EXAMPLES, change(EXAMPLES)):
        world.files = dict(files)
        agree(process, world)
        if settles:
            note(world, Edit(note, 1, 0, BAD[0], "", ""))
            agree(process, world)


@pytest.mark.parametrize("environment", Environment)
def test_a_catalogue_and_a_provider_reach_whoever_meets_it(environment: Environment) -> None:
    met = PLANTED["logins of a service that others use"](EXAMPLES)
    moved = PLANTED["an issuer of a provider that others' users meet"](met)
    world, process = World(dict(met)), Process(environment)
    for files in (met, moved, met):
        world.files = dict(files)
        for world.catalogue in (*CATALOGUES, *reversed(CATALOGUES)):
            agree(process, world)


@settings(relaxed, max_examples=20)
@given(st.lists(trees(), min_size=2, max_size=4))
def test_of_other_repositories_nothing_stays(repositories: list[Mapping[str, bytes]]) -> None:
    process = Process(Environment.TEST)
    for files in [*repositories, *reversed(repositories)]:
        agree(process, World(dict(files)))
