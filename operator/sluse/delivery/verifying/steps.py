"""One step of production, judged again: whether the gate allowed it, by the commit it names and at its moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sluse.delivery.policy import Untrusted
from sluse.delivery.verifying.change import Change
from sluse.delivery.verifying.finding import Finding, finding
from sluse.delivery.verifying.integrations import Integrations
from sluse.gate.decide import World, decide
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Keep, Move, Nothing, Retire, Step, Suspend
from sluse.model.held import HeldSnapshot
from sluse.model.policy.bundle import Policy
from sluse.model.registration import Use

_SECOND = timedelta(seconds=1)
_CALENDAR = frozenset({"Frozen", "OutsideWindow"})
_CARRIED_OUT = timedelta(minutes=10)
"""So long the authority may take. A step is recorded when it is done: a window may have closed since it was decided."""


@dataclass(frozen=True)
class Judge:
    """`seen` is when the ledgers of that publication first saw each statement."""

    integrations: Integrations
    seen: Mapping[str, datetime]

    def judged(self, change: Change, least_version: int) -> Iterator[Finding]:
        """Yield what is wrong with a step. `least_version`: the highest manifest that the ledgers before it had seen."""
        after, place = change.after, change.place
        if after.since > change.published:
            yield finding("StepInFuture", place, f"{change}, at {_time(after.since)}, which is after its publication")
            return
        exact = after.commit in self.integrations.known
        commit = after.commit if exact else self.integrations.head
        if commit is None:
            yield finding(
                "StepNotShown", place, f"{change}: commit {after.commit[:12]} is not in the clone, and there is no HEAD"
            )
            return
        if not exact:
            yield finding("JudgedByHead", place, f"{change}: commit {after.commit[:12]} is not in the history of HEAD, so HEAD is what it is judged by")  # fmt: skip
        policy = self.integrations.policy(commit)
        wrong = [_unlike(policy, change, least_version)] if exact else []
        yield from (each for each in wrong if each is not None)
        if isinstance(policy, Untrusted):
            if not exact:
                yield finding(
                    "StepNotShown", place, f"{change}: policies/ at HEAD do not count: {'; '.join(policy.reasons)}"
                )
            return
        survey = self.integrations.survey(commit, policy, change.key.organisation, self.seen)
        said = _against(survey, change)
        if isinstance(said, str):
            by = (
                f"commit {commit[:12]}"
                if exact
                else f"HEAD {commit[:12]}, which may say less than {after.commit[:12]} did"
            )
            message = f"{change}, at {_time(after.since)}: by {by} {said}"
            yield finding("StepNotAllowed" if exact else "StepNotShown", place, message)
        elif said is not None:
            yield said


def _unlike(policy: Policy | Untrusted, change: Change, least_version: int) -> Finding | None:
    """Return what is wrong with the policies that a step was taken by."""
    after, place = change.after, change.place
    if isinstance(policy, Untrusted):
        return finding("PolicyDiffers", place, f"{change}: policies/ of commit {after.commit[:12]} do not count: {'; '.join(policy.reasons)}")  # fmt: skip
    if (policy.version, policy.digest) != (after.policy_version, after.policy_digest):
        ours = f"{policy.version} ({policy.digest[:12]}…)"
        return finding("PolicyDiffers", place, f"{change}: it says manifest {after.policy_version} ({after.policy_digest[:12]}…), and commit {after.commit[:12]} has {ours}")  # fmt: skip
    if policy.version < least_version:
        return finding(
            "PolicyRolledBack", place, f"{change}: by manifest {policy.version}, when {least_version} was seen already"
        )
    return None


def _against(survey: GateSurvey, change: Change) -> str | Finding | None:
    """Return what the gate allowed instead; None, or a note, where it allowed the step."""
    after = change.after
    if any(_allows(step, change.before, after) for step in _decided(survey, change, change.before, after.since)):
        return None
    for other in _unpublished(change):
        if any(_allows(step, other, after) for step in _decided(survey, change, other, after.since)):
            return finding("StepBetween", change.place, f"{change}: a step between was not published") if change.known else None  # fmt: skip
    return _told(next(_decided(survey, change, change.before, after.since)), after)


def _decided(survey: GateSurvey, change: Change, held: HeldSnapshot | None, at: datetime) -> Iterator[Step]:
    """Yield the gate's answers for the second that the ledger names, and where a calendar stood against it, before."""
    said = decide(survey, change.key, World(at, held))
    yield said
    yield decide(survey, change.key, World(at + _SECOND - timedelta(microseconds=1), held))
    if any(reason.check in _CALENDAR for reason in said.reasons):
        yield decide(survey, change.key, World(at - _CARRIED_OUT, held))


def _unpublished(change: Change) -> Iterator[HeldSnapshot | None]:
    """Yield what may have been held between: two steps in one publication, or a history that begins later.

    Nothing that opens follows from it, but where nobody knows what was before.
    """
    after, before = change.after, change.before
    if not change.known:
        yield None
    if not change.known or (after.use is not Use.OPEN and (before is None or _what(before) == _what(after))):
        yield after.model_copy(update={"use": Use.OPEN})
        since = max(filter(None, (change.earlier, before.since if before else None)), default=after.since)
        yield after.model_copy(update={"use": Use.WITHHELD, "since": datetime.min.replace(tzinfo=since.tzinfo) if not change.known else since})  # fmt: skip


def _allows(step: Step, before: HeldSnapshot | None, after: HeldSnapshot) -> bool:
    """Tell whether a step is the one that was taken, or goes further than it."""
    match step:
        case Move():
            named = (step.snapshot.tested, step.snapshot.production, step.decision)
            live = before is not None and before.use is Use.OPEN
            less = step.use is Use.OPEN and after.use is Use.WITHHELD and not live
            return named == (*_what(after), after.decision) and (after.use is step.use or less)
        case Retire():
            less = step.use is Use.RETIRED and after.use is Use.WITHHELD
            return _ends(step, before, after) and (after.use is step.use or less)
        case Suspend():
            return _ends(step, before, after) and after.use is Use.WITHHELD
        case _:
            return False


def _ends(step: Retire | Suspend, before: HeldSnapshot | None, after: HeldSnapshot) -> bool:
    return before is not None and step.decision == after.decision and _what(before) == _what(after)


def _what(snapshot: HeldSnapshot) -> tuple[str, str]:
    return snapshot.tested, snapshot.production


def _told(step: Step, after: HeldSnapshot) -> str:
    """Return what the gate said instead, as the end of a sentence."""
    match step:
        case Move():
            if step.decision != after.decision:
                return f"the decision {step.decision[:12]} counted, not this one"
            if step.snapshot.tested != after.tested:
                return f"the decision allowed {step.snapshot.tested[:12]} (T), and not this"
            if step.snapshot.production != after.production:
                return f"the decision allowed {step.snapshot.production[:12]} (P), and not this"
            when = f", and Open from {_time(step.wake)}" if step.wake is not None else ""
            return f"the gate allowed {step.use.value} only{when}"
        case Retire() | Suspend():
            return f"{type(step).__name__.lower()} by {step.decision[:12]} was the step to take"
        case Keep() | Nothing():
            why = "; ".join(f"{each.check}: {each.message}" for each in step.reasons)
            when = f"nothing moves before {_time(step.wake)}" if step.wake is not None else "what was held was to stay"
            return f"the gate allowed no move: {why or when}"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%SZ}"
