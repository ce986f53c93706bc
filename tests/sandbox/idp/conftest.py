"""A provider that runs beside an authority, and a relying party of our own making."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sluse.sandbox.tls import Certificates, issue
from worlds import federation as worlds
from worlds.federation import Federation


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def world(certificates: Certificates) -> Iterator[Federation]:
    with worlds.federation(certificates) as federated:
        yield federated
