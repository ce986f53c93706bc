"""The form of a check: one question with a name, and who must act where the answer is a reason.

Two tables are made of these: `statements.CHECKS` (does this statement count at all) and `entitled.CHECKS` (is
production entitled to this). Both are passed in, so that a test can show what each single row keeps out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sluse.model.outcome import Party

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Check(Generic[Subject]):
    """`demands` is what must be so, in one sentence; `find` returns what stands against it, or None.

    `on` is who must act; None stands for the owner of what is judged.
    """

    name: str
    demands: str
    find: Callable[[Subject], str | None]
    on: Party | None = None
