"""The files of `policies/` -> the policy that counts, or why none does. Pure.

What counts is read, complete, and listed in a manifest that enough of the pinned roots signed. Anything less is no
policy at all: the gate is not asked, and production stays as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluse.catalog import policies
from sluse.model.names import Digest
from sluse.model.policy.bundle import Policy, Roots
from sluse.model.problem import Problem
from sluse.model.tree import errors
from sluse.trust import manifest


@dataclass(frozen=True)
class Untrusted:
    """Why `policies/` does not count: every reason, as a sentence."""

    reasons: tuple[str, ...]


def trusted(
    contents: Mapping[str, bytes], roots: Roots | None, *, least_version: int = 0, least_digest: Digest | None = None
) -> Policy | Untrusted:
    """Return the policy. `contents` as `sluse.catalog.policies.contents` gives them; `least_*`: the highest seen."""
    if roots is None:
        return Untrusted(("no root keys are pinned in the settings",))
    read = policies.read(contents)
    wrong = tuple(_sentence(problem) for problem in errors(read.problems))
    if wrong:
        return Untrusted(wrong)
    if read.manifest is None:
        return Untrusted((f"{policies.MANIFEST} is missing",))
    refused = manifest.check(read.manifest, _digests(contents), roots, least_version, least_digest)
    placed = {name: getattr(read.models, name) for name, _ in policies.DATA.values()}
    missing = tuple(f"{path} is missing" for path, (name, _) in policies.DATA.items() if placed[name] is None)
    if refused or missing:
        return Untrusted((*missing, *refused))
    found: dict[str, Any] = {name: sourced.content for name, sourced in placed.items()}
    version, digest = read.manifest.manifest.version, manifest.digest(read.manifest)
    return Policy(version=version, digest=digest, demo_keys=roots.demo, **found)


def _digests(contents: Mapping[str, bytes]) -> dict[str, str]:
    prefix = f"{policies.FOLDER}/"
    return {path.removeprefix(prefix): hashlib.sha256(content).hexdigest() for path, content in contents.items()}


def _sentence(problem: Problem) -> str:
    return f"{problem.place}: {problem.message}"
