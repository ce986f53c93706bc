"""What each rule of the kinds beside services refuses, where tests/fixtures/kinds does not reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from sluse.model.client_installation import ClientInstallation
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.organisation import Organisation
from sluse.model.policy.bundle import Repository
from sluse.model.policy.files import PolicyFiles
from sluse.model.policy.rules import ExistingProviders
from sluse.model.problem import Place
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import KeyFile, Sourced, Tree
from sluse.rules.installations import fits
from sluse.rules.judge import check
from sluse.rules.references import KNOWN_PROVIDERS

Make = Callable[..., Organisation]
SLOT = "https://*.fjordlegen.example/in"

PROVIDER: Mapping[str, Any] = {
    "title": "Fjord-ID",
    "plan": {"testFrom": "2026-12-01", "productionNotBefore": "2027-02-01T08:00"},
    "protocol": {"algorithms": ["PS256"]},
    "claims": {"identifier": "pid", "identifierKinds": ["fnr"], "levels": [{"value": "Høyt", "level": "high"}]},
    "test": {
        "issuer": "https://login.fjordlegen.example",
        "jwksUri": "https://login.fjordlegen.example/jwks",
        "users": [{"alias": "a", "identifier": "fnr", "method": "smartcard", "level": "high"}],
    },
}
INSTALLATION: Mapping[str, Any] = {
    "service": "fjordlegen.journal",
    "client": "web",
    "customer": "313231593",
    "notBefore": "2027-03-01",
    "confirmedBy": "practice manager",
    "production": {"redirectUris": ["https://a.fjordlegen.example/in"]},
}


def placed(kind: Any, name: str, spec: Mapping[str, Any], slug: str = "fjordlegen") -> dict[IntegrationKey, Any]:
    document = kind.model_validate(
        {
            "apiVersion": "sluse.nhn.no/v1alpha1",
            "kind": kind.__name__,
            "metadata": {"name": name, "organisation": slug},
            "spec": spec,
        }
    )
    path = f"integrations/{slug}/{name}.yaml"
    return {document.key: Sourced(document, path, lambda field: Place(f"{path}#{field}"))}


@pytest.fixture
def base(make: Make) -> Tree:
    """Two organisations without documents."""
    owners = [make("fjordlegen", ["313231593"], ["fjordlegen.example"]), make("nordlys", ["313745392"], [])]
    return Tree(
        {each.metadata.organisation: Sourced(each, each.metadata.organisation, Place) for each in owners}, {}, {}, ()
    )


def found(tree: Tree, policies: PolicyFiles | None = None) -> list[tuple[str, str]]:
    return [(problem.rule, problem.path) for problem in check(tree, policies)]


def existing(*names: str) -> PolicyFiles:
    return PolicyFiles(
        repository=Sourced(Repository(id="a.example"), "r", Place),
        existing=Sourced(ExistingProviders(providers=names), "e", Place),
    )


class TestProviders:
    def test_a_good_provider_breaks_no_rule(self, base: Tree) -> None:
        assert found(replace(base, providers=placed(IdentityProvider, "fjord-login", PROVIDER))) == []

    @pytest.mark.parametrize(
        ("levels", "path"),
        [
            ([{"value": "Høyt", "level": "high"}, {"value": "Betydelig", "level": "high"}], "levels[1].level"),
            ([{"value": "Høyt", "level": "substantial"}, {"value": "4", "level": "high"}], "levels[0].level"),
        ],
    )
    def test_a_value_means_what_helseid_says(self, levels: list[Any], path: str, base: Tree) -> None:
        spec = deepcopy(dict(PROVIDER))
        spec["claims"]["levels"] = levels
        rules = found(replace(base, providers=placed(IdentityProvider, "fjord-login", spec)))
        assert ("provider-claims", f"spec.claims.{path}") in rules

    def test_without_test_users_a_warning_names_what_is_missing(self, base: Tree) -> None:
        spec = deepcopy(dict(PROVIDER))
        del spec["test"]["users"]
        (problem,) = check(replace(base, providers=placed(IdentityProvider, "fjord-login", spec)))
        assert (problem.rule, problem.severity, problem.path) == ("provider-test-users", "warning", "spec.test")
        assert problem.message == "No test user covers `high` and `fnr`"

    def test_a_name_that_two_organisations_have_is_nobody_s(self, base: Tree) -> None:
        other = deepcopy(dict(PROVIDER))
        other["test"] |= {"issuer": "https://127.0.0.1", "jwksUri": "https://127.0.0.1/jwks"}
        both = placed(IdentityProvider, "x", PROVIDER) | placed(IdentityProvider, "x", other, "nordlys")
        problems = [each for each in check(replace(base, providers=both)) if each.rule == "provider-name"]
        assert [problem.holds for problem in problems] == ["fjordlegen.x", "nordlys.x"]

    def test_nothing_is_called_as_the_page_of_its_organisation(self, base: Tree) -> None:
        tree = replace(base, providers=placed(IdentityProvider, "readme", PROVIDER))
        assert found(tree) == [("name-of-a-page", "metadata.name")]

    @pytest.mark.parametrize("name", KNOWN_PROVIDERS)
    def test_a_newcomer_cannot_call_itself_what_helseid_has(self, name: str, base: Tree) -> None:
        tree = replace(base, providers=placed(IdentityProvider, name, PROVIDER))
        assert found(tree) == [("provider-name", "metadata.name")]

    @pytest.mark.parametrize(
        ("policies", "paths"), [(None, []), (existing("idporten"), []), (existing(), ["spec.existing"])]
    )
    def test_existing_counts_only_if_policies_say_so(
        self, policies: PolicyFiles | None, paths: list[str], base: Tree
    ) -> None:
        tree = replace(base, providers=placed(IdentityProvider, "idporten", {**PROVIDER, "existing": True}))
        assert [path for _, path in found(tree, policies)] == paths


class TestLogins:
    @pytest.mark.parametrize(
        ("name", "known"), [("bankid", True), ("ours", True), ("fjord-login", True), ("bnkid", False)]
    )
    def test_a_client_names_a_provider_that_is_known(
        self, name: str, *, known: bool, base: Tree, spec: dict[str, Any]
    ) -> None:
        spec["clients"][0]["login"]["identityProviders"] = [{"name": name}]
        tree = replace(
            base,
            integrations=placed(ServiceIntegration, "journal", spec),
            providers=placed(IdentityProvider, "fjord-login", PROVIDER),
        )
        rules = [problem for problem in check(tree, existing("ours")) if problem.rule == "login-provider-unknown"]
        assert bool(rules) is not known
        assert [problem.hint for problem in rules] == ([] if known else ["Did you mean `bankid`?"])

    def test_nothing_is_said_while_the_declaring_file_may_be_unreadable(self, base: Tree, spec: dict[str, Any]) -> None:
        spec["clients"][0]["login"]["identityProviders"] = [{"name": "far-away"}]
        tree = replace(
            base, integrations=placed(ServiceIntegration, "journal", spec), unreadable=frozenset({"nordlys"})
        )
        assert "login-provider-unknown" not in [rule for rule, _ in found(tree, existing())]

    def test_nothing_is_said_while_nobody_knows_which_providers_are_live(
        self, base: Tree, spec: dict[str, Any]
    ) -> None:
        spec["clients"][0]["login"]["identityProviders"] = [{"name": "far-away"}]
        tree = replace(base, integrations=placed(ServiceIntegration, "journal", spec))
        assert "login-provider-unknown" not in [rule for rule, _ in found(tree)]
        assert "login-provider-unknown" in [rule for rule, _ in found(tree, existing())]


class TestInstallations:
    @pytest.mark.parametrize(
        ("address", "is_within"),
        [
            ("https://solbakken.fjordlegen.example/in", True),
            ("https://sol-2.fjordlegen.example/in", True),
            ("https://a.b.fjordlegen.example/in", False),
            ("https://.fjordlegen.example/in", False),
            ("https://fjordlegen.example/in", False),
            ("https://evil.example/.fjordlegen.example/in", False),
            ("https://a@b.fjordlegen.example/in", False),
            ("https://a.fjordlegen.example/in?x=1", False),
            ("https://a.fjordlegen.example:8443/in", False),
            ("https://A.fjordlegen.example/in", False),
            ("https://-a.fjordlegen.example/in", False),
            ("https://*.fjordlegen.example/in", False),
            ("http://a.fjordlegen.example/in", False),
        ],
    )
    def test_the_star_stands_for_one_label(self, address: str, *, is_within: bool) -> None:
        assert fits(address, SLOT) is is_within

    @pytest.mark.parametrize(
        ("client", "values", "rules"),
        [
            ({}, {}, []),
            ({"slots": []}, {}, ["installation-slot"]),
            ({"tenancy": "multi-tenant"}, {}, ["installation-impossible"]),
            ({}, {"redirectUris": []}, ["installation-impossible"]),
            ({"grants": ["client_credentials"]}, {}, ["installation-impossible"]),
            ({"grants": ["client_credentials"]}, {"redirectUris": []}, []),
            ({}, {"childOrganisationNumbers": ["123456789"]}, ["organisation-number-check-digit"]),
        ],
    )
    def test_an_installation_and_its_client(
        self, client: dict[str, Any], values: dict[str, Any], rules: Sequence[str], base: Tree, spec: dict[str, Any]
    ) -> None:
        spec["clients"][0] |= {"slots": [SLOT], **client}
        installation = {**INSTALLATION, "production": {**INSTALLATION["production"], **values}}
        tree = replace(
            base,
            integrations=placed(ServiceIntegration, "journal", spec),
            installations=placed(ClientInstallation, "solbakken", installation),
            keys={KeyFile(ClientKey("fjordlegen", "solbakken", "web"), Environment.PRODUCTION): NO_KEYS},
        )
        problems = [each for each in check(tree) if each.holds == "fjordlegen.solbakken"]
        assert [problem.rule for problem in problems] == rules

    def test_nothing_is_said_of_a_service_that_may_be_in_an_unreadable_file(self, base: Tree) -> None:
        tree = replace(
            base,
            installations=placed(ClientInstallation, "solbakken", INSTALLATION),
            unreadable=frozenset({"fjordlegen"}),
        )
        assert found(tree) == []


NO_KEYS: Any = Sourced(type("Empty", (), {"keys": ()})(), "k", Place)


def test_a_folder_with_a_provider_only_needs_its_organisation_too(base: Tree) -> None:
    tree = replace(base, organisations={}, providers=placed(IdentityProvider, "fjord-login", PROVIDER))
    assert [rule for rule, _ in found(tree)] == ["organisation-missing"]
