"""What the gate allows -> what is wanted in production. Pure; the time is an argument.

The counterpart of `compile.py`, which follows HEAD. Here HEAD proposes and the gate disposes: every integration takes
the step that is allowed now, from the accepted bytes; what no step touches stays exactly as it is held. Without a policy
that counts, everything stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sluse.delivery.compiled import Compiled, OrganisationCompiled
from sluse.delivery.head import Head
from sluse.delivery.openings import OpeningsCompiler, Speaking
from sluse.delivery.organisation_openings import OrganisationOpenings
from sluse.delivery.policy import Untrusted
from sluse.delivery.production.acceptance import Tests, submitted
from sluse.delivery.production.fuse import Unasked
from sluse.delivery.production.installations import step
from sluse.delivery.production.notes import noted
from sluse.delivery.production.organisation import ProductionShare, compiled
from sluse.delivery.share import Share
from sluse.delivery.shares import Shares, Stand
from sluse.gate.decide import Circumstances, decide
from sluse.gate.organisation_view import OrganisationView
from sluse.gate.quiet import Quiet, quiet
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Keep, Nothing, Reason, Step
from sluse.model.held import HeldSnapshot, OrganisationLedger, first_seen
from sluse.model.names import Environment, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.policy.bundle import Policy
from sluse.model.policy.rules import Fuse
from sluse.model.registration import Use
from sluse.model.service_integration import ServiceIntegration
from sluse.words.said import say, several, short


@dataclass(frozen=True)
class _Remembered:
    """An answer and everything it was made from, compared by identity but for the steps.

    `quiet`: what else the steps follow from, where time is no part of it.
    """

    share: Share
    ledger: OrganisationLedger
    view: OrganisationView | None
    steps: Mapping[IntegrationKey, Step]
    result: OrganisationCompiled
    quiet: Quiet | None

    def stays(
        self, share: Share, ledger: OrganisationLedger, openings: OrganisationOpenings, survey: GateSurvey, at: datetime
    ) -> bool:
        """Tell whether the answer is the same, without asking the gate about each integration."""
        return (
            self.quiet is not None
            and self.ledger is ledger
            and self.share.same(share)
            and self.result.openings == openings
            and self.quiet.holds(survey, at)
        )


@dataclass
class ProductionCompiler:
    """Compiles commits for production. `withholds` tells whether the registrar can register without opening."""

    withholds: bool
    _survey: GateSurvey | None = None
    _memory: dict[str, _Remembered] = field(default_factory=dict)
    _unasked: Unasked = field(default_factory=Unasked)
    _shares: Shares = field(default_factory=lambda: Shares(Environment.PRODUCTION))
    _openings: OpeningsCompiler = field(default_factory=lambda: OpeningsCompiler(Environment.PRODUCTION))

    def compile(
        self,
        head: Head,
        ledgers: Mapping[str, OrganisationLedger],
        *,
        at: datetime,
        fuse_released: bool = False,
        only: Collection[str] = (),
    ) -> Compiled:
        """Return what is wanted now. `only` are the organisations that are spoken for; none listed means all."""
        self._survey = self._asked(head, ledgers)
        parts = self._shares.of(head.tree, head.problems, ledgers, only)
        speaking = self._speaking(head, ledgers, at)
        stands = self._shares.stands
        fuse = head.policy.gate.fuse if isinstance(head.policy, Policy) else Fuse()
        openings = self._openings.compile(head, parts, stands, speaking, fuse, released=fuse_released)
        organisations = {
            slug: self._organisation(
                share, self._ledger(slug, ledgers), openings.organisation(slug), _tests(stands.get(slug)), head, at
            )
            for slug, share in parts.items()
        }
        self._memory = {slug: self._memory[slug] for slug in parts}
        if isinstance(head.policy, Untrusted):
            return Compiled(head.commit, organisations, head.problems, untrusted=head.policy.reasons)
        held = frozenset() if fuse_released else self._unasked.of(organisations, ledgers, fuse)
        return Compiled(
            head.commit,
            {slug: part.holding(held) for slug, part in organisations.items()},
            head.problems,
            held_updates=held,
            held_openings=openings.held,
            untold_openings=openings.untold,
            policy_version=head.policy.version,
            policy_digest=head.policy.digest,
        )

    def _ledger(self, slug: str, ledgers: Mapping[str, OrganisationLedger]) -> OrganisationLedger:
        """Return an organisation's ledger; where there is none, an empty one, the same each time."""
        last = self._memory.get(slug)
        if slug in ledgers:
            return ledgers[slug]
        return last.ledger if last is not None and last.ledger == _new(slug) else _new(slug)

    @staticmethod
    def noted(
        ledger: OrganisationLedger, part: OrganisationCompiled, compiled: Compiled, *, engine: str, now: datetime
    ) -> OrganisationLedger:
        """Return the ledger with what the gate says now."""
        return noted(ledger, part, compiled, engine=engine, now=now)

    def _asked(self, head: Head, ledgers: Mapping[str, OrganisationLedger]) -> GateSurvey | None:
        """Return the commit made ready for the gate; None where no policy counts, and then nothing moves."""
        if isinstance(head.policy, Untrusted):
            return None
        return GateSurvey(head.tree, head.policy, seen=first_seen(ledgers.values()), before=self._survey)

    def _speaking(self, head: Head, ledgers: Mapping[str, OrganisationLedger], at: datetime) -> Speaking:
        """Return who may have openings: numbers that NHN has bound, and services that production holds."""
        survey = self._survey

        def numbers(slug: str) -> Collection[str]:
            bound = survey.view(slug, at).bound if survey is not None else None
            return bound.numbers if bound is not None else ()

        def service(key: IntegrationKey) -> ServiceIntegration | None:
            found = head.tree.integrations.get(key) if _holds(key, ledgers) else None
            return found.content if found is not None else None

        return Speaking(numbers, service)

    def _organisation(
        self,
        share: Share,
        ledger: OrganisationLedger,
        openings: OrganisationOpenings,
        tests_at_head: Tests,
        head: Head,
        at: datetime,
    ) -> OrganisationCompiled:
        survey, last = self._survey, self._memory.get(share.slug)
        if (
            last is not None
            and survey is not None
            and not tests_at_head
            and last.stays(share, ledger, openings, survey, at)
        ):
            return last.result
        tests = submitted(survey, tests_at_head, at)
        view = survey.view(share.slug, at) if survey is not None else None
        part = ProductionShare(share, ledger, survey, head.tree, at, tests)
        keys = {sourced.content.key for sourced in (*share.documents, *share.providers, *share.installations)} | {
            IntegrationKey(share.slug, name) for name in ledger.integrations
        }
        steps = self._steps(part, keys, head)
        timeless = self._quiet(part, keys)
        if (
            last is not None
            and last.ledger is ledger
            and last.view is view
            and last.share.same(share)
            and (last.steps, last.result.openings, last.result.tests) == (steps, openings, tests)
        ):
            self._memory[share.slug] = replace(last, quiet=timeless)
            return last.result
        result = compiled(part, steps, openings)
        if last is not None and last.result == result:
            result = last.result  # the same object, by which others see that nothing changed
        self._memory[share.slug] = _Remembered(share, ledger, view, steps, result, timeless)
        return result

    def _steps(
        self, part: ProductionShare, keys: Collection[IntegrationKey], head: Head
    ) -> Mapping[IntegrationKey, Step]:
        """Return each integration's step; an installation's follows from its service's."""
        installed = {key for key in keys if part.is_installation(key)}
        steps = {key: self._step(key, part.ledger, head, part.at) for key in sorted(set(keys) - installed)}
        return steps | {key: self._installation_step(part, key, steps, head) for key in sorted(installed)}

    def _quiet(self, part: ProductionShare, keys: Collection[IntegrationKey]) -> Quiet | None:
        """Return what else the steps follow from; None where time is a part of it: of what is held, submitted or installed."""
        if self._survey is None or part.tests.specs or _held(part.ledger) or any(map(part.is_installation, keys)):
            return None
        return quiet(self._survey, part.share.slug, keys, part.at)

    def _step(self, key: IntegrationKey, ledger: OrganisationLedger, head: Head, at: datetime) -> Step:
        entry = ledger.integration(key)
        held = entry.snapshot if entry is not None else None
        if self._survey is None:
            return _untrusted(head, held)
        return decide(self._survey, key, Circumstances(at, held, withholds=self.withholds))

    def _installation_step(
        self, part: ProductionShare, key: IntegrationKey, steps: Mapping[IntegrationKey, Step], head: Head
    ) -> Step:
        stand = part.installation_stand(key, steps)
        if self._survey is None:
            return _untrusted(head, stand.held)
        return step(stand, self._survey, Circumstances(part.at, stand.held, withholds=self.withholds))


def _untrusted(head: Head, held: HeldSnapshot | None) -> Keep | Nothing:
    why = head.policy.reasons if isinstance(head.policy, Untrusted) else ()
    reason = Reason(
        "PolicyNotTrusted",
        short(say("policies/ does not count: {reasons}", reasons=several(why)), 500),
        Party.CLUSTER_OPERATOR,
    )
    return Keep((reason,)) if held is not None else Nothing((reason,))


def _holds(key: IntegrationKey, ledgers: Mapping[str, OrganisationLedger]) -> bool:
    """Tell whether production holds a service, opened or still withheld."""
    ledger = ledgers.get(key.organisation)
    entry = ledger.integration(key) if ledger is not None else None
    return entry is not None and entry.snapshot is not None and entry.snapshot.use is not Use.RETIRED


def _held(ledger: OrganisationLedger) -> bool:
    """Tell whether production holds, or ever held, something of an organisation."""
    return any(entry.snapshot is not None for entry in ledger.integrations.values())


def _tests(stand: Stand | None) -> Tests:
    return stand.documents.tests if stand is not None else ()


def _new(slug: str) -> OrganisationLedger:
    return OrganisationLedger(organisation=slug)
