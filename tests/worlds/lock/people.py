"""Who is who, and the policy that says what they may."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sluse.model.evidence import Witness
from sluse.model.names import Digest, IntegrationKey
from sluse.model.policy.bundle import Policy, Repository
from sluse.model.policy.calendar import Calendar
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.policy.people import Operators, Reviewer, Reviewers, Role, SigningKey
from sluse.model.policy.rules import Deciders, ExistingProviders, GatePolicy, RequiredCase, RequiredSuite, RequiredTerms
from sluse.model.statement import StatementType
from worlds.ssh import Signer

API = "sluse.nhn.no/v1alpha1"
REPOSITORY = "sluse-test"
SUPPLIER, SERVICE = "fjordlegen", IntegrationKey("fjordlegen", "journal")
PROVIDER = IntegrationKey("polar-id", "polar")
NUMBER, OTHER_NUMBER = "311500001", "311500028"
START = datetime(2026, 10, 1, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)

MAINTAINER, SECOND_MAINTAINER, STRANGER = Signer(b"maintainer"), Signer(b"maintainer 2"), Signer(b"stranger")
PROVIDER_MAINTAINER = Signer(b"maintainer of polar")
ALM, ALM_AGAIN, FURU, HASSEL, LIND = (Signer(name.encode()) for name in ("alm", "alm 2", "furu", "hassel", "lind"))
CASES = ("discovery", "token-per-scope")


def key(signer: Signer, **times: datetime) -> SigningKey:
    return SigningKey(key=signer.public.line, **{"valid_from": datetime(2026, 1, 1, tzinfo=UTC), **times})


REVIEWERS = (
    Reviewer(person="alm", roles=(Role.ONBOARDING,), keys=(key(ALM), key(ALM_AGAIN))),
    Reviewer(person="furu", roles=(Role.ONBOARDING, Role.SECURITY), keys=(key(FURU),)),
    Reviewer(person="hassel", roles=(Role.TESTER,), keys=(key(HASSEL),)),
    Reviewer(person="lind", roles=(Role.DUTY,), keys=(key(LIND),)),
)


def policy(**changes: Any) -> Policy:
    """Return a policy like the shipped one, small. `gate`'s own fields may be given too."""
    rules: dict[str, Any] = {
        "terms": (RequiredTerms(name="helseid", version="1"),),
        "suites": tuple(
            RequiredSuite(
                kind=kind,
                suite=suite,
                version=1,
                cases=tuple(RequiredCase(case=each, witness=Witness.SELF) for each in CASES),
            )
            for kind, suite in (("ServiceIntegration", "client"), ("IdentityProvider", "identity-provider"))
        ),
        "deciders": tuple(
            Deciders(type=kind, roles=roles)
            for kind, roles in (
                (StatementType.SUBMISSION, (Role.TESTER,)),
                *(
                    (each, (Role.ONBOARDING,))
                    for each in (
                        StatementType.ORGANISATION,
                        StatementType.PLAN,
                        StatementType.ACCEPTANCE,
                        StatementType.RETIREMENT,
                    )
                ),
                (StatementType.REVOCATION, (Role.ONBOARDING, Role.DUTY)),
                (StatementType.ROLLBACK, (Role.ONBOARDING, Role.DUTY)),
                (StatementType.ACKNOWLEDGEMENT, (Role.ONBOARDING,)),
                (StatementType.SUSPENSION, (Role.DUTY, Role.SECURITY)),
            )
        ),
    }
    rules |= {name: changes.pop(name) for name in list(changes) if name in GatePolicy.model_fields}
    base = Policy(
        version=1,
        digest=Digest("0" * 64),
        repository=Repository(id=REPOSITORY),
        reviewers=Reviewers(reviewers=REVIEWERS),
        operators=Operators(),
        calendar=Calendar(),
        gate=GatePolicy(**rules),
        existing=ExistingProviders(providers=("idporten",)),
        network=NetworkCatalogue(),
    )
    return replace(base, **changes)
