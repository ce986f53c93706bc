"""The bare repository on disk, and the surroundings in which git runs on it.

Git sees none of the user's configuration, hooks or templates: a global `core.hooksPath` would otherwise replace the
hook that guards the branches.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sluse.errors import SluseError
from sluse.sandbox.remote.hook import update_hook
from sluse.sandbox.remote.people import Pusher

NAME = "integrations.git"
LARGEST_PUSH = 64 * 1024 * 1024  # bytes of one request's body, unpacked

_SETTINGS = f"""\
[core]
\trepositoryFormatVersion = 0
\tbare = true
\thooksPath = hooks
[http]
\treceivePack = true
\tuploadPack = true
[receive]
\t# Collecting garbage would live on in the background after the answer.
\tautoGc = false
\t# The hook decides, in one sentence.
\tdenyDeleteCurrent = ignore
\tfsckObjects = true
\tmaxInputSize = {LARGEST_PUSH}
"""


def environment(home: Path) -> dict[str, str]:
    """Return the whole environment for git; nothing is inherited."""
    return {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": str(home),
        "LC_ALL": "C",
        "PATH": os.defpath,
    }


def http_backend(home: Path) -> Path:
    """Return the CGI program that comes with git; a SluseError where it is not installed."""
    backend = Path(_git(home, "--exec-path").strip()) / "git-http-backend"
    if not backend.exists():
        raise SluseError(
            f"git's CGI program is missing: {backend}",
            hint="install the complete git; some systems pack it as git-daemon or git-http-backend",
        )
    return backend


def prepare(directory: Path, people: Sequence[Pusher]) -> Path:
    """Make `integrations.git` in `directory`, or refresh the settings and hook of the one that is there."""
    directory.mkdir(parents=True, exist_ok=True)
    repository = directory / NAME
    if not repository.exists():
        _git(directory, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(repository))
    (repository / "config").write_text(_SETTINGS, encoding="utf-8")
    hook = repository / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(update_hook(people), encoding="utf-8")
    hook.chmod(0o755)
    return repository


def _git(home: Path, *arguments: str) -> str:
    program = shutil.which("git")
    if program is None:
        raise SluseError("git is not installed", hint="install git 2.34 or newer")
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments, no shell
            [program, *arguments], env=environment(home), capture_output=True, text=True, check=True, timeout=30
        )
    except subprocess.CalledProcessError as error:
        raise SluseError(f"git could not prepare the sandbox's remote: {error.stderr.strip()}") from error
    return done.stdout
