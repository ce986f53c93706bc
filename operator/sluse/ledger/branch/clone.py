"""Read the status branches from a clone that belongs to a person, with that person's own git settings.

Here the surroundings are inherited, unlike everywhere else: to fetch from their remote, people have credential helpers,
proxies and SSH agents of their own, and none of ours.
"""

from __future__ import annotations

import os.path
import subprocess
from collections.abc import Callable
from pathlib import Path

from sluse.catalog.git import command
from sluse.errors import LedgerError
from sluse.ledger.shown import Page, is_machine, is_page, parse
from sluse.ledger.text import ledger_of
from sluse.model.held import OrganisationLedger
from sluse.model.names import Environment
from sluse.words.said import say

_REMOTE = "origin"
_TIMEOUT = 60.0


class Clone:
    """A clone, or any folder inside one. A LedgerError says what git said."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not os.path.isdir(folder):  # noqa: PTH112 - Path raises where a name is too long
            raise LedgerError(say("{folder} is not a folder", folder=folder))
        if self._git("rev-parse", "--git-dir") is None:
            raise LedgerError(
                say("{folder} is not in a git clone", folder=folder), hint=say("give one with --repository")
            )

    def fetch(self) -> None:
        """Bring the status branches as they are on the remote now, and drop what is gone there."""
        refs = f"+refs/heads/sluse/*:refs/remotes/{_REMOTE}/sluse/*"
        if _REMOTE not in (self._git("remote") or b"").decode(errors="replace").split():
            raise LedgerError(
                say("this clone has no remote {remote}, so nothing can be fetched", remote=_REMOTE),
                hint=say(
                    "clone the repository of the integrations, or add it: git remote add {remote} URL", remote=_REMOTE
                ),
            )
        said = self._run("fetch", "--quiet", "--prune", "--no-tags", _REMOTE, refs)
        if said.returncode:
            raise LedgerError(
                say(
                    "the status branches cannot be fetched from {remote}: {reason}",
                    remote=_REMOTE,
                    reason=" ".join(said.stderr.decode(errors="replace").split()),
                ),
                hint=say("check the network and your credential, or read what was fetched last with --offline"),
            )

    def pages(self, environment: Environment) -> dict[str, Page] | None:
        """Return what an environment's operator published, by integration; None where there is no branch."""
        files = self._files(environment, is_page)
        if files is None:
            return None
        shown = (parse(text, f"{path} of {environment.status_branch}") for path, text in files.items())
        return dict(sorted((page.integration, page) for page in shown))

    def ledgers(self, environment: Environment) -> dict[str, OrganisationLedger] | None:
        """Return everything that an environment holds, by organisation; None where there is no branch."""
        files = self._files(environment, is_machine)
        if files is None:
            return None
        held = (ledger_of(text, f"{path} of {environment.status_branch}") for path, text in files.items())
        return {ledger.organisation: ledger for ledger in held}

    def _files(self, environment: Environment, wanted: Callable[[str], bool]) -> dict[str, bytes] | None:
        listed = self._git("ls-tree", "-r", "-z", f"refs/remotes/{_REMOTE}/{environment.status_branch}")
        if listed is None:
            return None
        rows = (line.partition("\t") for line in listed.decode(errors="replace").split("\0") if line)
        blobs = [(path, meta.split()[2]) for meta, _, path in rows if wanted(path)]
        out = self._run("cat-file", "--batch", stdin="".join(f"{each}\n" for _, each in blobs).encode()).stdout
        found: dict[str, bytes] = {}
        position = 0
        for path, _ in blobs:
            end = out.index(b"\n", position)
            start, size = end + 1, int(out[position:end].split()[2])
            found[path] = out[start : start + size]
            position = start + size + 1
        return found

    def _git(self, *arguments: str) -> bytes | None:
        done = self._run(*arguments)
        return done.stdout if done.returncode == 0 else None

    def _run(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603 - our own arguments, no shell
                [command.program(), "-C", str(self._folder), *arguments],
                input=stdin,
                capture_output=True,
                check=False,
                timeout=_TIMEOUT,
            )
        except subprocess.TimeoutExpired:
            raise LedgerError(
                say("git {command} took longer than {seconds} s", command=arguments[0], seconds=f"{_TIMEOUT:.0f}")
            ) from None
