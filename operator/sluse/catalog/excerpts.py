"""The lines that problems of rules point at. Rules see models only; the catalogue still has the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sluse.catalog.positions import Positions
from sluse.model.problem import Problem
from sluse.model.tree import Sourced, Tree


def with_excerpts(tree: Tree, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems, each that names a line of a readable file with that line."""
    sources: dict[str, Sourced[Any]] = {
        source.path: source for group in (tree.organisations, tree.integrations, tree.keys) for source in group.values()
    }
    return tuple(_with(problem, sources.get(problem.place.path)) for problem in problems)


def _with(problem: Problem, source: Sourced[Any] | None) -> Problem:
    if problem.excerpt or source is None or not isinstance(source.locate, Positions):
        return problem
    return replace(problem, excerpt=source.locate.excerpt(problem.place))
