"""What a commit says is known of the authority, so far as that counts where it is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sluse.catalog import policies
from sluse.delivery.policy import Untrusted
from sluse.errors import CatalogError
from sluse.model.policy.authority import SHIPPED, AuthorityProfile
from sluse.model.policy.bundle import Policy
from sluse.model.problem import sentence
from sluse.model.tree import errors
from sluse.rules.judge import known_in
from sluse.words.said import say

NAME = "authority.yaml"


def unsigned(contents: Mapping[str, bytes]) -> AuthorityProfile:
    """Return what `policies/authority.yaml` says, whether anybody signed it or not; what is shipped where it says nothing.

    Enough for test and for a person who looks. `contents` as `catalog.policies.contents` gives them.
    """
    return known_in(policies.read_alone(NAME, contents).models)


def known_at(root: Path) -> AuthorityProfile:
    """Return what a working tree says. CatalogError where its file is wrong."""
    read = policies.read_alone(NAME, policies.contents_in(root))
    wrong = errors(read.problems)
    if wrong:
        raise CatalogError(sentence(wrong), hint=say("sluse check says how to mend it"))
    return known_in(read.models)


def signed(policy: Policy | Untrusted) -> AuthorityProfile:
    """Return what the roots signed; what is shipped where nothing counts, and so nothing moves."""
    return policy.authority if isinstance(policy, Policy) else SHIPPED
