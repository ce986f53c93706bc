"""Priority and fairness on a real API server: the operator's Lease has a queue of its own, and nothing else of its requests."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from e2e.controlplane.control_plane import ControlPlane
from sluse.desired.access import OPERATOR, operator_user
from sluse.desired.environment import Environment

DEPLOY = Path(__file__).parents[2] / "operator" / "deploy"
FLOW = "/apis/flowcontrol.apiserver.k8s.io/v1"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/{}/leases"
_PATIENCE = 30.0


def test_renewals_are_served_as_those_of_the_cluster_s_own_leaders_and_the_work_is_not(
    control_plane: ControlPlane,
) -> None:
    for folder in (DEPLOY / "test" / "namespace", DEPLOY / "test" / "access.yaml"):
        _applied(control_plane, folder)
    ours = _asked(control_plane, f"{FLOW}/flowschemas/sluse-test-leader-election")[1]
    level = _asked(control_plane, f"{FLOW}/prioritylevelconfigurations/leader-election")[1]
    hurried = (ours["metadata"]["uid"], level["metadata"]["uid"])
    operator, namespace = operator_user(Environment.TEST), Environment.TEST.namespace
    lease = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": OPERATOR, "namespace": namespace},
        "spec": {"holderIdentity": "one", "leaseDurationSeconds": 8},
    }
    leases = LEASES.format(namespace)
    deadline = time.monotonic() + _PATIENCE
    while _flow(control_plane, f"{leases}/{OPERATOR}", operator) != hurried:  # nobody tells when a schema is in force
        assert time.monotonic() < deadline, "the schema does not take the operator's Lease"
        time.sleep(0.2)
    created, answer = _request(control_plane, leases, operator, "POST", lease)
    assert (created.code, _of(created)) == (201, hurried)
    renewed, _ = _request(control_plane, f"{leases}/{OPERATOR}", operator, "PUT", answer)
    assert (renewed.code, _of(renewed)) == (200, hurried)
    others = (
        (f"/api/v1/namespaces/{namespace}/configmaps", operator),
        (LEASES.format("default"), operator),
        (f"{leases}/{OPERATOR}", f"system:serviceaccount:{namespace}:default"),
        (f"{leases}/{OPERATOR}", f"system:serviceaccount:default:{OPERATOR}"),
    )
    for path, user in others:
        schema, of_level = _flow(control_plane, path, user)
        assert schema != hurried[0], (path, user)
        assert of_level != hurried[1], (path, user)


def test_the_operator_may_not_even_look_at_it(control_plane: ControlPlane) -> None:
    _applied(control_plane, DEPLOY / "test" / "namespace")
    _applied(control_plane, DEPLOY / "test" / "access.yaml")
    operator = operator_user(Environment.TEST)
    for method in ("GET", "DELETE"):
        answer, _ = _request(control_plane, f"{FLOW}/flowschemas/sluse-test-leader-election", operator, method)
        assert answer.code == 403


def _applied(plane: ControlPlane, what: Path) -> None:
    kubectl, option = Path(sys.executable).with_name("kubectl"), "-k" if what.is_dir() else "-f"
    command = [kubectl, "--kubeconfig", plane.kubeconfig(), "apply", "--server-side", option, what]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def _flow(plane: ControlPlane, path: str, user: str) -> tuple[str, str]:
    """Return by which schema and in which level a request is served, whatever is answered."""
    return _of(_request(plane, path, user)[0])


def _of(answer: Any) -> tuple[str, str]:
    return (answer.headers["X-Kubernetes-PF-FlowSchema-UID"], answer.headers["X-Kubernetes-PF-PriorityLevel-UID"])


def _asked(plane: ControlPlane, path: str) -> tuple[Any, dict[str, Any]]:
    answer, body = _request(plane, path, None)
    assert answer.code == 200, body
    return answer, body


def _request(
    plane: ControlPlane, path: str, user: str | None, method: str = "GET", body: Mapping[str, Any] | None = None
) -> tuple[Any, dict[str, Any]]:
    """Ask as the admin, or as whom the admin impersonates: fairness sees that one."""
    headers = {"Authorization": f"Bearer {plane.admin.token}", "Content-Type": "application/json"}
    if user is not None:
        headers["Impersonate-User"] = user
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(plane.url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, context=plane.certificates.client(), timeout=_PATIENCE) as answer:
            return answer, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error, json.load(error)
