"""Telling, with ledgers in memory and a post that can fail: at least once, at most once without crashes, never too fast."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from worlds.telling import NHN, NOW, Told, registered, waiting

FJORD = "drift@fjord.example"


async def test_news_of_one_party_in_one_batch_are_one_mail() -> None:
    told = Told()
    told.ledgers.say("fjord", "journal", stage="TestReady", clients={"web": registered("c-1")})
    told.ledgers.say("fjord", "api", waiting=(waiting(), waiting(on="NHN reviewer", reason="PlanNotAgreed")))
    assert await told.publish() is None
    assert len(told.post.taken) == 2
    (digest,) = told.post.to(FJORD)
    assert "fjord.journal" in digest
    assert "fjord.api" in digest
    assert "PlanNotAgreed" not in digest
    assert "PlanNotAgreed" in told.post.to(NHN)[0]


async def test_what_was_told_is_told_once_also_after_a_restart() -> None:
    told = Told()
    told.ledgers.say("fjord", "journal", stage="TestReady")
    await told.publish()
    await told.publish()
    told.ledgers.crash()
    told.process()
    await told.publish()
    assert len(told.post.taken) == 1


async def test_an_operator_that_begins_to_tell_tells_nothing_old_and_all_that_is_new() -> None:
    told = Told()
    told.ledgers.telling = False
    told.ledgers.say("fjord", "journal", stage="Live", waiting=(waiting(),))
    told.process()
    assert await told.publish() is None
    assert told.post.taken == []
    told.ledgers.say("fjord", "journal", stage="Retiring", since=NOW + timedelta(hours=1))
    await told.publish()
    assert len(told.post.taken) == 1


async def test_a_crash_between_handing_over_and_writing_down_repeats_the_same_message_id() -> None:
    told = Told()
    told.ledgers.say("fjord", "journal", stage="TestReady")
    told.post.crash = True
    with pytest.raises(KeyboardInterrupt):
        await told.publish()
    told.post.crash = False
    told.ledgers.crash()
    told.process()
    await told.publish()
    first, second = told.post.taken
    assert first["Message-ID"] == second["Message-ID"]
    await told.publish()
    assert len(told.post.taken) == 2


async def test_a_crash_before_anything_was_handed_over_loses_nothing() -> None:
    told = Told()
    told.ledgers.say("fjord", "journal", stage="TestReady")
    told.ledgers.crash()
    told.process()
    await told.telling.once()
    assert len(told.post.taken) == 1


async def test_no_mailbox_gets_mail_faster_than_it_should_and_what_came_and_went_is_never_told() -> None:
    told = Told(every=300)
    for minute in range(60):
        moment = NOW + timedelta(minutes=minute)
        told.ledgers.say("fjord", "journal", waiting=(waiting(since=moment),) if minute % 2 else ())
        await told.publish()
        told.seconds += 10
    # 600 seconds: the first mail at once, then one after 300.
    assert len(told.post.taken) == 2
    told.seconds += 300
    await told.publish()
    assert len(told.post.taken) == 3
    told.ledgers.say("fjord", "journal", waiting=())
    told.seconds += 300
    assert await told.publish() is None
    assert len(told.post.taken) == 3


async def test_it_says_when_it_may_tell_the_rest() -> None:
    told = Told(every=300)
    told.ledgers.say("fjord", "journal", stage="TestReady")
    assert await told.publish() is None
    told.seconds += 100
    told.ledgers.say("fjord", "journal", waiting=(waiting(),))
    assert await told.publish() == 200
    told.seconds += 200
    assert await told.telling.once() is None
    assert len(told.post.taken) == 2


async def test_a_server_that_is_away_costs_no_write_is_tried_ever_more_slowly_and_complained_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = Told()
    told.post.down = True
    told.ledgers.say("fjord", "journal", stage="TestReady")
    told.ledgers.say("nord", "journal", stage="TestReady")
    waits: list[float] = []
    with caplog.at_level(logging.WARNING):
        wait = await told.publish()
        for _ in range(14):
            assert wait is not None
            waits.append(wait)
            told.seconds += wait
            wait = await told.publish()
    assert waits[:5] == [5, 10, 20, 40, 80]
    assert waits[-1] == 3600
    assert told.post.tries == 15
    assert told.ledgers.flushes == 0
    assert [record.message for record in caplog.records] == ["notifications wait: nobody answers"]
    told.post.down = False
    told.seconds += 3600
    assert await told.publish() is None
    assert len(told.post.taken) == 2


async def test_a_mailbox_that_is_not_taken_keeps_no_other_waiting(caplog: pytest.LogCaptureFixture) -> None:
    told = Told()
    told.post.refused = {FJORD}
    for slug in ("fjord", "nord"):
        told.ledgers.say(slug, "journal", stage="TestReady")
    with caplog.at_level(logging.WARNING):
        assert await told.publish() == 5
        told.seconds += 5
        assert await told.publish() == 10
    assert [message["To"] for message in told.post.taken] == ["drift@nord.example"]
    assert len(caplog.records) == 1


async def test_an_address_that_is_none_keeps_no_other_waiting() -> None:
    told = Told(bad={"alta"})
    told.ledgers.say("alta", "journal", stage="TestReady")
    told.ledgers.say("fjord", "journal", stage="TestReady")
    assert await told.publish() == 5
    assert len(told.post.taken) == 1


async def test_whoever_has_no_mailbox_yet_is_told_once_there_is_one() -> None:
    told = Told(unknown={"fjord"})
    told.ledgers.say("fjord", "journal", stage="TestReady")
    assert await told.publish() is None
    assert told.post.tries == 0
    told.unknown.clear()
    await told.publish()
    assert len(told.post.taken) == 1


async def test_nobody_is_told_what_cannot_be_written_down() -> None:
    told = Told()
    told.ledgers.say("fjord", "journal", stage="TestReady")
    told.ledgers.closed.add("fjord")
    assert await told.publish() == 5
    assert told.post.tries == 0


async def test_telling_one_mail_writes_each_ledger_once() -> None:
    told = Told()
    for name in ("journal", "api", "archive"):
        told.ledgers.say("fjord", name, stage="TestReady")
    await told.publish()
    assert told.ledgers.flushes == 1
