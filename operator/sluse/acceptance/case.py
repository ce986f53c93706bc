"""A case of a suite, as a value: what is expected, and how it is looked at. What came of it is a `CaseResult`.

Evidence is in English: it is signed, and read for years. Whoever carries a test out is told in their own language.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sluse.acceptance.quoting import Secrets
from sluse.errors import Unreachable
from sluse.model.evidence import CaseResult, Witness
from sluse.words.said import Said, say


class Failed(Exception):
    """The case failed; the message is a sentence for people, without any secret."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Scene(Protocol):
    """What a suite looks at. `words` fill the places in what is expected."""

    @property
    def secrets(self) -> Secrets: ...

    @property
    def words(self) -> Mapping[str, str]: ...


Scene_contra = TypeVar("Scene_contra", bound=Scene, contravariant=True)


@dataclass(frozen=True)
class Looked:
    """What came of a case. `expected` and `seen` are the sentences of the result, which any language can have."""

    result: CaseResult
    expected: str
    seen: str


@dataclass(frozen=True)
class Case(Generic[Scene_contra]):
    """`look` returns what was seen where that is as expected, and raises Failed where it is not."""

    name: str
    expected: str
    look: Callable[[Scene_contra], Awaitable[str]]

    async def result(self, world: Scene_contra, witness: Witness) -> Looked:
        """Carry the case out."""
        expected = Said(self.expected, world.words)
        try:
            passed, seen = True, await self.look(world)
        except Failed as failed:
            passed, seen = False, failed.message
        except Unreachable as unreachable:
            passed, seen = False, unreachable.message
        seen = world.secrets.clean(seen) or say("(nothing)")
        result = CaseResult(case=self.name, witness=witness, passed=passed, expected=expected, seen=seen)
        return Looked(result, expected, seen)


@dataclass(frozen=True)
class Suite(Generic[Scene_contra]):
    """Cases in the order in which they are carried out. A change of what is looked at is a new version."""

    name: str
    version: int
    cases: tuple[Case[Scene_contra], ...]
