"""Which engine may declare a stack: the one that did so far, or the one that somebody lets take over. Pure.

The ledger has the engine of every stack. Another one in the settings is a migration and no setting: done by mistake, two
operators with different engines would each undo what the other keeps for itself (a state, an ApplySet).
"""

from __future__ import annotations

from sluse.delivery.repository import CHANGE_ENGINE
from sluse.errors import EngineUnusable


def may_take_over(by: str | None, *, mine: str, allowed: bool) -> None:
    """Raise `EngineUnusable` where `by` declared the stack, this is `mine`, and the repository does not say so."""
    if by in {None, mine} or allowed:
        return
    raise EngineUnusable(
        f"the stacks here were declared by the engine {by}, and the settings say {mine}",
        hint=f"set engine: {by} again, or let it take over: annotate the IntegrationRepository {CHANGE_ENGINE}={mine}",
    )
