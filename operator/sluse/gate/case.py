"""What is judged for one integration: the bodies, the submission and the decision that belong together.

Of what was decided: the last acceptance or rollback of the chain says which T and P production is entitled to, whatever
HEAD says meanwhile. Where nothing is decided, or HEAD has moved on: what HEAD says, and the newest submission of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sluse.gate.chain import Chain
from sluse.gate.organisation_view import OrganisationView
from sluse.gate.record import Record
from sluse.gate.verdict import Reason
from sluse.model import digests
from sluse.model.digests import Gated
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import Digest, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.policy.rules import GatePolicy
from sluse.model.statement import StatementType, Submission, Verdict
from sluse.model.tree import EvidenceContent
from sluse.words.said import say

Body = Mapping[str, object]
_ENTITLING = frozenset({StatementType.ACCEPTANCE, StatementType.ROLLBACK, StatementType.RETIREMENT})


@dataclass(frozen=True, eq=False)
class Case:
    """`named` is the statement that entitles (acceptance or rollback), `accepted` the acceptance it rests on.

    Without a decision both are None, and T and P are those of HEAD. `test` is the submission, counting or not. A case
    is remembered as long as its view is, so it knows nothing of other organisations.
    """

    view: OrganisationView
    key: IntegrationKey
    named: Record | None = None
    accepted: Record | None = None
    test: Record | None = None

    @cached_property
    def document(self) -> Gated | None:
        """What HEAD says."""
        return self.view.register.share.document(self.key)

    @property
    def chain(self) -> Chain:
        """The decisions on the integration."""
        return self.view.of(str(self.key))

    @cached_property
    def kind(self) -> str:
        """The kind of what is judged."""
        if self.named is not None and self.tested_body is not None:
            return str(self.tested_body.get("kind"))
        return self.document.kind if self.document is not None else "ServiceIntegration"

    @property
    def owner(self) -> Party:
        """Who must act where nobody else is named."""
        return Party.IDENTITY_PROVIDER if self.kind == "IdentityProvider" else Party.SUPPLIER

    @property
    def submission(self) -> Submission | None:
        """What was submitted."""
        return None if self.test is None else self.test.statement.submission

    @cached_property
    def tested(self) -> Digest | None:
        """Digest T."""
        if self.named is not None:
            named = self.named.statement.acceptance or self.named.statement.rollback
            return None if named is None else Digest(named.tested)
        return None if self.document is None else digests.sha256(digests.tested(self.document))

    @cached_property
    def production(self) -> Digest | None:
        """Digest P."""
        if self.named is not None:
            named = self.named.statement.acceptance or self.named.statement.rollback
            return None if named is None else Digest(named.production)
        return None if self.document is None else digests.sha256(digests.production(self.document))

    @cached_property
    def tested_body(self) -> Body | None:
        """The accepted file of T; without a decision what HEAD says. None where it is lost, or is no such thing."""
        if self.named is None:
            return None if self.document is None else digests.tested(self.document)
        return self.stored_tested

    @cached_property
    def production_body(self) -> Body | None:
        """The same of P."""
        if self.named is None:
            return None if self.document is None else digests.production(self.document)
        return self.stored_production

    @cached_property
    def stored_tested(self) -> Body | None:
        """The accepted file of T, if it is there and its content hashes to its name."""
        return self._stored(self.tested)

    @cached_property
    def stored_production(self) -> Body | None:
        """The same of P."""
        return self._stored(self.production)

    def _stored(self, digest: Digest | None) -> Body | None:
        found = None if digest is None else self.view.register.share.accepted.get(digest)
        return found.body if found is not None and digests.sha256(found.body) == digest else None

    @cached_property
    def evidence(self) -> Mapping[str, EvidenceContent | None]:
        """The submission's files by name; None for one that is not there."""
        if self.test is None or self.submission is None:
            return {}
        share, key = self.view.register.share, self.test.key
        return {each.name: share.evidence.get((key, each.name)) for each in self.submission.evidence}

    @property
    def policy(self) -> GatePolicy:
        """What policy asks for."""
        return self.view.ground.policy.gate

    @property
    def is_provider(self) -> bool:
        """Tell whether an identity provider is judged."""
        return self.kind == IdentityProvider.__name__


def decided(view: OrganisationView, key: IntegrationKey) -> Case | Reason | None:
    """Return what was decided last; a reason where that ends it; None where nothing was ever accepted."""
    chain = view.of(str(key))
    last = _last(chain)
    if last is None:
        return None
    if last.statement.type is StatementType.RETIREMENT:
        return Reason("Retired", say("{record} ends it in production", record=last.named), Party.REVIEWER)
    withdrawn = chain.withdrawn(last) or _rejected(chain, last)
    if withdrawn is not None:
        return withdrawn
    accepted = last if last.statement.type is StatementType.ACCEPTANCE else _earlier(chain, last)
    if accepted is None:
        return Reason(
            "NeverAccepted", say("{record} goes back to what was never accepted", record=last.named), Party.REVIEWER
        )
    name = accepted.statement.acceptance.acceptance_test if accepted.statement.acceptance else ""
    return Case(view, key, last, accepted, view.register.tests.get(IntegrationKey(key.organisation, name)))


def at_head(view: OrganisationView, key: IntegrationKey) -> Case:
    """Return what HEAD says as a case, with its newest submission."""
    tests = view.submissions(str(key))
    if not tests:
        return Case(view, key)
    tested = Case(view, key).tested
    of_head = [each for each in tests if each.statement.submission and each.statement.submission.tested == tested]
    newest = max(of_head, key=lambda each: (view.unsound(each) is None, each.statement.issued_at), default=None)
    return Case(view, key, test=newest)


def retirement(chain: Chain) -> Record | None:
    """Return the retirement that is in force: nothing was accepted after it."""
    last = _last(chain)
    return last if last is not None and last.statement.type is StatementType.RETIREMENT else None


def _last(chain: Chain) -> Record | None:
    """Return the last approval, also one that was withdrawn: what it replaced does not come back by itself.

    A retirement that was withdrawn is passed over, since there it is the withdrawal that somebody meant.
    """
    for record in reversed(chain.counted):
        statement = record.statement
        if statement.type in _ENTITLING and statement.verdict is Verdict.APPROVED:
            if statement.type is StatementType.RETIREMENT and chain.withdrawn(record) is not None:
                continue
            return record
    return None


def _rejected(chain: Chain, last: Record) -> Reason | None:
    """Return the later rejection of exactly what the last approval names."""
    meant = last.statement.acceptance or last.statement.rollback
    for record in chain.in_force(StatementType.ACCEPTANCE):
        said = record.statement.acceptance
        if record.statement.verdict is Verdict.REJECTED and said is not None and meant is not None:
            same = (said.tested, said.production) == (meant.tested, meant.production)
            if same and chain.comes_before(last.id, record.id):
                return Reason(
                    "Rejected", say("{record} rejects what was accepted before", record=record.named), Party.SUPPLIER
                )
    return None


def _earlier(chain: Chain, rollback: Record) -> Record | None:
    wanted = rollback.statement.rollback
    for record in chain.in_force(StatementType.ACCEPTANCE):
        said = record.statement.acceptance
        if record.statement.verdict is Verdict.APPROVED and said is not None and wanted is not None:
            same = (said.tested, said.production) == (wanted.tested, wanted.production)
            if same and chain.comes_before(record.id, rollback.id):
                return record
    return None
