"""A person's clone of the examples, with key files beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from sluse.cli import main
from sluse.demo.signers import DemoSigner

ROOT = Path(__file__).parents[2]
DEMO_ROOTS = ROOT / "operator" / "sluse" / "demo" / "material" / "roots.json"
GIT = {
    "PATH": os.defpath,
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "somebody",
    "GIT_AUTHOR_EMAIL": "somebody@localhost.invalid",
    "GIT_COMMITTER_NAME": "somebody",
    "GIT_COMMITTER_EMAIL": "somebody@localhost.invalid",
}


@dataclass(frozen=True)
class OwnClone:
    """`root` is the clone, `keys` a folder outside it."""

    root: Path
    keys: Path

    @classmethod
    def of_examples(cls, folder: Path, *parts: str) -> OwnClone:
        """Copy parts of this repository into a new one with one commit."""
        clone = cls(folder / "clone", folder / "keys")
        clone.keys.mkdir()
        for part in parts or ("integrations", "policies"):
            shutil.copytree(ROOT / part, clone.root / part)
        clone.git("init", "--quiet", "--initial-branch=main")
        clone.git("add", ".")
        clone.git("commit", "--quiet", "--message", "examples")
        return clone

    def git(self, *words: str) -> str:
        ran = subprocess.run(["git", "-C", self.root, *words], env=GIT, capture_output=True, text=True, check=True)
        return ran.stdout

    def key(self, signer: DemoSigner) -> str:
        """Return the path of a demo key's file."""
        path = self.keys / signer.label.replace(" ", "-")
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(signer.pem)
        return str(path)

    def sluse(self, *words: str, answer: str | None = None) -> Result:
        """Run a command on the clone."""
        return CliRunner(env=GIT).invoke(main, [*words, "--repository", str(self.root)], input=answer)

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def append(self, path: str, text: str) -> None:
        (self.root / path).write_bytes(self.read(path) + text.encode())
