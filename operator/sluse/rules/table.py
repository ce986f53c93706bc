"""Every rule there is. Every `Problem.rule` is the id of one of these; a test holds it."""

from __future__ import annotations

from collections.abc import Mapping

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

RULES: tuple[Rule, ...] = (
    *reading.RULES,
    *presence.RULES,
    *numbers.RULES,
    *grants.RULES,
    *scopes.RULES,
    *redirects.RULES,
    *keys.RULES,
    *plan.RULES,
    *providers.RULES,
    *installations.RULES,
    *references.RULES,
    *records.RULES,
    *demo.RULES,
    *policies.RULES,
    *resources.RULES,
    *requests.RULES,
    *live.RULES,
)

BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in RULES}
