"""A signed record, read once: its statement's id, and who really signed it. Verified once for each file that is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sluse.model.names import Digest, IntegrationKey
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.statement import Statement, StatementType
from sluse.model.tree import Sourced
from sluse.rules.records import RULES
from sluse.rules.rule import DocumentRule
from sluse.trust import records
from sluse.trust.keys import PublicKey
from sluse.words.said import say

_NAME = re.compile(r"(?P<subject>.+)-[0-9]+-[a-z]+")

_FORM = tuple(rule for rule in RULES if isinstance(rule, DocumentRule))

_NAMED_AS_SUCH = frozenset({StatementType.TERMS, StatementType.KEYS, StatementType.ORGANISATION})
"""Types whose word means many things, or the thing itself that the statement is about."""

Signed = Sourced[Decision] | Sourced[AcceptanceTest]


@dataclass(frozen=True, eq=False)
class Record:
    """`key` is the document's identity. Without a good signature `signers` is empty, and `flaw` says what is wrong.

    `fault` is what the rules find wrong with its form: whoever signed it, such a record is an error that holds.
    """

    key: IntegrationKey
    path: str
    kind: str
    statement: Statement
    id: Digest
    signers: tuple[PublicKey, ...]
    flaw: str = ""
    fault: str = ""

    @property
    def filed_as(self) -> str:
        """The subject that the document's name claims: `journal-3-plan` is about `journal`. A test's name claims none."""
        if self.kind != "Decision":
            return self.statement.subject
        found = _NAME.fullmatch(self.key.name)
        name = found["subject"] if found is not None else ""
        about_itself = name == "organisation" and "." not in self.statement.subject
        return self.key.organisation if about_itself else str(IntegrationKey(self.key.organisation, name))

    @property
    def named(self) -> str:
        """What people call it in a message, as one thing: its type and its file."""
        kind = self.statement.type
        if kind in _NAMED_AS_SUCH:
            return say("the statement of type {type} in {path}", type=kind, path=self.path)
        return say("the {type} in {path}", type=kind, path=self.path)


def read(source: Signed) -> Record:
    """Return the record of a document."""
    document = source.content
    signed = records.look(document.spec)
    statement, fault = document.spec.statement, _fault(document)
    return Record(document.key, source.path, document.kind, statement, signed.id, signed.keys, signed.flaw, fault)


def _fault(document: Decision | AcceptanceTest) -> str:
    found = (finding.message for rule in _FORM for finding in rule.check(document))
    return next(found, "")
