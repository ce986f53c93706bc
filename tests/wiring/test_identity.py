"""A name belongs to one living process, and to the next one in the same place."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sluse.errors import SettingsError
from sluse.wiring.identity import identity

HOLD = "import sys; from pathlib import Path; from sluse.wiring.identity import identity\nwith identity(Path(sys.argv[1])) as name: print(name, flush=True); sys.stdin.read()"


def test_the_same_place_gives_the_same_name_and_another_another(tmp_path: Path) -> None:
    with identity(tmp_path / "one") as first, identity(tmp_path / "two") as other:
        assert first.startswith(f"{socket.gethostname()}_")
        assert first != other
    with identity(tmp_path / "one") as again:
        assert again == first


def test_no_other_process_has_it_and_a_killed_one_leaves_it_to_the_next(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        name = running.stdout.readline().strip()
        with pytest.raises(SettingsError, match="another process works in") as caught, identity(tmp_path):
            pass
        assert caught.value.hint == "give each process a remote.cache of its own"
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        with identity(tmp_path) as mine:
            assert mine == name


def test_a_folder_that_came_from_another_host_does_not_bring_its_name(tmp_path: Path) -> None:
    (tmp_path / "identity").write_text("elsewhere_0123abcd")
    with identity(tmp_path) as name:
        assert name.startswith(f"{socket.gethostname()}_")
        assert name != "elsewhere_0123abcd"
