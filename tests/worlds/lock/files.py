"""The lock as files: what the commands would have written, and policies/ beside them."""

from __future__ import annotations

from pathlib import Path

from sluse.catalog.yaml import dump
from sluse.model import digests
from sluse.model.policy.bundle import Policy
from worlds.lock.repository import Lock


def write(world: Lock, policy: Policy, root: Path) -> None:
    """Write everything below `root`; nobody signs policies/."""
    for path, content in files(world, policy).items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def files(world: Lock, policy: Policy) -> dict[str, bytes]:
    """Return everything by its path."""
    return {**_authored(world), **_records(world), **_policies(policy)}


def _authored(world: Lock) -> dict[str, bytes]:
    found = {f"integrations/{slug}/organisation.yaml": dump(each.wire()) for slug, each in world.organisations.items()}
    found |= {
        f"integrations/{key.organisation}/{key.name}.yaml": dump(each.wire()) for key, each in world.documents.items()
    }
    return {path: text.encode() for path, text in found.items()}


def _records(world: Lock) -> dict[str, bytes]:
    signed = {
        each.path: dump(each.content.wire()).encode() for each in (*world.decisions.values(), *world.tests.values())
    }
    bodies = {
        f"integrations/{slug}/accepted/{digest}.json": digests.canonical(each.body)
        for (slug, digest), each in world.accepted.items()
    }
    evidence = {
        f"integrations/{key.organisation}/acceptance/{key.name}/{name}": digests.canonical(each.evidence.wire())
        for (key, name), each in world.evidence.items()
    }
    return {**signed, **bodies, **evidence}


def _policies(policy: Policy) -> dict[str, bytes]:
    models = {
        "repository": policy.repository,
        "reviewers": policy.reviewers,
        "operators": policy.operators,
        "calendar": policy.calendar,
        "gate": policy.gate,
        "existing-providers": policy.existing,
        "network": policy.network,
    }
    return {f"policies/{name}.yaml": dump(each.wire()).encode() for name, each in models.items()}
