"""An organisation's stack: the custom resources that an engine declares for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sluse.desired.acceptance_tests import subject
from sluse.desired.stack import Manifest, ObjectKey, Stack, object_key
from sluse.model.names import API_VERSION, GROUP, ClientKey, Environment, IntegrationKey
from sluse.model.resources.acceptance_test import AcceptanceTestSpec
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.identity_federation import IdentityFederationSpec
from sluse.model.resources.integration import IntegrationSpec
from sluse.model.resources.network_opening import NetworkOpeningSpec
from sluse.model.value import Value


def stack(
    environment: Environment,
    organisation: str,
    *,
    clients: Mapping[ClientKey, HelseIDClientSpec],
    integrations: Mapping[IntegrationKey, IntegrationSpec],
    federations: Mapping[IntegrationKey, IdentityFederationSpec] = MappingProxyType({}),
    openings: Mapping[IntegrationKey, NetworkOpeningSpec] = MappingProxyType({}),
    tests: Mapping[IntegrationKey, AcceptanceTestSpec] = MappingProxyType({}),
    keep: Iterable[ObjectKey] = (),
) -> Stack:
    """Return the stack of one organisation: deterministic, sorted by kind and name."""
    manifests = [
        *(
            _manifest(environment, "HelseIDClient", str(key), key.integration_key, spec)
            for key, spec in clients.items()
        ),
        *(_manifest(environment, "Integration", str(key), key, spec) for key, spec in integrations.items()),
        *(_manifest(environment, "IdentityFederation", str(key), key, spec) for key, spec in federations.items()),
        *(_manifest(environment, "NetworkOpening", str(key), key, spec) for key, spec in openings.items()),
        *(_manifest(environment, "AcceptanceTest", str(key), subject(spec), spec) for key, spec in tests.items()),
    ]
    return Stack(environment, organisation, tuple(sorted(manifests, key=object_key)), frozenset(keep))


def _manifest(environment: Environment, kind: str, name: str, integration: IntegrationKey, spec: Value) -> Manifest:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": environment.namespace,
            "labels": {f"{GROUP}/organisation": integration.organisation, f"{GROUP}/integration": integration.name},
        },
        "spec": spec.wire(),
    }
