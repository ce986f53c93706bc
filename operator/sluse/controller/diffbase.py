"""Kopf's memory of what it has handled, kept in `status.handled`: the generation and our two control annotations.

Kopf's own base would copy the whole spec into an annotation: a write more per object, and twice the size. The
generation says the same. A delete mark bumps the generation, so what is stored is returned while one stands:
else every deletion would cost a status write. It must always be stored, or Kopf would handle the object for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import kopf

from sluse.controller.looking import RECONCILE_REQUESTED
from sluse.delivery.repository import REGISTRATION_ENDED, RELEASE_FUSE, SYNC_REQUESTED

CONTROL_ANNOTATIONS = (RECONCILE_REQUESTED, SYNC_REQUESTED, RELEASE_FUSE, REGISTRATION_ENDED)


class HandledDiffBase(kopf.DiffBaseStorage):
    """Stores `{generation, annotations}`."""

    def build(self, *, body: kopf.Body, extra_fields: Iterable[Any] | None = None) -> kopf.BodyEssence:  # noqa: ARG002
        stored = self.fetch(body=body)
        if body.metadata.get("deletionTimestamp") and stored is not None:
            return stored
        return cast("kopf.BodyEssence", _essence(body.metadata))

    def fetch(self, *, body: kopf.Body) -> kopf.BodyEssence | None:
        handled = body.status.get("handled")
        return cast("kopf.BodyEssence", dict(handled)) if handled else None

    def store(self, *, body: kopf.Body, patch: kopf.Patch, essence: kopf.BodyEssence) -> None:
        wanted: dict[str, Any] = dict(essence)
        stored: dict[str, Any] = dict(body.status.get("handled") or {})
        gone = set(stored.get("annotations", {})) - set(wanted.get("annotations", {}))
        if "annotations" in wanted:
            wanted["annotations"] = {**wanted["annotations"], **dict.fromkeys(gone)}
        elif "annotations" in stored:
            wanted["annotations"] = None  # an empty map left behind would be a change at every event
        patch.status["handled"] = wanted


def is_handled(body: Mapping[str, Any]) -> bool:
    """Tell whether Kopf takes an object for handled as it is, and calls nobody for it."""
    return (body.get("status") or {}).get("handled") == _essence(body["metadata"])


def _essence(metadata: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name: value for name, value in metadata.get("annotations", {}).items() if name in CONTROL_ANNOTATIONS}
    return {"generation": metadata.get("generation", 0), **({"annotations": asked} if asked else {})}
