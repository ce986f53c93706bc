"""The form of a check: one question with a name, and who must act where the answer is a reason.

Two tables are made of these: `statements.CHECKS` (does this statement count at all) and `entitled.CHECKS` (is
production entitled to this). Both are passed in, so that a test can show what each single row keeps out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sluse.model.outcome import Party
from sluse.model.reasons.name import ReasonName
from sluse.model.reasons.table import REASONS
from sluse.words.said import Translate, say

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Check(Generic[Subject]):
    """`demands` is what must be so, in one sentence; `find` returns what stands against it, or None.

    `on` is who must act; None stands for the owner of what is judged.
    """

    name: ReasonName
    demands: str
    find: Callable[[Subject], str | None]
    on: Party | None = None

    def facts(self, words: Translate) -> dict[str, str]:
        """Return what there is to say of it, by name."""
        on = self.on.value if self.on is not None else say("whoever wrote or signed it")
        do = words(REASONS[self.name].do)
        return {"check": self.name, "demands": words(self.demands), "on": words(on), "do": do}
