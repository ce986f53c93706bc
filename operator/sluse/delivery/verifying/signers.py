"""Who may sign a status branch, and whether a commit's signer is one of them. Pure.

A key must have been in force by the policies that the operator had read, and not be revoked by the newest there are: a
revocation is written after what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator

from sluse.delivery.verifying.finding import Finding, finding
from sluse.errors import BadSignature
from sluse.gate.people import key_ids, out_of_force
from sluse.ledger.branch.history import Publication
from sluse.model.names import Environment
from sluse.model.policy.bundle import Policy
from sluse.model.policy.people import SigningKey
from sluse.words.said import say


def refused(
    commit: Publication, place: str, environment: Environment, policy: Policy, newest: Policy | None
) -> Finding | None:
    """Return why a commit is not the operator's; None where it is."""
    try:
        signer = commit.signer().key_id
    except BadSignature as error:
        return finding("SignatureBad" if commit.signature else "Unsigned", place, error.message)
    declared = dict(_declared(policy, environment))
    key = declared.get(signer)
    if key is None:
        return _stranger(signer, place, environment, policy)
    later = dict(_declared(newest, environment)).get(signer) if newest is not None else None
    for each in (key, later):
        why = out_of_force(each, commit.at) if each is not None else None
        if why is not None:
            return finding("KeyOutOfForce", place, say("signed by {signer}, and {why}", signer=signer, why=why))
    return None


def _stranger(signer: str, place: str, environment: Environment, policy: Policy) -> Finding:
    for other in Environment:
        if signer in dict(_declared(policy, other)):
            message = say(
                "signed by {signer}, which is a key of the operator of {other}, not of {environment}",
                signer=signer,
                other=other.value,
                environment=environment.value,
            )
            return finding("SignerOfAnotherEnvironment", place, message)
    message = say(
        "signed by {signer}, which policies/operators.yaml does not list for {environment}",
        signer=signer,
        environment=environment.value,
    )
    return finding("SignerUnknown", place, message)


def _declared(policy: Policy, environment: Environment) -> Iterator[tuple[str, SigningKey]]:
    for operator in policy.operators.operators:
        if operator.environment is environment:
            for key in operator.keys:
                for key_id in key_ids([key.key]):
                    yield key_id, key
