"""One step of production, judged again: whether the gate allowed it, by the commit it names and at its moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sluse.delivery.policy import Untrusted
from sluse.delivery.verifying.change import Change
from sluse.delivery.verifying.finding import Finding, finding
from sluse.delivery.verifying.integrations import Integrations
from sluse.gate.decide import Circumstances, decide
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Keep, Move, Nothing, Retire, Step, Suspend
from sluse.model.held import HeldSnapshot
from sluse.model.policy.bundle import Policy
from sluse.model.registration import Use
from sluse.words.said import behind, say, several

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
            yield finding(
                "StepInFuture",
                place,
                say("{change}, at {time}, which is after its publication", change=change.said, time=_time(after.since)),
            )
            return
        exact = after.commit in self.integrations.known
        commit = after.commit if exact else self.integrations.head
        if commit is None:
            yield finding(
                "StepNotShown",
                place,
                say(
                    "{change}: commit {commit} is not in the clone, and there is no HEAD",
                    change=change.said,
                    commit=after.commit[:12],
                ),
            )
            return
        if not exact:
            yield finding("JudgedByHead", place, say("{change}: commit {commit} is not in the history of HEAD, so HEAD is what it is judged by", change=change.said, commit=after.commit[:12]))  # fmt: skip
        policy = self.integrations.policy(commit)
        wrong = [_unlike(policy, change, least_version)] if exact else []
        yield from (each for each in wrong if each is not None)
        if isinstance(policy, Untrusted):
            if not exact:
                yield finding(
                    "StepNotShown",
                    place,
                    say(
                        "{change}: policies/ at HEAD does not count: {reasons}",
                        change=change.said,
                        reasons=several(policy.reasons),
                    ),
                )
            return
        survey = self.integrations.survey(commit, policy, change.key.organisation, self.seen)
        said = _against(survey, change)
        if isinstance(said, str):
            by = (
                say("commit {commit}", commit=commit[:12])
                if exact
                else say(
                    "HEAD {head}, which may say less than {commit} did", head=commit[:12], commit=after.commit[:12]
                )
            )
            message = say(
                "{change}, at {time}: by {by} {said}", change=change.said, time=_time(after.since), by=by, said=said
            )
            yield finding("StepNotAllowed" if exact else "StepNotShown", place, message)
        elif said is not None:
            yield said


def _unlike(policy: Policy | Untrusted, change: Change, least_version: int) -> Finding | None:
    """Return what is wrong with the policies that a step was taken by."""
    after, place = change.after, change.place
    if isinstance(policy, Untrusted):
        message = say(
            "{change}: policies/ of commit {commit} does not count: {reasons}",
            change=change.said,
            commit=after.commit[:12],
            reasons=several(policy.reasons),
        )
        return finding("PolicyDiffers", place, message)
    if (policy.version, policy.digest) != (after.policy_version, after.policy_digest):
        ours = f"{policy.version} ({policy.digest[:12]}…)"
        message = say(
            "{change}: it says manifest {version} ({digest}…), and commit {commit} has {ours}",
            change=change.said,
            version=after.policy_version,
            digest=after.policy_digest[:12],
            commit=after.commit[:12],
            ours=ours,
        )
        return finding("PolicyDiffers", place, message)
    if policy.version < least_version:
        return finding(
            "PolicyRolledBack",
            place,
            say(
                "{change}: by manifest {version}, when {seen} was seen already",
                change=change.said,
                version=policy.version,
                seen=least_version,
            ),
        )
    return None


def _against(survey: GateSurvey, change: Change) -> str | Finding | None:
    """Return what the gate allowed instead; None, or a note, where it allowed the step."""
    after = change.after
    if any(_allows(step, change.before, after) for step in _decided(survey, change, change.before, after.since)):
        return None
    for other in _unpublished(change):
        if any(_allows(step, other, after) for step in _decided(survey, change, other, after.since)):
            return finding("StepBetween", change.place, say("{change}: a step between was not published", change=change.said)) if change.known else None  # fmt: skip
    return _told(next(_decided(survey, change, change.before, after.since)), after)


def _decided(survey: GateSurvey, change: Change, held: HeldSnapshot | None, at: datetime) -> Iterator[Step]:
    """Yield the gate's answers for the second that the ledger names, and where a calendar stood against it, before."""
    said = decide(survey, change.key, Circumstances(at, held))
    yield said
    yield decide(survey, change.key, Circumstances(at + _SECOND - timedelta(microseconds=1), held))
    if any(reason.check in _CALENDAR for reason in said.reasons):
        yield decide(survey, change.key, Circumstances(at - _CARRIED_OUT, held))


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
            return _moved(step, after)
        case Retire() | Suspend():
            return say(
                "{step} by {decision} was the step to take",
                step=type(step).__name__.lower(),
                decision=step.decision[:12],
            )
        case Keep() | Nothing():
            why = several(behind(f"{each.check}: ", each.message) for each in step.reasons)
            when = (
                say("nothing moves before {time}", time=_time(step.wake))
                if step.wake is not None
                else say("what was held was to stay")
            )
            return say("the gate allowed no move: {why}", why=why or when)


def _moved(step: Move, after: HeldSnapshot) -> str:
    if step.decision != after.decision:
        return say("the decision {decision} counted, not this one", decision=step.decision[:12])
    if step.snapshot.tested != after.tested:
        return say("the decision allowed {tested} (T), and not this", tested=step.snapshot.tested[:12])
    if step.snapshot.production != after.production:
        return say("the decision allowed {production} (P), and not this", production=step.snapshot.production[:12])
    if step.wake is None:
        return say("the gate allowed {use} only", use=step.use.value)
    return say("the gate allowed {use} only, and Open from {time}", use=step.use.value, time=_time(step.wake))


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%SZ}"
