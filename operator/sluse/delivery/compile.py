"""A tree, its problems and what is held -> what is wanted in one environment. Pure.

One organisation at a time, so a broken one never blocks another, and remembered by identity of its inputs (`share`).
What a broken or unreadable file says is not known: its objects are kept as they are. A mistake never retires
anything, and a sync that would retire many is held by the fuse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sluse.delivery.compiled import Compiled, OrganisationCompiled, Part
from sluse.delivery.head import Head
from sluse.delivery.notes import noted
from sluse.delivery.openings import OpeningsCompiler, Speaking
from sluse.delivery.organisation import compiled
from sluse.delivery.organisation_openings import OrganisationOpenings
from sluse.delivery.share import Share
from sluse.delivery.shares import Shares
from sluse.model.held import OrganisationLedger
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.policy.rules import Fuse
from sluse.model.registration import Use
from sluse.model.service_integration import ServiceIntegration

FUSE_COUNT = 5
FUSE_SHARE = 0.2


@dataclass
class Compiler:
    """Compiles trees of one environment, remembering each organisation's last result."""

    environment: Environment
    _memory: dict[str, tuple[Share, frozenset[Part], OrganisationCompiled]] = field(default_factory=dict)
    _shares: Shares = field(init=False)
    _openings: OpeningsCompiler = field(init=False)
    _let_through: frozenset[Part] = frozenset()
    """Retirements that the fuse has passed and that are not done yet: they are not counted, nor held, again."""

    def __post_init__(self) -> None:
        self._shares = Shares(self.environment)
        self._openings = OpeningsCompiler(self.environment)

    def compile(
        self,
        head: Head,
        ledgers: Mapping[str, OrganisationLedger],
        *,
        at: datetime,  # noqa: ARG002 - production's compiler asks what may be done at that moment
        fuse_released: bool = False,
        only: Collection[str] = (),
    ) -> Compiled:
        """Return what is wanted. `only` are the organisations that are spoken for; none listed means all.

        Of others nothing is said.
        """
        asked = self._shares.of(head.tree, head.problems, ledgers, only)
        held = self._fuse(asked.values(), ledgers, released=fuse_released)
        fuse = Fuse(count=FUSE_COUNT, percent=round(FUSE_SHARE * 100))
        openings = self._openings.compile(
            head, asked, self._shares.stands, _speaking(head), fuse, released=fuse_released
        )
        organisations = {
            slug: self._organisation(share, _retiring(share) & held, openings.organisation(slug))
            for slug, share in asked.items()
        }
        self._memory = {slug: self._memory[slug] for slug in asked}
        return Compiled(
            head.commit,
            organisations,
            head.problems,
            held,
            held_openings=openings.held,
            untold_openings=openings.untold,
        )

    @staticmethod
    def noted(
        ledger: OrganisationLedger, part: OrganisationCompiled, compiled: Compiled, *, engine: str, now: datetime
    ) -> OrganisationLedger:
        """Return the ledger with what the organisation's files say now."""
        del compiled
        return noted(ledger, part, engine=engine, now=now)

    def _fuse(
        self, asked: Iterable[Share], ledgers: Mapping[str, OrganisationLedger], *, released: bool
    ) -> frozenset[Part]:
        """Return the retirements to hold: all new ones where they are too many, none where they are few or meant."""
        parts = tuple(asked)
        retiring = frozenset(key for share in parts for key in _retiring(share))
        new = frozenset(key for key in retiring - self._let_through if not _begun(key, ledgers))
        standing = sum(len(share.held) + len(share.federations) for share in parts)
        blows = len(new) > max(FUSE_COUNT, FUSE_SHARE * standing)
        held = new if blows and not released else frozenset()
        self._let_through = retiring - held
        return held

    def _organisation(
        self, share: Share, held: frozenset[Part], openings: OrganisationOpenings
    ) -> OrganisationCompiled:
        remembered = self._memory.get(share.slug)
        if (
            remembered is not None
            and remembered[0] is share
            and (remembered[1], remembered[2].openings) == (held, openings)
        ):
            return remembered[2]
        result = compiled(self.environment, share, held, openings)
        if remembered is not None and remembered[2] == result:
            result = remembered[2]  # the same object, by which others see that nothing changed
        self._memory[share.slug] = (share, held, result)
        return result


def _retiring(share: Share) -> frozenset[Part]:
    return share.retiring | share.ending


def _begun(key: Part, ledgers: Mapping[str, OrganisationLedger]) -> bool:
    """Tell whether the authority was, or is about to be, asked to end it: too late to hold."""
    ledger = ledgers[key.organisation]
    held = ledger.client(key.integration, key.client) if isinstance(key, ClientKey) else ledger.federation(key.name)
    return held.use is Use.RETIRED


def _speaking(head: Head) -> Speaking:
    """Return who may have openings in test: everybody, as HEAD says."""

    def numbers(slug: str) -> Collection[str]:
        found = head.tree.organisations.get(slug)
        return found.content.spec.numbers if found is not None else ()

    def service(key: IntegrationKey) -> ServiceIntegration | None:
        found = head.tree.integrations.get(key)
        return found.content if found is not None else None

    return Speaking(numbers, service)
