"""The order of the statements on one subject: forks, their mending, revocations, and links that do not count."""

from __future__ import annotations

from datetime import timedelta

from sluse.gate import record
from sluse.gate.chain import MOST, Chain, order
from sluse.gate.verdict import Reason
from sluse.model.outcome import Party
from sluse.model.statement import StatementType
from worlds.lock import ALM, FURU, NOW, SERVICE, Lock

S = str(SERVICE)
NOTE, PLAN, REVOKE = StatementType.ACKNOWLEDGEMENT, StatementType.PLAN, StatementType.REVOCATION


class Chained(Lock):
    def note(self, *previous: str, kind: StatementType = NOTE, **fields: object) -> str:
        said = {"acknowledges": "seen"} if kind is NOTE else {}
        return self.decide(kind, S, ALM, previous=previous, **said, **fields)

    def plan(self, *previous: str) -> str:
        return self.agree(SERVICE, FURU, previous=previous)

    def chain(self, *, void: tuple[str, ...] = ()) -> Chain:
        records = [record.read(each) for each in self.decisions.values()]
        return order(records, {each: Reason("BadSignature", "bad", Party.REVIEWER) for each in void}, NOW)


def counted(chain: Chain) -> list[str]:
    return [each.id for each in chain.counted]


def void(chain: Chain) -> dict[str, str]:
    return {each.id: reason.check for each, reason in chain.void}


def test_the_order_is_what_each_names_whatever_the_files_are_called() -> None:
    lock = Chained()
    first = lock.note()
    second = lock.note(first)
    third = lock.note(second)
    lock.decisions = dict(reversed(lock.decisions.items()))
    chain = lock.chain()
    assert counted(chain) == [first, second, third]
    assert chain.comes_before(first, third)
    assert not chain.comes_before(third, first)


def test_two_that_follow_one_are_void_with_all_that_follows_them() -> None:
    lock = Chained()
    root = lock.note()
    left, right = lock.plan(root), lock.note(root)
    after = lock.note(left)
    assert counted(lock.chain()) == [root]
    assert void(lock.chain()) == dict.fromkeys((left, right, after), "ChainForked")


def test_two_beginnings_are_a_fork_too() -> None:
    lock = Chained()
    lock.note()
    lock.plan()
    assert counted(lock.chain()) == []


def test_naming_one_end_mends_nothing() -> None:
    lock = Chained()
    root = lock.note()
    left, _ = lock.plan(root), lock.note(root)
    lock.note(left)
    assert counted(lock.chain()) == [root]


def test_naming_both_ends_mends_and_both_count_again() -> None:
    lock = Chained()
    root = lock.note()
    left, right = lock.plan(root), lock.note(root)
    mended = lock.note(left, right)
    assert counted(lock.chain()) == [root, left, right, mended]


def test_two_of_one_effect_have_no_order_even_when_mended() -> None:
    lock = Chained()
    root = lock.note()
    left, right = lock.plan(root), lock.plan(root)
    mended = lock.note(left, right)
    assert counted(lock.chain()) == [root, mended]
    assert void(lock.chain()) == dict.fromkeys((left, right), "ChainForked")


def test_who_mends_a_fork_must_not_be_in_one() -> None:
    lock = Chained()
    root = lock.note()
    left, right = lock.plan(root), lock.note(root)
    lock.note(left, right)
    lock.plan(left, right)
    assert counted(lock.chain()) == [root]


def test_a_revocation_counts_in_a_fork_and_forks_nothing() -> None:
    lock = Chained()
    root = lock.plan()
    beside = lock.note(root)
    revoked = lock.note(root, kind=REVOKE, revokes=root)
    chain = lock.chain()
    assert counted(chain) == [root, beside, revoked]
    assert chain.revoked == {root}


def test_a_revoked_revocation_revokes_nothing() -> None:
    lock = Chained()
    root = lock.plan()
    first = lock.note(root, kind=REVOKE, revokes=root)
    second = lock.note(first, kind=REVOKE, revokes=first)
    assert lock.chain().revoked == {first}
    lock.note(second, kind=REVOKE, revokes=second)
    assert lock.chain().revoked == {second, root}


def test_an_expired_revocation_and_a_rejected_one_revoke_nothing() -> None:
    lock = Chained()
    root = lock.plan()
    lock.note(root, kind=REVOKE, revokes=root, expires=NOW)
    lock.note(root, kind=REVOKE, revokes=root, verdict="rejected")
    assert lock.chain().revoked == frozenset()


def test_what_does_not_count_is_a_link_and_forks_nothing() -> None:
    lock = Chained()
    root = lock.note()
    forged, beside = lock.plan(root), lock.note(root)
    after = lock.note(forged, beside)
    assert counted(lock.chain(void=(forged,))) == [root, beside, after]
    assert void(lock.chain(void=(forged,))) == {forged: "BadSignature"}


def test_without_a_link_nothing_is_believed() -> None:
    lock = Chained()
    root = lock.note()
    lost = lock.note(root)
    lock.note(lost)
    del lock.decisions[list(lock.decisions)[1]]
    chain = lock.chain()
    assert counted(chain) == []
    assert chain.broken is not None
    assert lost[:12] in chain.broken.message


def test_a_forged_statement_that_names_what_is_not_there_breaks_nothing() -> None:
    lock = Chained()
    root = lock.note()
    forged = lock.note(root, "f" * 64)
    assert counted(lock.chain(void=(forged,))) == [root]


def test_a_statement_counts_from_its_own_moment() -> None:
    lock = Chained()
    root = lock.note()
    later = lock.note(root, issued_at=NOW + timedelta(seconds=1))
    assert void(lock.chain()) == {later: "FromTheFuture"}


def test_of_more_statements_than_anybody_makes_none_is_believed() -> None:
    """Anybody may write a file, and who follows whom costs the square of their number."""
    lock = Chained()
    last = lock.note()
    for _ in range(MOST - 1):
        last = lock.note(last)
    assert len(lock.chain().counted) == MOST
    strange = lock.note(last)
    chain = lock.chain(void=(strange,))
    assert not chain.counted
    assert chain.broken is not None
    assert "201 statements" in chain.broken.message
