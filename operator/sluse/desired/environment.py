"""An environment: everything a cluster needs so that its operator runs, as plain manifests in order of dependency.

The Pulumi stack `test` or `production` declares exactly this, and `operator/deploy/` is the same written to files
for those without Pulumi. Credentials are not among it: the platform makes the Secret `sluse-credentials` by its own
means, and without it the pod does not start. Requests and limits are starting points, not measurements.

One replica, replaced and never doubled (`Recreate`): two operators of one environment would both create at the
authority. In one cluster the two environments share the CRDs; real separation is a cluster each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sluse.desired.access import OPERATOR, roles
from sluse.desired.crds import PART_OF, crds
from sluse.desired.stack import Manifest
from sluse.model.digests import sha256
from sluse.model.names import API_VERSION, GROUP, Environment
from sluse.model.resources.integration_repository import IntegrationRepositorySpec
from sluse.model.settings import Settings

SETTINGS_FILE = Path("/etc/sluse/settings/settings.json")
CREDENTIALS = Path("/etc/sluse/credentials")
CACHE = Path("/var/cache/sluse")
CREDENTIALS_SECRET = "sluse-credentials"  # noqa: S105 - the name of a Secret, not one
HEALTH_PORT = 8080
_HEALTH_PATH = "/healthz"

_USER = 65532
_LABELS = {**PART_OF, "app.kubernetes.io/name": OPERATOR}


@dataclass(frozen=True)
class Credential:
    """A file that the Secret `sluse-credentials` brings, under the key of the same name."""

    name: str

    @property
    def path(self) -> Path:
        return CREDENTIALS / self.name


REMOTE_TOKEN = Credential("remote-token")
INITIAL_ACCESS_TOKEN = Credential("initial-access-token")
SIGNING_KEY = Credential("signing-key")
MAIL_PASSWORD = Credential("mail-password")


@dataclass(frozen=True)
class Installation:
    """What one environment is installed from. `settings` has the paths as they are in the pod."""

    settings: Settings
    image: str
    repository: IntegrationRepositorySpec

    @property
    def environment(self) -> Environment:
        return self.settings.environment


def environment(installation: Installation) -> tuple[Manifest, ...]:
    """Return the environment's manifests: what others stand on comes first."""
    place = installation.environment
    return (
        _namespace(place),
        *crds(),
        _service_account(place),
        *roles(place),
        _settings(installation),
        _deployment(installation),
        _repository(installation),
    )


def _metadata(place: Environment, name: str) -> dict[str, Any]:
    return {"name": name, "namespace": place.namespace, "labels": dict(_LABELS)}


def _namespace(place: Environment) -> Manifest:
    enforced = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": place.namespace, "labels": {**PART_OF, **enforced}},
    }


def _service_account(place: Environment) -> Manifest:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _metadata(place, OPERATOR)}


def _settings(installation: Installation) -> Manifest:
    text = json.dumps(installation.settings.wire(), indent=2, sort_keys=True, ensure_ascii=False)
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(installation.environment, "sluse-settings"),
        "data": {SETTINGS_FILE.name: f"{text}\n"},
    }


def _repository(installation: Installation) -> Manifest:
    return {
        "apiVersion": API_VERSION,
        "kind": "IntegrationRepository",
        "metadata": _metadata(installation.environment, "integrations"),
        "spec": installation.repository.wire(),
    }


def _deployment(installation: Installation) -> Manifest:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(installation.environment, OPERATOR),
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {"app.kubernetes.io/name": OPERATOR}},
            "template": {
                # A changed setting is a changed pod: nothing rereads the file.
                "metadata": {
                    "labels": dict(_LABELS),
                    "annotations": {f"{GROUP}/settings": sha256(installation.settings.wire())},
                },
                "spec": _pod(installation),
            },
        },
    }


def _pod(installation: Installation) -> dict[str, Any]:
    return {
        "serviceAccountName": OPERATOR,
        "terminationGracePeriodSeconds": 30,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(installation)],
        "volumes": [
            {"name": "settings", "configMap": {"name": "sluse-settings"}},
            {"name": "credentials", "secret": {"secretName": CREDENTIALS_SECRET, "defaultMode": 0o440}},
            {"name": "cache", "emptyDir": {"sizeLimit": "1Gi"}},
            {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
        ],
    }


def _container(installation: Installation) -> dict[str, Any]:
    return {
        "name": "operator",
        "image": installation.image,
        "args": ["run", "--liveness", f"http://0.0.0.0:{HEALTH_PORT}{_HEALTH_PATH}"],
        "env": [{"name": "SLUSE_SETTINGS", "value": str(SETTINGS_FILE)}],
        "ports": [{"name": "health", "containerPort": HEALTH_PORT}],
        "livenessProbe": _probe(period=10, failures=3),
        "startupProbe": _probe(period=2, failures=30),
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "384Mi"}},
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


def _probe(*, period: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": _HEALTH_PATH, "port": "health"},
        "periodSeconds": period,
        "failureThreshold": failures,
    }
