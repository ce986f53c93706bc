"""What the gate says of an integration on one side, and who must act. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sluse.delivery.compiled import Compiled
from sluse.delivery.policy import Untrusted
from sluse.delivery.previewing.held import Ledgers
from sluse.delivery.previewing.side import Side
from sluse.delivery.verdicts import Verdict, said
from sluse.gate.decide import Circumstances, decide
from sluse.gate.entitled import entitled, pending
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitled, Reason
from sluse.ledger.stages import both_names
from sluse.model.held import first_seen
from sluse.model.names import IntegrationKey
from sluse.plan.preview.value import GateView, Need


@dataclass(frozen=True, eq=False)
class Gate:
    """The gate over one side, with what the compiler said of each integration. `survey` is None where no policy counts."""

    survey: GateSurvey | None
    compiled: Compiled
    ledgers: Ledgers
    at: datetime
    withholds: bool

    def said(self, key: IntegrationKey, *, gated: bool) -> tuple[GateView | None, tuple[Reason, ...]]:
        """Return what is said of an integration, and every reason. `gated`: it goes through the gate itself."""
        part = self.compiled.organisations.get(key.organisation)
        summary = part.summaries.get(key) if part is not None else None
        told = summary.answer if summary is not None else None
        reasons = told.reasons if told is not None else ()
        if not gated or self.survey is None or told is None:
            return None, reasons
        verdict = self._verdict(self.survey, key)
        lacks = verdict.lacks.reasons if verdict.lacks is not None and isinstance(verdict.entitlement, Entitled) else ()
        against = tuple(dict.fromkeys((*verdict.reasons, *reasons)))
        return _view(verdict, both_names(told.stage), against, self.at), tuple(dict.fromkeys((*against, *lacks)))

    def _verdict(self, survey: GateSurvey, key: IntegrationKey) -> Verdict:
        ledger = self.ledgers.get(key.organisation)
        entry = ledger.integration(key) if ledger is not None else None
        given = Circumstances(self.at, entry.snapshot if entry is not None else None, withholds=self.withholds)
        return Verdict(key, entitled(survey, key, self.at), pending(survey, key, self.at), decide(survey, key, given))


def gate(side: Side, compiled: Compiled, ledgers: Ledgers, at: datetime, *, withholds: bool) -> Gate:
    """Return the gate over one side."""
    survey = None
    if not isinstance(side.policy, Untrusted):
        survey = GateSurvey(side.tree, side.policy, seen=first_seen(ledgers.values()))
    return Gate(survey, compiled, ledgers, at, withholds)


def needs(before: Iterable[Reason], after: Iterable[Reason]) -> tuple[Need, ...]:
    """Return what stands after the change; what the same check said of the same party before it is not new."""
    stood = {(each.on, each.check) for each in before}
    return tuple(Need(each.on.value, each.check, each.message, (each.on, each.check) not in stood) for each in after)


def _view(verdict: Verdict, stage: str, against: tuple[Reason, ...], at: datetime) -> GateView:
    waits = tuple(dict.fromkeys((each.on.value, each.check) for each in against))
    if not isinstance(verdict.entitlement, Entitled):
        return GateView(entitled=False, step=said(verdict.step), stage=stage, reasons=waits)
    now = verdict.entitlement
    return GateView(
        entitled=True,
        tested=now.snapshot.tested,
        opens=f"{now.opens:%Y-%m-%d %H:%MZ}",
        past=now.opens <= at,
        step=said(verdict.step),
        stage=stage,
        reasons=waits,
    )
