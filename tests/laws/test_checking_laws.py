"""The laws of checking: whatever happens to a repository, a check that remembers says what one that does not says.

And what it mends is mended.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.strategies import trees
from sluse.catalog import policies
from sluse.catalog.excerpts import with_excerpts
from sluse.catalog.layout import Role, spot
from sluse.catalog.policies import PolicyReading
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.checking.fixing import fixed, write
from sluse.checking.folders import judged
from sluse.checking.memory import Memory
from sluse.checking.scope import Scope
from sluse.checking.verdict import Verdict, verdict
from sluse.rules.again import Judge
from sluse.rules.judge import check, check_policies
from sluse.words.language import Language, in_language

FIXTURES = Path(__file__).parent.parent / "fixtures"
GOOD = FIXTURES / "good"
BOKMAL = in_language(Language.BOKMAL)
BAD = sorted(path for path in [*FIXTURES.glob("bad-*"), *(FIXTURES / "kinds").glob("bad-*")] if path.is_file())

# Words that tie one organisation's files to another's; each may take the place of any other, anywhere.
TIES = (
    *("313231593", "313745392", "fjordlegen.example", "nordlys.example", "sub.nordlys.example", "example"),
    *("fjord-login", "idporten", "bankid", "nordlys.pasient-app", "fjordlegen.timebok", "fjordlegen.journal-web"),
    *("pasient-app", "timebok", "login", "nordlys", "fjordlegen"),
)

relaxed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def policies_of(root: Path) -> PolicyReading:
    return policies.read(policies.contents(WorkTree(root, "policies")) if (root / "policies").is_dir() else {})


def anew(root: Path) -> Verdict:
    """The verdict on the tree as one: neither folder by folder nor with anything remembered."""
    policy = policies_of(root)
    tree = Reader().tree(WorkTree(root), "integrations")
    found = (*check(tree, policy.models), *policy.problems, *check_policies(policy.models))
    return verdict(with_excerpts(tree, found, policy.models), tree)


def sentences(found: Verdict) -> list[tuple[str, str]]:
    return [(BOKMAL(problem.message), BOKMAL(problem.hint)) for problem in found.problems]


class Edit(NamedTuple):
    """Something that happens to a repository: to which files (by any number), and with which content or words."""

    happens: Callable[[Path, Edit], None]
    at: int
    to: int
    bad: Path
    old: str
    new: str


def file(root: Path, which: int) -> Path:
    """Any file, or one that is not there where none is left."""
    found = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return found[which % len(found)] if found else root / "none"


def content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def put(path: Path, octets: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)


def tie(root: Path, edit: Edit) -> None:
    path = file(root, edit.at)
    put(path, content(path).replace(edit.old.encode(), edit.new.encode()))


def tie_everywhere(root: Path, edit: Edit) -> None:
    for path in (root / "integrations").rglob("*.yaml"):
        put(path, content(path).replace(edit.old.encode(), edit.new.encode()))


def spoil(root: Path, edit: Edit) -> None:
    put(file(root, edit.at), content(edit.bad))


def remove(root: Path, edit: Edit) -> None:
    file(root, edit.at).unlink(missing_ok=True)


def copy_beside(root: Path, edit: Edit) -> None:
    path = file(root, edit.at)
    put(file(root, edit.to).parent / f"copy-{path.name}", content(path))


def overwrite(root: Path, edit: Edit) -> None:
    put(file(root, edit.to), content(file(root, edit.at)))


def claim_another(root: Path, _: Edit) -> None:
    """A folder whose documents all say that they are another organisation's."""
    if (root / "integrations/nordlys").is_dir():
        shutil.copytree(root / "integrations/nordlys", root / "integrations/nordlyset", dirs_exist_ok=True)


def back(root: Path, _: Edit) -> None:
    shutil.copytree(GOOD, root, dirs_exist_ok=True)


def link(root: Path, edit: Edit) -> None:
    place = root / "integrations" / ("nordlys" if edit.at % 2 else "") / "link.yaml"
    if place.parent.is_dir() and not place.exists() and not place.is_symlink():
        place.symlink_to("organisation.yaml")


edits = st.builds(
    Edit,
    st.sampled_from([tie, tie_everywhere, spoil, remove, copy_beside, overwrite, claim_another, back, link]),
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.sampled_from(BAD),
    st.sampled_from(TIES),
    st.sampled_from(TIES),
)


@relaxed
@given(st.lists(edits, min_size=1, max_size=5))
def test_a_check_that_remembers_says_what_one_that_does_not_says(steps: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, memory = Path(folder, "repository"), Memory(Path(folder, "cache"))
        shutil.copytree(GOOD, root)
        for edit in (None, *steps):
            if edit is not None:
                edit.happens(root, edit)
            expected = anew(root)
            for found in (judged(root, "integrations", memory), judged(root, "integrations", memory)):
                assert found == expected
                assert sentences(found) == sentences(expected)
            assert judged(root, "integrations", None) == expected


@relaxed
@given(st.lists(edits, min_size=1, max_size=5))
def test_who_judges_tree_after_tree_says_what_is_said_of_each_alone(steps: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, reader, judge = Path(folder, "repository"), Reader(), Judge()
        shutil.copytree(GOOD, root)
        for edit in (None, *steps):
            if edit is not None:
                edit.happens(root, edit)
            tree = reader.tree(WorkTree(root), "integrations")
            assert judge.check(tree) == check(tree) == judge.check(tree)


@settings(relaxed, max_examples=25)
@given(st.lists(edits, min_size=1, max_size=4))
def test_to_mend_twice_is_to_mend_once_and_touches_documents_only(steps: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "repository")
        shutil.copytree(GOOD, root)
        for edit in steps:
            edit.happens(root, edit)
        everything, models = Scope(root, "integrations", ()), policies_of(root).models
        found = anew(root)
        done = fixed(everything, found.problems, models)
        write(root, done)
        left = anew(root)
        assert fixed(everything, left.problems, models).after == {}
        assert bool(done.after) <= (left.problems != found.problems)
        for path in done.after:
            assert spot(path, "integrations").role in {Role.ORGANISATION, Role.DOCUMENT}


@settings(relaxed, max_examples=15)
@given(st.lists(trees(), min_size=1, max_size=3))
def test_repositories_share_one_memory(repositories: list[Mapping[str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        memory = Memory(Path(folder, "cache"))
        for number, files in enumerate([*repositories, *repositories]):
            root = Path(folder, str(number))
            (root / "integrations").mkdir(parents=True)
            for path, content in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(content)
            assert judged(root, "integrations", memory) == anew(root)
