"""Breaking changes planted in the definitions that are deployed, and in how their versions change."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from sluse.desired.crds import crds
from sluse.desired.evolution.breaking import Breaking
from sluse.desired.evolution.definitions import breaking

Definition = dict[str, Any]
CLIENTS = "helseidclients"


def clients(definitions: list[Definition]) -> Definition:
    return next(each for each in definitions if each["spec"]["names"]["plural"] == CLIENTS)["spec"]  # type: ignore[no-any-return]


def after(change: Callable[[Definition], object]) -> list[Breaking]:
    """Return what is broken where the definition of HelseIDClient changes so."""
    new = [copy.deepcopy(dict(crd)) for crd in crds()]
    change(clients(new))
    return list(breaking(crds(), new))


def version(spec: Definition, name: str, *, served: bool = True, storage: bool = False) -> Definition:
    """Return a further version of the shape of the first."""
    return {**copy.deepcopy(spec["versions"][0]), "name": name, "served": served, "storage": storage}


def registration(spec: Definition) -> Definition:
    schema: Definition = spec["versions"][0]["schema"]["openAPIV3Schema"]
    registration: Definition = schema["properties"]["spec"]["properties"]["registration"]
    return registration


def second_version_without_scopes(spec: Definition) -> None:
    beside = version(spec, "v1beta1")
    del beside["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["registration"]["properties"]["scopes"]
    spec["versions"].append(beside)


def stored_anew(spec: Definition) -> None:
    spec["versions"].append(version(spec, "v1beta1", storage=True))
    spec["versions"][0]["storage"] = False


PLANTED: dict[str, tuple[Callable[[Definition], object], list[tuple[str, str]]]] = {
    "another group": (lambda spec: spec.update(group="other.example"), [(CLIENTS, "NameChanged")]),
    "another scope": (lambda spec: spec.update(scope="Cluster"), [(CLIENTS, "NameChanged")]),
    "another kind": (lambda spec: spec["names"].update(kind="Client"), [(CLIENTS, "NameChanged")]),
    "another singular": (lambda spec: spec["names"].update(singular="client"), [(CLIENTS, "NameChanged")]),
    "no status subresource": (
        lambda spec: spec["versions"][0].update(subresources={}),
        [(f"{CLIENTS}/v1alpha1", "SubresourceRemoved")],
    ),
    "a version that is gone": (
        lambda spec: spec["versions"][0].update(name="v1beta1"),
        [
            (CLIENTS, "StorageMoved"),
            (f"{CLIENTS}/v1alpha1", "VersionRemoved"),
            (f"{CLIENTS}/v1alpha1", "VersionRemoved"),
        ],
    ),
    "a version that is served no more": (
        lambda spec: spec["versions"][0].update(served=False),
        [(f"{CLIENTS}/v1alpha1", "VersionRemoved")],
    ),
    "stored in a version that the release before lacks": (stored_anew, [(CLIENTS, "StorageMoved")]),
    "a new version that drops what the old one has": (
        second_version_without_scopes,
        [(f"{CLIENTS}/v1alpha1 as v1beta1 spec.registration.scopes", "FieldRemoved")],
    ),
    "a field deep below": (
        lambda spec: registration(spec)["properties"].pop("scopes"),
        [(f"{CLIENTS}/v1alpha1 spec.registration.scopes", "FieldRemoved")],
    ),
}

FREE: dict[str, Callable[[Definition], object]] = {
    "printer columns": lambda spec: spec["versions"][0].update(additionalPrinterColumns=[]),
    "short names and categories": lambda spec: spec["names"].update(shortNames=["other"], categories=[]),
    "a second version of the same shape": lambda spec: spec["versions"].append(version(spec, "v1beta1")),
    "a new field": lambda spec: registration(spec)["properties"].update(new={"type": "string", "maxLength": 9}),
}


@pytest.mark.parametrize(("change", "expected"), PLANTED.values(), ids=PLANTED)
def test_it_is_refused_by_name(change: Callable[[Definition], object], expected: list[tuple[str, str]]) -> None:
    assert [(each.path, each.reason) for each in after(change)] == expected


@pytest.mark.parametrize("change", FREE.values(), ids=FREE)
def test_it_is_let_through(change: Callable[[Definition], object]) -> None:
    assert after(change) == []


def test_a_definition_that_is_gone_is_refused() -> None:
    left = [crd for crd in crds() if crd["spec"]["names"]["plural"] != CLIENTS]
    assert [(each.path, each.reason) for each in breaking(crds(), left)] == [
        (f"{CLIENTS}.sluse.nhn.no", "DefinitionRemoved")
    ]


def test_the_way_to_a_new_version_breaks_nothing_in_any_release() -> None:
    """Served beside in one release, stored in the next, alone in a third: each is judged by the one before it."""
    first = [copy.deepcopy(dict(crd)) for crd in crds()]
    second = copy.deepcopy(first)
    clients(second)["versions"].append(version(clients(second), "v1beta1"))
    third = copy.deepcopy(second)
    for each in clients(third)["versions"]:
        each["storage"] = each["name"] == "v1beta1"
    assert [breaking(first, second), breaking(second, third)] == [(), ()]
    fourth = copy.deepcopy(third)
    clients(fourth)["versions"] = clients(fourth)["versions"][1:]
    assert {each.reason for each in breaking(third, fourth)} == {"VersionRemoved"}
