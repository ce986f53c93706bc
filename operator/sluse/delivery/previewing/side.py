"""One side of a preview, base or head: its files read and checked, and its policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sluse.catalog.files import INTEGRATIONS
from sluse.delivery.head import Head
from sluse.delivery.policy import Untrusted
from sluse.model.names import Environment, IntegrationKey
from sluse.model.policy.bundle import Policy
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.problem import Problem
from sluse.model.tree import Authored, Sourced, Tree
from sluse.words.said import say

IN = {Environment.TEST: say("in test"), Environment.PRODUCTION: say("in production")}


@dataclass(frozen=True, eq=False)
class Side:
    """`commit` is an id, or what a person calls it. `catalogue` is `policies/network.yaml`, signed or not, for test."""

    commit: str
    tree: Tree
    problems: tuple[Problem, ...]
    policy: Policy | Untrusted
    catalogue: NetworkCatalogue | None = None

    def head(self, environment: str) -> Head:
        """Return it as an environment's operator would have it."""
        if environment == "test":
            untrusted = Untrusted((say("test asks no policy"),))
            return Head(self.commit, INTEGRATIONS, self.tree, self.problems, untrusted, self.catalogue)
        return Head(self.commit, INTEGRATIONS, self.tree, self.problems, self.policy)

    @cached_property
    def documents(self) -> Mapping[IntegrationKey, Sourced[Authored]]:
        """Everything that has a name of its own and is no record."""
        return self.tree.documents

    def statements(self) -> Iterator[Sourced[Any]]:
        """Yield every signed statement."""
        yield from self.tree.decisions.values()
        yield from self.tree.acceptance_tests.values()
