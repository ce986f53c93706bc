"""An environment: everything a cluster needs so that its operator runs, as plain manifests in order of dependency.

The Pulumi stack `test` or `production` declares exactly this, and `operator/deploy/` is the same written to files
for those without Pulumi. Credentials are not among it: the platform makes the Secret `sluse-credentials` by its own
means, and without it the pod does not start.

In one cluster the two environments share the CRDs; real separation is a cluster each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sluse.desired.access import OPERATOR, roles
from sluse.desired.crds import PART_OF, crds
from sluse.desired.fairness import renewals_first
from sluse.desired.isolation import Reached, isolation
from sluse.desired.pod import CREDENTIALS, LABELS, MEMORY, SETTINGS_FILE, SETTINGS_MAP, deployment, disruption_budget
from sluse.desired.stack import Manifest
from sluse.model.digests import sha256
from sluse.model.names import API_VERSION, GROUP, Environment
from sluse.model.resources.integration_repository import IntegrationRepositorySpec
from sluse.model.settings import EngineName, Settings


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
PULUMI_PASSPHRASE = Credential("pulumi-passphrase")
PULUMI_CREDENTIALS = Credential("pulumi-credentials")


@dataclass(frozen=True)
class Installation:
    """What one environment is installed from. `settings` has the paths as they are in the pod.

    `guards` are manifests that others make, the admission policies: they stand before anything is written. `reached`:
    the addresses of what the operator talks to, where the site names them. `memory`: MiB that it may take.
    """

    settings: Settings
    image: str
    repository: IntegrationRepositorySpec
    guards: tuple[Manifest, ...] = ()
    reached: Reached = field(default_factory=Reached)
    memory: int = MEMORY

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
        renewals_first(place),
        *installation.guards,
        *isolation(installation.settings, installation.reached),
        _settings(installation),
        # A changed setting is a changed pod: nothing rereads the file.
        deployment(
            place,
            installation.image,
            {f"{GROUP}/settings": sha256(installation.settings.wire())},
            installation.memory,
            _updates(installation.settings),
        ),
        disruption_budget(place),
        _repository(installation),
    )


def _updates(settings: Settings) -> int:
    return settings.pulumi.at_once if settings.engine is EngineName.PULUMI and settings.pulumi is not None else 0


def _metadata(place: Environment, name: str) -> dict[str, Any]:
    return {"name": name, "namespace": place.namespace, "labels": dict(LABELS)}


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
        "metadata": _metadata(installation.environment, SETTINGS_MAP),
        "data": {SETTINGS_FILE.name: f"{text}\n"},
    }


def _repository(installation: Installation) -> Manifest:
    return {
        "apiVersion": API_VERSION,
        "kind": "IntegrationRepository",
        "metadata": _metadata(installation.environment, "integrations"),
        "spec": installation.repository.wire(),
    }
