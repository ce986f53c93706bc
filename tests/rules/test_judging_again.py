"""Tree after tree: what another folder's verdict rests on is noticed when it changes, and nothing else is judged again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sluse.catalog import policies
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.model.policy.files import PolicyFiles
from sluse.rules.again import Judge
from sluse.rules.judge import check
from sluse.rules.world import Question, Register, outdated
from worlds.files import HeldFiles

ROOT = Path(__file__).parents[2]
FILES = {
    path.relative_to(ROOT).as_posix(): path.read_bytes()
    for path in (ROOT / "integrations").rglob("*")
    if path.is_file() and path.suffix != ".md"
}
NUMBER = b"312088347"  # nordlys'
Files = Mapping[str, bytes]


def within(path: str, old: bytes, new: bytes) -> Callable[[Files], Files]:
    assert old in FILES[path]
    return lambda files: {**files, path: files[path].replace(old, new)}


def without(path: str) -> Callable[[Files], Files]:
    assert path in FILES
    return lambda files: {each: content for each, content in files.items() if each != path}


def added(path: str, content: bytes) -> Callable[[Files], Files]:
    return lambda files: {**files, path: content}


def renamed(files: Files) -> Files:
    """The folder of a supplier under another name, and its documents too: whoever uses its services is affected."""
    return {
        path.replace("/nordlys/", "/nordlyset/"): content.replace(
            b"organisation: nordlys\n", b"organisation: nordlyset\n"
        )
        if "/nordlys/" in path
        else content
        for path, content in files.items()
    }


CHANGES = {
    "a number claimed twice": within(
        "integrations/fjordlegen/organisation.yaml", b'"310448176"', b'"310448176", "312088347"'
    ),
    "a number given up": within("integrations/nordlys/organisation.yaml", NUMBER, b"310448176"),
    "a service that others use removed": without("integrations/nordlys/samhandling.yaml"),
    "an organisation's own file removed": without("integrations/nordlys/organisation.yaml"),
    "a supplier renamed": renamed,
    "a domain that lies within another's": within(
        "integrations/fjordlegen/organisation.yaml", b"[fjordlegen.example]", b"[fjordlegen.example, a.nordlys.example]"
    ),
    "a provider's name that another has": added(
        "integrations/nordlys/login.yaml",
        FILES["integrations/polar-id/login.yaml"].replace(b"organisation: polar-id", b"organisation: nordlys"),
    ),
    "what cannot be read": within("integrations/nordlys/organisation.yaml", b"kind:", b"kind"),
    "a file of somebody else's name": added(
        "integrations/nordlys/other.yaml", b"metadata:\n  organisation: fjordlegen\n"
    ),
    "all gone": lambda _: {},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("models", [None, policies.read(policies.contents(WorkTree(ROOT, "policies"))).models])
def test_a_change_and_its_end_are_judged_as_if_nothing_was_known(
    change: Callable[[Files], Files], models: PolicyFiles | None
) -> None:
    reader, judge = Reader(), Judge()
    for files in (FILES, change(FILES), FILES, change(FILES)):
        tree = reader.tree(HeldFiles(files))
        assert judge.check(tree, models) == check(tree, models)


def test_what_the_policies_say_is_part_of_the_verdict() -> None:
    reader, judge = Reader(), Judge()
    tree = reader.tree(HeldFiles(FILES))
    models = policies.read(policies.contents(WorkTree(ROOT, "policies"))).models
    for each in (None, models, PolicyFiles(), models, None):
        assert judge.check(tree, each) == check(tree, each)


def test_only_what_changed_and_who_asked_about_it_is_judged_again() -> None:
    reader, judge = Reader(), Judge()
    judge.check(reader.tree(HeldFiles(FILES)))
    before = dict(judge._folders)
    judge.check(reader.tree(HeldFiles(CHANGES["a service that others use removed"](FILES))))
    again = {name for name, folder in judge._folders.items() if before[name] is not folder}
    assert again == {"nordlys", "tind-kommune"}


def test_the_same_verdict_is_the_same_object() -> None:
    reader, judge = Reader(), Judge()
    broken = CHANGES["a number claimed twice"](FILES)
    first = judge.check(reader.tree(HeldFiles(broken)))
    assert first
    retitled = within("integrations/nordlys/samhandling.yaml", b"title:", b"title: Other")(broken)
    assert judge.check(reader.tree(HeldFiles(retitled))) is first


def test_what_left_is_forgotten() -> None:
    reader, judge = Reader(), Judge()
    judge.check(reader.tree(HeldFiles(FILES)))
    assert judge.check(reader.tree(HeldFiles({}))) == ()
    assert judge._folders.keys() <= {""}


def test_a_verdict_is_outdated_by_any_answer_that_differs() -> None:
    answers = {(Question.SERVICES, "a.b"): ("a.b",), (Question.SPEAKERS, "1"): ()}
    nobody = {(Question.SPEAKERS, "1"): ()}
    assert outdated({"one": answers, "two": nobody, "three": {}}, Register(())) == {"one"}
