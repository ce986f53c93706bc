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
from sluse.words.said import behind, say


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
        raise DecisionRefused(say("an acceptance test is submitted by: sluse acceptance run"))
    return make(desk)


def _organisation(desk: Desk) -> Group:
    slug = desk.subject.organisation
    found = desk.tree.organisations.get(slug)
    if desk.subject.name or found is None:
        raise DecisionRefused(
            say("{subject} is no organisation whose file can be read", subject=desk.subject),
            hint=say("name {slug}", slug=slug),
        )
    spec, body = found.content.spec, digests.organisation(found.content)
    words = (
        say("numbers {numbers}", numbers=", ".join(spec.numbers)),
        say("domains {domains}", domains=", ".join(spec.domains) or say("none")),
        *(say("maintainer's key {key} ({label})", key=each.key, label=each.label) for each in spec.maintainers),
    )
    bound = desk.view.bound
    stands = desk.tree.accepted.get((slug, bound.digest)) if bound is not None else None
    differing = told.changes(stands.body["identity"], body["identity"]) if stands is not None else ()
    return Group(digests.sha256(body), (*words, *differing, f"O {digests.sha256(body)}"), (body,))


def _plan(desk: Desk) -> Group:
    plan = _document(desk).spec.plan
    agreed = AgreedPlan(production_not_before=plan.production_not_before, zone=plan.zone)
    return Group(
        agreed,
        (
            say(
                "production not before {production_not_before}, {zone}",
                production_not_before=f"{agreed.production_not_before:%Y-%m-%d %H:%M}",
                zone=agreed.zone,
            ),
        ),
    )


def _terms(desk: Desk) -> Group:
    slug = desk.subject.organisation
    if desk.subject.name:
        raise DecisionRefused(
            say("terms are accepted by an organisation, not by an integration"), hint=say("name {slug}", slug=slug)
        )
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
        raise DecisionRefused(say("policies/gate.yaml asks for no terms"))
    value = tuple(TermsVersion(name=each.name, version=each.version) for each in wanted)
    return Group(
        value,
        tuple(say("terms of use {name}, version {version}", name=each.name, version=each.version) for each in wanted),
    )


def _acceptance(desk: Desk) -> Group:
    document, head = _document(desk), cases.at_head(desk.view, desk.subject.key)
    tests = [head.test] if head.test is not None else []
    if desk.asked.acceptance_test:
        tests = [
            each for each in desk.view.submissions(str(desk.subject)) if each.key.name == desk.asked.acceptance_test
        ]
    if not tests or (submission := tests[0].statement.submission) is None:
        raise DecisionRefused(
            say(
                "there is no acceptance test of what {subject} says now (T {tested})",
                subject=desk.subject,
                tested=str(head.tested)[:12],
            ),
            hint=say("somebody has to run it: sluse acceptance run {subject}", subject=desk.subject),
        )
    if submission.tested != head.tested:
        raise DecisionRefused(
            say(
                "{named} tested T {tested}, and {subject} says T {now} now",
                named=tests[0].named,
                tested=submission.tested[:12],
                subject=desk.subject,
                now=str(head.tested)[:12],
            )
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
        say(
            "acceptance test {acceptance_test}, run until {ended}Z",
            acceptance_test=value.acceptance_test,
            ended=f"{submission.ended:%Y-%m-%d %H:%M}",
        ),
        *(say("evidence {name} {digest}", name=each.name, digest=each.sha256[:12]) for each in submission.evidence),
        *(say("not covered: {each}", each=each) for each in submission.not_covered),
        *(say("production {line}", line=line) for line in told.values(body.get("production"))),
        *_since_last(desk, head, body),
        *(
            [say("not before {not_before}", not_before=f"{value.not_before:%Y-%m-%d %H:%M %Z}")]
            if value.not_before
            else []
        ),
        f"T {value.tested}",
        f"P {value.production}",
    )
    return Group(value, words, (body,))


def _since_last(desk: Desk, head: Case, body: Mapping[str, object]) -> Iterator[str]:
    """Yield what differs from what was accepted last, shared part and production."""
    last = cases.decided(desk.view, desk.subject.key)
    if isinstance(last, Case) and last.tested_body is not None and last.production_body is not None:
        yield say("since the last acceptance:")
        parts = ((last.tested_body, head.tested_body, "tested"), (last.production_body, body, "production"))
        lines = [line for before, now, part in parts for line in told.changes(before[part], (now or {}).get(part))]
        yield from (behind("  ", line) for line in lines or [say("nothing differs")])


def _keys(desk: Desk) -> Group:
    key = desk.subject.key
    found = desk.tree.integrations.get(key)
    names = [client.name for client in found.content.spec.clients] if found else []
    client = desk.asked.client or (names[0] if len(names) == 1 else "")
    if client not in names:
        raise DecisionRefused(
            say("{key} has the clients {names}", key=key, names=", ".join(names) or say("none")),
            hint=say("name one with --client"),
        )
    jwks = desk.tree.keys.get(KeyFile(ClientKey(key.organisation, key.name, client), Environment.PRODUCTION))
    if jwks is None:
        raise DecisionRefused(say("client {client} has no key file of production that can be read", client=client))
    thumbprints = tuple(sorted(thumbprint(each) for each in jwks.content.keys))
    words = tuple(say("client {client}, key {thumbprint}", client=client, thumbprint=each) for each in thumbprints)
    return Group(VouchedKeys(client=client, thumbprints=thumbprints), words)


def _retirement(desk: Desk) -> Group:
    days = desk.asked.delete_after_days
    key = desk.subject.key
    return Group(
        Retirement(delete_after_days=days),
        (say("{key} is disabled in production at once, and deleted {days} days later", key=key, days=days),),
    )


def _revocation(desk: Desk) -> Group:
    record = desk.stated(desk.asked.statement)
    return Group(record.id, (say("{named} no longer counts", named=record.named), say("its id is {id}", id=record.id)))


def _rollback(desk: Desk) -> Group:
    key, chain = desk.subject.key, desk.view.of(str(desk.subject))
    accepted = [each for each in chain.in_force(StatementType.ACCEPTANCE) if each.statement.verdict is Verdict.APPROVED]
    if desk.asked.statement:
        accepted = [desk.stated(desk.asked.statement, StatementType.ACCEPTANCE)]
    elif len(accepted) < 2:
        raise DecisionRefused(
            say("{key} was not accepted before what it is now", key=key),
            hint=say("name the acceptance: --statement ID"),
        )
    record = accepted[0] if desk.asked.statement else accepted[-2]
    said = record.statement.acceptance
    if said is None:
        raise DecisionRefused(say("{named} accepts nothing", named=record.named))
    value = Rollback(tested=said.tested, production=said.production)
    return Group(value, (say("back to {named}", named=record.named), f"T {value.tested}", f"P {value.production}"))


def _acknowledgement(desk: Desk) -> Group:
    if not desk.asked.text:
        raise DecisionRefused(say("say what is acknowledged"), hint="--text TEXT")
    return Group(desk.asked.text, (desk.asked.text,))


def _suspension(desk: Desk) -> Group:
    if not desk.asked.text:
        raise DecisionRefused(say("say why it is suspended"), hint="--reason TEXT")
    words = (
        say("{key} is out of use in production at once; nothing is deleted", key=desk.subject.key),
        say("because: {reason}", reason=desk.asked.text),
    )
    return Group(Suspension(reason=desk.asked.text), words)


def _document(desk: Desk) -> Gated:
    key = desk.subject.key
    found = desk.tree.integrations.get(key) or desk.tree.providers.get(key)
    if found is None:
        raise DecisionRefused(say("{key} has no file that can be read", key=key), hint=say("see why: sluse check"))
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
