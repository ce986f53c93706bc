"""A repository of the lock in memory: one supplier, one identity provider, NHN's people, and real signatures.

Every act returns the id of its statement and appends to the tree as the commands would; a test then spoils one thing.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sluse.model import digests
from sluse.model.envelope import Metadata
from sluse.model.evidence import CaseResult, Evidence, Witness
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import Digest, Environment, IntegrationKey
from sluse.model.organisation import Organisation
from sluse.model.problem import Place
from sluse.model.records import AcceptanceTest, Decision, DecisionMetadata, SignedSpec
from sluse.model.service_integration import ServiceIntegration
from sluse.model.statement import Statement, StatementType, Verdict, namespace
from sluse.model.tree import AcceptedFile, EvidenceContent, Sourced, Tree
from worlds.lock.documents import organisation, provider, service
from worlds.lock.people import (
    ALM,
    API,
    CASES,
    FURU,
    HASSEL,
    MAINTAINER,
    PROVIDER,
    PROVIDER_MAINTAINER,
    REPOSITORY,
    SERVICE,
    START,
    SUPPLIER,
)
from worlds.ssh import Signer


def signed(statement: Statement, *signers: Signer, purpose: str = "") -> SignedSpec:
    made_for = purpose or namespace(statement.type)
    armoured = (each.parts(statement.signed_bytes, namespace=made_for).armoured for each in signers)
    return SignedSpec(statement=statement, signatures=tuple(armoured))


@dataclass
class Lock:
    """The tree that grows, and the clock of those who write."""

    clock: datetime = START
    organisations: dict[str, Organisation] = field(default_factory=dict)
    documents: dict[IntegrationKey, Any] = field(default_factory=dict)
    decisions: dict[IntegrationKey, Sourced[Decision]] = field(default_factory=dict)
    tests: dict[IntegrationKey, Sourced[AcceptanceTest]] = field(default_factory=dict)
    accepted: dict[tuple[str, Digest], AcceptedFile] = field(default_factory=dict)
    evidence: dict[tuple[IntegrationKey, str], EvidenceContent] = field(default_factory=dict)
    last: dict[str, Digest] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _placed: dict[object, Sourced[Any]] = field(default_factory=dict)

    def tree(self, **changes: Any) -> Tree:
        """Return the tree; what did not change is the same object as in the one before, as with the real reader."""
        services = {
            name: self._same(each) for name, each in self.documents.items() if isinstance(each, ServiceIntegration)
        }
        providers = {
            name: self._same(each) for name, each in self.documents.items() if isinstance(each, IdentityProvider)
        }
        base = Tree(
            organisations={slug: self._same(each) for slug, each in self.organisations.items()},
            integrations=services,
            providers=providers,
            keys={},
            problems=(),
            decisions=dict(self.decisions),
            acceptance_tests=dict(self.tests),
            accepted=dict(self.accepted),
            evidence=dict(self.evidence),
        )
        return replace(base, **changes)

    def statement(self, kind: StatementType, subject: str, signer: Signer, **fields: Any) -> Statement:
        """Return a statement that follows the subject's last, a minute after the one before."""
        self.clock += timedelta(minutes=1)
        outside = namespace(kind) != "decision@sluse.nhn.no"
        previous = () if outside or subject not in self.last else (self.last[subject],)
        submission = kind is StatementType.SUBMISSION
        base = {
            "type": kind,
            "version": 1,
            "repository": REPOSITORY,
            "environment": Environment.TEST if submission else Environment.PRODUCTION,
            "subject": subject,
            "issued_at": self.clock,
            "signer": signer.public.key_id,
            "nonce": f"nonce-{next(self._numbers):020}",
            "previous": previous,
            "verdict": None if submission else Verdict.APPROVED,
            "findings": ("it does not hold",) if fields.get("verdict") == Verdict.REJECTED else (),
        }
        return Statement.model_validate(base | fields)

    def decide(self, kind: StatementType, subject: str, signer: Signer = ALM, *more: Signer, **fields: Any) -> Digest:
        """Write and sign a decision; the chain goes on from it."""
        statement = self.statement(kind, subject, signer, **fields)
        self.place(statement, signed(statement, signer, *more))
        if namespace(kind) == "decision@sluse.nhn.no":
            self.last[subject] = statement.id
        return statement.id

    def place(self, statement: Statement, spec: SignedSpec, filed: str = "") -> IntegrationKey:
        """Put a decision into the tree as a file; `filed` is a subject that it only pretends to be about."""
        slug, _, name = (filed or statement.subject).partition(".")
        number = len(self.decisions) + 1
        identity = IntegrationKey(slug, f"{name or 'organisation'}-{number}-{statement.type}")
        metadata = DecisionMetadata(name=identity.name, organisation=identity.organisation)
        document = Decision(api_version=API, kind="Decision", metadata=metadata, spec=spec)
        path = (
            f"integrations/{identity.organisation}/decisions/{name or '_organisation'}/{number}-{statement.type}.yaml"
        )
        self.decisions[identity] = Sourced(document, path, Place)
        return identity

    def bind(self, slug: str = SUPPLIER, signer: Signer = ALM, *, keep: bool = True) -> Digest:
        """Bind what the organisation's file says now."""
        body = digests.organisation(self.organisations[slug])
        digest = digests.sha256(body)
        if keep:
            self.accepted[slug, digest] = AcceptedFile(slug, digest, body)
        return self.decide(StatementType.ORGANISATION, slug, signer, organisation=digest)

    def accept_terms(
        self, slug: str = SUPPLIER, signer: Signer = MAINTAINER, version: str = "1", **fields: Any
    ) -> Digest:
        return self.decide(
            StatementType.TERMS, slug, signer, terms=({"name": "helseid", "version": version},), **fields
        )

    def agree(
        self, of: IntegrationKey = SERVICE, signer: Signer = ALM, opens: str = "2026-11-01T08:00", **fields: Any
    ) -> Digest:
        plan = {"production_not_before": datetime.fromisoformat(opens), "zone": "Europe/Oslo"}
        return self.decide(StatementType.PLAN, str(of), signer, plan=plan, **fields)

    def run(self, of: IntegrationKey, name: str, **changes: Any) -> Evidence:
        """Write the evidence of a run that has just ended."""
        document = self.documents[of]
        service_of = isinstance(document, ServiceIntegration)
        cases = tuple(
            CaseResult(case=each, witness=Witness.SELF, passed=True, expected="so", seen="so") for each in CASES
        )
        base = {
            "version": 1, "suite": "client" if service_of else "identity-provider", "suite_version": 1,
            "subject": str(of), "part": "web" if service_of else "high", "environment": Environment.TEST,
            "tested": digests.sha256(digests.tested(document)), "started": self.clock, "ended": self.clock, "cases": cases,
        }  # fmt: skip
        evidence = Evidence.model_validate(base | changes)
        self.evidence[IntegrationKey(of.organisation, name), f"{evidence.part}.json"] = EvidenceContent(
            digest_of(evidence), evidence
        )
        return evidence

    def submit(
        self,
        of: IntegrationKey = SERVICE,
        signer: Signer = MAINTAINER,
        *,
        evidence: Sequence[Mapping[str, Any]] = ({},),
        submission: Mapping[str, Any] | None = None,
        subject: str = "",
        **fields: Any,
    ) -> str:
        """Submit an acceptance test of what HEAD says, with one file of evidence each; returns its name."""
        name = f"{of.name}-test-{len(self.tests) + 1}"
        runs = [self.run(of, name, **each) for each in evidence]
        body = digests.tested(self.documents[of])
        digest = digests.sha256(body)
        self.accepted[of.organisation, digest] = AcceptedFile(of.organisation, digest, body)
        said = {
            "tested": digest,
            "suite": runs[0].suite,
            "suite_version": 1,
            "ended": runs[0].ended,
            "evidence": [{"name": f"{each.part}.json", "sha256": digest_of(each)} for each in runs],
            **(submission or {}),
        }
        statement = self.statement(StatementType.SUBMISSION, subject or str(of), signer, submission=said, **fields)
        self.place_test(of.organisation, name, signed(statement, signer))
        return name

    def place_test(self, slug: str, name: str, spec: SignedSpec) -> None:
        document = AcceptanceTest(
            api_version=API, kind="AcceptanceTest", metadata=Metadata(name=name, organisation=slug), spec=spec
        )
        path = f"integrations/{slug}/acceptance/{name}/acceptance-test.yaml"
        self.tests[IntegrationKey(slug, name)] = Sourced(document, path, Place)

    def acceptance(self, of: IntegrationKey, name: str, **changes: Any) -> dict[str, Any]:
        """Return what an acceptance of a test says, and put the bytes of P into the tree."""
        submission = self.tests[IntegrationKey(of.organisation, name)].content.spec.statement.submission
        body = digests.production(self.documents[of])
        digest = digests.sha256(body)
        self.accepted[of.organisation, digest] = AcceptedFile(of.organisation, digest, body)
        evidence = tuple(each.sha256 for each in submission.evidence)
        return {
            "acceptance_test": name,
            "tested": submission.tested,
            "production": digest,
            "evidence": evidence,
            **changes,
        }

    def accept(
        self, name: str, of: IntegrationKey = SERVICE, signer: Signer = FURU, *more: Signer, **fields: Any
    ) -> Digest:
        said = self.acceptance(of, name, **fields.pop("acceptance", {}))
        return self.decide(StatementType.ACCEPTANCE, str(of), signer, *more, acceptance=said, **fields)

    def _same(self, document: Any) -> Sourced[Any]:
        if document not in self._placed:
            metadata = document.metadata
            self._placed[document] = Sourced(
                document, f"integrations/{metadata.organisation}/{metadata.name}.yaml", Place
            )
        return self._placed[document]


def digest_of(evidence: Evidence) -> Digest:
    return digests.sha256(evidence.wire())


def tested(document: ServiceIntegration | IdentityProvider) -> Digest:
    """Return digest T."""
    return digests.sha256(digests.tested(document))


def production(document: ServiceIntegration | IdentityProvider) -> Digest:
    """Return digest P."""
    return digests.sha256(digests.production(document))


def prepared(document: ServiceIntegration | None = None) -> Lock:
    """Return a lock in which everything is agreed and nothing is submitted."""
    lock = Lock()
    lock.organisations[SUPPLIER] = organisation()
    lock.documents[SERVICE] = document or service()
    lock.bind()
    lock.agree()
    lock.accept_terms()
    return lock


def accepted(document: ServiceIntegration | None = None) -> Lock:
    """Return a lock whose service is entitled to production."""
    lock = prepared(document)
    lock.accept(lock.submit())
    return lock


def with_provider(lock: Lock) -> Lock:
    """Add an identity provider of another organisation, entitled to production."""
    lock.organisations[PROVIDER.organisation] = organisation(PROVIDER.organisation, (PROVIDER_MAINTAINER,))
    lock.documents[PROVIDER] = provider()
    lock.bind(PROVIDER.organisation)
    lock.agree(PROVIDER)
    lock.accept_terms(PROVIDER.organisation, PROVIDER_MAINTAINER)
    lock.accept(lock.submit(PROVIDER, HASSEL), PROVIDER, ALM)
    return lock
