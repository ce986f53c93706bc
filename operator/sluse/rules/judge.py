"""A tree -> everything that is wrong with it: what reading found and what the rules find, sorted by place.

Nothing is said twice: what could not be read is not judged, and documents of an organisation whose own file is
missing or broken are not judged against it, since that one problem holds them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from sluse.model.envelope import Document
from sluse.model.keys import Jwks
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Problem, ordered
from sluse.model.tree import KeyFile, Sourced, Tree
from sluse.rules.rule import DocumentRule, Finding, KeysRule, PolicyRule, Rule, TreeRule
from sluse.rules.survey import Source, Survey
from sluse.rules.table import RULES
from sluse.rules.world import World

_KINDS = frozenset(kind for rule in RULES if isinstance(rule, DocumentRule) for kind in rule.judges)
_DOCUMENT_RULES: Mapping[type[Document], tuple[DocumentRule[Any], ...]] = {
    kind: tuple(rule for rule in RULES if isinstance(rule, DocumentRule) and kind in rule.judges) for kind in _KINDS
}
_KEYS_RULES = tuple(rule for rule in RULES if isinstance(rule, KeysRule))
_TREE_RULES = tuple(rule for rule in RULES if isinstance(rule, TreeRule))
_POLICY_RULES = tuple(rule for rule in RULES if isinstance(rule, PolicyRule))


def check(tree: Tree, policies: PolicyFiles | None = None, world: World | None = None) -> tuple[Problem, ...]:
    """Return every problem of the tree, sorted by place. Linear in its size; pure.

    `world` is what all folders declare, where the tree is one folder of several.

    `policies` is what lies beside it in `policies/`, where that is at hand: whose repository it is, and which
    identity providers are live already. Its own problems are `check_policies`.
    """
    judged = (problem for each, source, rules in alone(tree) for problem in by(rules, each, source()))
    return ordered([*tree.problems, *judged, *across(Survey(tree, policies, world))])


def check_policies(policies: PolicyFiles) -> tuple[Problem, ...]:
    """Return every problem of the data of `policies/` that reading it did not find, sorted by place."""
    return ordered(
        _problem(rule, source, finding) for rule in _POLICY_RULES for source, finding in rule.check(policies)
    )


Alone = tuple[Sourced[Any], Callable[[], Source], tuple[DocumentRule[Any] | KeysRule, ...]]
"""A document, where findings in it lie, and the rules that look at nothing else."""


def alone(tree: Tree) -> Iterator[Alone]:
    """Yield every document and key file with the rules that look at nothing else."""
    groups: tuple[Mapping[Any, Sourced[Any]], ...] = (
        tree.integrations,
        tree.providers,
        tree.installations,
        tree.user_organisations,
        tree.acceptance_tests,
        tree.decisions,
    )
    for group in groups:
        for document in group.values():
            yield document, partial(Source.of, document), _DOCUMENT_RULES.get(type(document.content), ())
    for key_file, keys in tree.keys.items():
        yield keys, partial(_of_keys, key_file, keys), _KEYS_RULES


def _of_keys(key_file: KeyFile, keys: Sourced[Jwks]) -> Source:
    return Source(keys.path, str(key_file.client.integration_key), keys.locate)


def by(rules: Iterable[DocumentRule[Any] | KeysRule], document: Sourced[Any], source: Source) -> Iterator[Problem]:
    """Yield what some rules find in a document."""
    for rule in rules:
        for finding in rule.check(document.content):
            yield _problem(rule, source, finding)


def across(survey: Survey) -> Iterator[Problem]:
    """Yield what the rules find that look at more than one document."""
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
        change=finding.change,
    )
