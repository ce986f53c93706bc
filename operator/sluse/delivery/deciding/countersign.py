"""A second person's signature on a decision that was written but not merged yet: the same statement, one signature more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sluse.delivery.deciding import told
from sluse.delivery.deciding.asked import Asked
from sluse.delivery.deciding.desk import Desk
from sluse.delivery.deciding.draft import Sign, text
from sluse.delivery.deciding.rehearsal import Rehearsal
from sluse.errors import DecisionRefused
from sluse.gate import record as records
from sluse.model.names import IntegrationKey
from sluse.model.records import SignedSpec
from sluse.model.statement import Statement, namespace
from sluse.words.said import behind, say, several


@dataclass(frozen=True)
class Countersignature:
    """What is signed once more. `persons` is how many more must sign after this one."""

    key: IntegrationKey
    path: str
    spec: SignedSpec
    words: tuple[str, ...]
    persons: int

    @property
    def replacing(self) -> frozenset[str]:
        """Files that may be written over."""
        return frozenset({self.path})

    @property
    def statement(self) -> Statement:
        """The statement, as it was written."""
        return self.spec.statement

    def signed(self, sign: Sign) -> Mapping[str, bytes]:
        """Return the file with one signature more."""
        signature = sign(self.statement.signed_bytes, namespace(self.statement.type))
        spec = SignedSpec(statement=self.statement, signatures=(*self.spec.signatures, signature))
        return {self.path: text(self.key, spec)}


def countersignature(desk: Desk, path: str) -> Countersignature:
    """Return what is to be signed. DecisionRefused where there is no such decision, or it gains nothing by this key."""
    source = next((each for each in desk.tree.decisions.values() if each.path == PurePosixPath(path).as_posix()), None)
    if source is None:
        raise DecisionRefused(
            say("{path} is no decision that can be read", path=path), hint=say("see why: sluse check")
        )
    before = records.read(source)
    if before.flaw:
        raise DecisionRefused(say("{path} does not count: {flaw}", path=path, flaw=before.flaw))
    statement = before.statement
    there = replace(desk, asked=Asked(statement.subject, statement.type))
    after = replace(before, signers=(*before.signers, desk.signer))
    alone, together = Rehearsal(there, before, ()), Rehearsal(there, after, ())
    objections = together.objections()
    if objections:
        raise DecisionRefused(several(behind(f"{each.check}: ", each.message) for each in objections))
    if together.persons_missing() == alone.persons_missing():
        who = desk.reviewer.person if desk.reviewer else desk.signer.key_id
        raise DecisionRefused(say("{named} gains nothing by a signature of {who}", named=before.named, who=who))
    words = (
        told.title(statement),
        *(behind("  ", say("signed by {key}", key=key.key_id)) for key in before.signers),
        f"SHA-256 {statement.id}",
    )
    return Countersignature(before.key, source.path, source.content.spec, words, together.persons_missing())
