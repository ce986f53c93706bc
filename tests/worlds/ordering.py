"""Orders by `sluse new` in a clone where nobody has ordered anything yet."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from sluse.catalog.yaml import dump
from sluse.cli.new import command


def git(folder: Path, *arguments: str) -> str:
    """Return what git prints in a folder."""
    return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True).stdout


def begun(folder: Path) -> Path:
    """Make a clone with one commit of a folder `integrations/`, and return where it is."""
    root = folder / "clone"
    (root / "integrations").mkdir(parents=True)
    (root / "integrations" / "README.md").write_text("ours")
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "config", "user.name", "supplier")
    git(root, "config", "user.email", "supplier@varden.example")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=start")
    return root


def order(clone: Path, answers: Mapping[str, object], *more: str) -> Result:
    """Order with a file of answers, asking nobody; private keys come beside the clone."""
    (clone.parent / "answers.yaml").write_text(dump({name: value for name, value in answers.items() if value}))
    given = ("--from", str(clone.parent / "answers.yaml"), "--repository", str(clone), "--yes")
    keys = ("--private-keys", str(clone.parent / "keys"))
    return CliRunner().invoke(command, [*given, *keys, *more], standalone_mode=False)
