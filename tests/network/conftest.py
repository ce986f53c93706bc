"""The examples and a small catalogue of documentation addresses: what the formats are shown on."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.delivery.network_catalogue import catalogue_in
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.tree import Tree

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def tree() -> Tree:
    """The repository's examples."""
    return Reader().tree(WorkTree(ROOT))


@pytest.fixture(scope="session")
def catalogue() -> NetworkCatalogue:
    """The shipped catalogue."""
    return catalogue_in(ROOT)
