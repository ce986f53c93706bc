"""A tree -> everything that is wrong with it: what reading found and what the rules find, sorted by place.

Nothing is said twice: what could not be read is not judged, and documents of an organisation whose own file is
missing or broken are not judged against it, since that one problem holds them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from sluse.model.envelope import Document
from sluse.model.keys import Jwks
from sluse.model.policy.authority import SHIPPED, AuthorityProfile
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Problem, ordered
from sluse.model.tree import KeyFile, Sourced, Tree
from sluse.rules import table
from sluse.rules.rule import DocumentRule, Finding, KeysRule, PolicyRule, Rule, TreeRule
from sluse.rules.survey import Source, Survey
from sluse.rules.world import World


@dataclass(frozen=True)
class Rules:
    """The rules that judge trees, by what each of them looks at."""

    of_kind: Mapping[type[Document], tuple[DocumentRule[Any], ...]]
    of_keys: tuple[KeysRule, ...]
    of_trees: tuple[TreeRule, ...]


@lru_cache(maxsize=8)
def rules_by(known: AuthorityProfile) -> Rules:
    """Return the rules as they judge by what is known of the authority; the very object of before where that is the same."""
    found = table.rules(known)
    of_documents = [rule for rule in found if isinstance(rule, DocumentRule)]
    kinds = {kind for rule in of_documents for kind in rule.judges}
    return Rules(
        {kind: tuple(rule for rule in of_documents if kind in rule.judges) for kind in kinds},
        tuple(rule for rule in found if isinstance(rule, KeysRule)),
        tuple(rule for rule in found if isinstance(rule, TreeRule)),
    )


def known_in(policies: PolicyFiles | None) -> AuthorityProfile:
    """Return what policies say of the authority; what is shipped where they have no file that can be read."""
    return policies.authority.content if policies is not None and policies.authority is not None else SHIPPED


_POLICY_RULES = tuple(rule for rule in table.RULES if isinstance(rule, PolicyRule))


def check(tree: Tree, policies: PolicyFiles | None = None, world: World | None = None) -> tuple[Problem, ...]:
    """Return every problem of the tree, sorted by place. Linear in its size; pure.

    `world` is what all folders declare, where the tree is one folder of several.

    `policies` is what lies beside it in `policies/`, where that is at hand: whose repository it is, which identity
    providers are live already, and what is known of the authority. Its own problems are `check_policies`.
    """
    rules = rules_by(known_in(policies))
    judged = (problem for each, source, own in alone(tree, rules) for problem in by(own, each, source))
    return ordered([*tree.problems, *judged, *across(Survey(tree, policies, world), rules)])


def check_policies(policies: PolicyFiles) -> tuple[Problem, ...]:
    """Return every problem of the data of `policies/` that reading it did not find, sorted by place."""
    return ordered(
        _problem(rule, source, finding) for rule in _POLICY_RULES for source, finding in rule.check(policies)
    )


Alone = tuple[Sourced[Any], Callable[[], Source], tuple[DocumentRule[Any] | KeysRule, ...]]
"""A document, where findings in it lie, and the rules that look at nothing else."""


def alone(tree: Tree, rules: Rules) -> Iterator[Alone]:
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
            yield document, partial(Source.of, document), rules.of_kind.get(type(document.content), ())
    for key_file, keys in tree.keys.items():
        yield keys, partial(_of_keys, key_file, keys), rules.of_keys


def _of_keys(key_file: KeyFile, keys: Sourced[Jwks]) -> Source:
    return Source(keys.path, str(key_file.client.integration_key), keys.locate)


def by(
    rules: Iterable[DocumentRule[Any] | KeysRule], document: Sourced[Any], source: Callable[[], Source]
) -> Iterator[Problem]:
    """Yield what some rules find in a document."""
    for rule in rules:
        for finding in rule.check(document.content):
            yield _problem(rule, source(), finding)


def across(survey: Survey, rules: Rules) -> Iterator[Problem]:
    """Yield what the rules find that look at more than one document."""
    for rule in rules.of_trees:
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
