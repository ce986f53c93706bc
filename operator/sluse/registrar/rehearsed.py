"""What the fakes of both ports are built on: calls that are counted, may fail when a test says so, and never overlap."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Verb = TypeVar("Verb", bound=str)
Result = TypeVar("Result")


@dataclass
class _Fault(Generic[Verb]):
    verb: Verb
    error: BaseException
    after: bool
    left: int


class Rehearsed(Generic[Verb]):
    """A fake's calls. Two for one subject at once are an `AssertionError`: no caller may ever do that."""

    def __init__(self) -> None:
        self.calls: Counter[Verb] = Counter()
        self._busy: set[str] = set()
        self._faults: list[_Fault[Verb]] = []

    def fail(self, verb: Verb, error: BaseException, *, times: int = 1, after: bool = False) -> None:
        """Let the next `times` calls of `verb` raise `error`; `after` the work was done, or before any."""
        self._faults.append(_Fault(verb, error, after, times))

    @property
    def faults_left(self) -> int:
        """How many calls will still fail: a test that ends with some has not tested them."""
        return sum(fault.left for fault in self._faults)

    async def _call(self, verb: Verb, subject: str, work: Callable[[], Result]) -> Result:
        """Do the work as over a wire: others run while the request and its answer are under way."""
        assert subject not in self._busy, f"two calls for {subject} at once"
        self._busy.add(subject)
        self.calls[verb] += 1
        try:
            await asyncio.sleep(0)
            fault = self._fault(verb)
            if fault is not None and not fault.after:
                raise fault.error
            result = work()
            await asyncio.sleep(0)
            if fault is not None:
                raise fault.error
            return result
        finally:
            self._busy.discard(subject)

    def _fault(self, verb: Verb) -> _Fault[Verb] | None:
        fault = next((each for each in self._faults if each.verb == verb and each.left), None)
        if fault is not None:
            fault.left -= 1
        return fault
