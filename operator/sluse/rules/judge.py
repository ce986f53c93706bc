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
from sluse.model.problem import Problem
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
    alone = (problem for each, source, rules in _alone(tree) for problem in _judged(each, source(), rules))
    return _sorted([*tree.problems, *alone, *_across(Survey(tree, policies, world))])


class Judge:
    """`check` for whoever judges tree after tree: what a document alone decides is remembered while the trees have it.

    Known again is the very object that the reader gave before, which it does for a file whose bytes and path are the same.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Sourced[Any], tuple[Problem, ...]]] = {}

    def check(self, tree: Tree) -> tuple[Problem, ...]:
        """Return what `check` returns."""
        before, self._known = self._known, {}
        for each, source, rules in _alone(tree):
            # Holding the object keeps its id its own.
            self._known[id(each)] = before.get(id(each)) or (each, tuple(_judged(each, source(), rules)))
        alone = (problem for _, problems in self._known.values() for problem in problems)
        return _sorted([*tree.problems, *alone, *_across(Survey(tree))])


def check_policies(policies: PolicyFiles) -> tuple[Problem, ...]:
    """Return every problem of the data of `policies/` that reading it did not find, sorted by place."""
    return _sorted(
        _problem(rule, source, finding) for rule in _POLICY_RULES for source, finding in rule.check(policies)
    )


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.place, problem.rule)))


_Alone = tuple[Sourced[Any], Callable[[], Source], tuple[DocumentRule[Any] | KeysRule, ...]]


def _alone(tree: Tree) -> Iterator[_Alone]:
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


def _judged(document: Sourced[Any], source: Source, rules: Iterable[DocumentRule[Any] | KeysRule]) -> Iterator[Problem]:
    for rule in rules:
        for finding in rule.check(document.content):
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
        change=finding.change,
    )
