"""Over random stories: every party learns the last state, and without crashes nobody is told the same twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sluse.model.held import HeldIntegration
from sluse.notify.notices import notices
from worlds.telling import NOW, Told, waiting

ADDRESSED = {"supplier", "NHN reviewer"}
SLUGS = st.sampled_from(["fjord", "nord"])
NAMES = st.sampled_from(["journal", "api"])
STAGES = st.sampled_from(["Ordered", "TestReady", "Submitted", "Accepted", "Configured", "Live", "Retiring", "Retired"])
ROWS = st.frozensets(
    st.tuples(
        st.sampled_from(["supplier", "NHN reviewer", "authority", "cluster operator"]),
        st.sampled_from(["SourceInvalid", "KeysMissing", "NotDecided"]),
    ),
    max_size=3,
)
CHANGES = st.tuples(st.just("change"), SLUGS, NAMES, STAGES, ROWS)
STEPS = st.one_of(CHANGES, CHANGES, st.sampled_from([("publish",), ("down",), ("up",), ("later",)]))
CRASHES = st.one_of(STEPS, st.just(("crash",)))
Step = tuple[object, ...]


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_every_party_learns_the_last_state_and_nobody_is_told_the_same_twice(story: Sequence[Step]) -> None:
    told = asyncio.run(played(story))
    ids = [message["Message-ID"] for message in told.post.taken]
    assert len(set(ids)) == len(ids)
    said = [(message["To"], line) for message in told.post.taken for line in lines(message.get_content())]
    assert len(set(said)) == len(said)
    assert everything_is_told(told)


@settings(max_examples=150, deadline=None)
@given(st.lists(CRASHES, max_size=25))
def test_no_crash_loses_what_there_is_to_tell(story: Sequence[Step]) -> None:
    assert everything_is_told(asyncio.run(played(story)))


async def played(story: Sequence[Step]) -> Told:
    """Play a story to its end, where the server answers and everything is published."""
    told = Told(every=60)
    for number, step in enumerate(story):
        moment = NOW + timedelta(hours=number)  # mails say minutes
        match step:
            case ("change", str() as slug, str() as name, str() as stage, frozenset() as rows):
                changed(told, slug, name, stage, rows, moment)
            case ("publish",):
                await told.publish()
            case ("crash",):
                told.ledgers.crash()
                told.process()
            case ("later",):
                told.seconds += 61
                await told.telling.once()
            case _:
                told.post.down = step == ("down",)
    told.post.down = False
    told.seconds += 4000
    while (wait := await told.publish()) is not None:
        told.seconds += wait
    return told


def changed(told: Told, slug: str, name: str, stage: str, rows: frozenset[tuple[str, str]], now: object) -> None:
    """Change an entry as the operator does: `since` moves only with what it is about."""
    before = told.ledgers.get(slug).integrations.get(name, HeldIntegration(title=name, since=NOW))
    known = {(row.on, row.reason): row for row in before.waiting}
    told.ledgers.say(
        slug,
        name,
        stage=stage,
        since=before.since if stage == before.stage else now,
        waiting=tuple(known.get(row) or waiting(*row).model_copy(update={"since": now}) for row in sorted(rows)),
    )


def lines(text: str) -> list[str]:
    """Return what a mail says is new, each with the integration it is about and its time. In the first language."""
    found, about = [], ""
    for line in text.partition("-" * 60)[0].splitlines():
        if line.startswith(("fjord.", "nord.")):
            about = line
        elif line.startswith("  Venter"):
            found.append(f"{about} {line}")
    return found


def everything_is_told(told: Told) -> bool:
    """By the ledger nothing is left, and by the mails every standing rung and row was in one to whom it is for."""
    ledgers = told.ledgers.current
    if any(notices(ledger, ledger) for ledger in ledgers.values()):
        return False
    for slug, ledger in ledgers.items():
        for name, entry in ledger.integrations.items():
            mailbox = told.mailbox("NHN" if entry.stage == "Submitted" else slug) or ""
            if entry.stage != "Ordered" and not said(told, mailbox, f"{slug}.{name}", f"{entry.stage} /", entry.since):
                return False
            for row in entry.waiting:
                mailbox = told.mailbox("NHN" if row.on == "NHN reviewer" else slug) or ""
                if row.on in ADDRESSED and row.reason != "NotDecided" and not said(
                    told, mailbox, f"{slug}.{name}", row.reason, row.since
                ):  # fmt: skip
                    return False
    return True


def said(told: Told, mailbox: str, key: str, what: str, since: object) -> bool:
    return any(
        f"\n{key}: " in text and what in text and f"{since:%Y-%m-%d %H:%M}Z" in text for text in told.post.to(mailbox)
    )
