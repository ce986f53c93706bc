"""What Kopf remembers of an object: the generation and our control annotations, and nothing else of it."""

from __future__ import annotations

from typing import Any

import kopf
import pytest

from sluse.controller.app import tune
from sluse.controller.diffbase import CONTROL_ANNOTATIONS, HandledDiffBase
from sluse.controller.looking import RECONCILE_REQUESTED
from sluse.delivery.repository import SYNC_REQUESTED
from sluse.model.resources.status import Handled

STORAGE = HandledDiffBase()


def body(*, handled: dict[str, Any] | None = None, deleted: bool = False, **annotations: str) -> kopf.Body:
    meta: dict[str, Any] = {"name": "x", "generation": 4, "annotations": annotations, "labels": {"any": "thing"}}
    if deleted:
        meta["deletionTimestamp"] = "2026-12-01T08:00:00Z"
    return kopf.Body({"metadata": meta, "spec": {"much": "text"}, "status": {"handled": handled} if handled else {}})


def stored(of: kopf.Body) -> dict[str, Any]:
    """Return `status.handled` as the API server keeps it after the patch."""
    patch = kopf.Patch()
    STORAGE.store(body=of, patch=patch, essence=STORAGE.build(body=of))
    kept = merged_into(of.get("status", {}).get("handled", {}), patch["status"]["handled"])
    return dict(kept)


def merged_into(old: Any, new: Any) -> Any:
    """Return what RFC 7386 makes of a value."""
    if not isinstance(new, dict):
        return new
    before = dict(old) if isinstance(old, dict) else {}
    given = {name: merged_into(before.get(name), value) for name, value in new.items() if value is not None}
    return {**{name: value for name, value in before.items() if name not in new}, **given}


def test_it_holds_the_generation_and_the_requests_only() -> None:
    found = body(**{RECONCILE_REQUESTED: "1", "kubectl.kubernetes.io/restartedAt": "now"})
    assert STORAGE.build(body=found) == {"generation": 4, "annotations": {RECONCILE_REQUESTED: "1"}}


@pytest.mark.parametrize("annotation", CONTROL_ANNOTATIONS)
def test_a_request_is_a_change_and_is_none_once_it_is_stored(annotation: str) -> None:
    asked = body(**{annotation: "1"})
    assert STORAGE.build(body=asked) != STORAGE.build(body=body())
    again = body(handled=stored(asked), **{annotation: "1"})
    assert STORAGE.build(body=again) == STORAGE.fetch(body=again)


def test_a_request_that_is_taken_back_is_forgotten() -> None:
    before = {"generation": 4, "annotations": {SYNC_REQUESTED: "1"}}
    after = body(handled=stored(body(handled=before)))
    assert STORAGE.build(body=after) == STORAGE.fetch(body=after) == {"generation": 4}


def test_a_delete_mark_is_no_change() -> None:
    handled = {"generation": 3}
    marked = body(handled=handled, deleted=True)
    assert STORAGE.build(body=marked) == STORAGE.fetch(body=marked) == handled


def test_an_object_never_handled_has_no_base() -> None:
    assert STORAGE.fetch(body=body()) is None


def test_the_model_of_the_status_reads_what_is_stored() -> None:
    assert Handled.model_validate(stored(body(**{SYNC_REQUESTED: "1"}))).generation == 4


def test_kopf_is_tuned_to_write_nothing_of_its_own() -> None:
    settings = kopf.OperatorSettings()
    tune(settings)
    assert isinstance(settings.persistence.diffbase_storage, HandledDiffBase)
    assert not settings.posting.enabled
    assert settings.peering.standalone
    assert settings.scanning.disabled, "the operator's role may not list namespaces or CRDs"
    assert settings.watching.server_timeout, "a half-open connection is noticed"
