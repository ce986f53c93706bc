"""How a sync of a commit went, in a reason and a sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluse.delivery.compiled import Compiled
from sluse.delivery.head import Head
from sluse.delivery.network_catalogue import PATH
from sluse.delivery.repository import SyncResult
from sluse.errors import EngineUnusable, SluseError
from sluse.model.reasons.name import ReasonName
from sluse.model.tree import errors


@dataclass(frozen=True)
class StackFailed:
    """One organisation's share could not be noted or declared."""

    organisation: str
    error: SluseError

    def __str__(self) -> str:
        return f"{self.organisation}: {self.error.message}"


def result_of(head: Head, compiled: Compiled, failures: Sequence[StackFailed]) -> SyncResult:
    """Return the result. An engine that can run nothing until somebody acts is told once, and stalls."""
    wrong = len(errors(head.problems))
    held = len(compiled.held_retirements) + len(compiled.held_updates) + len(compiled.held_openings)
    unusable = next((failed.error for failed in failures if isinstance(failed.error, EngineUnusable)), None)
    reason: ReasonName
    if unusable is not None:
        reason, message = "EngineUnusable", sentence(unusable)
    elif failures:
        reason, message = "StacksFailed", "; ".join(map(str, failures))
    elif compiled.untrusted:
        reason, message = "PolicyNotTrusted", f"nothing moves: {'; '.join(compiled.untrusted)}"
    elif held:
        reason, message = "FuseHeld", f"{held} changes at once are held; everything else at HEAD is declared"
    else:
        reason, message = "Synced", _verdict(wrong)
    if compiled.untold_openings and not compiled.untrusted:
        message = f"{message}; {compiled.untold_openings} ask for network openings, and {PATH} is missing or wrong"
    return SyncResult(
        ready=reason == "Synced",
        reason=reason,
        message=message,
        commit=head.commit,
        organisations=len(head.tree.organisations),
        integrations=len(head.tree.integrations),
        problems=wrong,
        fuse_held=held,
        stalled=unusable is not None,
    )


def sentence(error: SluseError) -> str:
    """Return an error as one sentence, with its remedy."""
    return f"{error.message} ({error.hint})" if error.hint else error.message


def _verdict(wrong: int) -> str:
    return f"{wrong} errors hold documents back; everything else at HEAD is declared" if wrong else "HEAD is declared"
