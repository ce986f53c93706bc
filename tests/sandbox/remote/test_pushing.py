from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sluse.sandbox.remote import Counts

Place = Any  # conftest's Place: importlib mode has no module to import it from


def push(place: Place, name: str, clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done: subprocess.CompletedProcess[str] = place.client(name).run("push", place.url, *arguments, cwd=clone)
    return done


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What the remote told the pusher, without git's own line that a hook declined."""
    lines = [line.rstrip() for line in done.stderr.splitlines() if line.startswith("remote: ")]
    return [line for line in lines if not line.startswith("remote: error: hook declined")]


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("maintainer", "refs/heads/main"),
        ("supplier-x", "refs/heads/supplier/x/new-client"),
        ("supplier-x", "refs/heads/supplier/x/a/b"),
        ("operator-test", "refs/heads/sluse/test"),
        ("admin", "refs/tags/v1"),
    ],
)
def test_a_person_pushes_what_its_patterns_name(seeded: Place, name: str, ref: str) -> None:
    clone = seeded.clone(name, "clone")
    commit = seeded.commit(clone, "second.yaml")
    done = push(seeded, name, clone, f"HEAD:{ref}")
    assert done.returncode == 0, done.stderr
    assert seeded.tip(ref) == commit


@pytest.mark.parametrize(
    ("name", "ref", "sentence"),
    [
        (
            "supplier-x",
            "refs/heads/main",
            "supplier-x may not push refs/heads/main; open a pull request from refs/heads/supplier/x/...",
        ),
        (
            "supplier-x",
            "refs/heads/supplier/y/a",
            "supplier-x may not push refs/heads/supplier/y/a; open a pull request from refs/heads/supplier/x/...",
        ),
        (
            "supplier-x",
            "refs/heads/supplier/xy",
            "supplier-x may not push refs/heads/supplier/xy; open a pull request from refs/heads/supplier/x/...",
        ),
        (
            "operator-test",
            "refs/heads/sluse/production",
            "operator-test may not push refs/heads/sluse/production; this identity may push refs/heads/sluse/test",
        ),
        (
            "operator-test",
            "refs/heads/sluse/test2",
            "operator-test may not push refs/heads/sluse/test2; this identity may push refs/heads/sluse/test",
        ),
        ("maintainer", "refs/tags/v1", "maintainer may not push refs/tags/v1; open a pull request from refs/heads/..."),
        ("reader", "refs/heads/main", "reader may not push refs/heads/main; this identity can only read"),
    ],
)
def test_a_push_outside_the_patterns_is_refused_in_one_sentence(
    seeded: Place, name: str, ref: str, sentence: str
) -> None:
    clone = seeded.clone(name, "clone")
    seeded.commit(clone, "second.yaml")
    before = seeded.tip(ref)
    done = push(seeded, name, clone, f"HEAD:{ref}")
    assert done.returncode == 1
    assert said(done) == [f"remote: {sentence}"]
    assert seeded.tip(ref) == before


def test_a_refused_ref_does_not_hold_back_its_neighbour(seeded: Place) -> None:
    clone = seeded.clone("supplier-x", "clone")
    commit = seeded.commit(clone, "second.yaml")
    done = push(seeded, "supplier-x", clone, "HEAD:refs/heads/main", "HEAD:refs/heads/supplier/x/a")
    assert done.returncode == 1
    assert seeded.tip("refs/heads/supplier/x/a") == commit
    assert seeded.tip("refs/heads/main") != commit


@pytest.fixture
def rewritten(seeded: Place) -> Path:
    """A clone whose branch does not descend from the remote's main, nor from its sluse/test."""
    clone: Path = seeded.clone("admin", "rewritten")
    push(seeded, "admin", clone, "HEAD:refs/heads/sluse/test", "HEAD:refs/heads/supplier/x/a")
    seeded.stranger({}).must("checkout", "--quiet", "--orphan", "other", cwd=clone)
    seeded.commit(clone, "other.yaml")
    return clone


@pytest.mark.parametrize(
    ("name", "ref"), [("maintainer", "refs/heads/main"), ("operator-test", "refs/heads/sluse/test")]
)
def test_history_of_a_protected_branch_is_neither_rewritten_nor_deleted(
    seeded: Place, rewritten: Path, name: str, ref: str
) -> None:
    before = seeded.tip(ref)
    forced = push(seeded, name, rewritten, "--force", f"HEAD:{ref}")
    assert said(forced) == [f"remote: {name} may not rewrite {ref}; fetch, merge and push again"]
    deleted = push(seeded, name, rewritten, "--delete", ref)
    assert said(deleted) == [f"remote: {name} may not delete {ref}; the branch is protected"]
    assert (forced.returncode, deleted.returncode) == (1, 1)
    assert seeded.tip(ref) == before is not None


def test_an_own_branch_may_be_rewritten_and_deleted(seeded: Place, rewritten: Path) -> None:
    ref = "refs/heads/supplier/x/a"
    assert push(seeded, "supplier-x", rewritten, "--force", f"HEAD:{ref}").returncode == 0
    assert seeded.tip(ref) == seeded.stranger({}).must("rev-parse", "HEAD", cwd=rewritten)
    assert push(seeded, "supplier-x", rewritten, "--delete", ref).returncode == 0
    assert seeded.tip(ref) is None


def test_an_identity_with_force_rewrites_and_deletes_main(seeded: Place, rewritten: Path) -> None:
    assert push(seeded, "admin", rewritten, "--force", "HEAD:refs/heads/main").returncode == 0
    assert seeded.tip("refs/heads/main") == seeded.stranger({}).must("rev-parse", "HEAD", cwd=rewritten)
    assert push(seeded, "admin", rewritten, "--delete", "refs/heads/main").returncode == 0
    assert seeded.tip("refs/heads/main") is None


def test_a_push_past_the_server_has_no_identity(seeded: Place) -> None:
    clone = seeded.clone("maintainer", "clone")
    seeded.commit(clone, "second.yaml")
    done = seeded.stranger({}).run("push", str(seeded.remote.repository), "HEAD:refs/heads/main", cwd=clone)
    assert said(done) == ["remote: nobody may not push refs/heads/main; this identity can only read"]


def test_different_branches_are_pushed_at_once(seeded: Place) -> None:
    clones = [seeded.clone("maintainer", f"clone-{number}") for number in range(6)]
    commits = [seeded.commit(clone, f"{clone.name}.yaml") for clone in clones]
    before = seeded.remote.faults.counts.pushes
    with ThreadPoolExecutor(len(clones)) as pool:
        done = list(
            pool.map(lambda clone: push(seeded, "maintainer", clone, f"HEAD:refs/heads/at-once/{clone.name}"), clones)
        )
    assert [one.returncode for one in done] == [0] * len(clones)
    assert [seeded.tip(f"refs/heads/at-once/{clone.name}") for clone in clones] == commits
    assert seeded.remote.faults.counts.pushes == before + len(clones)


def test_of_two_pushes_from_one_parent_the_second_is_told_to_fetch_first(seeded: Place) -> None:
    first, second = seeded.clone("maintainer", "first"), seeded.clone("maintainer", "second")
    commit = seeded.commit(first, "a.yaml")
    seeded.commit(second, "b.yaml")
    assert push(seeded, "maintainer", first, "HEAD:main").returncode == 0
    late = push(seeded, "maintainer", second, "HEAD:main")
    assert late.returncode == 1
    assert "fetch first" in late.stderr
    assert seeded.tip("refs/heads/main") == commit


def test_the_first_push_into_an_empty_remote_is_counted_and_a_refused_one_is_not(place: Place) -> None:
    clone = place.clone("maintainer", "clone")
    commit = place.commit(clone, "first.yaml")
    assert push(place, "maintainer", clone, "HEAD:refs/heads/main").returncode == 0
    assert place.tip("refs/heads/main") == commit
    assert push(place, "reader", clone, "HEAD:refs/heads/x").returncode == 1
    assert place.remote.faults.counts == Counts(fetches=0, pushes=1)


def test_a_large_push_streams_through(seeded: Place) -> None:
    clone = seeded.clone("supplier-x", "clone")
    seeded.commit(clone, "large", "".join(f"{number:x}" for number in range(1_000_000)))
    done = seeded.client("supplier-x").run(
        "-c", "core.compression=0", "push", seeded.url, "HEAD:refs/heads/supplier/x/large", cwd=clone
    )
    assert done.returncode == 0, done.stderr
    assert seeded.stranger({}).must("rev-parse", "HEAD", cwd=clone) == seeded.tip("refs/heads/supplier/x/large")
