"""The integrations' remote as its reviewers leave it: commits made by the real git, straight into the bare repository."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from worlds.documents import Files

_ENVIRONMENT = {"PATH": os.defpath, "HOME": os.devnull, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_MAIN = "refs/heads/main"


@dataclass(frozen=True)
class Main:
    """Branch main of a bare repository on this disk."""

    repository: Path

    def commit(self, files: Files, *, onto: str | None = _MAIN) -> str:
        """Commit: None removes a file, `onto` None begins a history of its own (a forced push). Return the commit."""
        parent = [f"from {self.id(onto)}"] if onto is not None and self.id(onto) else []
        changes = [
            f"D {path}" if content is None else f"M 100644 inline {path}\n{_data(content)}"
            for path, content in files.items()
        ]
        head = [f"commit {_MAIN}", "committer reviewer <reviewer@sandbox.invalid> 1795600000 +0000", _data("Change")]
        self.git("fast-import", "--quiet", "--force", said="\n".join([*head, *parent, *changes, "", "done", ""]))
        return self.id(_MAIN)

    def id(self, ref: str) -> str:
        """Return a ref's commit; empty where there is none."""
        return self.git("for-each-ref", "--format=%(objectname)", ref).strip()

    def tip(self, branch: str) -> str:
        """Return a branch's commit without asking git: refs of this repository are never packed."""
        path = self.repository / "refs" / "heads" / branch
        return path.read_text().strip() if path.exists() else ""

    def remove(self) -> None:
        """Leave the remote without its branch."""
        self.git("update-ref", "-d", _MAIN)

    def file(self, branch: str, path: str) -> str:
        """Return a file of a branch."""
        return self.git("show", f"refs/heads/{branch}:{path}")

    def head(self, branch: str) -> str:
        """Return the digest of what a status branch publishes last."""
        return hashlib.sha256(self.file(branch, "head.json").encode()).hexdigest()

    def git(self, *words: str, said: str = "") -> str:
        done = subprocess.run(
            ["git", "-C", str(self.repository), *words],
            env=_ENVIRONMENT,
            input=said,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


def _data(content: str) -> str:
    return f"data {len(content.encode())}\n{content}"
