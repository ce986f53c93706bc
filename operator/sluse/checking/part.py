"""Some organisations' folders, read and judged with as little of the others as the rules need."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sluse.catalog import policies as data
from sluse.catalog.excerpts import with_excerpts
from sluse.catalog.files import Files
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.checking.scope import Scope
from sluse.checking.verdict import Verdict
from sluse.checking.verdict import verdict as verdict_of
from sluse.model.policy.files import PolicyFiles
from sluse.model.tree import Tree
from sluse.rules.judge import check, check_policies
from sluse.rules.references import login_providers, organisations_named
from sluse.rules.survey import Survey

Open = Callable[[Collection[str] | None], Files]
"""Folders that are read whole -> the files; None for all."""


def verdict(asked: Scope, only: frozenset[str]) -> Verdict:
    """Return the verdict on folders, and on `policies/` beside them. Raises CatalogError."""
    policy = policies(asked)
    tree = read(Reader(), _opener(asked), asked.under, only, policy.models)
    found = (*check(tree, policy.models), *policy.problems, *check_policies(policy.models))
    return verdict_of(with_excerpts(tree, asked.of_interest(found), policy.models), tree)


def documents(asked: Scope) -> Tree:
    """Return the tree that has all that was asked for. Raises CatalogError."""
    if asked.organisations is None:
        return Reader().tree(WorkTree(asked.root, asked.under), asked.under)
    return read(Reader(), _opener(asked), asked.under, asked.organisations, policies(asked).models)


def _opener(asked: Scope) -> Open:
    return lambda whole: WorkTree(asked.root, asked.under, only=whole)


def policies(asked: Scope) -> data.PolicyReading:
    """Return what lies in `policies/`; nothing where there is no such folder. Raises CatalogError."""
    return data.read(data.contents_in(asked.root))


def read(reader: Reader, files: Open, under: str, only: frozenset[str], models: PolicyFiles | None) -> Tree:
    """Return a tree in which the documents of `only` can be judged. Raises CatalogError."""
    tree = reader.tree(files(only), under)
    if not organisations_named(tree) <= only:
        only |= organisations_named(tree)
        tree = reader.tree(files(only), under)
    if any(login_providers(Survey(tree, models))):
        tree = reader.tree(files(None), under)  # any organisation may declare it
    return tree
