"""Every call that leaves the process is counted, and one of them fails: before its work, or with its answer lost."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from sluse.errors import AuthorityUnavailable, ClusterUnavailable, SluseError
from sluse.reconcile.converge import Converge
from worlds.converging import World

_NO_CALLS = frozenset({"capabilities", "issuer", "normalise"})


@dataclass
class Calls:
    """The call of number `fail_at` (from 1) fails; none where it is 0."""

    fail_at: int = 0
    after: bool = False
    made: int = 0

    def of(self, world: World) -> Converge:
        """Return converging in a new process whose calls are counted here."""
        process = world.process()
        return dataclasses.replace(
            process,
            registrar=_Counted(process.registrar, self, self._away),
            journal=_Counted(process.journal, self, _down),
        )

    def _away(self) -> SluseError:
        return AuthorityUnavailable("no answer", may_have_acted=self.after)


def _down() -> SluseError:
    return ClusterUnavailable("no answer")


class _Counted:
    def __init__(self, part: Any, calls: Calls, error: Any) -> None:
        self._part, self._calls, self._error = part, calls, error

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._part, name)
        if name in _NO_CALLS:
            return value

        async def called(*arguments: Any) -> Any:
            calls = self._calls
            calls.made += 1
            fails = calls.made == calls.fail_at
            if fails and not calls.after:
                raise self._error()
            result = await value(*arguments)
            if fails:
                raise self._error()
            return result

        return called
