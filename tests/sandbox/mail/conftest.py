from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sluse.sandbox.mail import MailCatcher
from sluse.sandbox.tls import Certificates, issue


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def catcher(certificates: Certificates, tmp_path: Path) -> Iterator[MailCatcher]:
    catcher = MailCatcher(certificates.server, folder=tmp_path / "mail")
    catcher.start()
    yield catcher
    catcher.close()
