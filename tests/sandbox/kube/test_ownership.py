"""Since when a manager owns what it owns: applying the same again is no news."""

from __future__ import annotations

import copy
from typing import Any

from sluse.sandbox.kube.ownership import keep_times

ENTRY = {"manager": "admin", "operation": "Apply", "time": "2026-11-01T08:00:00Z", "fieldsV1": {"f:spec": {}}}
BEFORE: dict[str, Any] = {"metadata": {"name": "one", "managedFields": [ENTRY]}, "spec": {"scope": "*"}}


def later(**spec: str) -> dict[str, Any]:
    item = copy.deepcopy(BEFORE)
    item["metadata"]["managedFields"][0]["time"] = "2026-11-01T08:00:01Z"
    item["spec"] |= spec
    return item


def test_the_same_again_keeps_its_time() -> None:
    item = later()
    keep_times(item, BEFORE)
    assert item == BEFORE


def test_what_changed_has_its_own_time() -> None:
    item = later(scope="Namespaced")
    keep_times(item, BEFORE)
    assert item == later(scope="Namespaced")
