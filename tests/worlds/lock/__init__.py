"""The lock in memory: people with keys, what they write, and a repository that grows by what they sign."""

from sluse.model.policy.people import Reviewer, Reviewers, Role
from sluse.model.policy.rules import RequiredTerms
from worlds.lock.documents import organisation, provider, service
from worlds.lock.people import (
    ALM,
    ALM_AGAIN,
    CASES,
    FURU,
    HASSEL,
    LIND,
    MAINTAINER,
    NOW,
    NUMBER,
    OTHER_NUMBER,
    PROVIDER,
    PROVIDER_MAINTAINER,
    REVIEWERS,
    SECOND_MAINTAINER,
    SERVICE,
    START,
    STRANGER,
    SUPPLIER,
    key,
    policy,
)
from worlds.lock.repository import Lock, accepted, digest_of, prepared, production, signed, tested, with_provider
from worlds.ssh import Signer

__all__ = [
    "ALM", "ALM_AGAIN", "CASES", "FURU", "HASSEL", "LIND", "MAINTAINER", "NOW", "NUMBER", "OTHER_NUMBER", "PROVIDER",
    "PROVIDER_MAINTAINER", "REVIEWERS", "SECOND_MAINTAINER", "SERVICE", "START", "STRANGER", "SUPPLIER", "Lock",
    "RequiredTerms", "Reviewer", "Reviewers", "Role", "Signer", "accepted", "digest_of", "key", "organisation", "policy",
    "prepared", "production", "provider", "service", "signed", "tested", "with_provider",
]  # fmt: skip
