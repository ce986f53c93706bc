"""Documents made from one good integration, and the trees that hold them. No file is read here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest

from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, Environment
from sluse.model.organisation import Organisation
from sluse.model.problem import Place, Problem
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import KeyFile, Sourced, Tree
from sluse.rules.judge import check

API_VERSION = "sluse.nhn.no/v1alpha1"
NUMBER = "313231593"
KEY = {"kty": "EC", "kid": "1", "alg": "ES256", "crv": "P-256", "x": "A" * 43, "y": "B" * 43}

SPEC: Mapping[str, Any] = {
    "service": {
        "title": "Journal",
        "configurationOwner": NUMBER,
        "users": "Doctors",
        "platform": "Linux",
        "structure": "web-with-backend",
    },
    "plan": {"testFrom": "2026-12-01", "productionNotBefore": "2027-02-01T08:00"},
    "clients": [
        {
            "name": "web",
            "grants": ["authorization_code"],
            "scopes": ["openid", "nhn:msh/api"],
            "login": {"minimumLevel": "high"},
            "test": {"organisationNumber": NUMBER, "redirectUris": ["https://a.fjordlegen.example/in"]},
        }
    ],
}


def organisation(slug: str, numbers: list[str], domains: list[str]) -> Organisation:
    return Organisation.model_validate(
        {
            "apiVersion": API_VERSION,
            "kind": "Organisation",
            "metadata": {"name": slug, "organisation": slug},
            "spec": {
                "title": slug,
                "numbers": numbers,
                "domains": domains,
                "contact": {"mailbox": f"drift@{slug}.example"},
            },
        }
    )


def integration(spec: Mapping[str, Any], name: str = "journal-web") -> ServiceIntegration:
    return ServiceIntegration.model_validate(
        {
            "apiVersion": API_VERSION,
            "kind": "ServiceIntegration",
            "metadata": {"name": name, "organisation": "fjordlegen"},
            "spec": spec,
        }
    )


def sourced(content: Any, path: str) -> Sourced[Any]:
    return Sourced(content, path, lambda field: Place(f"{path}#{field}"))


def tree(
    spec: Mapping[str, Any],
    *,
    organisations: list[Organisation] | None = None,
    keys: Mapping[str, Any] | None = None,
    unreadable: frozenset[str] = frozenset(),
) -> Tree:
    """A tree of `fjordlegen`, its one integration, and a key file for each client unless `keys` says otherwise."""
    owners = (
        organisations if organisations is not None else [organisation("fjordlegen", [NUMBER], ["fjordlegen.example"])]
    )
    document = integration(spec)
    sets = keys if keys is not None else {client.name: [KEY] for client in document.spec.clients}
    folder = "integrations/fjordlegen"
    return Tree(
        {
            each.metadata.organisation: sourced(each, f"integrations/{each.metadata.organisation}/organisation.yaml")
            for each in owners
        },
        {document.key: sourced(document, f"{folder}/journal-web.yaml")},
        {
            KeyFile(ClientKey("fjordlegen", "journal-web", name), Environment.TEST): sourced(
                Jwks.model_validate({"keys": jwks}), f"{folder}/keys/journal-web/{name}.test.jwks.json"
            )
            for name, jwks in sets.items()
        },
        (),
        unreadable,
    )


Judge = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def spec() -> dict[str, Any]:
    """The spec of a good integration, to be changed."""
    return deepcopy(dict(SPEC))


@pytest.fixture
def judge() -> Judge:
    """(rule, field) of every problem of a tree made as `tree` makes it."""

    def judged(*args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        return [(problem.rule, problem.path) for problem in check(tree(*args, **kwargs))]

    return judged


@pytest.fixture
def problems() -> Callable[..., tuple[Problem, ...]]:
    return lambda *args, **kwargs: check(tree(*args, **kwargs))


@pytest.fixture
def make() -> Callable[..., Organisation]:
    return organisation
