"""`preview` of a person's clone: as little of it as the change can reach, all of it where that might not do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sluse.catalog.policies import FOLDER
from sluse.delivery.compile import FUSE_COUNT
from sluse.delivery.previewing.preview import Known, preview
from sluse.delivery.previewing.scope import reached
from sluse.delivery.previewing.side import Side
from sluse.delivery.previewing.trees import Compared
from sluse.model.policy.bundle import Policy
from sluse.plan.preview.value import Action, Preview


def previewed(compared: Compared, known: Known, *, whole: bool = False) -> Preview:
    """Return what the change does. `whole` reads everything, which gives the same answer and takes longer.

    The fuse counts over a whole environment, so a change that may blow it is looked at with everything there.
    """
    known = replace(known, policies=tuple(_policies(compared.changed)))
    concerned, read = (None, None) if whole else reached(compared)
    base, head = compared.sides(read)
    found = preview(base, head, known, concerned)
    if concerned is not None and _many(found, head):
        return preview(*compared.sides(None), known)
    return found


def _policies(changed: Collection[str]) -> list[str]:
    """Return what differs right in policies/: its history, below, says again what the manifest says."""
    names = (path.removeprefix(f"{FOLDER}/") for path in changed if path.startswith(f"{FOLDER}/"))
    return sorted(name for name in names if "/" not in name)


def _many(found: Preview, head: Side) -> bool:
    """Tell whether so much changes that a fuse might hold it."""
    acted = sum(
        part.action not in {Action.CREATE, Action.KEEP}
        for item in found.items
        for effect in item.effects
        for part in effect.parts
    )
    least = min(FUSE_COUNT, head.policy.gate.fuse.count) if isinstance(head.policy, Policy) else FUSE_COUNT
    return acted > least
