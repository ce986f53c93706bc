"""What a statement of each type says now: taken from the working tree, and told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sluse.delivery.deciding import told
from sluse.delivery.deciding.desk import Desk
from sluse.errors import DecisionRefused
from sluse.gate import case as cases
from sluse.gate.agreed import agreed_plan
from sluse.gate.case import Case
from sluse.model import digests
from sluse.model.digests import Gated
from sluse.model.names import ClientKey, Environment
from sluse.model.statement import (
    Acceptance,
    AgreedPlan,
    Retirement,
    Rollback,
    StatementType,
    Suspension,
    TermsVersion,
    Verdict,
    VouchedKeys,
)
from sluse.model.tree import KeyFile
from sluse.plan.thumbprint import thumbprint


@dataclass(frozen=True)
class Group:
    """The group of a type. `accepted` are bodies that come with it, to be kept by their digest; `words` tell it."""

    value: object
    words: tuple[str, ...]
    accepted: tuple[Mapping[str, object], ...] = field(default=())


def work_out(desk: Desk) -> StatementType:
    """Return the type that is meant where none is named: what is next, for whoever signs."""
    asked = desk.asked
    if not desk.subject.name:
        return StatementType.ORGANISATION if desk.reviewer else StatementType.TERMS
    if desk.reviewer is None:
        return StatementType.KEYS
    now = cases.at_head(desk.view, desk.subject.key)
    if asked.verdict is Verdict.REJECTED:
        return StatementType.ACCEPTANCE if now.test is not None else StatementType.PLAN
    return StatementType.ACCEPTANCE if agreed_plan(now) is not None else StatementType.PLAN


def group(desk: Desk, kind: StatementType) -> Group:
    """Return what a statement of this type says. DecisionRefused where the tree does not have it."""
    make = _GROUPS.get(kind)
    if make is None:
        raise DecisionRefused("an acceptance test is submitted by: sluse acceptance run")
    return make(desk)


def _organisation(desk: Desk) -> Group:
    slug = desk.subject.organisation
    found = desk.tree.organisations.get(slug)
    if desk.subject.name or found is None:
        raise DecisionRefused(f"{desk.subject} is no organisation whose file can be read", hint=f"name {slug}")
    spec, body = found.content.spec, digests.organisation(found.content)
    words = (
        f"numbers {', '.join(spec.numbers)}",
        f"domains {', '.join(spec.domains) or 'none'}",
        *(f"maintainer's key {each.key} ({each.label})" for each in spec.maintainers),
    )
    bound = desk.view.bound
    stands = desk.tree.accepted.get((slug, bound.digest)) if bound is not None else None
    differing = told.changes(stands.body["identity"], body["identity"]) if stands is not None else ()
    return Group(digests.sha256(body), (*words, *differing, f"O {digests.sha256(body)}"), (body,))


def _plan(desk: Desk) -> Group:
    plan = _document(desk).spec.plan
    agreed = AgreedPlan(production_not_before=plan.production_not_before, zone=plan.zone)
    return Group(agreed, (f"production not before {agreed.production_not_before:%Y-%m-%d %H:%M}, {agreed.zone}",))


def _terms(desk: Desk) -> Group:
    slug = desk.subject.organisation
    if desk.subject.name:
        raise DecisionRefused("terms are accepted by an organisation, not by an integration", hint=f"name {slug}")
    chosen = {
        provider.name
        for key, found in desk.tree.integrations.items()
        if key.organisation == slug
        for client in found.content.spec.clients
        if client.login is not None
        for provider in client.login.identity_providers
    }
    wanted = [each for each in desk.policy.gate.terms if each.provider is None or each.provider in chosen]
    if not wanted:
        raise DecisionRefused("policies/gate.yaml asks for no terms")
    value = tuple(TermsVersion(name=each.name, version=each.version) for each in wanted)
    return Group(value, tuple(f"terms of use {each.name}, version {each.version}" for each in wanted))


def _acceptance(desk: Desk) -> Group:
    document, head = _document(desk), cases.at_head(desk.view, desk.subject.key)
    tests = [head.test] if head.test is not None else []
    if desk.asked.acceptance_test:
        tests = [
            each for each in desk.view.submissions(str(desk.subject)) if each.key.name == desk.asked.acceptance_test
        ]
    if not tests or (submission := tests[0].statement.submission) is None:
        raise DecisionRefused(
            f"there is no acceptance test of what {desk.subject} says now (T {str(head.tested)[:12]})",
            hint=f"somebody has to run it: sluse acceptance run {desk.subject}",
        )
    if submission.tested != head.tested:
        raise DecisionRefused(
            f"{tests[0].named} tested T {submission.tested[:12]}, and {desk.subject} says T {str(head.tested)[:12]} now"
        )
    body = digests.production(document)
    value = Acceptance(
        acceptance_test=tests[0].key.name,
        tested=submission.tested,
        production=digests.sha256(body),
        evidence=tuple(sorted(each.sha256 for each in submission.evidence)),
        not_before=desk.asked.not_before,
    )
    words = (
        f"acceptance test {value.acceptance_test}, run until {submission.ended:%Y-%m-%d %H:%M}Z",
        *(f"evidence {each.name} {each.sha256[:12]}" for each in submission.evidence),
        *(f"not covered: {each}" for each in submission.not_covered),
        *(f"production {line}" for line in told.values(body.get("production"))),
        *_since_last(desk, head, body),
        *([f"not before {value.not_before:%Y-%m-%d %H:%M %Z}"] if value.not_before else []),
        f"T {value.tested}",
        f"P {value.production}",
    )
    return Group(value, words, (body,))


def _since_last(desk: Desk, head: Case, body: Mapping[str, object]) -> Iterator[str]:
    """Yield what differs from what was accepted last, shared part and production."""
    last = cases.decided(desk.view, desk.subject.key)
    if isinstance(last, Case) and last.tested_body is not None and last.production_body is not None:
        yield "since the last acceptance:"
        parts = ((last.tested_body, head.tested_body, "tested"), (last.production_body, body, "production"))
        lines = [line for before, now, part in parts for line in told.changes(before[part], (now or {}).get(part))]
        yield from (f"  {line}" for line in lines or ["nothing differs"])


def _keys(desk: Desk) -> Group:
    key = desk.subject.key
    found = desk.tree.integrations.get(key)
    names = [client.name for client in found.content.spec.clients] if found else []
    client = desk.asked.client or (names[0] if len(names) == 1 else "")
    if client not in names:
        raise DecisionRefused(f"{key} has the clients {', '.join(names) or 'none'}", hint="name one with --client")
    jwks = desk.tree.keys.get(KeyFile(ClientKey(key.organisation, key.name, client), Environment.PRODUCTION))
    if jwks is None:
        raise DecisionRefused(f"client {client} has no key file of production that can be read")
    thumbprints = tuple(sorted(thumbprint(each) for each in jwks.content.keys))
    words = tuple(f"client {client}, key {each}" for each in thumbprints)
    return Group(VouchedKeys(client=client, thumbprints=thumbprints), words)


def _retirement(desk: Desk) -> Group:
    days = desk.asked.delete_after_days
    key = desk.subject.key
    return Group(
        Retirement(delete_after_days=days), (f"{key} is disabled in production at once, and deleted {days} days later",)
    )


def _revocation(desk: Desk) -> Group:
    record = desk.stated(desk.asked.statement)
    return Group(record.id, (f"{record.named} no longer counts", f"its id is {record.id}"))


def _rollback(desk: Desk) -> Group:
    key, chain = desk.subject.key, desk.view.of(str(desk.subject))
    accepted = [each for each in chain.in_force(StatementType.ACCEPTANCE) if each.statement.verdict is Verdict.APPROVED]
    if desk.asked.statement:
        accepted = [desk.stated(desk.asked.statement, StatementType.ACCEPTANCE)]
    elif len(accepted) < 2:
        raise DecisionRefused(
            f"{key} was not accepted before what it is now", hint="name the acceptance: --statement ID"
        )
    record = accepted[0] if desk.asked.statement else accepted[-2]
    said = record.statement.acceptance
    if said is None:
        raise DecisionRefused(f"{record.named} accepts nothing")
    value = Rollback(tested=said.tested, production=said.production)
    return Group(value, (f"back to {record.named}", f"T {value.tested}", f"P {value.production}"))


def _acknowledgement(desk: Desk) -> Group:
    if not desk.asked.text:
        raise DecisionRefused("say what is acknowledged", hint="--text TEXT")
    return Group(desk.asked.text, (desk.asked.text,))


def _suspension(desk: Desk) -> Group:
    if not desk.asked.text:
        raise DecisionRefused("say why it is suspended", hint="--reason TEXT")
    words = (
        f"{desk.subject.key} is out of use in production at once; nothing is deleted",
        f"because: {desk.asked.text}",
    )
    return Group(Suspension(reason=desk.asked.text), words)


def _document(desk: Desk) -> Gated:
    key = desk.subject.key
    found = desk.tree.integrations.get(key) or desk.tree.providers.get(key)
    if found is None:
        raise DecisionRefused(f"{key} has no file that can be read", hint="see why: sluse check")
    return found.content


_GROUPS: Mapping[StatementType, Callable[[Desk], Group]] = {
    StatementType.ORGANISATION: _organisation,
    StatementType.PLAN: _plan,
    StatementType.TERMS: _terms,
    StatementType.ACCEPTANCE: _acceptance,
    StatementType.KEYS: _keys,
    StatementType.RETIREMENT: _retirement,
    StatementType.REVOCATION: _revocation,
    StatementType.ROLLBACK: _rollback,
    StatementType.ACKNOWLEDGEMENT: _acknowledgement,
    StatementType.SUSPENSION: _suspension,
}
