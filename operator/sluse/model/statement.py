"""Statement: what a signature covers. Its RFC 8785 bytes, defaults left out, are the signed message.

One form for submissions and decisions, so that there is one way to sign and one to verify. `type` says which of the
groups below stands; the others are absent. A statement's id is the SHA-256 of its signed bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from sluse.model.digests import canonical, sha256
from sluse.model.names import Digest, Environment
from sluse.model.value import (
    Count,
    Days,
    First,
    KeyId,
    Line,
    Moment,
    Sha256,
    Slug,
    Text,
    Unique,
    Value,
    WallClock,
    Zone,
)


class StatementType(StrEnum):
    """What is stated. All but `submission` are decisions."""

    SUBMISSION = "submission"
    ORGANISATION = "organisation"
    PLAN = "plan"
    TERMS = "terms"
    ACCEPTANCE = "acceptance"
    KEYS = "keys"
    RETIREMENT = "retirement"
    REVOCATION = "revocation"
    ROLLBACK = "rollback"
    ACKNOWLEDGEMENT = "acknowledgement"
    SUSPENSION = "suspension"


_BY_MAINTAINERS = {StatementType.SUBMISSION, StatementType.TERMS, StatementType.KEYS}
_IN_NO_CHAIN = {*_BY_MAINTAINERS, StatementType.SUSPENSION}
MANIFEST_NAMESPACE = "manifest@sluse.nhn.no"


def namespace(kind: StatementType) -> str:
    """Return the SSHSIG namespace of a type: a signature made for one purpose counts for no other.

    A suspension has its own and is in no chain: whoever is on duty, or a maintainer, must not wait for a fork to be
    mended.
    """
    return f"{kind.value if kind in _IN_NO_CHAIN else 'decision'}@sluse.nhn.no"


class Verdict(StrEnum):
    """What was decided."""

    APPROVED = "approved"
    REJECTED = "rejected"


Nonce = Annotated[str, StringConstraints(min_length=22, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
"""What makes two statements of the same content different."""


class EvidenceFile(Value):
    """One file of `acceptance/<name>/`, and the digest of its bytes."""

    name: Line
    sha256: Sha256


class Submission(Value):
    """An acceptance test, as submitted."""

    tested: Sha256 = Field(description="Digest T of what was tested.")
    suite: Slug
    suite_version: Count
    ended: Moment = Field(description="End of the run; the age of the evidence counts from here.")
    evidence: tuple[EvidenceFile, ...] = Field(min_length=1, max_length=50)
    not_covered: tuple[Line, ...] = Field((), max_length=50, description="Cases that were not run, and why.")


class Acceptance(Value):
    """What exactly production may become."""

    acceptance_test: Slug = Field(description="Name of the AcceptanceTest.")
    tested: Sha256
    production: Sha256
    evidence: Annotated[tuple[Sha256, ...], Unique] = Field(min_length=1, max_length=50)
    not_before: Moment | None = None


class AgreedPlan(Value):
    """The moment that NHN and the supplier agreed on."""

    production_not_before: WallClock
    zone: Zone


class TermsVersion(Value):
    """A version of terms of use."""

    name: Slug
    version: Line


class VouchedKeys(Value):
    """A new production key set of one client: RFC 7638 thumbprints of all its keys."""

    client: Slug
    thumbprints: Annotated[tuple[Line, ...], Unique] = Field(min_length=1, max_length=10)


class Retirement(Value):
    """The end in production: disabled at once, deleted after `delete_after_days`."""

    delete_after_days: Days


class Suspension(Value):
    """Out of use in production at once; nothing is deleted. Ends with the statement's `expires`, or by revocation."""

    reason: Text


class Rollback(Value):
    """Back to what was accepted before."""

    tested: Sha256
    production: Sha256


class Statement(Value):
    """See the module's docstring. `subject` is `<organisation>` or `<organisation>.<name>`."""

    type: StatementType
    version: First
    repository: Line
    environment: Environment
    subject: Line
    issued_at: Moment
    signer: KeyId
    nonce: Nonce
    previous: Annotated[tuple[Sha256, ...], Unique] = Field(
        (), max_length=10, description="Ids of the reviewers' last statements on the subject; several mend a fork."
    )
    verdict: Verdict | None = None
    findings: tuple[Text, ...] = Field((), max_length=50)
    expires: Moment | None = None
    submission: Submission | None = None
    organisation: Sha256 | None = Field(None, description="Digest O that is bound.")
    plan: AgreedPlan | None = None
    terms: tuple[TermsVersion, ...] = Field((), max_length=20)
    acceptance: Acceptance | None = None
    keys: VouchedKeys | None = None
    retirement: Retirement | None = None
    revokes: Sha256 | None = Field(None, description="Id of the statement that no longer counts.")
    rollback: Rollback | None = None
    acknowledges: Text | None = None
    suspension: Suspension | None = None

    @property
    def signed_bytes(self) -> bytes:
        """The message that is signed."""
        return canonical(self.wire())

    @property
    def id(self) -> Digest:
        """What `previous` and `revokes` of other statements name."""
        return sha256(self.wire())


GROUP_OF: Mapping[StatementType, str] = {
    StatementType.SUBMISSION: "submission",
    StatementType.ORGANISATION: "organisation",
    StatementType.PLAN: "plan",
    StatementType.TERMS: "terms",
    StatementType.ACCEPTANCE: "acceptance",
    StatementType.KEYS: "keys",
    StatementType.RETIREMENT: "retirement",
    StatementType.REVOCATION: "revokes",
    StatementType.ROLLBACK: "rollback",
    StatementType.ACKNOWLEDGEMENT: "acknowledges",
    StatementType.SUSPENSION: "suspension",
}
"""The one group that a statement of each type has; all others are absent. `verdict` stands in all decisions."""
