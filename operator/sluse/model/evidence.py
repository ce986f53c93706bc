"""Evidence: what one run of an acceptance suite saw, case by case. No token, key or identifier is ever in it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from sluse.model.names import Environment
from sluse.model.value import Count, First, Flag, Line, Moment, Sha256, Slug, Text, Value


class Witness(StrEnum):
    """Who saw it, weakest first: the tested party itself, the authority, the operator, NHN."""

    SELF = "self"
    AUTHORITY = "authority"
    OPERATOR = "operator"
    NHN = "nhn"

    @property
    def rank(self) -> int:
        """How much it weighs."""
        return list(Witness).index(self)


class CaseResult(Value):
    """One case. `expected` and `seen` are sentences for people; `passed` is what counts."""

    case: Slug
    witness: Witness
    passed: Flag
    expected: Text
    seen: Text


class Evidence(Value):
    """`acceptance/<name>/<client>.json`; for an identity provider `<alias of the user>.json`."""

    version: First
    suite: Slug
    suite_version: Count
    subject: Line
    part: Slug = Field(description="The client, or the test user, that was tested.")
    environment: Environment
    tested: Sha256
    started: Moment
    ended: Moment
    cases: tuple[CaseResult, ...] = Field(min_length=1, max_length=100)
