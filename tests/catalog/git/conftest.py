"""Real remotes in tmp_path, written by `git fast-import`: any mode, any file name, any date, ten thousand at once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from sluse.catalog.git.source import Source

FIRST = 1_760_000_000  # the first commit's time, seconds since 1970


@dataclass
class Origin:
    """One bare repository, read over a file URL."""

    path: Path
    moment: int = FIRST

    @property
    def url(self) -> str:
        return f"file://{self.path}"

    def git(self, *arguments: str, given: bytes = b"") -> str:
        environment = {
            "PATH": os.defpath,
            "HOME": str(self.path.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        done = subprocess.run(
            ["git", *arguments], env=environment, cwd=self.path.parent, input=given, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    def commit(
        self,
        files: Mapping[str | bytes, bytes | tuple[str, bytes]],
        *,
        branch: str = "main",
        parent: str | None = "",
        later: int = 60,
    ) -> str:
        """Commit exactly these files, `later` seconds after the last; `parent` None starts anew, "" follows on."""
        self.moment += later
        ref = f"refs/heads/{branch}"
        if parent == "":
            parent = self.tip(branch)
        stream = [b"reset %s\n\n" % ref.encode()] if parent is None else []
        stream.append(b"commit %s\ncommitter A <a@b.example> %d +0200\ndata 1\nx\n" % (ref.encode(), self.moment))
        if parent:
            stream.append(b"from %s\n" % parent.encode())
        stream.append(b"deleteall\n")
        for path, what in files.items():
            mode, data = ("100644", what) if isinstance(what, bytes) else what
            name = _quoted(path if isinstance(path, bytes) else path.encode())
            if mode == "160000":
                stream.append(b"M 160000 %s %s\n" % (data, name))
            else:
                stream.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), name, len(data), data))
        self.git("--git-dir", str(self.path), "fast-import", "--quiet", "--force", given=b"".join(stream))
        tip = self.tip(branch)
        assert tip is not None
        return tip

    def tip(self, branch: str = "main") -> str | None:
        listed = self.git("--git-dir", str(self.path), "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
        return listed or None

    def delete(self, branch: str) -> None:
        self.git("--git-dir", str(self.path), "update-ref", "-d", f"refs/heads/{branch}")


def _quoted(path: bytes) -> bytes:
    return b'"%s"' % b"".join(b"\\%03o" % byte for byte in path)


@pytest.fixture
def make_origin(tmp_path: Path) -> Callable[[str], Origin]:
    def make(name: str) -> Origin:
        origin = Origin(tmp_path / f"{name}.git")
        origin.git("init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(origin.path))
        return origin

    return make


@pytest.fixture
def origin(make_origin: Callable[[str], Origin]) -> Origin:
    return make_origin("origin")


@pytest.fixture
def open_source(tmp_path: Path) -> Iterator[Callable[..., Source]]:
    """Sources in one cache, closed at the end."""
    opened: list[Source] = []

    def make(url: str, branch: str = "main", environment: Mapping[str, str] | None = None, **more: float) -> Source:
        opened.append(Source(url, branch, tmp_path / "cache", environment or {}, **more))
        return opened[-1]

    yield make
    for source in opened:
        source.close()


@pytest.fixture
def source(origin: Origin, open_source: Callable[..., Source]) -> Source:
    return open_source(origin.url)
