"""The signed end of an integration in production, and the signed emergency brake."""

from __future__ import annotations

from datetime import datetime, timedelta

from sluse.gate import case
from sluse.gate.record import Record
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import RetirementOrder
from sluse.model.names import IntegrationKey
from sluse.model.statement import Verdict

ALONE = timedelta(hours=24)
"""How long one person at NHN can suspend alone."""


def retirement(survey: GateSurvey, key: IntegrationKey, at: datetime) -> RetirementOrder | None:
    """Return the retirement in force: the last word of the chain, neither revoked nor followed by an acceptance."""
    view = survey.view(key.organisation, at)
    chain = view.of(str(key))
    record = None if chain.broken else case.retirement(chain)
    if record is None or record.statement.retirement is None:
        return None
    pause = timedelta(days=record.statement.retirement.delete_after_days)
    return RetirementOrder(record.id, record.statement.issued_at + pause, pause)


def suspension(survey: GateSurvey, key: IntegrationKey, at: datetime) -> Record | None:
    """Return the suspension in force: by a maintainer, by two persons of NHN, or by one for a day at most.

    The second person signs the same statement or one of their own. The newest is named.
    """
    view = survey.view(key.organisation, at)
    found = [each for each in view.suspensions.get(str(key), ()) if each.statement.verdict is Verdict.APPROVED]
    persons: set[str] = set()
    for each in found:
        stated = view.stated(each)
        if stated.by_maintainer or at < each.statement.issued_at + ALONE:
            return found[-1]
        persons |= stated.persons
    return found[-1] if len(persons) > 1 else None
