"""A commit of the integrations, read and checked: what every compiler starts from."""

from __future__ import annotations

from dataclasses import dataclass

from sluse.delivery.policy import Untrusted
from sluse.model.policy.bundle import Policy
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.problem import Problem
from sluse.model.tree import Tree


@dataclass(frozen=True)
class Head:
    """`path` is the folder of the integrations. `problems` are those of reading and of the rules together.

    `policy` is what `policies/` of the same commit says, or why it does not count.
    """

    commit: str
    path: str
    tree: Tree
    problems: tuple[Problem, ...]
    policy: Policy | Untrusted
    unsigned: NetworkCatalogue | None = None
    """In test: `policies/network.yaml` of the same commit, whether anybody signed it or not."""

    def mailbox(self, organisation: str) -> str | None:
        """Return an organisation's function mailbox; None where its file is not there."""
        found = self.tree.organisations.get(organisation)
        return found.content.spec.contact.mailbox if found is not None else None

    @property
    def catalogue(self) -> NetworkCatalogue | None:
        """What openings are derived from; None where there is nothing that counts."""
        return self.policy.network if isinstance(self.policy, Policy) else self.unsigned
