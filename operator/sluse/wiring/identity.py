"""Who this process is among the replicas: a name that only one living process can have.

It is kept in the cache folder, under a lock that ends with the process however it ends (a POSIX record lock, not
flock, which a forked child that is about to become git would share for a moment). So a container that is
started again in its pod has the name of the one before it, which is dead for certain, and goes on at once where it
led; another pod has another folder and another name. The host's name is part of it: a folder that is copied to another
machine, or shared on a disk where locks mean nothing, does not carry the name along.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sluse.errors import SettingsError

_FILE = "identity"
_LONGEST = 200


@contextmanager
def identity(cache: Path) -> Iterator[str]:
    """Hold the name `<host>_<random>` of a cache folder. SettingsError where another process has it."""
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(cache / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError(
                f"another process works in {cache}", hint="give each process a remote.cache of its own"
            ) from None
        yield _kept(descriptor)
    finally:
        os.close(descriptor)


def _kept(descriptor: int) -> str:
    host = socket.gethostname()
    name = os.read(descriptor, _LONGEST).decode(errors="replace").strip()
    if name.rpartition("_")[0] != host:
        name = f"{host}_{secrets.token_hex(4)}"
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, name.encode(), 0)
    return name
