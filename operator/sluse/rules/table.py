"""Every rule there is. Every `Problem.rule` is the id of one of these; a test holds it."""

from __future__ import annotations

from collections.abc import Mapping

from sluse.model.policy.authority import SHIPPED, AuthorityProfile
from sluse.rules import (
    demo,
    grants,
    installations,
    keys,
    live,
    numbers,
    plan,
    policies,
    presence,
    providers,
    reading,
    records,
    redirects,
    references,
    requests,
    resources,
    scopes,
)
from sluse.rules.rule import Rule


def rules(known: AuthorityProfile) -> tuple[Rule, ...]:
    """Return the table, by what is known of the authority."""
    return (
        *reading.RULES,
        *presence.RULES,
        *numbers.rules(known),
        *grants.RULES,
        *scopes.rules(known),
        *redirects.RULES,
        *keys.rules(known),
        *plan.RULES,
        *providers.rules(known),
        *installations.RULES,
        *references.RULES,
        *records.RULES,
        *demo.RULES,
        *policies.RULES,
        *resources.RULES,
        *requests.RULES,
        *live.RULES,
    )


RULES: tuple[Rule, ...] = rules(SHIPPED)
"""The table as it is shipped. What the facts of `policies/authority.yaml` change is what some checks find, never which rules there are."""

BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in RULES}
