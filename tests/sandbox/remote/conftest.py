"""A served remote with four people, and the real git client with a token in its environment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sluse.sandbox import tls
from sluse.sandbox.remote import Pusher, Remote, git_settings
from sluse.sandbox.server import Served
from worlds.remote import Main

PEOPLE = (
    Pusher("maintainer", "token-of-maintainer", ("refs/heads/*",)),
    Pusher("supplier-x", "token-of-supplier-x", ("refs/heads/supplier/x/*",)),
    Pusher("operator-test", "token-of-operator-test", ("refs/heads/sluse/test",)),
    Pusher("reader", "token-of-reader", ()),
    Pusher("admin", "token-of-admin", ("refs/*",), force=True),
)


@dataclass(frozen=True)
class Client:
    """Runs git as one person; the environment is all it is given."""

    home: Path
    settings: dict[str, str]

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": "Kari",
            "GIT_AUTHOR_EMAIL": "kari@journal.example",
            "GIT_COMMITTER_NAME": "Kari",
            "GIT_COMMITTER_EMAIL": "kari@journal.example",
            **self.settings,
        }
        return subprocess.run(
            ["git", *arguments],
            cwd=cwd or self.home,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def must(self, *arguments: str, cwd: Path | None = None) -> str:
        done = self.run(*arguments, cwd=cwd)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@dataclass(frozen=True)
class Place:
    """The served remote, and clients of it."""

    remote: Remote
    certificates: tls.Certificates
    url: str
    port: int
    home: Path

    def client(self, name: str) -> Client:
        token = next(person.token for person in PEOPLE if person.name == name)
        return self.stranger(git_settings(self.certificates.ca_file, token))

    def stranger(self, settings: dict[str, str]) -> Client:
        return Client(self.home, settings)

    def clone(self, name: str, folder: str) -> Path:
        """A clone by this person, made into `folder`."""
        path = self.home / folder
        self.client(name).must("clone", "--quiet", self.url, str(path))
        return path

    def commit(self, clone: Path, name: str, text: str = "x") -> str:
        """Commit one file in the clone's present branch; returns the commit's id."""
        client = self.stranger({})
        (clone / name).write_text(text, encoding="utf-8")
        client.must("add", name, cwd=clone)
        client.must("commit", "--quiet", "-m", f"Add {name}", cwd=clone)
        return client.must("rev-parse", "HEAD", cwd=clone)

    def tip(self, ref: str) -> str | None:
        """What the remote holds at this ref, read on its disk."""
        done = self.stranger({}).run("--git-dir", str(self.remote.repository), "rev-parse", "--verify", "-q", ref)
        return done.stdout.strip() or None


@pytest.fixture
def certificates(tmp_path: Path) -> tls.Certificates:
    return tls.issue(tmp_path)


@pytest.fixture
def people() -> tuple[Pusher, ...]:
    return PEOPLE


@pytest.fixture
def place(tmp_path: Path, certificates: tls.Certificates, people: tuple[Pusher, ...]) -> Iterator[Place]:
    remote = Remote(tmp_path / "remote", people)
    with Served(remote.application, tls=certificates.server, name="remote") as served:
        yield Place(remote, certificates, f"{served.url}/integrations.git", served.port, tmp_path)


@pytest.fixture
def seeded(place: Place) -> Place:
    """The same, with one commit on main, which nobody pushed."""
    Main(place.remote.repository).commit({"first.yaml": "x"})
    return place
