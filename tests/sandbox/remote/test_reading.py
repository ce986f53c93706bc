from __future__ import annotations

import os
from typing import Any

import pytest

from sluse.sandbox.remote import Counts

Place = Any  # conftest's Place: pytest's importlib mode has no module to import it from


def test_a_reader_clones_main_as_the_default_branch(seeded: Place) -> None:
    clone = seeded.clone("reader", "clone")
    assert (clone / "first.yaml").read_text(encoding="utf-8") == "x"
    assert seeded.stranger({}).must("branch", "--show-current", cwd=clone) == "main"


def test_an_empty_remote_clones_with_main_as_the_branch_to_be_born(place: Place) -> None:
    clone = place.clone("reader", "clone")
    assert place.stranger({}).must("branch", "--show-current", cwd=clone) == "main"


def test_a_shallow_clone_brings_one_commit(seeded: Place) -> None:
    clone = seeded.clone("maintainer", "work")
    seeded.commit(clone, "second.yaml")
    seeded.client("maintainer").must("push", "--quiet", "origin", "main", cwd=clone)
    seeded.client("reader").must("clone", "--quiet", "--depth=1", seeded.url, str(seeded.home / "shallow"))
    assert seeded.stranger({}).must("rev-list", "--count", "HEAD", cwd=seeded.home / "shallow") == "1"


@pytest.mark.parametrize("version", ["0", "1", "2"])
def test_each_protocol_version_is_served(seeded: Place, version: str) -> None:
    trace = seeded.home / "trace"
    client = seeded.stranger({**seeded.client("reader").settings, "GIT_TRACE_PACKET": str(trace)})
    client.must("-c", f"protocol.version={version}", "clone", "--quiet", seeded.url, str(seeded.home / "clone"))
    assert ("git< version 2" in trace.read_text(encoding="utf-8")) is (version == "2")


@pytest.mark.parametrize("settings", [{}, {"GIT_CONFIG_VALUE_0": "Authorization: Bearer token-of-nobody"}])
@pytest.mark.parametrize(
    "command", [("ls-remote",), ("clone", "--quiet"), ("push", "--quiet")], ids=["list", "clone", "push"]
)
def test_nothing_is_served_without_a_valid_token(
    seeded: Place, settings: dict[str, str], command: tuple[str, ...]
) -> None:
    known = seeded.client("reader").settings
    given = {**known, **settings} if settings else {"GIT_SSL_CAINFO": known["GIT_SSL_CAINFO"]}
    clone = seeded.clone("maintainer", "seed")
    refs = ("HEAD:refs/heads/supplier/x/a",) if command[0] == "push" else ()
    done = seeded.stranger(given).run(*command, seeded.url, *refs, cwd=clone)
    assert done.returncode == 128
    assert "terminal prompts disabled" in done.stderr or "Authentication failed" in done.stderr
    assert seeded.tip("refs/heads/supplier/x/a") is None


def test_a_token_in_another_scheme_is_not_accepted(seeded: Place) -> None:
    settings = seeded.client("reader").settings
    settings["GIT_CONFIG_VALUE_0"] = "Authorization: Basic token-of-reader"
    assert seeded.stranger(settings).run("ls-remote", seeded.url).returncode == 128


def test_the_settings_win_over_a_certificate_bundle_of_the_machine(seeded: Place) -> None:
    settings = {"GIT_SSL_CAINFO": "/nonexistent", **seeded.client("reader").settings}
    assert "refs/heads/main" in seeded.stranger(settings).must("ls-remote", seeded.url)


def test_the_settings_need_no_proxy(seeded: Place) -> None:
    settings = {"https_proxy": "http://127.0.0.1:9", **seeded.client("reader").settings}
    assert "refs/heads/main" in seeded.stranger(settings).must("ls-remote", seeded.url)


def test_only_a_fetch_that_brought_a_pack_is_counted(seeded: Place) -> None:
    before = seeded.remote.faults.counts
    client = seeded.client("reader")
    client.must("ls-remote", seeded.url)
    assert seeded.remote.faults.counts == before
    clone = seeded.clone("reader", "clone")
    assert seeded.remote.faults.counts == Counts(before.fetches + 1, before.pushes)
    client.must("fetch", "--quiet", cwd=clone)
    assert seeded.remote.faults.counts == Counts(before.fetches + 1, before.pushes)


def test_a_user_configuration_cannot_replace_the_hook(seeded: Place) -> None:
    assert os.environ.get("HOME") != str(seeded.remote.repository.parent)
    (seeded.remote.repository.parent / ".gitconfig").write_text("[core]\n\thooksPath = /nonexistent\n")
    clone = seeded.clone("supplier-x", "clone")
    done = seeded.client("supplier-x").run("push", seeded.url, "HEAD:refs/heads/main2", cwd=clone)
    assert "remote: supplier-x may not push refs/heads/main2" in done.stderr
