"""`policies/network.yaml` of a commit or a working tree, whether anybody signed it or not.

Enough for test and for a person who looks. Production takes the catalogue from the signed policy and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sluse.catalog import policies
from sluse.errors import CatalogError
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.tree import errors

NAME = "network.yaml"
PATH = f"{policies.FOLDER}/{NAME}"


def unsigned(contents: Mapping[str, bytes]) -> NetworkCatalogue | None:
    """Return what the file says; None where it is absent or wrong. `contents` as `catalog.policies.contents` gives them."""
    read = policies.read({path: content for path, content in contents.items() if path == PATH})
    found = read.models.network
    return found.content if found is not None else None


def catalogue_in(root: Path) -> NetworkCatalogue:
    """Return the catalogue of a working tree. CatalogError where there is none, or it is wrong."""
    contents = policies.contents_in(root)
    found = unsigned(contents)
    if found is None:
        wrong = errors(policies.read({path: text for path, text in contents.items() if path == PATH}).problems)
        said = "; ".join(f"{problem.place}: {problem.message}" for problem in wrong)
        raise CatalogError(said or f"{PATH} is missing", hint="sluse check says how to mend it" if said else None)
    return found
