"""What is desired is deterministic and order-free, and neither environment ever shows a trace of the other."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.strategies import trees
from sluse.catalog.yaml import dump, plain
from sluse.delivery.compiled import Compiled
from sluse.model.names import Environment
from worlds.compiling import Compiling

relaxed = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MARKED = "312345672"
"""An organisation number that no strategy draws: the other environment's."""


def compiled(files: dict[str, bytes], environment: Environment = Environment.TEST) -> Compiled:
    return Compiling(environment, dict(files)).compile()


def stacks(files: dict[str, bytes], environment: Environment = Environment.TEST) -> dict[str, Any]:
    return {
        slug: (share.stack.digest, json.loads(json.dumps(share.stack.resources, default=dict)))
        for slug, share in compiled(files, environment).organisations.items()
    }


def with_production_keys(files: dict[str, bytes]) -> dict[str, bytes]:
    """Give every client in production the keys that it has in test."""
    keys = {path.replace(".test.", ".production."): text for path, text in files.items() if ".test.jwks" in path}
    return {**files, **keys}


def rewritten(files: dict[str, bytes], change: Any) -> dict[str, bytes]:
    """Return the files with every integration's document changed."""
    after = dict(files)
    for path, content in files.items():
        document: Any = plain(content.decode()) if path.endswith(".yaml") else None
        if document is not None and document["kind"] == "ServiceIntegration":
            change(document["spec"])
            after[path] = dump(document).encode()
    return after


def shuffled(value: Any, luck: random.Random) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        luck.shuffle(keys)
        return {key: shuffled(value[key], luck) for key in keys}
    if isinstance(value, list):
        return luck.sample([shuffled(item, luck) for item in value], len(value))
    return value


@relaxed
@given(trees(), st.randoms(use_true_random=False))
def test_the_order_of_files_and_of_lists_in_them_means_nothing(files: dict[str, bytes], luck: random.Random) -> None:
    def shuffle(spec: dict[str, Any]) -> None:
        for key in list(spec):
            spec[key] = shuffled(spec[key], luck)

    paths = list(files)
    luck.shuffle(paths)
    other = rewritten({path: files[path] for path in paths}, shuffle)
    for environment in Environment:
        assert stacks(with_production_keys(other), environment) == stacks(with_production_keys(files), environment)


@relaxed
@given(trees())
def test_the_same_files_compile_to_the_same(files: dict[str, bytes]) -> None:
    assert compiled(files) == compiled(files)


@relaxed
@given(trees())
@pytest.mark.parametrize("environment", Environment)
def test_every_object_stands_in_its_own_environments_namespace(
    environment: Environment, files: dict[str, bytes]
) -> None:
    (other,) = set(Environment) - {environment}
    for share in compiled(with_production_keys(files), environment).organisations.values():
        assert share.stack.environment is environment
        for manifest in share.stack.resources:
            assert manifest["metadata"]["namespace"] == environment.namespace
            assert other.namespace not in json.dumps(manifest, default=dict)


@relaxed
@given(trees())
@pytest.mark.parametrize("environment", Environment)
def test_values_of_one_environment_never_reach_the_other(environment: Environment, files: dict[str, bytes]) -> None:
    (other,) = set(Environment) - {environment}
    files = with_production_keys(files)

    def mark(spec: dict[str, Any]) -> None:
        for client in spec["clients"]:
            client[other.value] = {"organisationNumber": MARKED}

    marked = rewritten(files, mark)
    assert MARKED not in json.dumps(stacks(marked, environment))
    keys = {
        path: text.replace(b'"key-0"', b'"key-9"') if f".{other}." in path else text for path, text in files.items()
    }
    assert stacks(keys, environment) == stacks(files, environment)


@relaxed
@given(trees())
def test_what_only_production_has_changes_nothing_in_test(files: dict[str, bytes]) -> None:
    def without(spec: dict[str, Any]) -> None:
        for client in spec["clients"]:
            client.pop("production", None)

    assert stacks(rewritten(files, without)) == stacks(files)
