"""What each rule refuses, and what it lets pass. One file a mistake is in tests/fixtures; these are the edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sluse.model.organisation import Organisation
from sluse.model.problem import Problem, Severity
from sluse.rules.numbers import has_check_digit

Judge = Callable[..., list[tuple[str, str]]]
Problems = Callable[..., tuple[Problem, ...]]
Make = Callable[..., Organisation]
Spec = dict[str, Any]
OTHER = "313745392"
KEY = {"kty": "EC", "kid": "1", "alg": "ES256", "crv": "P-256", "x": "A" * 43, "y": "B" * 43}


def test_the_good_integration_breaks_no_rule(judge: Judge, spec: Spec) -> None:
    assert judge(spec) == []


# From helseid.md's public sources: numbers of the register, and NHN's own test numbers that fail.
@pytest.mark.parametrize(
    "number",
    ["994598759", "889640782", "983163327", "991825827", "313231593", "313745392", "912159523", "123456785"],
)
def test_numbers_of_the_register_have_their_check_digit(number: str) -> None:
    assert has_check_digit(number)


@pytest.mark.parametrize("number", ["123456789", "999977776", "999977775", "312232326", "000000001", "000000100"])
def test_other_numbers_do_not(number: str) -> None:
    assert not has_check_digit(number)


class TestOrganisationNumbers:
    def test_nhn_s_test_number_is_a_warning_in_an_organisation_and_in_test(
        self, problems: Problems, spec: Spec, make: Make
    ) -> None:
        spec["clients"][0]["test"]["organisationNumber"] = "999977776"
        spec["service"]["configurationOwner"] = "999977776"
        owners = [make("fjordlegen", ["999977776"], ["fjordlegen.example"])]
        found = problems(spec, organisations=owners)
        assert {(problem.rule, problem.severity) for problem in found} == {
            ("organisation-number-check-digit", Severity.WARNING)
        }
        assert len(found) == 3

    def test_any_other_wrong_number_is_an_error_in_an_organisation(
        self, problems: Problems, spec: Spec, make: Make
    ) -> None:
        owners = [make("fjordlegen", ["313231593", "123456789"], ["fjordlegen.example"])]
        (problem,) = problems(spec, organisations=owners)
        assert (problem.severity, problem.path, problem.holds) == (Severity.ERROR, "spec.numbers[1]", "fjordlegen")

    def test_a_wrong_number_in_test_that_nobody_declares_is_held(self, problems: Problems, spec: Spec) -> None:
        spec["clients"][0]["test"]["organisationNumber"] = "123456789"
        found = problems(spec)
        assert [(problem.rule, problem.severity) for problem in found] == [
            ("organisation-number-check-digit", Severity.WARNING),
            ("organisation-number-unknown", Severity.ERROR),
        ]

    def test_a_number_that_another_organisation_declares_is_known(self, judge: Judge, spec: Spec, make: Make) -> None:
        spec["clients"][0]["test"]["organisationNumber"] = OTHER
        owners = [make("fjordlegen", ["313231593"], ["fjordlegen.example"]), make("nordlys", [OTHER], [])]
        assert judge(spec, organisations=owners) == []

    def test_an_unknown_number_is_told_once_a_document(self, judge: Judge, spec: Spec) -> None:
        spec["service"]["configurationOwner"] = OTHER
        spec["clients"][0]["test"]["organisationNumber"] = OTHER
        assert judge(spec) == [("organisation-number-unknown", "spec.service.configurationOwner")]

    def test_an_unknown_sub_unit_is_a_warning(self, problems: Problems, spec: Spec) -> None:
        spec["clients"][0]["test"]["childOrganisationNumbers"] = [OTHER]
        (problem,) = problems(spec)
        assert (problem.rule, problem.severity) == ("organisation-number-unknown", Severity.WARNING)


class TestOrganisations:
    def test_without_organisation_one_problem_holds_the_folder_and_nothing_is_judged_against_it(
        self, problems: Problems, spec: Spec
    ) -> None:
        spec["service"]["configurationOwner"] = OTHER
        (problem,) = problems(spec, organisations=[])
        assert (problem.rule, problem.holds) == ("organisation-missing", "fjordlegen")
        assert problem.place.path == "integrations/fjordlegen/organisation.yaml"

    def test_a_domain_within_another_s_is_claimed_by_both(self, judge: Judge, spec: Spec, make: Make) -> None:
        owners = [
            make("fjordlegen", ["313231593"], ["fjordlegen.example"]),
            make("nordlys", [OTHER], ["a.b.fjordlegen.example"]),
        ]
        assert judge(spec, organisations=owners) == [
            ("domain-claimed-twice", "spec.domains[0]"),
            ("domain-claimed-twice", "spec.domains[0]"),
        ]

    def test_an_organisation_s_own_domains_may_nest(self, judge: Judge, spec: Spec, make: Make) -> None:
        owners = [make("fjordlegen", ["313231593"], ["fjordlegen.example", "a.fjordlegen.example"])]
        assert judge(spec, organisations=owners) == []


class TestRedirects:
    @pytest.mark.parametrize(
        ("address", "rules"),
        [
            ("https://fjordlegen.example/in", []),
            ("https://A.Fjordlegen.example:8443/in", []),
            ("https://notfjordlegen.example/in", ["redirect-uri-domain"]),
            ("https://fjordlegen.example.evil.example/in", ["redirect-uri-domain"]),
            ("https://127.0.0.1/in", []),
            ("http://127.0.0.1:4000/in", ["redirect-uri-https"]),
            ("http://[::1]:4000/in", ["redirect-uri-https"]),
            ("https://[::1/in", ["redirect-uri-form"]),
            ("https://a.fjordlegen.example:99999/in", ["redirect-uri-form"]),
            ("https:///in", ["redirect-uri-form"]),
            ("https://fjørdlegen.example/in", ["redirect-uri-form"]),
            ("fjordlegen://a.fjordlegen.example/in", ["redirect-uri-https"]),
        ],
    )
    def test_an_address(self, address: str, rules: list[str], judge: Judge, spec: Spec) -> None:
        spec["clients"][0]["test"]["redirectUris"] = [address]
        assert [rule for rule, _ in judge(spec)] == rules

    def test_a_native_application_may_listen_on_loopback(self, judge: Judge, spec: Spec) -> None:
        spec["service"]["structure"] = "native"
        spec["clients"][0]["test"]["redirectUris"] = ["http://localhost:4711/in", "http://[::1]:1/in"]
        assert judge(spec) == []

    def test_a_native_application_may_not_use_http_elsewhere(self, judge: Judge, spec: Spec) -> None:
        spec["service"]["structure"] = "native"
        spec["clients"][0]["test"]["redirectUris"] = ["http://a.fjordlegen.example/in"]
        assert judge(spec) == [("redirect-uri-https", "spec.clients[0].test.redirectUris[0]")]

    def test_post_logout_addresses_are_judged_too(self, judge: Judge, spec: Spec) -> None:
        spec["clients"][0]["test"]["postLogoutRedirectUris"] = ["http://elsewhere.example/out"]
        assert judge(spec) == [
            ("redirect-uri-domain", "spec.clients[0].test.postLogoutRedirectUris[0]"),
            ("redirect-uri-https", "spec.clients[0].test.postLogoutRedirectUris[0]"),
        ]


class TestScopes:
    # Every scope named in NHN's public samples and documentation must pass.
    @pytest.mark.parametrize(
        "scope",
        [
            "nhn:selvbetjening/client",
            "nhn:hgd-persontjenesten-api/restricted-access",
            "nhn:msh/api",
            "nhn:pit/api.read",
            "nhn:vkp/api/user/composition.*",
            "fhi:sysvak.epj.dev/api",
            "norsk-helsenett:python-sample-api/read",
            "helseid://scopes/identity/security_level",
            "helseid://scopes/hpr/hpr_number",
            "helseid://scopes/client/info",
            "nhn:tillitsrammeverk:parameters",
            "nhn:sfm:journal-id",
        ],
    )
    def test_a_published_scope_passes(self, scope: str, judge: Judge, spec: Spec) -> None:
        spec["clients"][0]["scopes"] = ["openid", scope]
        assert judge(spec) == []

    @pytest.mark.parametrize(
        "scope", ["api", "nhn:", "nhn:msh", "/api", ":msh/api", "nhn:msh/", ["https://x/y", "z"][0] + "?"]
    )
    def test_what_does_not_look_like_one_is_held(self, scope: str, judge: Judge, spec: Spec) -> None:
        spec["clients"][0]["scopes"] = ["openid", scope]
        assert judge(spec) == [("scope-form", "spec.clients[0].scopes[1]")]

    def test_scopes_of_test_alone_are_judged_once(self, judge: Judge, spec: Spec) -> None:
        spec["clients"][0]["test"]["scopes"] = ["openid", "api"]
        assert judge(spec) == [("scope-form", "spec.clients[0].test.scopes[1]")]

    def test_identity_scopes_are_for_logins(self, judge: Judge, spec: Spec) -> None:
        client = spec["clients"][0]
        client["grants"] = ["client_credentials"]
        client["scopes"] = ["nhn:msh/api", "helseid://scopes/identity/pid"]
        del client["login"], client["test"]["redirectUris"]
        assert judge(spec) == [("identity-scope-without-login", "spec.clients[0].scopes[1]")]

    def test_production_may_ask_for_less(self, judge: Judge, spec: Spec) -> None:
        spec["clients"][0]["production"] = {**spec["clients"][0]["test"], "scopes": ["openid"]}
        assert judge(spec) == []


class TestGrants:
    def test_production_without_redirect_is_told_at_production(self, judge: Judge, spec: Spec) -> None:
        spec["clients"][0]["production"] = {"organisationNumber": "313231593"}
        assert judge(spec) == [("grants-inconsistent", "spec.clients[0].production")]

    def test_token_exchange_alone_needs_nothing_beside_it(self, judge: Judge, spec: Spec) -> None:
        client = spec["clients"][0]
        client["grants"] = ["urn:ietf:params:oauth:grant-type:token-exchange"]
        del client["login"], client["test"]["redirectUris"]
        assert judge(spec) == []

    def test_refresh_tokens_with_all_they_need_pass(self, judge: Judge, spec: Spec) -> None:
        client = spec["clients"][0]
        client["grants"] = ["authorization_code", "refresh_token"]
        client["scopes"].append("offline_access")
        assert judge(spec) == []


class TestKeys:
    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({}, []),
            ({"alg": "ES384", "crv": "P-384", "x": "A" * 64, "y": "B" * 64}, []),
            ({"alg": "ES512", "crv": "P-521", "x": "A" * 88, "y": "B" * 88}, []),
            ({"alg": "EdDSA"}, [("key-algorithm", "keys[0].alg")]),
            ({"crv": None}, [("key-form", "keys[0]")]),
            ({"x": "A"}, [("key-form", "keys[0].x")]),
            ({"y": None}, [("key-form", "keys[0]")]),
        ],
    )
    def test_an_elliptic_key(
        self, change: dict[str, Any], expected: list[tuple[str, str]], judge: Judge, spec: Spec
    ) -> None:
        assert judge(spec, keys={"web": [{**KEY, **change}]}) == expected

    @pytest.mark.parametrize(
        ("octets", "severity"), [(128, Severity.ERROR), (255, Severity.ERROR), (256, Severity.WARNING), (384, None)]
    )
    def test_an_rsa_key_is_large_enough(
        self, octets: int, severity: Severity | None, problems: Problems, spec: Spec
    ) -> None:
        modulus = "_" * (octets * 4 // 3) + {0: "", 1: "_8", 2: "_-8"}[octets % 3][: octets % 3 + 1]
        key = {"kty": "RSA", "kid": "1", "alg": "PS256", "n": modulus[: -(-octets * 4 // 3)], "e": "AQAB"}
        found = problems(spec, keys={"web": [key]})
        assert [(problem.rule, problem.severity) for problem in found] == ([("key-size", severity)] if severity else [])

    @pytest.mark.parametrize("change", [{"e": None}, {"n": "A"}, {"n": None}])
    def test_an_rsa_key_has_its_numbers(self, change: dict[str, Any], judge: Judge, spec: Spec) -> None:
        key = {"kty": "RSA", "kid": "1", "alg": "PS256", "n": "_" * 512, "e": "AQAB", **change}
        assert [rule for rule, _ in judge(spec, keys={"web": [key]})] == ["key-form"]

    def test_a_client_without_keys_is_told_at_its_name_and_where_they_go(self, problems: Problems, spec: Spec) -> None:
        (problem,) = problems(spec, keys={})
        assert (problem.rule, problem.path) == ("test-keys-missing", "spec.clients[0].name")
        assert "integrations/fjordlegen/keys/journal-web/web.test.jwks.json" in problem.hint

    def test_keys_of_nobody_are_a_warning(self, problems: Problems, spec: Spec) -> None:
        (problem,) = problems(spec, keys={"web": [KEY], "old": [KEY]})
        assert (problem.rule, problem.severity, problem.place.line) == ("key-file-without-client", Severity.WARNING, 0)

    def test_keys_of_nobody_are_not_told_while_the_client_may_be_in_an_unreadable_file(
        self, judge: Judge, spec: Spec
    ) -> None:
        assert judge(spec, keys={"web": [KEY], "old": [KEY]}, unreadable=frozenset({"fjordlegen"})) == []


def test_dates_of_the_plan_may_fall_on_one_day(judge: Judge, spec: Spec) -> None:
    spec["plan"] = {
        "testFrom": "2027-02-01",
        "productionNotBefore": "2027-02-01T08:00",
        "peakPeriods": [{"start": "2027-03-01", "end": "2027-03-01"}],
    }
    assert judge(spec) == []
