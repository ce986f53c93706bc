"""The chain of heads: each names the digest of the one before it, from the genesis on. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sluse.delivery.verifying.finding import Finding, finding
from sluse.errors import LedgerError
from sluse.ledger.branch import chain
from sluse.ledger.branch.chain import GENESIS, HEAD, Genesis, Head
from sluse.ledger.branch.history import Publication
from sluse.model.names import Environment

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
        return finding("HeadUnreadable", place, f"there is no {HEAD}")
    try:
        return chain.read(Head, text, HEAD)
    except LedgerError as error:
        return finding("HeadUnreadable", place, error.message)


def broken(
    before: Link | None, head: Head, commit: Publication, place: str, environment: Environment
) -> Iterator[Finding]:
    """Yield what is wrong between two publications. `before` is None for the first that the clone has."""
    if head.environment is not environment:
        yield finding("ChainBroken", place, f"{HEAD} is one of {head.environment.value}")
    if head.issued_at != commit.at:
        times = f"{commit.at:%Y-%m-%d %H:%M:%SZ}, and its {HEAD} says {head.issued_at:%Y-%m-%d %H:%M:%SZ}"
        yield finding("TimeDiffers", place, f"the commit was made at {times}")
    if before is None:
        return
    if head.sequence != before.head.sequence + 1:
        yield finding("ChainBroken", place, f"publication {head.sequence} follows publication {before.head.sequence}")
    if head.previous != before.digest:
        named = f"names {head.previous[:12]}…" if head.previous else "names none"
        yield finding("ChainBroken", place, f"{HEAD} {named} as the head before it, which is {before.digest[:12]}…")
    if head.issued_at < before.head.issued_at - _CLOCKS:
        yield finding("TimeDiffers", place, f"it says {head.issued_at:%Y-%m-%d %H:%M:%SZ}, and is later than {before.head.issued_at:%Y-%m-%d %H:%M:%SZ}")  # fmt: skip


def begun(text: bytes | None, place: str, environment: Environment, repository: str | None) -> Finding | None:
    """Return what is wrong with `genesis.json`. `repository` is the id that policies/ have; None where none counts."""
    if text is None:
        return finding("GenesisMissing", place, f"there is no {GENESIS}")
    try:
        genesis = chain.read(Genesis, text, GENESIS)
    except LedgerError as error:
        return finding("GenesisMissing", place, error.message)
    if genesis.environment is not environment:
        return finding("GenesisOfAnother", place, f"the branch was begun for {genesis.environment.value}")
    if repository is not None and genesis.repository_id != repository:
        message = f"the branch was begun for the repository {genesis.repository_id}, and policies/repository.yaml says {repository}"
        return finding("GenesisOfAnother", place, message)
    return None
