"""The operator's pods: as restricted as their namespace asks, two of them, one of which leads.

Memory: with 1,000 integrations `make bench` measured a peak of 180 MiB for one operator (resident, embedded engine), so 384 MiB
are the end where nothing else is said, and half of it is asked for; 10,000 took 631 MiB. Each update of Pulumi that may run at
once is 300 MiB more of both: the CLI, its provider and what ties them take 240. Of the processor it needs little but at a start;
it is asked for, and not limited, since a throttled leader would lose its Lease.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluse.desired.access import OPERATOR
from sluse.desired.crds import PART_OF
from sluse.desired.stack import Manifest
from sluse.model.names import Environment

SETTINGS_FILE = Path("/etc/sluse/settings/settings.json")
CREDENTIALS = Path("/etc/sluse/credentials")
CACHE = Path("/var/cache/sluse")
CREDENTIALS_SECRET = "sluse-credentials"  # noqa: S105 - the name of a Secret, not one
SETTINGS_MAP = "sluse-settings"
HEALTH_PORT = 8080
MEMORY = 384
"""MiB that one operator may take: twice what it took with 1,000 integrations."""

LABELS = {**PART_OF, "app.kubernetes.io/name": OPERATOR}
SELECTED = {"app.kubernetes.io/name": OPERATOR}

_REPLICAS = 2
_ALIVE, _READY = "/healthz", "/readyz"
_USER = 65532
_UPDATE = 300  # MiB


def deployment(
    place: Environment, image: str, annotations: Mapping[str, str], memory: int, updates: int = 0
) -> Manifest:
    """Return the Deployment. `annotations` of its pods: a change of one is a change of the pods.

    `memory` is what the operator may take, in MiB; `updates` is how many of Pulumi's may run at once beside it.

    A new replica stands by, ready, before an old one ends; so an update is a handover of about a second.
    """
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": OPERATOR, "namespace": place.namespace, "labels": dict(LABELS)},
        "spec": {
            "replicas": _REPLICAS,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "selector": {"matchLabels": dict(SELECTED)},
            "template": {
                "metadata": {"labels": dict(LABELS), "annotations": dict(annotations)},
                "spec": _pod(image, memory, updates),
            },
        },
    }


def disruption_budget(place: Environment) -> Manifest:
    """Return the budget: nodes may be emptied one after the other, and one replica is always left."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": OPERATOR, "namespace": place.namespace, "labels": dict(LABELS)},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": dict(SELECTED)}},
    }


def _pod(image: str, memory: int, updates: int) -> dict[str, Any]:
    return {
        "serviceAccountName": OPERATOR,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 30,
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",  # one node is enough to run on
                "labelSelector": {"matchLabels": dict(SELECTED)},
            }
        ],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(image, memory, updates)],
        "volumes": [
            {"name": "settings", "configMap": {"name": SETTINGS_MAP}},
            {"name": "credentials", "secret": {"secretName": CREDENTIALS_SECRET, "defaultMode": 0o440}},
            {"name": "cache", "emptyDir": {"sizeLimit": "1Gi"}},
            {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
        ],
    }


def _container(image: str, memory: int, updates: int) -> dict[str, Any]:
    asked, most = (f"{own + _UPDATE * updates}Mi" for own in (memory // 2, memory))
    return {
        "name": "operator",
        "image": image,
        "args": ["run", "--log", "json", "--liveness", f"http://0.0.0.0:{HEALTH_PORT}{_ALIVE}"],
        "env": [{"name": "SLUSE_SETTINGS", "value": str(SETTINGS_FILE)}],
        "ports": [{"name": "health", "containerPort": HEALTH_PORT}],
        "livenessProbe": _probe(_ALIVE, period=10, failures=3),
        "readinessProbe": _probe(_READY, period=5, failures=2),
        "startupProbe": _probe(_ALIVE, period=2, failures=30),
        "resources": {"requests": {"cpu": "100m", "memory": asked}, "limits": {"memory": most}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [
            _mount("settings", SETTINGS_FILE.parent, read_only=True),
            _mount("credentials", CREDENTIALS, read_only=True),
            _mount("cache", CACHE),
            _mount("tmp", Path("/tmp")),  # noqa: S108 - the pod's own, in memory
        ],
    }


def _mount(name: str, path: Path, *, read_only: bool = False) -> dict[str, Any]:
    return {"name": name, "mountPath": str(path), **({"readOnly": True} if read_only else {})}


def _probe(path: str, *, period: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": "health"},
        "periodSeconds": period,
        "failureThreshold": failures,
    }
