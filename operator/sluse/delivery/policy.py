"""The files of `policies/` -> the policy that counts, or why none does. Pure.

What counts is read, complete, and listed in a manifest that enough of the pinned roots signed. Anything less is no
policy at all: the gate is not asked, and production stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sluse.catalog import policies
from sluse.model.held import OrganisationLedger
from sluse.model.names import Digest
from sluse.model.policy.bundle import Policy, Roots
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import sentence
from sluse.model.tree import errors
from sluse.trust import demo_keys, manifest
from sluse.words.said import say


@dataclass(frozen=True)
class Untrusted:
    """Why `policies/` does not count: every reason, as a sentence."""

    reasons: tuple[str, ...]


Seen = tuple[int, Digest | None]
"""The highest version of the manifest that was ever seen, and what it was where that is known."""


def seen(ledgers: Iterable[OrganisationLedger]) -> Seen:
    """Return the newest manifest that any organisation's ledger remembers."""
    found = ((each.policy_version, each.policy_digest or "") for each in ledgers)
    version, digest = max(found, default=(0, ""))
    return version, Digest(digest) if digest else None


def trusted(
    contents: Mapping[str, bytes], roots: Roots | None, *, least_version: int = 0, least_digest: Digest | None = None
) -> Policy | Untrusted:
    """Return the policy. `contents` as `sluse.catalog.policies.contents` gives them; `least_*`: the highest seen."""
    if roots is None:
        return Untrusted((say("no root keys are pinned in the settings"),))
    read = policies.read(contents)
    wrong = tuple(sentence((problem,)) for problem in errors(read.problems))
    if wrong:
        return Untrusted(wrong)
    if read.manifest is None:
        return Untrusted((say("{path} is missing", path=policies.MANIFEST),))
    refused = manifest.check(read.manifest, read.digests, roots, least_version, least_digest)
    missing = tuple(say("{path} is missing", path=path) for path in policies.lacking(read))
    worthless = () if roots.demo else _worthless(read.models)
    if refused or missing or worthless:
        return Untrusted((*missing, *refused, *worthless))
    version, digest = read.manifest.manifest.version, manifest.digest(read.manifest)
    return Policy(version=version, digest=digest, demo_keys=roots.demo, **policies.as_policy(read.models))


def _worthless(files: PolicyFiles) -> tuple[str, ...]:
    """Return why demo keys among the people's and the operators' do not count."""
    reviewers = files.reviewers.content.reviewers if files.reviewers else ()
    operators = files.operators.content.operators if files.operators else ()
    held = (key for keys in (*(each.keys for each in reviewers), *(each.keys for each in operators)) for key in keys)
    return tuple(demo_keys.refusals(each.key for each in held))
