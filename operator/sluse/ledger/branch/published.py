"""What is on the status branch, as one commit has it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sluse.errors import LedgerError, LedgerMissing
from sluse.ledger.branch import chain
from sluse.ledger.branch.bare import Bare, blob_of
from sluse.ledger.branch.chain import GENESIS, HEAD, Genesis, Head
from sluse.model.names import Environment
from sluse.words.said import say


@dataclass(frozen=True)
class Published:
    """What is on the branch. `ids` are the blobs' ids by path, as `Bare.blobs` has them."""

    commit: str
    genesis: Genesis
    head: Head
    ids: Mapping[str, str]


def published(bare: Bare, commit: str, name: str) -> Published:
    """Read a commit, whose tree becomes the index. LedgerError, which calls the branch `name`, where its chain cannot be read."""
    ids = bare.load(commit)
    first, last = (blob_of(ids.get(path, "")) for path in (GENESIS, HEAD))
    if not first or not last:
        raise LedgerError(
            say(
                "{branch} has no {genesis} and {head}: it was not begun by `sluse ledger init`",
                branch=name,
                genesis=GENESIS,
                head=HEAD,
            )
        )
    texts = bare.read([first, last])
    genesis = chain.read(Genesis, texts[first], f"{name}:{GENESIS}")
    return Published(commit, genesis, chain.read(Head, texts[last], f"{name}:{HEAD}"), ids)


def head_of(bare: Bare, commit: str, name: str) -> Head:
    """Return a commit's head, whatever the index is of. LedgerError where it cannot be read."""
    blob = blob_of(bare.blobs(commit).get(HEAD, ""))
    return chain.read(Head, bare.read([blob])[blob] if blob else b"", f"{name}:{HEAD}")


def moved(before: Published | None, found: Published | None, *, ours: Collection[str | None] | None) -> str | None:
    """Say how the branch is no continuation of what was seen, or moved without us since; None where all is well.

    `ours`: the commits that may be its last where this process has seen it before.
    """
    if before is None:
        return None
    if found is None or found.head.sequence < before.head.sequence:
        return say("it was set back or removed")
    if found.head.sequence == before.head.sequence and found.commit != before.commit:
        return say("its last commit was exchanged")
    return say("somebody else has pushed to it") if ours is not None and found.commit not in ours else None


def not_begun(environment: Environment, name: str) -> LedgerMissing:
    """Return the error of an environment without a genesis; it calls the branch `name`."""
    return LedgerMissing(
        say(
            "{branch} does not exist, so what is held in {environment} is not known",
            branch=name,
            environment=environment.value,
        ),
        hint=say(
            "in a new installation, run: sluse ledger init -e {environment}; else see operator/RECOVERY.md",
            environment=environment.value,
        ),
    )
