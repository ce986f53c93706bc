"""What holds of every preview, whatever the files."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.strategies import trees
from sluse.catalog.git.standing import StandingClone
from sluse.delivery.previewing.means import MOVES
from sluse.delivery.previewing.of_clone import previewed as of_clone
from sluse.delivery.previewing.preview import Known
from sluse.delivery.previewing.trees import compared
from sluse.plan.preview import markdown, text, wire
from sluse.plan.preview.value import Action, Preview
from sluse.rules import personal
from sluse.words.said import english
from worlds.own_clone import GIT
from worlds.previewing import AT, JOURNAL, MESSAGES, PROVIDER_FILE, Files, previewed, replaced, repository, without


@cache
def base() -> Files:
    return repository()[1]


def rendered(found: Preview) -> str:
    said = json.dumps(wire.wire(found, words=english), ensure_ascii=False)
    return "\n".join((*text.lines(found, words=english), markdown.markdown(found, words=english), said))


FEW = settings(max_examples=12, deadline=None)


@FEW
@given(trees())
def test_of_the_same_files_all_is_kept(found: Mapping[str, bytes]) -> None:
    preview = previewed(found, found)
    assert preview.items == ()
    assert preview.new_faults == ()
    assert preview.fuse == ()


@FEW
@given(trees(), trees(), st.randoms(use_true_random=False))
def test_the_order_of_the_files_changes_nothing(
    before: Mapping[str, bytes], after: Mapping[str, bytes], chance: random.Random
) -> None:
    def shuffled(found: Mapping[str, bytes]) -> Mapping[str, bytes]:
        paths = list(found)
        chance.shuffle(paths)
        return {path: found[path] for path in paths}

    first = previewed(before, after)
    assert previewed(shuffled(before), shuffled(after)) == first
    assert rendered(previewed(shuffled(before), shuffled(after))) == rendered(first)


_PERSON = st.integers(1, 28).flatmap(
    lambda day: st.integers(0, 999_999).map(lambda rest: f"{day:02}01{rest % 100:02}{rest // 100:05}")
).filter(personal.is_personal)  # fmt: skip
_PLACES = ("title: Journal", "users: Doctors", "platform: Python", "nhn:msh/api", "test.fjordlegen.example/signin")


@settings(FEW, max_examples=20, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    _PERSON | st.sampled_from(('"d": "aGVtbWVsaWctaGVtbWVsaWctaGVtbWVsaWc"', "-----BEGIN PRIVATE KEY-----")),
    st.sampled_from(_PLACES),
    st.sampled_from(("", "/", " # ", "a-rather-long-path-of-some-forty-characters/")),
    st.booleans(),
)
def test_no_private_key_and_no_persons_number_is_ever_shown(
    secret: str,
    place: str,
    between: str,
    turned: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    spoilt = replaced(base(), JOURNAL, (place, f"{place}{between}{secret}"))
    found = previewed(spoilt, base()) if turned else previewed(base(), spoilt)
    assert secret not in rendered(found)


_WORDS = st.from_regex(r"[a-z]{1,12}", fullmatch=True)


@FEW
@given(_WORDS, st.booleans())
def test_a_change_of_test_values_alone_never_says_that_production_moves(word: str, provider: bool) -> None:  # noqa: FBT001
    path, old = (PROVIDER_FILE, "https://test.polar-id") if provider else (JOURNAL, "https://test.fjordlegen")
    found = previewed(base(), replaced(base(), path, (old, old.replace("test.", f"{word}.test."))))
    assert found.items
    for item in found.items:
        assert item.effect("production").action is Action.KEEP
        assert item.effect("production").parts == ()
        assert not any(said.startswith(MOVES) for said in item.says)
        assert not any(need.new for need in item.needs)


_CHANGES = (
    lambda found: replaced(found, JOURNAL, ("test.fjordlegen", "beta.fjordlegen")),
    lambda found: replaced(found, MESSAGES, ("nhn:msh/api", "nhn:deft/api")),
    lambda found: replaced(found, PROVIDER_FILE, ("identifier: pid", "identifier: sub")),
    lambda found: without(found, PROVIDER_FILE),
    lambda found: replaced(found, JOURNAL, ("structure:", "strcture:")),
    lambda found: without(found, "integrations/polar-id/decisions"),
    lambda found: without(found, "integrations/fjordlegen/keys/journal"),
    lambda found: without(found, "integrations/tind-kommune/home-care.yaml"),
    lambda found: replaced(found, "integrations/polar-id/organisation.yaml", ("310550531", "310448176")),
    lambda found: replaced(found, "integrations/fjordlegen/organisation.yaml", ("fjordlegen.example", "ny.example")),
    lambda found: replaced(found, "policies/gate.yaml", ("version: 1", "version: 2")),
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clone")
    put(root, base())
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "base")
    return root


def put(root: Path, found: Files) -> None:
    for path in (*root.glob("integrations/**/*.*"), *root.glob("policies/*.*")):
        path.unlink()
    for name, content in found.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", root, *words], env=GIT, check=True, capture_output=True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.sampled_from(range(len(_CHANGES))), min_size=1, max_size=3, unique=True),
    committed=st.booleans(),
)
def test_what_a_change_can_reach_is_all_that_need_be_read(clone: Path, changes: list[int], committed: bool) -> None:  # noqa: FBT001
    found = base()
    for each in sorted(changes, key=lambda number: number == 3):  # the file is gone only after it was changed
        found = _CHANGES[each](found)
    put(clone, found)
    if committed:
        git(clone, "switch", "--quiet", "--create", "change", "main")
        git(clone, "commit", "--quiet", "--all", "--message", "change")
    try:
        with StandingClone(clone) as standing:
            asked = compared(clone, standing, "main", "change" if committed else None, None)
            known = Known(AT)
            assert of_clone(asked, known) == of_clone(asked, known, whole=True)
    finally:
        if committed:
            git(clone, "switch", "--quiet", "main")
            git(clone, "branch", "--quiet", "--delete", "--force", "change")
