"""The real control plane itself: it comes back with its data, and goes with whoever started it."""

from __future__ import annotations

import json
import urllib.request

from e2e.controlplane.control_plane import ControlPlane


def ask(plane: ControlPlane, method: str, path: str, body: object = None) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {plane.admin.token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(plane.url + path, data, headers, method=method)
    with urllib.request.urlopen(request, context=plane.certificates.client()) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def note(plane: ControlPlane, name: str) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    ask(plane, "POST", "/api/v1/namespaces/default/configmaps", body)


def notes(plane: ControlPlane) -> set[str]:
    items = ask(plane, "GET", "/api/v1/namespaces/default/configmaps")["items"]
    assert isinstance(items, list)
    return {item["metadata"]["name"] for item in items}


def test_it_is_the_version_that_was_asked_for(control_plane: ControlPlane) -> None:
    assert ask(control_plane, "GET", "/version")["gitVersion"] == "v1.36.3"


def test_killed_servers_come_back_with_what_was_written(control_plane: ControlPlane) -> None:
    note(control_plane, "before-the-restarts")
    control_plane.restart_apiserver()
    assert "before-the-restarts" in notes(control_plane)
    control_plane.restart_etcd()
    assert "before-the-restarts" in notes(control_plane)


def test_yesterdays_data_are_yesterdays(control_plane: ControlPlane) -> None:
    note(control_plane, "of-yesterday")
    control_plane.snapshot("yesterday")
    note(control_plane, "of-today")
    control_plane.restore("yesterday")
    assert "of-yesterday" in notes(control_plane)
    assert "of-today" not in notes(control_plane)
