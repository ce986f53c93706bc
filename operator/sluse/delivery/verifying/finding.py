"""What was found: one value per matter, with its place, its reason and what to do; the table of all reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sluse.words.said import say


class Weight(StrEnum):
    """What a finding is worth. A note says what was believed; it changes no verdict."""

    DISAGREES = "disagrees"
    UNTOLD = "untold"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """`place` is a branch, `branch@commit` or `branch@commit:path`."""

    reason: str
    message: str
    place: str
    weight: Weight
    remedy: str

    def wire(self) -> dict[str, str]:
        """Return the JSON-able form."""
        return {
            "reason": self.reason,
            "weight": self.weight.value,
            "place": self.place,
            "message": self.message,
            "remedy": self.remedy,
        }


_PUSHED = say("nobody but the operator may push there: find out who did, and let the forge forbid it")
_CHANGED = say(
    "somebody with the operator's key did not write what the operator writes: replace the key and find out who"
)
_FETCH = say("fetch everything (git fetch --unshallow), or compare with a head that you remember (--trusted-head)")
_REPAIR = say("`git fsck` tells more; a fresh clone has everything that the remote has")
_ASK = say("ask whoever runs the operator; production may hold what nobody allowed")

REASONS: dict[str, tuple[Weight, str]] = {
    "BranchMissing": (
        Weight.UNTOLD,
        say("fetch it (git fetch origin 'refs/heads/sluse/*:refs/remotes/origin/sluse/*'); without this environment name the other with -e"),
    ),
    "ObjectsLost": (Weight.UNTOLD, _REPAIR),
    "PolicyUnknown": (Weight.UNTOLD, say("fetch the branch of the integrations too; see `sluse policies verify`")),
    "CommitUnreadable": (Weight.DISAGREES, _PUSHED),
    "Unsigned": (Weight.DISAGREES, _PUSHED),
    "SignatureBad": (Weight.DISAGREES, _PUSHED),
    "SignerUnknown": (Weight.DISAGREES, _PUSHED),
    "SignerOfAnotherEnvironment": (Weight.DISAGREES, say("an operator may push to its own branch only: let the forge say so")),
    "KeyOutOfForce": (Weight.DISAGREES, say("give the operator a key that is in force, and find out who used this one")),
    "HistoryForked": (Weight.DISAGREES, _PUSHED),
    "GenesisMissing": (Weight.DISAGREES, _CHANGED),
    "GenesisChanged": (Weight.DISAGREES, _CHANGED),
    "GenesisOfAnother": (Weight.DISAGREES, say("this branch was begun for something else: look at the remote and the settings")),
    "HeadUnreadable": (Weight.DISAGREES, _CHANGED),
    "ChainBroken": (Weight.DISAGREES, say("a publication was exchanged or left out: compare with another clone")),
    "TimeDiffers": (Weight.DISAGREES, _CHANGED),
    "HeadNotThere": (Weight.DISAGREES, say("the branch was rewritten or set back: compare with another clone")),
    "HeadBeyondCut": (Weight.UNTOLD, say("fetch everything: git fetch --unshallow")),
    "HistoryCut": (Weight.NOTE, _FETCH),
    "LedgerUnreadable": (Weight.UNTOLD, say("a newer operator may have written it: verify with its version of sluse")),
    "LedgerRemoved": (Weight.DISAGREES, _CHANGED),
    "LedgerSetBack": (Weight.DISAGREES, _CHANGED),
    "SnapshotRemoved": (Weight.DISAGREES, _CHANGED),
    "SeenRewritten": (Weight.DISAGREES, _CHANGED),
    "PageDiffers": (Weight.DISAGREES, say("believe the ledger, not the page; another version of sluse may render it otherwise")),
    "PageUnexplained": (Weight.DISAGREES, _CHANGED),
    "StepNotAllowed": (Weight.DISAGREES, _ASK),
    "StepInFuture": (Weight.DISAGREES, _CHANGED),
    "PolicyDiffers": (Weight.DISAGREES, _ASK),
    "PolicyRolledBack": (Weight.DISAGREES, _ASK),
    "StepNotShown": (Weight.UNTOLD, say("fetch the commit that the step names; where history was rewritten, keep the old commits")),
    "JudgedByHead": (Weight.NOTE, say("fetch everything (git fetch --unshallow) to judge by the commit that was read")),
    "StepBetween": (Weight.NOTE, say("the remote was away meanwhile: the operator's own log has the step between")),
}  # fmt: skip


def finding(reason: str, place: str, message: str) -> Finding:
    """Return a finding with the weight and the remedy of its reason."""
    weight, remedy = REASONS[reason]
    return Finding(reason, message, place, weight, remedy)
