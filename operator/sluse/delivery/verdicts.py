"""What the gate says of every integration of a clone, for people: entitled or why not, and the step where a ledger is.

Works offline. Whoever pins no roots is told what policies/ say as they are, which proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sluse.catalog import policies
from sluse.delivery.policy import Untrusted
from sluse.errors import CatalogError
from sluse.gate.decide import Circumstances, decide
from sluse.gate.entitled import entitled, pending
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitled, Entitlement, Keep, Move, NotEntitled, Nothing, Reason, Retire, Step, Suspend
from sluse.model.held import OrganisationLedger, first_seen
from sluse.model.names import Digest, IntegrationKey
from sluse.model.policy.bundle import Policy
from sluse.model.problem import sentence
from sluse.model.tree import Tree, errors
from sluse.plan.preview.step import UNKNOWN, in_words
from sluse.rules.near import did_you_mean, near_few
from sluse.words.said import Translate, say

HEADER = (say("integration"), say("entitled"), say("from"), say("now"), say("waits on"))


@dataclass(frozen=True)
class Verdict:
    """`lacks` is what stands between HEAD and production; `step` is None where there is no ledger."""

    key: IntegrationKey
    entitlement: Entitlement
    lacks: NotEntitled | None
    step: Step | None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Everything that stands against a move, each once."""
        why = self.entitlement.reasons if isinstance(self.entitlement, NotEntitled) else ()
        return tuple(dict.fromkeys((*why, *(getattr(self.step, "reasons", ()) or ()))))

    def row(self, words: Translate) -> tuple[str, ...]:
        """Return the line of the table; the digests are shortened there and nowhere else."""
        if isinstance(self.entitlement, Entitled):
            what = self.entitlement.snapshot.tested[:12]
            opens = f"{self.entitlement.opens:%Y-%m-%d %H:%MZ}"
        else:
            what, opens = words(say("no")), "-"
        waits = _by_party(self.reasons, words)
        if not waits and self.lacks is not None:
            waits = words(say("for a change: {waits}", waits=_by_party(self.lacks.reasons, words)))
        return (str(self.key), what, opens, words(in_words(said(self.step))), waits or "-")

    def details(self, words: Translate) -> Iterator[str]:
        """Yield everything as lines."""
        entitled_to_it = isinstance(self.entitlement, Entitled)
        whether = say("entitled to production") if entitled_to_it else say("not entitled to production")
        yield f"{self.key}: {words(whether)}"
        if isinstance(self.entitlement, Entitled):
            yield _labelled(words(say("tested")), self.entitlement.snapshot.tested)
            yield _labelled(words(say("production")), self.entitlement.snapshot.production)
            yield _labelled(words(say("decision")), self.entitlement.decision)
            yield _labelled(words(say("usable from")), f"{self.entitlement.opens:%Y-%m-%d %H:%MZ}")
            for each in self.entitlement.notes:
                yield _labelled(words(say("note")), f"{each.check}: {words(each.message)}")
        yield from (_waits(each, words) for each in self.reasons)
        if self.step is not None:
            yield _labelled(words(say("now")), words(in_words(said(self.step))))
        if self.lacks is not None and isinstance(self.entitlement, Entitled):
            yield f"  {words(say('the file says otherwise now; for that production lacks:'))}"
            yield from (_waits(each, words) for each in self.lacks.reasons)

    def wire(self, words: Translate) -> dict[str, object]:
        """Return the JSON-able form: its messages in a person's language, all else as it stands in files."""
        found: dict[str, object] = {"integration": str(self.key), "entitled": isinstance(self.entitlement, Entitled)}
        if isinstance(self.entitlement, Entitled):
            snapshot = self.entitlement.snapshot
            found |= {
                "tested": snapshot.tested,
                "production": snapshot.production,
                "decision": self.entitlement.decision,
                "opens": self.entitlement.opens.isoformat(),
                "notes": [_wire(each, words) for each in self.entitlement.notes],
            }
        found["reasons"] = [_wire(each, words) for each in self.reasons]
        found["pendingChange"] = None if self.lacks is None else [_wire(each, words) for each in self.lacks.reasons]
        if self.step is not None:
            wake = self.step.wake
            found["step"] = {"do": said(self.step), "wake": wake.isoformat() if wake is not None else None}
        return found


def _labelled(label: str, text: str) -> str:
    return f"  {label:<11} {text}"


def _waits(reason: Reason, words: Translate) -> str:
    on = say("on {party}: {check}", party=words(reason.on.value), check=reason.check)
    return _labelled(words(say("waits")), f"{words(on)}: {words(reason.message)}")


def _by_party(reasons: Iterable[Reason], words: Translate) -> str:
    found: dict[str, list[str]] = {}
    for reason in reasons:
        checks = found.setdefault(words(reason.on.value), [])
        if reason.check not in checks:
            checks.append(reason.check)
    return "; ".join(f"{party}: {', '.join(checks)}" for party, checks in found.items())


def said(step: Step | None) -> str:
    """Return a step as programs are told it; a dash where no ledger says what is held. `in_words` tells it to people."""
    match step:
        case None:
            return UNKNOWN
        case Move():
            return f"move {step.use.value}"
        case Retire():
            return f"retire {step.use.value}"
        case Suspend():
            return "suspend"
        case Keep():
            return "keep"
        case Nothing():
            return "nothing"


def verdicts(
    survey: GateSurvey, at: datetime, ledgers: Mapping[str, OrganisationLedger] | None, asked: str | None = None
) -> tuple[Verdict, ...]:
    """Return the verdict on each integration, or on the one that is asked for. CatalogError where it is not there.

    Installations have none of their own: that of their service covers them.
    """
    held = {IntegrationKey(slug, name): entry.snapshot for slug, ledger in (ledgers or {}).items() for name, entry in ledger.integrations.items() if entry.snapshot is not None}  # fmt: skip
    installed = {key for key, snapshot in held.items() if snapshot.installed is not None} | set(
        survey.tree.installations
    )
    keys = sorted({*survey.subjects(at), *held} - installed)
    chosen = keys if asked is None else [meant(asked, keys)]
    return tuple(
        Verdict(key, entitled(survey, key, at), pending(survey, key, at), _step(survey, key, at, ledgers))
        for key in chosen
    )


def meant(asked: str, keys: Iterable[IntegrationKey]) -> IntegrationKey:
    """Return the integration that is meant; the name alone will do where only one organisation has it. CatalogError."""
    known = {str(key): key for key in keys}
    if asked in known:
        return known[asked]
    found = [key for key in known.values() if key.name == asked]
    if len(found) == 1:
        return found[0]
    if found:
        raise CatalogError(
            say("several organisations have {asked}", asked=asked),
            hint=say("say which: {names}", names=", ".join(map(str, found))),
        )
    raise CatalogError(say("there is no integration {asked}", asked=asked), hint=did_you_mean(near_few(asked, known)))


def unverified(contents: Mapping[str, bytes]) -> Policy | Untrusted:
    """Return policies/ as they are, where nobody pinned roots to measure them by."""
    read = policies.read(contents)
    wrong: list[str] = [sentence((problem,)) for problem in errors(read.problems)]
    wrong += [say("{path} is missing", path=path) for path in policies.lacking(read)]
    if wrong:
        return Untrusted(tuple(wrong))
    version = read.manifest.manifest.version if read.manifest is not None else 0
    return Policy(version=version, digest=Digest("0" * 64), demo_keys=True, **policies.as_policy(read.models))


def seen(ledgers: Mapping[str, OrganisationLedger] | None) -> Mapping[str, datetime] | None:
    """Return when the ledger first saw each statement; None without a ledger."""
    if ledgers is None:
        return None
    return first_seen(ledgers.values())


def surveyed(tree: Tree, policy: Policy, ledgers: Mapping[str, OrganisationLedger] | None) -> GateSurvey:
    """Return a clone made ready for the gate."""
    return GateSurvey(tree, policy, seen=seen(ledgers))


def _step(
    survey: GateSurvey, key: IntegrationKey, at: datetime, ledgers: Mapping[str, OrganisationLedger] | None
) -> Step | None:
    if ledgers is None:
        return None
    ledger = ledgers.get(key.organisation)
    entry = ledger.integration(key) if ledger is not None else None
    return decide(survey, key, Circumstances(at, entry.snapshot if entry is not None else None))


def _wire(reason: Reason, words: Translate) -> dict[str, str]:
    return {"check": reason.check, "message": words(reason.message), "on": reason.on.value}
