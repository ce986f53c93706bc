"""A tree -> everything that is wrong with it: what reading found and what the rules find, sorted by place.

Nothing is said twice: what could not be read is not judged, and documents of an organisation whose own file is
missing or broken are not judged against it, since that one problem holds them all.
"""

from __future__ import annotations

from collections.abc import Iterator

from sluse.model.problem import Problem
from sluse.model.tree import Tree
from sluse.rules.rule import DocumentRule, Finding, KeysRule, Rule, TreeRule
from sluse.rules.survey import Source, Survey
from sluse.rules.table import RULES

_DOCUMENT_RULES = tuple(rule for rule in RULES if isinstance(rule, DocumentRule))
_KEYS_RULES = tuple(rule for rule in RULES if isinstance(rule, KeysRule))
_TREE_RULES = tuple(rule for rule in RULES if isinstance(rule, TreeRule))


def check(tree: Tree) -> tuple[Problem, ...]:
    """Return every problem of the tree, sorted by place. Linear in its size; pure."""
    survey = Survey(tree)
    found = [*tree.problems, *_documents(tree), *_keys(tree), *_across(survey)]
    return tuple(sorted(found, key=lambda problem: (problem.place, problem.rule)))


def _documents(tree: Tree) -> Iterator[Problem]:
    for document in tree.integrations.values():
        for rule in _DOCUMENT_RULES:
            for finding in rule.check(document.content):
                yield _problem(rule, Source.of(document), finding)


def _keys(tree: Tree) -> Iterator[Problem]:
    for key_file, keys in tree.keys.items():
        source = Source(keys.path, str(key_file.client.integration_key), keys.locate)
        for rule in _KEYS_RULES:
            for finding in rule.check(keys.content):
                yield _problem(rule, source, finding)


def _across(survey: Survey) -> Iterator[Problem]:
    for rule in _TREE_RULES:
        for source, finding in rule.check(survey):
            yield _problem(rule, source, finding)


def _problem(rule: Rule, source: Source, finding: Finding) -> Problem:
    return rule.problem(
        source.locate(finding.path),
        finding.message,
        hint=finding.hint,
        severity=finding.severity,
        holds=source.holds,
        path=finding.path,
    )
