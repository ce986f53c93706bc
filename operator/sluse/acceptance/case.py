"""A case of a suite, as a value: what is expected, and how it is looked at. What came of it is a `CaseResult`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sluse.acceptance.quoting import Secrets
from sluse.errors import Unreachable
from sluse.model.evidence import CaseResult, Witness


class Failed(Exception):
    """The case failed; the message is a sentence for people, without any secret."""


class World(Protocol):
    """What a suite looks at. `words` fill the places in what is expected."""

    @property
    def secrets(self) -> Secrets: ...

    @property
    def words(self) -> Mapping[str, str]: ...


World_contra = TypeVar("World_contra", bound=World, contravariant=True)


@dataclass(frozen=True)
class Case(Generic[World_contra]):
    """`look` returns what was seen where that is as expected, and raises Failed where it is not."""

    name: str
    expected: str
    look: Callable[[World_contra], Awaitable[str]]

    async def result(self, world: World_contra, witness: Witness) -> CaseResult:
        """Carry the case out."""
        expected = self.expected.format_map(world.words)
        try:
            passed, seen = True, await self.look(world)
        except Failed as failed:
            passed, seen = False, str(failed)
        except Unreachable as unreachable:
            passed, seen = False, unreachable.message
        return CaseResult(
            case=self.name,
            witness=witness,
            passed=passed,
            expected=expected,
            seen=world.secrets.clean(seen) or "(nothing)",
        )


@dataclass(frozen=True)
class Suite(Generic[World_contra]):
    """Cases in the order in which they are carried out. A change of what is looked at is a new version."""

    name: str
    version: int
    cases: tuple[Case[World_contra], ...]
