"""How a sync of a commit went, in a reason and a sentence. Pure."""

from __future__ import annotations

from sluse.delivery.compiled import Compiled
from sluse.delivery.head import Head
from sluse.delivery.network_catalogue import PATH
from sluse.delivery.repository import SyncResult
from sluse.model.tree import errors


def result_of(head: Head, compiled: Compiled, failures: list[str]) -> SyncResult:
    """Return the result. `failures` are what could not be noted or declared, each of one organisation."""
    wrong = len(errors(head.problems))
    held = len(compiled.held_retirements) + len(compiled.held_updates) + len(compiled.held_openings)
    if failures:
        reason, message = "StacksFailed", "; ".join(failures)
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
    )


def _verdict(wrong: int) -> str:
    return f"{wrong} errors hold documents back; everything else at HEAD is declared" if wrong else "HEAD is declared"
