"""An environment's program declares exactly `desired.environment`, in an order in which each thing can stand."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sluse.catalog.yaml import dump
from sluse.desired.environment import environment
from sluse.errors import SettingsError
from sluse.model.names import Environment
from sluse_stacks import platform, program
from sluse_stacks.objects import ADDED, UNAWAITED
from sluse_stacks.settings import installation, parse
from sluse_stacks.stack_config import read_config

ROOT = Path(__file__).parents[2]
PROVIDER = "pulumi:providers:kubernetes"

Render = Callable[..., Any]


def config(place: Environment) -> dict[str, Any]:
    return read_config(ROOT / "stacks" / f"Pulumi.{place.value}.yaml")


def as_pulumi_gives_it(settings: dict[str, Any]) -> dict[str, str]:
    return {
        f"sluse:{key}": json.dumps(value) if isinstance(value, dict) else str(value) for key, value in settings.items()
    }


def identity(manifest: Any) -> tuple[str, str]:
    return manifest["kind"], manifest["metadata"]["name"]


@pytest.mark.parametrize("place", Environment)
def test_the_whole_program_declares_exactly_the_environment(render: Render, place: Environment) -> None:
    def program() -> None:
        runpy.run_path(str(ROOT / "stacks"), run_name="__main__")

    registered = [
        each
        for each in render(program, stack=place.value, config=as_pulumi_gives_it(config(place)), root=ROOT)
        if each.type != PROVIDER
    ]
    found = {}
    for each in registered:
        annotations = dict(each.object["metadata"]["annotations"])
        added = ADDED | (UNAWAITED if each.object["kind"] == "Deployment" else {})
        assert {name: annotations.pop(name) for name in added} == added
        metadata = {**each.object["metadata"], "annotations": annotations}
        if not annotations:
            del metadata["annotations"]
        found[identity(each.object)] = {**each.object, "metadata": metadata}
    wanted = environment(installation(place, parse(config(place))))
    assert len(registered) == len(wanted)
    assert found == {identity(manifest): manifest for manifest in wanted}


def test_each_thing_depends_on_what_it_stands_on(render: Render) -> None:
    installed = installation(Environment.TEST, parse(config(Environment.TEST)))
    registered = [each for each in render(lambda: platform.declare(installed)) if each.type != PROVIDER]
    names = {each.urn: identity(each.object) for each in registered}
    stands_on = {identity(each.object): {names[urn] for urn in each.depends_on} for each in registered}
    namespace = ("Namespace", "sluse-test")
    for each in registered:
        if "namespace" in each.object["metadata"]:
            assert namespace in stands_on[identity(each.object)]
    assert stands_on[namespace] == set()
    assert stands_on["IntegrationRepository", "integrations"] == {
        namespace,
        ("CustomResourceDefinition", "integrationrepositories.sluse.nhn.no"),
    }
    assert ("Role", "sluse-operator") in stands_on["RoleBinding", "sluse-operator"]
    assert {("ServiceAccount", "sluse-operator"), ("ConfigMap", "sluse-settings")} <= stands_on[
        "Deployment", "sluse-operator"
    ]


def test_what_would_take_data_with_it_is_guarded(render: Render) -> None:
    installed = installation(Environment.TEST, parse(config(Environment.TEST)))
    registered = render(lambda: platform.declare(installed))
    protected = {each.object["kind"] for each in registered if each.protect}
    retained = {each.object["kind"] for each in registered if each.retain_on_delete}
    assert (protected, retained) == ({"Namespace"}, {"CustomResourceDefinition"})


def test_the_two_environments_have_the_same_settings_keys_and_production_has_roots() -> None:
    assert config(Environment.TEST).keys() | {"roots"} == config(Environment.PRODUCTION).keys()


def test_nothing_of_one_environment_is_named_in_the_other() -> None:
    for place, other in ((Environment.TEST, Environment.PRODUCTION), (Environment.PRODUCTION, Environment.TEST)):
        manifests = [
            manifest
            for manifest in environment(installation(place, parse(config(place))))
            if manifest["kind"] != "CustomResourceDefinition"
        ]
        assert other.namespace not in json.dumps(manifests)
        assert f"sluse-{other.value}" not in dump(*manifests)


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("engine", "steam", "sluse:engine"),
        ("imgae", "x", "sluse:imgae"),
        ("repository", {"id": "a", "url": "https://user@git.example/x"}, "sluse:repository.url"),
        ("repository", {"id": "a", "url": "http://git.example/x"}, "sluse:repository.url"),
        ("memory", 64, "sluse:memory"),
        ("memory", "1Gi", "sluse:memory"),
        ("memory", "64", "sluse:memory"),
        ("memory", True, "sluse:memory"),
        ("memory", 640.5, "sluse:memory"),
        ("authority", {"registrar": "memory", "issuer": "https://a.example"}, "sluse:authority.registrar"),
    ],
)
def test_a_wrong_setting_is_named(key: str, value: object, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        parse({**config(Environment.TEST), key: value})


@pytest.mark.parametrize("written", ["1024", '"1024"'])  # by hand, and by `pulumi config set`
def test_the_memory_of_the_pods_is_the_stack_s_to_say(tmp_path: Path, written: str) -> None:
    path = tmp_path / "Pulumi.test.yaml"
    text = (ROOT / "stacks" / "Pulumi.test.yaml").read_text(encoding="utf-8")
    path.write_text(f"{text}  sluse:memory: {written}\n", encoding="utf-8")
    made = installation(Environment.TEST, parse(read_config(path)))
    (pods,) = [manifest for manifest in environment(made) if manifest["kind"] == "Deployment"]
    assert pods["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"] == {"memory": "1024Mi"}


def test_the_memory_of_the_pods_is_heard_through_pulumi(render: Render) -> None:
    settings = as_pulumi_gives_it({**config(Environment.TEST), "memory": 1024})
    registered = render(program.run, stack="test", config=settings, root=ROOT)
    (pods,) = [each.object for each in registered if each.object.get("kind") == "Deployment"]
    assert pods["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"] == {"memory": "1024Mi"}


@pytest.mark.parametrize("address", ["postgres://sluse:hush@db.example/state", "s3://sluse@state/sluse"])
def test_the_address_of_pulumis_state_carries_no_user_or_password(address: str) -> None:
    with pytest.raises(SettingsError, match=r"sluse:pulumi\.backend: .*user or password") as raised:
        parse({**config(Environment.TEST), "pulumi": {"backend": address}})
    assert "hush" not in str(raised.value)


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        parse({"engine": "steam"})
    assert all(key in raised.value.message for key in ("engine", "image", "repository", "authority", "author"))


@pytest.mark.parametrize(
    "text", ["", "config:\n", "- a\n", "config: [\n", "other: {}\n", "config:\n  sluse:engine: a\n  aws:region: b\n"]
)
def test_a_stack_file_that_is_none_is_one_message_with_its_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "Pulumi.test.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"Pulumi\.test\.yaml"):
        read_config(path)


def test_a_stack_file_that_is_missing_is_one_message_too(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Pulumi\.test\.yaml"):
        read_config(tmp_path / "Pulumi.test.yaml")


def test_mail_is_rendered_with_the_path_of_its_password_and_never_with_one() -> None:
    mail = {"host": "smtp.nhn.example", "sender": "sluse@nhn.example", "reviewers": "kundesenter@nhn.example"}
    plain = installation(Environment.TEST, parse({**config(Environment.TEST), "mail": mail})).settings.mail
    asked = installation(
        Environment.TEST, parse({**config(Environment.TEST), "mail": {**mail, "username": "sluse"}})
    ).settings.mail
    assert plain is not None
    assert asked is not None
    assert (plain.port, plain.starttls, plain.password_file) == (587, True, None)
    assert str(asked.password_file) == "/etc/sluse/credentials/mail-password"


def test_pulumis_state_is_rendered_with_the_path_of_its_passphrase_unless_a_cloud_has_the_key() -> None:
    plain = {**config(Environment.TEST), "engine": "pulumi", "pulumi": {"backend": "s3://state"}}
    passphrase = installation(Environment.TEST, parse(plain)).settings.pulumi
    key = {"backend": "s3://state", "secretsProvider": "awskms://alias/sluse", "credentials": True}
    cloud = installation(Environment.TEST, parse({**plain, "pulumi": key})).settings.pulumi
    assert passphrase is not None
    assert cloud is not None
    assert (str(passphrase.passphrase_file), passphrase.secrets_provider) == (
        "/etc/sluse/credentials/pulumi-passphrase",
        None,
    )
    assert (cloud.passphrase_file, cloud.secrets_provider) == (None, "awskms://alias/sluse")
    assert (passphrase.credentials_file, str(cloud.credentials_file)) == (
        None,
        "/etc/sluse/credentials/pulumi-credentials",
    )
