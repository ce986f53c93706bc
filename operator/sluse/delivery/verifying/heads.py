"""The chain of heads: each names the digest of the one before it, from the genesis on. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sluse.delivery.verifying.finding import Finding, finding
from sluse.errors import LedgerError
from sluse.ledger.branch import chain
from sluse.ledger.branch.chain import GENESIS, HEAD, Genesis, Head
from sluse.ledger.branch.history import Publication
from sluse.model.names import Environment
from sluse.words.said import say

_CLOCKS = timedelta(minutes=5)
"""By so much two machines that follow each other as operator may differ."""


@dataclass(frozen=True)
class Link:
    """A head, and the digest by which the next one names it."""

    head: Head
    digest: str

    @classmethod
    def of(cls, head: Head, text: bytes) -> Link:
        return cls(head, hashlib.sha256(text).hexdigest())


def read(text: bytes | None, place: str) -> Head | Finding:
    """Read `head.json`."""
    if text is None:
        return finding("HeadUnreadable", place, say("there is no {head}", head=HEAD))
    try:
        return chain.read(Head, text, HEAD)
    except LedgerError as error:
        return finding("HeadUnreadable", place, error.message)


def broken(
    before: Link | None, head: Head, commit: Publication, place: str, environment: Environment
) -> Iterator[Finding]:
    """Yield what is wrong between two publications. `before` is None for the first that the clone has."""
    if head.environment is not environment:
        yield finding(
            "ChainBroken", place, say("{head} is one of {environment}", head=HEAD, environment=head.environment.value)
        )
    if head.issued_at != commit.at:
        message = say(
            "the commit was made at {at}, and its {head} says {issued_at}",
            at=_time(commit.at),
            head=HEAD,
            issued_at=_time(head.issued_at),
        )
        yield finding("TimeDiffers", place, message)
    if before is None:
        return
    if head.sequence != before.head.sequence + 1:
        message = say(
            "publication {sequence} follows publication {before}", sequence=head.sequence, before=before.head.sequence
        )
        yield finding("ChainBroken", place, message)
    if head.previous != before.digest:
        message = say(
            "{head} names {named} as the head before it, which is {digest}…",
            head=HEAD,
            named=f"{head.previous[:12]}…" if head.previous else say("none"),
            digest=before.digest[:12],
        )
        yield finding("ChainBroken", place, message)
    if head.issued_at < before.head.issued_at - _CLOCKS:
        message = say(
            "it says {issued_at}, and is later than {before}",
            issued_at=_time(head.issued_at),
            before=_time(before.head.issued_at),
        )
        yield finding("TimeDiffers", place, message)


def begun(text: bytes | None, place: str, environment: Environment, repository: str | None) -> Finding | None:
    """Return what is wrong with `genesis.json`. `repository` is the id that policies/ have; None where none counts."""
    if text is None:
        return finding("GenesisMissing", place, say("there is no {genesis}", genesis=GENESIS))
    try:
        genesis = chain.read(Genesis, text, GENESIS)
    except LedgerError as error:
        return finding("GenesisMissing", place, error.message)
    if genesis.environment is not environment:
        message = say("the branch was begun for {environment}", environment=genesis.environment.value)
        return finding("GenesisOfAnother", place, message)
    if repository is not None and genesis.repository_id != repository:
        message = say(
            "the branch was begun for the repository {repository_id}, and policies/repository.yaml says {repository}",
            repository_id=genesis.repository_id,
            repository=repository,
        )
        return finding("GenesisOfAnother", place, message)
    return None


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%SZ}"
