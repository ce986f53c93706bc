"""What the gate says of every integration of a clone, for people: entitled or why not, and the step where a ledger is.

Works offline. Whoever pins no roots is told what policies/ say as they are, which proves nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sluse.catalog import policies
from sluse.delivery.policy import Untrusted
from sluse.errors import CatalogError
from sluse.gate.decide import World, decide
from sluse.gate.entitled import entitled, pending
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitled, Entitlement, Move, NotEntitled, Reason, Retire, Step
from sluse.model.held import OrganisationLedger, first_seen
from sluse.model.names import Digest, IntegrationKey
from sluse.model.policy.bundle import Policy
from sluse.model.tree import Tree, errors

HEADER = ("integration", "entitled", "from", "now", "waits on")


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

    def row(self) -> tuple[str, ...]:
        """Return the line of the table; the digests are shortened there and nowhere else."""
        if isinstance(self.entitlement, Entitled):
            what = self.entitlement.snapshot.tested[:12]
            opens = f"{self.entitlement.opens:%Y-%m-%d %H:%MZ}"
        else:
            what, opens = "no", "-"
        waits = _by_party(self.reasons)
        if not waits and self.lacks is not None:
            waits = f"for a change: {_by_party(self.lacks.reasons)}"
        return (str(self.key), what, opens, said(self.step), waits or "-")

    def details(self) -> Iterator[str]:
        """Yield everything as lines."""
        yield f"{self.key}: {'entitled to production' if isinstance(self.entitlement, Entitled) else 'not entitled to production'}"  # fmt: skip
        if isinstance(self.entitlement, Entitled):
            yield f"  tested      {self.entitlement.snapshot.tested}"
            yield f"  production  {self.entitlement.snapshot.production}"
            yield f"  decision    {self.entitlement.decision}"
            yield f"  opens       {self.entitlement.opens:%Y-%m-%d %H:%MZ}"
            yield from (f"  note        {each.check}: {each.message}" for each in self.entitlement.notes)
        yield from (f"  waits       on {each.on}: {each.check}: {each.message}" for each in self.reasons)
        if self.step is not None:
            yield f"  now         {said(self.step)}"
        if self.lacks is not None and isinstance(self.entitlement, Entitled):
            yield "  the file says otherwise now; for that production lacks:"
            yield from (f"  waits       on {each.on}: {each.check}: {each.message}" for each in self.lacks.reasons)

    def wire(self) -> dict[str, object]:
        """Return the JSON-able form."""
        found: dict[str, object] = {"integration": str(self.key), "entitled": isinstance(self.entitlement, Entitled)}
        if isinstance(self.entitlement, Entitled):
            snapshot = self.entitlement.snapshot
            found |= {
                "tested": snapshot.tested,
                "production": snapshot.production,
                "decision": self.entitlement.decision,
                "opens": self.entitlement.opens.isoformat(),
                "notes": [_wire(each) for each in self.entitlement.notes],
            }
        found["reasons"] = [_wire(each) for each in self.reasons]
        found["pendingChange"] = None if self.lacks is None else [_wire(each) for each in self.lacks.reasons]
        if self.step is not None:
            wake = self.step.wake
            found["step"] = {"do": said(self.step), "wake": wake.isoformat() if wake is not None else None}
        return found


def _by_party(reasons: Iterable[Reason]) -> str:
    found: dict[str, list[str]] = {}
    for reason in reasons:
        checks = found.setdefault(reason.on.value, [])
        if reason.check not in checks:
            checks.append(reason.check)
    return "; ".join(f"{party}: {', '.join(checks)}" for party, checks in found.items())


def said(step: Step | None) -> str:
    """Return a step in a word or two; a dash where no ledger says what is held."""
    match step:
        case None:
            return "-"
        case Move() | Retire():
            return f"{type(step).__name__.lower()} {step.use.value}"
        case _:
            return type(step).__name__.lower()


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
        raise CatalogError(f"several organisations have {asked}", hint=f"say which: {', '.join(map(str, found))}")
    near = difflib.get_close_matches(asked, known, n=3, cutoff=0.6)
    raise CatalogError(f"there is no integration {asked}", hint=f"did you mean {' or '.join(near)}?" if near else None)


def unverified(contents: Mapping[str, bytes]) -> Policy | Untrusted:
    """Return policies/ as they are, where nobody pinned roots to measure them by."""
    read = policies.read(contents)
    placed = {name: getattr(read.models, name) for name, _ in policies.DATA.values()}
    wrong = [f"{problem.place}: {problem.message}" for problem in errors(read.problems)]
    wrong += [f"{path} is missing" for path, (name, _) in policies.DATA.items() if placed[name] is None]
    if wrong:
        return Untrusted(tuple(wrong))
    version = read.manifest.manifest.version if read.manifest is not None else 0
    found = {name: sourced.content for name, sourced in placed.items()}
    return Policy(version=version, digest=Digest("0" * 64), demo_keys=True, **found)


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
    return decide(survey, key, World(at, entry.snapshot if entry is not None else None))


def _wire(reason: Reason) -> dict[str, str]:
    return {"check": reason.check, "message": reason.message, "on": reason.on.value}
