"""A statement ready to be signed: told in words, rehearsed with the gate, and then the files it becomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sluse.catalog.files import INTEGRATIONS
from sluse.catalog.yaml import dump
from sluse.delivery.deciding import told
from sluse.delivery.deciding.desk import Desk, Subject
from sluse.delivery.deciding.groups import Group, group, work_out
from sluse.delivery.deciding.rehearsal import Rehearsal
from sluse.errors import DecisionRefused
from sluse.gate.chain import Chain
from sluse.gate.record import Record
from sluse.gate.statements import IN_NO_CHAIN
from sluse.model.digests import canonical, sha256
from sluse.model.names import API_VERSION, Digest, Environment, IntegrationKey
from sluse.model.records import Decision, DecisionMetadata, SignedSpec
from sluse.model.statement import GROUP_OF, Statement, StatementType, Verdict, namespace
from sluse.words.said import Said, behind, say, several

Sign = Callable[[bytes, str], str]
"""Message and namespace -> armoured signature."""

_OF_ORGANISATION = "organisation"


@dataclass(frozen=True)
class Draft:
    """`words` tell what will be signed. `later` is what production still waits for, `persons` how many more must sign."""

    statement: Statement
    key: IntegrationKey
    path: str
    words: tuple[str, ...]
    accepted: tuple[Mapping[str, object], ...]
    later: tuple[str, ...]
    persons: int
    replacing: frozenset[str] = frozenset()
    """Files that may be written over: none."""

    def signed(self, sign: Sign) -> Mapping[str, bytes]:
        """Return the files to write, by path from the repository's root: the record first."""
        signature = sign(self.statement.signed_bytes, namespace(self.statement.type))
        spec = SignedSpec(statement=self.statement, signatures=(signature,))
        folder = f"{INTEGRATIONS}/{self.key.organisation}/accepted"
        bodies = {f"{folder}/{sha256(body)}.json": canonical(body) for body in self.accepted}
        return {self.path: text(self.key, spec), **bodies}


def text(key: IntegrationKey, spec: SignedSpec) -> bytes:
    """Return the file of a decision."""
    metadata = DecisionMetadata(name=key.name, organisation=key.organisation)
    record = Decision(api_version=API_VERSION, kind="Decision", metadata=metadata, spec=spec).wire()
    return dump({member: record[member] for member in ("apiVersion", "kind", "metadata", "spec")}).encode()


def draft(desk: Desk, nonce: str, taken: Collection[str]) -> Draft:
    """Return what is to be signed. DecisionRefused where the gate would not let it count, and why.

    `taken` are the names of the files in the subject's folder of decisions.
    """
    asked, subject = desk.asked, desk.subject
    kind = asked.type or work_out(desk)
    if asked.verdict is Verdict.REJECTED and not asked.findings:
        raise DecisionRefused(
            say("a rejection says what was found"), hint=say("--finding TEXT, as often as there are findings")
        )
    said = group(desk, kind)
    statement = _statement(desk, kind, said, nonce)
    number = _next_number(taken)
    key = IntegrationKey(subject.organisation, f"{subject.name or _OF_ORGANISATION}-{number}-{kind}")
    path = f"{folder_of(subject)}/{number}-{kind}.yaml"
    record = Record(key, path, "Decision", statement, statement.id, (desk.signer,))
    rehearsal = Rehearsal(desk, record, said.accepted)
    objections = rehearsal.objections()
    if objections:
        raise DecisionRefused(
            several(behind(f"{each.check}: ", each.message) for each in objections),
            hint=say("what it means, and who must act: sluse explain {check}", check=objections[0].check),
        )
    later = tuple(
        say("{message} ({on})", message=each.message, on=Said(each.on.value, {})) for each in rehearsal.still_missing()
    )
    return Draft(statement, key, path, _words(desk, statement, said), said.accepted, later, rehearsal.persons_missing())


def folder_of(subject: Subject) -> str:
    """Return the folder of the subject's decisions, from the repository's root."""
    return f"{INTEGRATIONS}/{subject.organisation}/decisions/{subject.name or f'_{_OF_ORGANISATION}'}"


def _statement(desk: Desk, kind: StatementType, said: Group, nonce: str) -> Statement:
    return Statement.model_validate(
        {
            "type": kind,
            "version": 1,
            "repository": desk.policy.repository.id,
            "environment": Environment.PRODUCTION,
            "subject": str(desk.subject),
            "issued_at": desk.now,
            "signer": desk.signer.key_id,
            "nonce": nonce,
            "previous": () if kind in IN_NO_CHAIN else ends(desk.view.of(str(desk.subject))),
            "verdict": desk.asked.verdict,
            "findings": desk.asked.findings,
            "expires": desk.asked.expires,
            GROUP_OF[kind]: said.value,
        }
    )


def ends(chain: Chain) -> tuple[Digest, ...]:
    """Return the ids that the next statement of a chain follows: all that count, or forked, and that none follows yet."""
    fit = [*chain.counted, *(record for record, reason in chain.void if reason.check == "ChainForked")]
    followed = {each for record in fit for each in record.statement.previous}
    return tuple(sorted(record.id for record in fit if record.id not in followed))


def _words(desk: Desk, statement: Statement, said: Group) -> tuple[str, ...]:
    chain = {record.id: record for record in desk.survey.records(desk.subject.organisation).values()}
    who = (
        desk.reviewer.person
        if desk.reviewer
        else say("a maintainer of {organisation}", organisation=desk.subject.organisation)
    )
    return (
        told.title(statement),
        *(behind("  ", line) for line in said.words),
        *(behind("  ", say("finding: {finding}", finding=each)) for each in statement.findings),
        *(
            behind("  ", say("expires {moment}", moment=f"{each:%Y-%m-%d %H:%M %Z}"))
            for each in [statement.expires]
            if each
        ),
        *(behind("  ", say("follows {statement}", statement=chain[Digest(each)].named)) for each in statement.previous),
        behind("  ", say("signed as {who}, {signer}", who=who, signer=statement.signer)),
        f"SHA-256 {statement.id}",
    )


def _next_number(taken: Collection[str]) -> int:
    numbers = [int(first) for name in taken if (first := name.partition("-")[0]).isdecimal()]
    return max(numbers, default=0) + 1
