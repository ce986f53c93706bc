from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sluse.catalog.git.source import Commit, Source
from sluse.errors import CatalogError, RemoteUnavailable

Origin = Any  # conftest's Origin: importlib mode has no module to import it from


def test_the_first_fetch_brings_the_commit_and_its_time(origin: Origin, source: Source) -> None:
    commit = origin.commit({"a.yaml": b"a"})
    assert source.fetch() == Commit(commit, datetime.fromtimestamp(origin.moment, UTC), forced=False)


def test_the_first_fetch_is_shallow(origin: Origin, source: Source) -> None:
    first = origin.commit({"a.yaml": b"a"})
    origin.commit({"a.yaml": b"b"})
    source.fetch()
    with pytest.raises(CatalogError, match=f"commit {first} is not in the copy of branch main"):
        source.entries(first, "")


def test_a_branch_that_stands_still_is_fetched_again_without_change(origin: Origin, source: Source) -> None:
    origin.commit({"a.yaml": b"a"})
    assert source.fetch() == source.fetch()


def test_a_branch_that_moved_forward_is_not_forced(origin: Origin, source: Source) -> None:
    origin.commit({"a.yaml": b"a"})
    source.fetch()
    for number in range(5):
        origin.commit({"a.yaml": b"%d" % number})
    assert source.fetch() == Commit(origin.tip(), datetime.fromtimestamp(origin.moment, UTC), forced=False)


def test_a_merge_of_older_commits_is_not_forced(origin: Origin, source: Source) -> None:
    base = origin.commit({"a.yaml": b"a"})
    side = origin.commit({"a.yaml": b"side"}, branch="side", parent=base, later=10)
    origin.commit({"a.yaml": b"b"}, later=100_000)
    source.fetch()
    tree = origin.git("--git-dir", str(origin.path), "rev-parse", "main^{tree}")
    merge = origin.git(
        *("-c", "user.name=A", "-c", "user.email=a@b.example", "--git-dir", str(origin.path)),
        *("commit-tree", "-p", origin.tip(), "-p", side, "-m", "merge", tree),
    )
    origin.git("--git-dir", str(origin.path), "update-ref", "refs/heads/main", merge)
    fetched = source.fetch()
    assert (fetched.id, fetched.forced) == (merge, False)


@pytest.mark.parametrize("later", [60, 0, -7200, 100_000], ids=["later", "same time", "earlier", "much later"])
def test_a_branch_that_was_rewritten_is_forced_once(origin: Origin, source: Source, later: int) -> None:
    base = origin.commit({"a.yaml": b"a"})
    origin.commit({"a.yaml": b"b"})
    source.fetch()
    commit = origin.commit({"a.yaml": b"c"}, parent=base, later=later)
    fetched = source.fetch()
    assert (fetched.id, fetched.forced) == (commit, True)
    assert source.fetch().forced is False


def test_a_branch_that_was_set_back_is_forced(origin: Origin, source: Source) -> None:
    base = origin.commit({"a.yaml": b"a"})
    origin.commit({"a.yaml": b"b"}, later=100_000)
    source.fetch()
    origin.git("--git-dir", str(origin.path), "update-ref", "refs/heads/main", base)
    fetched = source.fetch()
    assert (fetched.id, fetched.forced) == (base, True)
    origin.commit({"a.yaml": b"c"})
    assert source.fetch().forced is False


def test_a_branch_without_common_history_is_forced(origin: Origin, source: Source) -> None:
    origin.commit({"a.yaml": b"a"})
    source.fetch()
    origin.commit({"b.yaml": b"b"}, parent=None)
    assert source.fetch().forced is True


def test_a_new_process_remembers_what_was_fetched_last(origin: Origin, open_source: Callable[..., Source]) -> None:
    origin.commit({"a.yaml": b"a"})
    open_source(origin.url).fetch()
    origin.commit({"a.yaml": b"b"}, parent=None)
    assert open_source(origin.url).fetch().forced is True


def test_a_remote_that_is_itself_shallow_is_read(origin: Origin, open_source: Callable[..., Source]) -> None:
    origin.commit({"a.yaml": b"a"})
    origin.commit({"a.yaml": b"b"})
    shallow = origin.path.parent / "shallow.git"
    origin.git("clone", "--quiet", "--bare", "--depth=1", origin.url, str(shallow))
    assert open_source(f"file://{shallow}").fetch().id == origin.tip()


def test_an_empty_remote_is_named_and_read_once_it_has_a_commit(origin: Origin, source: Source) -> None:
    with pytest.raises(RemoteUnavailable, match=r"origin\.git is empty") as caught:
        source.fetch()
    assert caught.value.hint == "push a first commit to main"
    commit = origin.commit({"a.yaml": b"a"})
    assert source.fetch().id == commit


def test_an_absent_branch_is_named(origin: Origin, open_source: Callable[..., Source]) -> None:
    origin.commit({"a.yaml": b"a"}, branch="nested/main")
    with pytest.raises(RemoteUnavailable, match=r"origin\.git has no branch main"):
        open_source(origin.url).fetch()


def test_a_deleted_branch_is_named_and_what_was_fetched_stays_readable(origin: Origin, source: Source) -> None:
    commit = origin.commit({"a.yaml": b"a"})
    origin.commit({"a.yaml": b"a"}, branch="other")
    source.fetch()
    origin.delete("main")
    with pytest.raises(RemoteUnavailable, match="has no branch main"):
        source.fetch()
    assert [entry.path for entry in source.entries(commit, "")] == ["a.yaml"]
    origin.commit({"b.yaml": b"b"}, parent=None)
    assert source.fetch().forced is True


def test_a_remote_that_is_gone_is_named_and_read_when_it_is_back(origin: Origin, source: Source) -> None:
    commit = origin.commit({"a.yaml": b"a"})
    source.fetch()
    away = origin.path.rename(origin.path.with_name("away"))
    with pytest.raises(RemoteUnavailable, match=r"origin\.git is not a git repository") as caught:
        source.fetch()
    assert caught.value.hint == "check the address"
    away.rename(origin.path)
    assert source.fetch() == Commit(commit, datetime.fromtimestamp(origin.moment, UTC), forced=False)


def test_two_sources_share_one_cache(make_origin: Callable[[str], Origin], open_source: Callable[..., Source]) -> None:
    first, second = make_origin("first"), make_origin("second")
    first.commit({"a.yaml": b"of the first"})
    second.commit({"a.yaml": b"of the second"})
    first.commit({"a.yaml": b"of a branch"}, branch="side")
    for url, branch, content in (
        (first.url, "main", b"of the first"),
        (second.url, "main", b"of the second"),
        (first.url, "side", b"of a branch"),
    ):
        source = open_source(url, branch)
        (entry,) = source.entries(source.fetch().id, "")
        assert source.read([entry.blob], 100) == {entry.blob: content}


def test_neither_hooks_nor_templates_nor_a_work_tree_are_in_the_copy(origin: Origin, source: Source) -> None:
    origin.commit({"a.yaml": b"a", ".gitattributes": b"* filter=lfs"})
    source.fetch()
    (copy,) = (origin.path.parent / "cache").iterdir()
    assert not (copy / "hooks").exists()
    assert not list(copy.rglob("a.yaml"))
    shutil.rmtree(copy)


@pytest.mark.parametrize(
    ("url", "branch", "words"),
    [
        ("https://x:secret-token@git.example/a.git", "main", "https://git.example/a.git carries a user or password"),
        ("https://secret-token@git.example/a.git", "main", "https://git.example/a.git carries a user or password"),
        ("--upload-pack=id", "main", "not an address"),
        ("", "main", "not an address"),
        ("file:///a\nb", "main", "not an address"),
        ("file:///a", "-f", "not the name of a branch"),
        ("file:///a", "a*", "not the name of a branch"),
        ("file:///a", "a:refs/heads/b", "not the name of a branch"),
        ("file:///a", "a..b", "not the name of a branch"),
        ("file:///a", "", "not the name of a branch"),
    ],
)
def test_an_address_or_branch_that_must_not_reach_git_is_refused(
    open_source: Callable[..., Source], url: str, branch: str, words: str
) -> None:
    with pytest.raises(CatalogError, match=words) as caught:
        open_source(url, branch)
    assert "secret-token" not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize("url", ["ext::sh -c id", "http://localhost:9/a.git", "foo://localhost/a.git"])
def test_a_transport_that_is_not_allowed_is_named(open_source: Callable[..., Source], url: str) -> None:
    with pytest.raises(RemoteUnavailable, match="uses a transport that is not allowed"):
        open_source(url).fetch()
