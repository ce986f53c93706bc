"""One person's clone of the integrations: the real git, as that person, with a configuration of nobody's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sluse.demo import commands


@dataclass(frozen=True)
class Ran:
    """What a command did. `said` is stdout and stderr together, as a person sees them."""

    code: int
    out: str
    said: str


@dataclass(frozen=True)
class Clone:
    """A working tree at `path`; `environment` has the person's access to the remote; `clock` is the sandbox's."""

    path: Path
    environment: Mapping[str, str]
    clock: Path

    @classmethod
    def of(cls, url: str, path: Path, who: str, access: Mapping[str, str], clock: Path) -> Clone:
        """Clone. `who` is a function (`supplier`), never a person's name."""
        name = {"GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": f"{who}@sandbox.invalid"}
        committer = {"GIT_COMMITTER_NAME": who, "GIT_COMMITTER_EMAIL": f"{who}@sandbox.invalid"}
        nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(path.parent),
            **nobody,
            **name,
            **committer,
            **access,
        }
        clone = cls(path, environment, clock)
        _run(["git", "clone", "--quiet", url, str(path)], path.parent, environment, check=True)
        return clone

    def git(self, *words: str) -> str:
        """Run git and return what it prints; a failure is a bug of the story."""
        return _run(["git", *words], self.path, self.environment, check=True).out

    def try_git(self, *words: str) -> Ran:
        """Run git where a refusal is expected."""
        return _run(["git", *words], self.path, self.environment)

    def sluse(self, *words: str) -> Ran:
        """Run `sluse` as this person would, in this clone."""
        environment = {**self.environment, "NO_COLOR": "1"}
        code, out, err = commands.run((str(self.clock), *words), self.path, environment)
        return Ran(code, out, out + err)

    def write(self, path: str, content: str) -> None:
        """Write a file of the working tree."""
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Edit a file; what is replaced must be there."""
        text = (self.path / path).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new))

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message)


def _run(words: list[str], where: Path, environment: Mapping[str, str], *, check: bool = False) -> Ran:
    done = subprocess.run(  # noqa: S603 - git and our own interpreter, with words of the story
        words, cwd=where, env=dict(environment), capture_output=True, text=True, timeout=60, check=False
    )
    ran = Ran(done.returncode, done.stdout, done.stdout + done.stderr)
    if check and ran.code != 0:
        raise RuntimeError(f"{' '.join(words[:3])} failed: {ran.said.strip()}")
    return ran
