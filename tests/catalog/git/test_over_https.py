"""The same source against the sandbox's remote: tokens, certificates, and every way of not answering."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from sluse.catalog.git.source import Source
from sluse.errors import RemoteUnavailable
from sluse.sandbox import tls
from sluse.sandbox.remote import Counts, Fault, Pusher, Remote, git_settings
from sluse.sandbox.server import Served

Origin = Any  # conftest's Origin: importlib mode has no module to import it from

TOKEN = "token-of-operator-test"


@dataclass(frozen=True)
class Place:
    remote: Remote
    origin: Any
    certificates: tls.Certificates
    served: Served

    @property
    def url(self) -> str:
        return f"{self.served.url}/integrations.git"

    def settings(self, token: str = TOKEN) -> dict[str, str]:
        return git_settings(self.certificates.ca_file, token)


@pytest.fixture
def certificates(tmp_path: Path) -> tls.Certificates:
    return tls.issue(tmp_path)


@pytest.fixture
def place(tmp_path: Path, certificates: tls.Certificates, origin: Origin) -> Iterator[Place]:
    remote = Remote(tmp_path / "remote", [Pusher("operator-test", TOKEN, ())])
    written = type(origin)(remote.repository)
    with Served(remote.application, tls=certificates.server) as served:
        yield Place(remote, written, certificates, served)


def listening(served: Served) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", served.port)) == 0


def failure(source: Source) -> RemoteUnavailable:
    """What fetching raises; it never holds a credential."""
    with pytest.raises(RemoteUnavailable) as caught:
        source.fetch()
    assert "token-of" not in f"{caught.value!r} {caught.value.hint} {caught.value.__cause__!r} {source!r}"
    return caught.value


def test_a_branch_is_fetched_listed_and_read(place: Place, open_source: Callable[..., Source]) -> None:
    commit = place.origin.commit({"integrations/a.yaml": b"a"})
    source = open_source(place.url, environment=place.settings())
    assert source.fetch().id == commit
    (entry,) = source.entries(commit, "integrations")
    assert source.read([entry.blob], 10) == {entry.blob: b"a"}


def test_forward_and_forced_moves_are_told_apart(place: Place, open_source: Callable[..., Source]) -> None:
    base = place.origin.commit({"a": b"a"})
    source = open_source(place.url, environment=place.settings())
    source.fetch()
    place.origin.commit({"a": b"b"})
    assert source.fetch().forced is False
    place.origin.commit({"a": b"c"}, parent=base)
    assert source.fetch().forced is True


def test_a_branch_that_stands_still_costs_no_pack(place: Place, open_source: Callable[..., Source]) -> None:
    place.origin.commit({"a": b"a"})
    source = open_source(place.url, environment=place.settings())
    for _ in range(3):
        source.fetch()
    assert place.remote.faults.counts == Counts(fetches=1, pushes=0)


def test_an_unknown_token_is_named_as_such(place: Place, open_source: Callable[..., Source]) -> None:
    place.origin.commit({"a": b"a"})
    error = failure(open_source(place.url, environment=place.settings("token-of-nobody")))
    assert error.message == f"{place.url} refuses our credential"
    assert error.hint == "check that the token or key is valid and may read this repository"


def test_no_token_is_named_as_such(place: Place, open_source: Callable[..., Source]) -> None:
    environment = {"GIT_SSL_CAINFO": str(place.certificates.ca_file)}
    assert failure(open_source(place.url, environment=environment)).message == f"{place.url} refuses our credential"


def test_a_machine_s_askpass_program_is_never_asked(place: Place, open_source: Callable[..., Source]) -> None:
    asked = place.remote.repository.parent / "asked"
    program = asked.with_name("askpass")
    program.write_text(f"#!/bin/sh\ntouch {asked}\necho x\n", encoding="utf-8")
    program.chmod(0o755)
    environment = {**place.settings("token-of-nobody"), "GIT_ASKPASS": str(program), "SSH_ASKPASS": str(program)}
    failure(open_source(place.url, environment=environment))
    assert not asked.exists()


def test_an_absent_repository_is_named(place: Place, open_source: Callable[..., Source]) -> None:
    url = f"{place.served.url}/other.git"
    error = failure(open_source(url, environment=place.settings()))
    assert error.message == f"{url} is not a git repository, or one that our credential may not see"


def test_an_unknown_certificate_is_named(place: Place, open_source: Callable[..., Source]) -> None:
    settings = place.settings()
    settings["GIT_SSL_CAINFO"] = "/etc/ssl/certs/ca-certificates.crt"
    assert "certificate" in failure(open_source(place.url, environment=settings)).message


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.DROPPED])
def test_a_remote_goes_and_comes_back(place: Place, open_source: Callable[..., Source], fault: Fault) -> None:
    commit = place.origin.commit({"a": b"a"})
    source = open_source(place.url, environment=place.settings())
    source.fetch()
    place.remote.faults.gone(fault)
    assert failure(source).message == f"{place.url} does not answer"
    assert [entry.path for entry in source.entries(commit, "")] == ["a"]
    place.remote.faults.back()
    assert source.fetch().id == commit


def test_a_refused_connection_is_named(place: Place, open_source: Callable[..., Source]) -> None:
    place.served.close()
    assert not listening(place.served)
    error = failure(open_source(place.url, environment=place.settings()))
    assert error.message == f"{place.url} does not answer"


def test_a_silent_remote_times_out_and_leaves_no_process(place: Place, open_source: Callable[..., Source]) -> None:
    place.origin.commit({"a": b"a"})
    place.remote.faults.gone(Fault.SILENT)
    source = open_source(place.url, environment=place.settings(), timeout=0.5)
    assert failure(source).message == f"branch main of {place.url} did not answer within 0.5 seconds"
    listed = subprocess.run(["ps", "-A", "-o", "args="], capture_output=True, text=True, check=True).stdout
    assert place.url not in listed
    place.remote.faults.back()


@pytest.mark.parametrize("turn", [2, 4], ids=["while fetching", "never"])
def test_a_history_that_does_not_come_in_time_leaves_the_commit_alone_and_forced(
    place: Place, open_source: Callable[..., Source], turn: int
) -> None:
    """The second POST of a fetch is the one for all that is new: the first lists the refs."""
    left = [0]
    closing = threading.Event()

    @web.middleware
    async def hold(request: web.Request, handler: Any) -> web.StreamResponse:
        left[0] -= request.method == "POST"
        if request.method == "POST" and left[0] == 0:
            await asyncio.to_thread(closing.wait)
        answer: web.StreamResponse = await handler(request)
        return answer

    def application() -> web.Application:
        made = place.remote.application()
        made.middlewares.append(hold)
        return made

    place.origin.commit({"a": b"a"})
    with Served(application, tls=place.certificates.server) as served:
        url = f"{served.url}/integrations.git"
        source = open_source(url, environment=place.settings(), timeout=6.0)
        source.fetch()
        commit = place.origin.commit({"a": b"b"})
        left[0] = turn
        fetched = source.fetch()
        closing.set()
    assert (fetched.id, fetched.forced) == (commit, turn == 2)
    assert [entry.path for entry in source.entries(commit, "")] == ["a"]


def elsewhere(target: str) -> web.Application:
    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently(f"{target}{request.path_qs}")

    application = web.Application()
    application.router.add_get("/{tail:.*}", redirect)
    return application


def test_a_redirect_is_not_followed(place: Place, open_source: Callable[..., Source]) -> None:
    place.origin.commit({"a": b"a"})
    with Served(lambda: elsewhere(place.served.url), tls=place.certificates.server) as moved:
        url = f"{moved.url}/integrations.git"
        assert failure(open_source(url, environment=place.settings())).message == f"{url} answers with another address"


def test_a_server_that_knows_no_depth_is_read_whole(
    origin: Origin, certificates: tls.Certificates, open_source: Callable[..., Source]
) -> None:
    def dumb() -> web.Application:
        application = web.Application()
        application.router.add_static("/", origin.path.parent)
        return application

    base = origin.commit({"a": b"a"})
    origin.git("--git-dir", str(origin.path), "update-server-info")
    with Served(dumb, tls=certificates.server) as served:
        settings = git_settings(certificates.ca_file, TOKEN)
        source = open_source(f"{served.url}/{origin.path.name}", environment=settings)
        assert source.fetch().id == base
        for parent, forced in (("", False), (base, True)):
            commit = origin.commit({"a": os.urandom(4)}, parent=parent)
            origin.git("--git-dir", str(origin.path), "update-server-info")
            fetched = source.fetch()
            assert (fetched.id, fetched.forced) == (commit, forced)


def test_a_server_that_talks_nonsense_is_quoted_without_secrets(
    certificates: tls.Certificates, open_source: Callable[..., Source]
) -> None:
    async def nonsense(request: web.Request) -> web.Response:
        told = f"# service=git-upload-pack {request.headers['Authorization']}"
        body = f"{len(told) + 4:04x}{told}0000".encode()
        return web.Response(body=body, content_type="application/x-git-upload-pack-advertisement")

    def application() -> web.Application:
        made = web.Application()
        made.router.add_get("/{tail:.*}", nonsense)
        return made

    with Served(application, tls=certificates.server) as served:
        error = failure(open_source(f"{served.url}/a.git", environment=git_settings(certificates.ca_file, TOKEN)))
    assert "cannot be fetched: git says:" in error.message
