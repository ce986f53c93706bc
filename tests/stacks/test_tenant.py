"""The law: an organisation's program declares exactly what `desired` says, and it refuses what it cannot say."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluse.desired.organisation import stack as organisation_stack
from sluse.desired.stack import Manifest, ObjectKey, Stack
from sluse.errors import CatalogError, SettingsError
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.registration import Registration, Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.integration import IntegrationSpec
from sluse_stacks import tenant, working_tree
from sluse_stacks.program import run
from sluse_stacks.tenant import StackKeeps

ROOT = Path(__file__).parents[2]
PROVIDER = "pulumi:providers:kubernetes"
ADDED = {"pulumi.com/patchFieldManager": "sluse", "pulumi.com/deletionPropagationPolicy": "background"}
"""All that the program adds to a manifest, among its annotations."""

Render = Callable[..., Any]

SLUGS = st.text("abz09", min_size=1, max_size=4)
TEXTS = st.text("aZæ .:-_\\'\"{}$é\U0001f600", min_size=1, max_size=12)
DIGESTS = st.integers(0, 2**64).map("{:064x}".format)
REGISTRATIONS = st.fixed_dictionaries(
    {
        "title": TEXTS,
        "organisationNumber": st.integers(100_000_000, 999_999_999).map(str),
        "grants": st.just(["client_credentials"]),
        "scopes": st.lists(SLUGS.map("nhn:{}/api".format), min_size=1, max_size=3, unique=True),
        "redirectUris": st.lists(SLUGS.map("https://a.example/snake_case_{}".format), max_size=2, unique=True),
        "claims": st.lists(st.fixed_dictionaries({"type": SLUGS, "value": TEXTS}), max_size=2),
        "keys": st.just([{"kty": "EC", "kid": "k_1", "alg": "ES256", "crv": "P-256", "x": "AA", "y": "AA"}]),
    }
).map(Registration.model_validate)


def client_spec(key: ClientKey, use: Use, registration: Registration) -> HelseIDClientSpec:
    return HelseIDClientSpec(
        organisation=key.organisation,
        integration=key.integration,
        client=key.client,
        use=use,
        registration=None if use is Use.RETIRED else registration,
    )


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    slug, names = draw(SLUGS), st.lists(SLUGS, max_size=3, unique=True)
    clients = {
        (key := ClientKey(slug, name, client)): client_spec(key, draw(st.sampled_from(Use)), draw(REGISTRATIONS))
        for name in draw(names)
        for client in draw(names)
    }
    integrations = {
        IntegrationKey(slug, name): IntegrationSpec(
            organisation=slug, name=name, kind="ServiceIntegration", title=draw(TEXTS), tested=draw(DIGESTS)
        )
        for name in draw(names)
    }
    return organisation_stack(draw(st.sampled_from(Environment)), slug, clients=clients, integrations=integrations)


def expected(manifest: Manifest) -> dict[str, Any]:
    metadata = {**manifest["metadata"], "annotations": {**manifest["metadata"].get("annotations", {}), **ADDED}}
    return {**manifest, "metadata": metadata}


def declared(registered: Any) -> list[Any]:
    return [each for each in registered if each.type != PROVIDER]


def in_order(objects: Any) -> list[Any]:
    return sorted(objects, key=lambda each: (each["kind"], each["metadata"]["name"]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stack=stacks())
def test_the_program_declares_exactly_the_stack(render: Render, stack: Stack) -> None:
    registered = render(lambda: tenant.declare(stack), stack=f"{stack.environment}.{stack.organisation}")
    assert in_order(each.object for each in declared(registered)) == in_order(map(expected, stack.resources))
    assert len({each.urn for each in registered}) == len(registered)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stack=stacks())
def test_everything_goes_through_the_one_provider(render: Render, stack: Stack) -> None:
    registered = render(lambda: tenant.declare(stack))
    (provider,) = [each for each in registered if each.type == PROVIDER]
    assert provider.object == {
        "enableServerSideApply": "true",
        "enablePatchForce": "true",
        "upsertExistingObjects": "true",
    }
    assert all(each.provider == provider.urn for each in declared(registered))
    assert not any(each.protect or each.retain_on_delete for each in declared(registered))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stack=stacks())
def test_a_stack_that_keeps_objects_is_refused_before_anything_is_declared(render: Render, stack: Stack) -> None:
    keeping = Stack(
        stack.environment, stack.organisation, stack.resources, frozenset({ObjectKey("HelseIDClient", "a.b.c")})
    )

    def program() -> None:
        with pytest.raises(StackKeeps, match=r"HelseIDClient/a\.b\.c"):
            tenant.declare(keeping)

    assert render(program) == []


@pytest.mark.parametrize("slug", ["fjordlegen", "nordlys", "havblikk-apotek", "tind-kommune", "breheim-sykehus"])
def test_the_whole_program_declares_an_examples_stack(render: Render, slug: str) -> None:
    wanted = working_tree.stack(ROOT, Environment.TEST, slug)
    kinds = [manifest["kind"] for manifest in wanted.resources]
    assert {"HelseIDClient", "Integration"} <= set(kinds)

    def program() -> None:
        runpy.run_path(str(ROOT / "stacks"), run_name="__main__")

    registered = render(program, stack=f"test.{slug}", root=ROOT)
    assert in_order(each.object for each in declared(registered)) == in_order(map(expected, wanted.resources))


def test_production_is_refused_since_a_working_tree_decides_nothing_there() -> None:
    with pytest.raises(SettingsError, match="gate"):
        working_tree.stack(ROOT, Environment.PRODUCTION, "fjordlegen")


def test_an_unknown_organisation_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(SettingsError) as raised:
        working_tree.stack(ROOT, Environment.TEST, "nobody")
    assert "nordlys" in str(raised.value.hint)


def test_an_organisation_with_a_broken_file_is_refused_and_its_neighbour_is_not(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "integrations", tmp_path / "integrations")
    broken = tmp_path / "integrations" / "fjordlegen" / "journal.yaml"
    broken.write_text("kind: [unclosed\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"fjordlegen/journal\.yaml"):
        working_tree.stack(tmp_path, Environment.TEST, "fjordlegen")
    assert working_tree.stack(tmp_path, Environment.TEST, "nordlys").resources


def test_a_rule_that_is_broken_is_refused_too(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "integrations", tmp_path / "integrations")
    document = tmp_path / "integrations" / "fjordlegen" / "journal.yaml"
    text = document.read_text(encoding="utf-8").replace("journal.test.fjordlegen.example", "journal.elsewhere.example")
    document.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"journal\.elsewhere\.example"):
        working_tree.stack(tmp_path, Environment.TEST, "fjordlegen")


@pytest.mark.parametrize("name", ["staging", "prod.fjordlegen", "fjordlegen"])
def test_a_stack_that_is_none_of_ours_is_refused(render: Render, name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        render(run, stack=name)


def test_the_program_file_does_nothing_but_run() -> None:
    lines = (ROOT / "stacks" / "__main__.py").read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line and not line.startswith('"""')]
    assert code == ["from sluse_stacks.program import run", "run()"]
