"""The lines that problems of rules point at, and the edits that mend them. Rules see models; the catalogue has the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from sluse.catalog.layout import names_one_file
from sluse.catalog.positions import Positions
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Place, Problem
from sluse.model.tree import Sourced, Tree


def with_excerpts(tree: Tree, problems: Iterable[Problem], policies: PolicyFiles | None = None) -> tuple[Problem, ...]:
    """Return the problems, each that names a line of a readable file with that line, and changes as edits of the text."""
    groups: tuple[Mapping[Any, Sourced[Any]], ...] = (
        tree.organisations,
        tree.documents,
        tree.keys,
        tree.acceptance_tests,
        tree.decisions,
    )
    sources = {source.path: source for group in groups for source in group.values()}
    for name in (field.name for field in fields(policies)) if policies is not None else ():
        source = getattr(policies, name)
        if isinstance(source, Sourced):
            sources[source.path] = source
    return tuple(_with(problem, sources.get(problem.place.path)) for problem in problems)


def excerpt(source: Sourced[Any] | None, place: Place) -> str:
    """Return the line of a place in a document; empty where its text is not at hand."""
    return source.locate.excerpt(place) if source is not None and isinstance(source.locate, Positions) else ""


def _with(problem: Problem, source: Sourced[Any] | None) -> Problem:
    change = problem.change if names_one_file(problem.place.path) else None
    if change is not None and source is not None and isinstance(source.locate, Positions):
        problem = replace(problem, edits=source.locate.edits(change))
    if not problem.excerpt:
        problem = replace(problem, excerpt=excerpt(source, problem.place))
    return problem if problem.change is None else replace(problem, change=None)
