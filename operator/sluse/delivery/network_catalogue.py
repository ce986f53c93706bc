"""`policies/network.yaml` of a commit or a working tree, whether anybody signed it or not.

Enough for test and for a person who looks. Production takes the catalogue from the signed policy and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sluse.catalog import policies
from sluse.errors import CatalogError
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.problem import sentence
from sluse.model.tree import errors
from sluse.words.said import say

NAME = "network.yaml"
PATH = f"{policies.FOLDER}/{NAME}"


def unsigned(contents: Mapping[str, bytes]) -> NetworkCatalogue | None:
    """Return what the file says; None where it is absent or wrong. `contents` as `catalog.policies.contents` gives them."""
    found = policies.read_alone(NAME, contents).models.network
    return found.content if found is not None else None


def catalogue_in(root: Path) -> NetworkCatalogue:
    """Return the catalogue of a working tree. CatalogError where there is none, or it is wrong."""
    read = policies.read_alone(NAME, policies.contents_in(root))
    wrong = errors(read.problems)
    if wrong:
        raise CatalogError(sentence(wrong), hint=say("sluse check says how to mend it"))
    if read.models.network is None:
        raise CatalogError(say("{path} is missing", path=PATH))
    return read.models.network.content
