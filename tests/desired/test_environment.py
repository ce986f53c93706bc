"""An environment's manifests: complete, in order, without a secret, and the pod as restricted as its namespace asks."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from sluse.controller.probes import READY_PATH
from sluse.desired.access import NETWORK_ACCESS, OPERATOR, OPERATOR_ACCESS
from sluse.desired.crds import crds
from sluse.desired.environment import Installation, environment
from sluse.desired.isolation import Reached
from sluse.desired.pod import CREDENTIALS, SETTINGS_FILE
from sluse.model.names import Environment
from sluse.model.resources.integration_repository import IntegrationRepositorySpec
from sluse.model.settings import Settings

URL = "https://git.sluse.example/integrations.git"
SETTINGS = {
    "repositoryId": "sluse.example/integrations",
    "engine": "embedded",
    "kubernetes": {},
    "remote": {"url": URL, "cache": "/var/cache/sluse"},
    "authority": {
        "registrar": "dynamic",
        "issuer": "https://authority.example",
        "registrationEndpoint": "https://authority.example/register",
    },
    "ledger": {"signingKeyFile": "/etc/sluse/credentials/signing-key"},
}

OF_THE_CLUSTER = {"CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "FlowSchema"}


def installation(place: Environment = Environment.TEST, *, drift: int = 600) -> Installation:
    settings = Settings.model_validate({**SETTINGS, "environment": place.value, "timing": {"drift": drift}})
    return installation_of(settings)


def installation_of(settings: Settings, reached: Reached | None = None) -> Installation:
    repository = IntegrationRepositorySpec(url=URL)
    return Installation(settings, "registry.example/sluse:1", repository, reached=reached or Reached())


def only(kind: str, made: Installation) -> dict[str, Any]:
    (found,) = [manifest for manifest in environment(made) if manifest["kind"] == kind]
    return dict(found)


def test_the_same_installation_is_the_same_manifests() -> None:
    assert environment(installation()) == environment(installation())


def test_what_others_stand_on_comes_first() -> None:
    kinds = [manifest["kind"] for manifest in environment(installation())]
    assert kinds == [
        "Namespace",
        *["CustomResourceDefinition"] * len(crds()),
        "ServiceAccount",
        *["Role", "RoleBinding"] * 2,
        "ClusterRole",
        "ClusterRoleBinding",
        "FlowSchema",
        *["NetworkPolicy"] * 2,
        "ConfigMap",
        "Deployment",
        "PodDisruptionBudget",
        "IntegrationRepository",
    ]


@pytest.mark.parametrize("place", Environment)
def test_everything_but_the_namespace_and_the_crds_is_in_the_namespace(place: Environment) -> None:
    for manifest in environment(installation(place)):
        if manifest["kind"] == "Namespace":
            assert manifest["metadata"]["name"] == place.namespace
        elif manifest["kind"] not in OF_THE_CLUSTER:
            assert manifest["metadata"]["namespace"] == place.namespace


def test_no_secret_is_among_it_and_one_cluster_role_that_is_for_openings_alone() -> None:
    made = environment(installation())
    assert "Secret" not in {manifest["kind"] for manifest in made}
    (role,) = [manifest for manifest in made if manifest["kind"] == "ClusterRole"]
    assert [rule["resources"] for rule in role["rules"]] == [["namespaces"], ["networkpolicies"]]


@pytest.mark.parametrize("place", Environment)
def test_the_api_server_is_asked_to_hurry_our_lease_and_nothing_else(place: Environment) -> None:
    schema = only("FlowSchema", installation(place))
    assert schema["metadata"]["name"].startswith(f"{place.namespace}-")  # two environments of one cluster share none
    (rule,) = schema["spec"]["rules"]
    (subject,), (hurried,) = rule["subjects"], rule["resourceRules"]
    assert subject["serviceAccount"] == {"name": OPERATOR, "namespace": place.namespace}
    (granted,) = (row for row in OPERATOR_ACCESS if "leases" in row.resources)
    assert (tuple(hurried["verbs"]), tuple(hurried["resources"])) == (granted.verbs, granted.resources)
    assert (hurried["apiGroups"], hurried["namespaces"]) == ([granted.group], [place.namespace])


def test_the_operator_may_not_say_whose_requests_are_served_first() -> None:
    assert "flowcontrol.apiserver.k8s.io" not in {row.group for row in (*OPERATOR_ACCESS, *NETWORK_ACCESS)}


def test_the_settings_in_the_pod_are_the_settings_given() -> None:
    made = installation(drift=30)
    text = only("ConfigMap", made)["data"][SETTINGS_FILE.name]
    assert Settings.model_validate_json(text) == made.settings


def test_a_changed_setting_is_a_changed_pod() -> None:
    def annotations(drift: int) -> Any:
        return only("Deployment", installation(drift=drift))["spec"]["template"]["metadata"]["annotations"]

    assert annotations(30) != annotations(31)
    assert annotations(30) == annotations(30)


def test_the_pod_meets_the_restricted_standard_of_its_namespace() -> None:
    labels = only("Namespace", installation())["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    pod = only("Deployment", installation())["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert container["livenessProbe"]["httpGet"]["port"] == container["ports"][0]["name"]


def test_the_pod_starts_a_command_that_there_is_and_is_asked_where_it_answers() -> None:
    (container,) = only("Deployment", installation())["spec"]["template"]["spec"]["containers"]
    name, *options = container["args"]
    given = import_module(f"sluse.cli.{name}").command.make_context(name, options).params
    probe, (port,) = container["livenessProbe"]["httpGet"], container["ports"]
    assert given["liveness"] == f"http://0.0.0.0:{port['containerPort']}{probe['path']}"
    assert container["startupProbe"]["httpGet"] == probe
    assert container["readinessProbe"]["httpGet"] == {"path": READY_PATH, "port": probe["port"]}


def test_one_replica_is_always_left() -> None:
    spec = only("Deployment", installation())["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    budget = only("PodDisruptionBudget", installation())["spec"]
    assert budget == {"maxUnavailable": 1, "selector": spec["selector"]}
    (spread,) = spec["template"]["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"] == spec["selector"]


def test_what_the_pod_may_write_to_has_an_end() -> None:
    volumes = only("Deployment", installation())["spec"]["template"]["spec"]["volumes"]
    assert all("sizeLimit" in volume["emptyDir"] for volume in volumes if "emptyDir" in volume)
    (container,) = only("Deployment", installation())["spec"]["template"]["spec"]["containers"]
    assert "memory" in container["resources"]["limits"]


def networks(made: Installation) -> dict[str, Any]:
    return {each["metadata"]["name"]: each["spec"] for each in environment(made) if each["kind"] == "NetworkPolicy"}


def test_nobody_in_the_namespace_talks_to_anybody_but_the_operator() -> None:
    made = networks(installation())
    assert made["sluse-nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    operator = made["sluse-operator"]
    assert operator["podSelector"] == only("Deployment", installation())["spec"]["selector"]
    assert "ingress" not in operator


def test_the_operator_reaches_what_its_settings_name_and_no_other_port() -> None:
    ports = [[each["port"] for each in rule["ports"]] for rule in networks(installation())["sluse-operator"]["egress"]]
    assert ports == [[53, 53], [443, 6443], [443], [443]], "DNS, API server, git remote, authority"
    mail = {"host": "smtp.example", "port": 25, "sender": "a@b.example", "reviewers": "c@b.example"}
    asked = {
        **SETTINGS,
        "environment": "test",
        "mail": mail,
        "remote": {"url": "https://a.example:8443/x", "cache": "/c"},
    }
    made = installation_of(Settings.model_validate(asked))
    ports = [[each["port"] for each in rule["ports"]] for rule in networks(made)["sluse-operator"]["egress"]]
    assert ports == [[53, 53], [443, 6443], [8443], [443], [25]]


PULUMI = {"home": "/c", "passphraseFile": "/p", "backend": "s3://state?region=eu-north-1"}


def with_pulumi(**changes: object) -> Installation:
    asked = {**SETTINGS, "environment": "test", "engine": "pulumi", "pulumi": {**PULUMI, **changes}}
    return installation_of(Settings.model_validate(asked), Reached(state=("192.0.2.7/32",)))


@pytest.mark.parametrize(
    ("changes", "ports"),
    [
        ({}, [443]),
        ({"backend": "file:///state"}, []),
        ({"backend": "s3://state?endpoint=https://minio.example:9000&s3ForcePathStyle=true"}, [9000]),
        ({"backend": "s3://state?endpoint=minio.example:9000"}, [9000]),
        ({"backend": "file:///s", "secretsProvider": "awskms://alias/x?endpoint=http://kms.example"}, [80]),
        ({"secretsProvider": "awskms://alias/x?endpoint=https://kms.example:8443"}, [443, 8443]),
    ],
)
def test_with_pulumi_it_reaches_where_the_state_and_its_key_are(changes: dict[str, str], ports: list[int]) -> None:
    rules = networks(with_pulumi(**changes))["sluse-operator"]["egress"][4:]
    assert [[each["port"] for each in rule["ports"]] for rule in rules] == ([ports] if ports else [])
    assert all(rule["to"] == [{"ipBlock": {"cidr": "192.0.2.7/32"}}] for rule in rules)


def test_a_site_with_more_integrations_gives_its_pods_more_memory_and_half_of_it_is_asked_for() -> None:
    def resources(made: Installation) -> tuple[str, str]:
        (container,) = only("Deployment", made)["spec"]["template"]["spec"]["containers"]
        return container["resources"]["requests"]["memory"], container["resources"]["limits"]["memory"]

    assert resources(installation()) == ("192Mi", "384Mi")
    assert resources(replace(installation(), memory=1024)) == ("512Mi", "1024Mi")
    assert resources(replace(with_pulumi(), memory=1024)) == ("1112Mi", "1624Mi")


def test_each_update_of_pulumi_that_may_run_at_once_has_its_memory() -> None:
    def limit(made: Installation) -> str:
        (container,) = only("Deployment", made)["spec"]["template"]["spec"]["containers"]
        return str(container["resources"]["limits"]["memory"])

    assert (limit(installation()), limit(with_pulumi()), limit(with_pulumi(atOnce=4))) == ("384Mi", "984Mi", "1584Mi")


def test_addresses_that_the_site_names_are_the_only_ones() -> None:
    made = installation_of(installation().settings, Reached(remote=("192.0.2.0/24",), api_server_ports=(6443,)))
    _, server, remote, authority = networks(made)["sluse-operator"]["egress"]
    assert server == {"ports": [{"protocol": "TCP", "port": 6443}]}
    assert remote["to"] == [{"ipBlock": {"cidr": "192.0.2.0/24"}}]
    assert "to" not in authority


def test_every_path_in_the_settings_is_mounted_where_it_says() -> None:
    made = installation()
    (container,) = only("Deployment", made)["spec"]["template"]["spec"]["containers"]
    mounts = {Path(mount["mountPath"]): mount.get("readOnly", False) for mount in container["volumeMounts"]}
    assert mounts[CREDENTIALS] is True
    assert made.settings.remote.cache in mounts
    assert mounts[made.settings.remote.cache] is False
    assert made.settings.ledger.signing_key_file.parent in mounts
    (variable,) = container["env"]
    assert Path(variable["value"]).parent in mounts


def test_the_selector_finds_the_pod() -> None:
    spec = only("Deployment", installation())["spec"]
    assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()


def test_every_manifest_is_plain_json() -> None:
    manifests = list(environment(installation()))
    assert json.loads(json.dumps(manifests)) == manifests


def test_the_repository_is_the_one_that_was_asked_for() -> None:
    assert only("IntegrationRepository", installation())["spec"] == {"url": URL}
