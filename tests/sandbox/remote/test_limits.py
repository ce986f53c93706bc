"""What goes wrong on purpose: too much, gone, half-way, and nothing left behind."""

from __future__ import annotations

import gzip
import http.client
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sluse.sandbox import tls
from sluse.sandbox.remote import Fault, Pusher, Remote, git_settings
from sluse.sandbox.server import Served

Place = Any  # conftest's Place: importlib mode has no module to import it from


@pytest.fixture
def connection(seeded: Place) -> Iterator[http.client.HTTPSConnection]:
    made = http.client.HTTPSConnection("localhost", seeded.port, context=seeded.certificates.client(), timeout=20)
    yield made
    made.close()


def headers(name: str = "reader", **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer token-of-{name}", **{key.replace("_", "-"): text for key, text in more.items()}}


def children(*, of: int) -> list[str]:
    """Command lines of a process's living descendants and of its zombies."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 3) for line in listed.stdout.splitlines()]
    found, parents = [], {str(of)}
    for pid, parent, state, arguments in rows:
        if parent in parents and "ps -A" not in arguments:
            parents.add(pid)
            found.append(f"{state} {arguments}")
    return found


def eventually(holds: Callable[[], bool], *, seconds: float = 10) -> bool:
    """Wait on a condition; each look is a turn of an event nobody sets."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if holds():
            return True
        pause.wait(0.05)
    return holds()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/integrations.git/HEAD"),
        ("GET", "/integrations.git/config"),
        ("GET", "/integrations.git/objects/info/packs"),
        ("GET", "/integrations.git/../remote/integrations.git/config"),
        ("GET", "/integrations.git/git-upload-pack"),
        ("PUT", "/integrations.git/info/refs?service=git-upload-pack"),
        ("GET", "/other.git/info/refs?service=git-upload-pack"),
    ],
)
def test_only_the_smart_protocol_is_served(connection: http.client.HTTPSConnection, method: str, path: str) -> None:
    connection.request(method, path, headers=headers())
    assert connection.getresponse().status == 404


@pytest.mark.parametrize("query", ["", "?service=git-upload-archive", "?service=git-upload-pack%3bx"])
def test_an_unknown_service_is_refused(connection: http.client.HTTPSConnection, query: str) -> None:
    connection.request("GET", f"/integrations.git/info/refs{query}", headers=headers())
    assert connection.getresponse().status == 403


def test_a_gzipped_request_is_unpacked(connection: http.client.HTTPSConnection) -> None:
    body = gzip.compress(b"0014command=ls-refs\n0001001bref-prefix refs/heads/\n0000")
    connection.request(
        "POST",
        "/integrations.git/git-upload-pack",
        body,
        headers(
            Content_Type="application/x-git-upload-pack-request", Content_Encoding="gzip", Git_Protocol="version=2"
        ),
    )
    answer = connection.getresponse()
    assert (answer.status, answer.read().endswith(b"refs/heads/main\n0000")) == (200, True)


def test_a_body_that_is_not_what_it_says_is_a_bad_request(connection: http.client.HTTPSConnection) -> None:
    connection.request(
        "POST",
        "/integrations.git/git-upload-pack",
        b"not gzip at all",
        headers(Content_Type="application/x-git-upload-pack-request", Content_Encoding="gzip"),
    )
    assert connection.getresponse().status == 400


def test_a_body_of_another_type_is_refused_by_git(connection: http.client.HTTPSConnection) -> None:
    connection.request("POST", "/integrations.git/git-upload-pack", b"0000", headers(Content_Type="text/plain"))
    assert connection.getresponse().status == 415


@pytest.fixture
def narrow(tmp_path: Path, certificates: tls.Certificates, people: tuple[Pusher, ...]) -> Iterator[Served]:
    """A remote that takes 10,000 bytes a push."""
    remote = Remote(tmp_path / "narrow", people, largest_push=10_000)
    with Served(remote.application, tls=certificates.server) as served:
        yield served


@pytest.mark.parametrize("way", ["announced", "chunked", "packed"])
def test_a_push_beyond_the_limit_is_refused(narrow: Served, certificates: tls.Certificates, way: str) -> None:
    connection = http.client.HTTPSConnection("localhost", narrow.port, context=certificates.client(), timeout=20)
    body: Any = {
        "announced": b"x" * 10_001,
        "chunked": iter([b"x" * 5_000] * 3),
        "packed": gzip.compress(b"x" * 1_000_000),
    }[way]
    more = {"Content_Encoding": "gzip"} if way == "packed" else {}
    connection.request(
        "POST",
        "/integrations.git/git-receive-pack",
        body,
        headers("maintainer", Content_Type="application/x-git-receive-pack-request", **more),
    )
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize(
    ("fault", "words"),
    [(Fault.UNAVAILABLE, "returned error: 503"), (Fault.DROPPED, "unable to access")],
)
def test_the_remote_goes_and_comes_back(seeded: Place, fault: Fault, words: str) -> None:
    client = seeded.client("reader")
    seeded.remote.faults.gone(fault)
    done = client.run("ls-remote", seeded.url)
    assert (done.returncode, words in done.stderr) == (128, True), done.stderr
    seeded.remote.faults.back()
    assert client.run("ls-remote", seeded.url).returncode == 0


def test_a_silent_remote_answers_only_once_it_is_back(seeded: Place) -> None:
    seeded.remote.faults.gone(Fault.SILENT)
    arguments = ["git", "ls-remote", seeded.url]
    waiting = subprocess.Popen(
        arguments, env={"PATH": os.defpath, **seeded.client("reader").settings}, stderr=subprocess.DEVNULL
    )
    assert eventually(lambda: seeded.remote.faults.counts.kept == 1)
    assert waiting.poll() is None
    seeded.remote.faults.back()
    assert waiting.wait(20) == 128


def test_a_silent_remote_can_be_closed(
    certificates: tls.Certificates, people: tuple[Pusher, ...], tmp_path: Path
) -> None:
    remote = Remote(tmp_path / "silent", people)
    served = Served(remote.application, tls=certificates.server).start()
    connection = http.client.HTTPSConnection("localhost", served.port, context=certificates.client(), timeout=20)
    connection.request("GET", "/integrations.git/HEAD", headers=headers())
    assert connection.getresponse().read()
    remote.faults.gone(Fault.SILENT)
    connection.request("GET", "/integrations.git/info/refs?service=git-upload-pack", headers=headers())
    assert eventually(lambda: remote.faults.counts.kept == 1)
    served.close()
    connection.close()


def test_a_closed_server_refuses_connections_and_reopens_with_everything(
    certificates: tls.Certificates, people: tuple[Pusher, ...], seeded: Place
) -> None:
    remote = Remote(seeded.remote.repository.parent, people)
    served = Served(remote.application, tls=certificates.server).start()
    client = seeded.stranger(git_settings(certificates.ca_file, "token-of-reader"))
    listed = client.must("ls-remote", f"{served.url}/integrations.git")
    served.close()
    refused = client.run("ls-remote", f"{served.url}/integrations.git")
    assert (refused.returncode, "Connection refused" in refused.stderr or "connect" in refused.stderr) == (128, True)
    with Served(remote.application, tls=certificates.server, port=served.port):
        assert client.must("ls-remote", f"{served.url}/integrations.git") == listed


def half_a_push(place: Place) -> ssl.SSLSocket:
    """Open a push whose body never comes, and wait until git works on it."""
    raw = socket.create_connection(("127.0.0.1", place.port), timeout=20)
    wrapped: ssl.SSLSocket = place.certificates.client().wrap_socket(raw, server_hostname="localhost")
    wrapped.sendall(
        b"POST /integrations.git/git-receive-pack HTTP/1.1\r\nHost: localhost\r\n"
        b"Authorization: Bearer token-of-maintainer\r\nContent-Type: application/x-git-receive-pack-request\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n4\r\n00b0\r\n"
    )
    assert eventually(lambda: any("receive-pack" in line for line in children(of=os.getpid())))
    return wrapped


def test_a_client_that_leaves_takes_its_processes_with_it(seeded: Place) -> None:
    before = children(of=os.getpid())  # another test of this process may still have a reader
    half_a_push(seeded).close()
    assert eventually(lambda: set(children(of=os.getpid())) <= set(before)), children(of=os.getpid())


def test_a_closing_server_leaves_no_process(
    tmp_path: Path, certificates: tls.Certificates, people: tuple[Pusher, ...], seeded: Place
) -> None:
    before = children(of=os.getpid())
    with half_a_push(seeded):
        pass
    remote = Remote(seeded.remote.repository.parent, people)
    served = Served(remote.application, tls=certificates.server).start()
    place = type(seeded)(remote, certificates, served.url, served.port, tmp_path)
    with half_a_push(place):
        served.close()
        assert eventually(lambda: set(children(of=os.getpid())) <= set(before)), children(of=os.getpid())


def test_an_interrupted_push_leaves_the_branch_open_for_the_next(seeded: Place) -> None:
    half_a_push(seeded).close()
    clone = seeded.clone("maintainer", "clone")
    commit = seeded.commit(clone, "second.yaml")
    seeded.client("maintainer").must("push", "--quiet", "origin", "main", cwd=clone)
    assert seeded.tip("refs/heads/main") == commit


@pytest.mark.parametrize(
    "wrong",
    [
        ("Supplier", "token-long-enough", ("refs/heads/a",)),
        ("a b", "token-long-enough", ()),
        ("a", "short", ()),
        ("a", "a token\nwith a line", ()),
        ("a", "token-long-enough", ("heads/a",)),
        ("a", "token-long-enough", ("refs/heads/$(id)",)),
        ("a", "token-long-enough", ("refs/*/a",)),
    ],
)
def test_a_person_that_cannot_work_is_refused_at_once(wrong: tuple[str, str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match=r"name|token|may push"):
        Pusher(*wrong)


@pytest.mark.parametrize("second", [("a", "another-token"), ("b", "token-of-a")])
def test_two_people_share_neither_name_nor_token(tmp_path: Path, second: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="two pushers share a"):
        Remote(tmp_path, [Pusher("a", "token-of-a", ()), Pusher(*second, ())])


def test_a_token_is_not_in_a_persons_representation() -> None:
    assert "token-of-a" not in repr(Pusher("a", "token-of-a", ()))
