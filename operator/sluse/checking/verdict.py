"""What came of a check: problems, and how much was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sluse.model.problem import Problem, ordered

if TYPE_CHECKING:
    from sluse.model.tree import Tree

COUNTED = {
    "organisations": "organisations",
    "integrations": "integrations",
    "keyFiles": "keys",
    "identityProviders": "providers",
    "clientInstallations": "installations",
    "userOrganisations": "user_organisations",
    "acceptanceTests": "acceptance_tests",
    "decisions": "decisions",
}
"""What is counted, by its name for programs -> by its name in a tree."""


@dataclass(frozen=True)
class Verdict:
    """Problems in the order of their places; `readable` files, and of them some by what they are."""

    problems: tuple[Problem, ...]
    readable: int
    counts: Mapping[str, int]


def verdict(problems: Iterable[Problem], tree: Tree) -> Verdict:
    """Return the verdict on a tree."""
    counts = {name: len(getattr(tree, group)) for name, group in COUNTED.items()}
    return Verdict(ordered(problems), tree.readable, counts)
