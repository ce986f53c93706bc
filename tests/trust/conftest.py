from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from worlds.ssh import SshKeygen


@pytest.fixture(scope="session")
def ssh_keygen(tmp_path_factory: pytest.TempPathFactory) -> SshKeygen:
    assert shutil.which("ssh-keygen"), "ssh-keygen is needed: it is the oracle"
    return SshKeygen(Path(tmp_path_factory.mktemp("oracle")))
