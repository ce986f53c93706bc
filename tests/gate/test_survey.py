"""What is remembered from one commit to the next: less work, and never another answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sluse.gate.check import Check
from sluse.gate.entitled import entitled
from sluse.gate.statements import CHECKS
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitled, Entitlement, NotEntitled
from sluse.model.names import Digest
from worlds import lock
from worlds.lock import NOW, SERVICE, SUPPLIER, Lock


def refused(found: Entitlement) -> set[str]:
    assert isinstance(found, NotEntitled)
    return {reason.check for reason in found.reasons}


def test_a_survey_made_from_the_one_before_says_the_same() -> None:
    world = lock.accepted()
    before = GateSurvey(world.tree(), lock.policy())
    first = entitled(before, SERVICE, NOW)
    again = GateSurvey(world.tree(), lock.policy(), before=before)
    assert entitled(again, SERVICE, NOW) is not None
    assert entitled(again, SERVICE, NOW) == first
    assert again.view(SUPPLIER, NOW) is before.view(SUPPLIER, NOW)
    world.agree(verdict="rejected")
    after = GateSurvey(world.tree(), lock.policy(), before=again)
    assert refused(entitled(after, SERVICE, NOW)) == {"PlanNotAgreed"}
    assert isinstance(entitled(after, SERVICE, world.clock - timedelta(seconds=1)), Entitled), "before it was said"


def test_a_statement_is_judged_once_however_many_commits_follow() -> None:
    judged: list[str] = []
    counting = Check("Counting", "It is counted.", lambda stated: judged.append(stated.record.id))
    checks = (counting, *CHECKS)
    world = lock.accepted()
    before = GateSurvey(world.tree(), lock.policy(), seen=issued(world), checks=checks)
    entitled(before, SERVICE, NOW)
    assert sorted(judged) == sorted(each for each in issued(world) if before.records(SUPPLIER).get(each))
    judged.clear()
    fresh = world.agree(verdict="rejected")
    after = GateSurvey(world.tree(), lock.policy(), seen=issued(world), before=before, checks=checks)
    assert refused(entitled(after, SERVICE, NOW)) == {"PlanNotAgreed"}
    assert judged == [fresh]


def test_a_statement_that_was_seen_at_another_time_is_judged_again() -> None:
    world = lock.accepted()
    before = GateSurvey(world.tree(), lock.policy(), seen=issued(world))
    assert isinstance(entitled(before, SERVICE, NOW), Entitled)
    late = {each: moment + timedelta(days=3) for each, moment in issued(world).items()}
    after = GateSurvey(world.tree(), lock.policy(), seen=late, before=before)
    alone = GateSurvey(world.tree(), lock.policy(), seen=late)
    assert "NotDecided" in refused(entitled(after, SERVICE, NOW))
    assert entitled(after, SERVICE, NOW) == entitled(alone, SERVICE, NOW)


def issued(world: Lock) -> dict[Digest, datetime]:
    """Return when each statement was made, as of a ledger that saw it at once."""
    records = (each.content.spec.statement for each in (*world.decisions.values(), *world.tests.values()))
    return {each.id: each.issued_at for each in records}
