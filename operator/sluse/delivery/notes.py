"""What a sync tells the ledger of an organisation: what its files say now, and what holds them back. Pure.

Returns the same object where nothing changed, so that nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sluse.delivery.compiled import OrganisationCompiled, Summary
from sluse.ledger.stages import Stage
from sluse.ledger.waiting import waiting_on
from sluse.model.held import HeldIntegration, OrganisationLedger, WaitingOn
from sluse.model.outcome import Party
from sluse.model.problem import Problem, sentence
from sluse.model.reasons.name import ReasonName

SOURCE_INVALID: ReasonName = "SourceInvalid"


def noted(ledger: OrganisationLedger, share: OrganisationCompiled, *, engine: str, now: datetime) -> OrganisationLedger:
    """Return the ledger with title, path and digest T of every integration at HEAD, and its problems as waiting.

    The engine is noted of a stack that no engine declared yet; after that only a declaration moves it.
    Who wrote a file that cannot be read is told as well: by the name in it, else by the path it had when it could.
    """
    moment = now.replace(microsecond=0)
    entries = dict(ledger.integrations)
    here = {key.name: summary for key, summary in share.summaries.items()}
    unread = _unread(ledger, share)
    for name, summary in here.items():
        entries[name] = _present(entries.get(name), summary, moment)
    for name in sorted((unread.keys() | entries.keys()) - here.keys()):
        entries[name] = _absent(entries.get(name), name, unread.get(name, ()), moment, stuck=share.stuck)
    openings = dict(share.openings.noted)
    after = ledger.model_copy(update={"integrations": entries, "engine": ledger.engine or engine, "openings": openings})
    return ledger if after == ledger else after


def declared(ledger: OrganisationLedger, digest: str, commit: str, *, engine: str) -> OrganisationLedger:
    """Return the ledger with what its stack last declared, and by whom; the commit moves only with the digest."""
    if (ledger.declared, ledger.engine) == (digest, engine):
        return ledger
    if ledger.declared == digest:
        return ledger.model_copy(update={"engine": engine})
    return ledger.model_copy(update={"declared": digest, "commit": commit, "engine": engine})


def _unread(ledger: OrganisationLedger, share: OrganisationCompiled) -> dict[str, tuple[Problem, ...]]:
    """Return the problems of files that no document came of, by the integration that they are about."""
    paths = {entry.path: name for name, entry in ledger.integrations.items() if entry.path}
    found: defaultdict[str, tuple[Problem, ...]] = defaultdict(tuple)
    for problem in share.unplaced:
        name = problem.holds.partition(".")[2] or paths.get(problem.place.path, "")
        # A key file names an integration by its path alone, which may be a mistake.
        if name in ledger.integrations or (name and problem.place.path.endswith(".yaml")):
            found[name] += (problem,)
    return dict(found)


def _present(before: HeldIntegration | None, summary: Summary, now: datetime) -> HeldIntegration:
    entry = before or HeldIntegration(kind=summary.kind, title=summary.title, since=now)
    if entry.stage == Stage.RETIRED:
        entry = entry.model_copy(update={"stage": Stage.ORDERED.value, "since": now})
    said = {"kind": summary.kind, "title": summary.title, "path": summary.path, "tested": summary.tested}
    return _waiting(entry.model_copy(update=said), summary.held_back, now)


def _absent(
    before: HeldIntegration | None, name: str, problems: tuple[Problem, ...], now: datetime, *, stuck: bool
) -> HeldIntegration:
    """Return the entry of what no document at HEAD is about. Nothing is gone while some file cannot be read."""
    entry = before or HeldIntegration(title=name, since=now)
    if stuck and not problems:
        return entry
    if not stuck and entry.stage != Stage.RETIRED and all(held.retired for held in entry.parts.values()):
        entry = entry.model_copy(update={"stage": Stage.RETIRED.value, "since": now})
    return _waiting(entry, problems, now)


def _waiting(entry: HeldIntegration, problems: tuple[Problem, ...], now: datetime) -> HeldIntegration:
    kept = tuple(waiting for waiting in entry.waiting if waiting.reason != SOURCE_INVALID)
    invalid = (_invalid(entry, problems, now),) if problems else ()
    return entry.model_copy(update={"waiting": (*invalid, *kept)})


def _invalid(entry: HeldIntegration, problems: tuple[Problem, ...], now: datetime) -> WaitingOn:
    since = next((waiting.since for waiting in entry.waiting if waiting.reason == SOURCE_INVALID), now)
    author = Party.IDENTITY_PROVIDER if entry.kind == "IdentityProvider" else Party.SUPPLIER
    return waiting_on(entry.waiting, author.value, SOURCE_INVALID, sentence(problems), since)
