"""Each attack is refused for the right reason; and without the row that refuses it, it gets through."""

from __future__ import annotations

import pytest

from sluse.gate.check import Check
from sluse.gate.entitled import CHECKS
from sluse.gate.statements import CHECKS as STATEMENT_CHECKS
from sluse.gate.verdict import Entitled, NotEntitled
from worlds.attacks import ATTACKS, Attack

HAS_A_SECOND_LINE = {
    "ChainBroken": "of a broken chain no statement counts",
    "NotDecided": "without a decision there is nothing to be entitled to",
    "OrganisationNotBound": "then nobody is a maintainer either",
    "PlanNotAgreed": "without a plan there is no moment to open at",
    "ProductionLost": "without the bytes there is no snapshot",
    "WrongForm": "what breaks a rule of records and counts holds all",
    "WrongSubject": "what breaks a rule of records and counts holds all",
    "Rejected": "what is rejected is not accepted",
    "SnapshotLost": "without the bytes there is no snapshot",
    "ZoneUnknown": "there is no moment to open at",
}
"""Rows that say why, and behind which something else stands that would refuse too."""


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_is_refused(attack: Attack) -> None:
    found = attack.do().verdict()
    assert isinstance(found, NotEntitled)
    assert attack.reason in {reason.check for reason in found.reasons}, found.reasons


@pytest.mark.parametrize("check", [*STATEMENT_CHECKS, *CHECKS], ids=lambda check: check.name)
def test_without_a_row_its_attack_gets_through(check: Check[object]) -> None:
    statements = tuple(each for each in STATEMENT_CHECKS if each is not check)
    checks = tuple(each for each in CHECKS if each is not check)
    attempts = [attack.do() for attack in ATTACKS if attack.reason == check.name]
    if check.name in HAS_A_SECOND_LINE:
        assert attempts
        return
    assert any(isinstance(attempt.verdict(checks, statements), Entitled) for attempt in attempts)


def test_every_reason_of_an_attack_is_said_by_one_row() -> None:
    names = [each.name for each in (*STATEMENT_CHECKS, *CHECKS)]
    assert len(names) == len(set(names))
