"""Each file in tests/fixtures/kinds has one mistake, which its name says: one problem, at its place, holding whom it is about.

`bad-<where it goes>-<what is wrong>`; the other kinds and records than tests/fixtures/bad-* are made from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from sluse.catalog import policies
from sluse.catalog.work_tree import WorkTree
from sluse.model.names import IntegrationKey
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Problem
from sluse.model.tree import Tree
from sluse.rules.judge import check, check_policies

FIXTURES = Path(__file__).parent.parent / "fixtures"
FOLDER = "integrations/fjordlegen"
TESTED = "1e512acf186f5e138ad5e78127ecfdbebaf42f167646bb9f6fb1e589f8f35a25"
PLACES = {
    "provider": "login.yaml",
    "installation": "timebok-solbakken.yaml",
    "user-organisation": "klinikk.yaml",
    "service": "timebok.yaml",
    "acceptance-test": "acceptance/timebok-2027/acceptance-test.yaml",
    "evidence": "acceptance/timebok-2027/web.json",
    "decision": "decisions/timebok/1-plan.yaml",
    "accepted": f"accepted/{TESTED}.json",
}

# file: severity, rule, line, column, whom it holds
EXPECTED = {
    "bad-acceptance-test-accepted-missing.yaml": ("error", "accepted-missing", 17, 15, "fjordlegen.timebok"),
    "bad-acceptance-test-evidence-differs.yaml": ("error", "evidence-differs", 22, 11, "fjordlegen.timebok"),
    "bad-acceptance-test-evidence-missing.yaml": ("error", "evidence-differs", 22, 11, "fjordlegen.timebok"),
    "bad-acceptance-test-of-an-organisation.yaml": ("error", "record-subject", 12, 14, "fjordlegen"),
    "bad-acceptance-test-of-another.yaml": ("error", "record-subject", 12, 14, "fjordlegen"),
    "bad-acceptance-test-renamed.yaml": ("error", "record-name", 4, 9, "fjordlegen.timebok"),
    "bad-acceptance-test-time-without-zone.yaml": ("error", "wrong-type", 13, 15, "fjordlegen.timebok"),
    "bad-acceptance-test-unsigned.yaml": ("error", "out-of-bounds", 24, 3, "fjordlegen.timebok"),
    "bad-acceptance-test-with-two-groups.yaml": ("error", "record-group", 16, 14, "fjordlegen.timebok"),
    "bad-acceptance-test-with-verdict.yaml": ("error", "record-verdict", 14, 14, "fjordlegen.timebok"),
    "bad-accepted-edited.json": ("error", "accepted-bytes", 1, 1, "fjordlegen.timebok"),
    "bad-accepted-with-line-break.json": ("error", "accepted-bytes", 1, 1, "fjordlegen.timebok"),
    "bad-decision-a-submission.yaml": ("error", "record-group", 8, 11, "fjordlegen.timebok"),
    "bad-decision-about-another.yaml": ("error", "record-subject", 12, 14, "fjordlegen"),
    "bad-decision-of-another-group.yaml": ("error", "record-group", 17, 5, "fjordlegen.timebok"),
    "bad-decision-of-another-kind.yaml": ("error", "kind", 2, 7, "fjordlegen.timebok"),
    "bad-decision-of-another-organisation.yaml": ("error", "record-subject", 12, 14, "fjordlegen"),
    "bad-decision-of-another-type.yaml": ("error", "record-group", 8, 11, "fjordlegen.timebok"),
    "bad-decision-rejection-without-findings.yaml": ("error", "record-verdict", 16, 14, "fjordlegen.timebok"),
    "bad-decision-renamed.yaml": ("error", "record-name", 4, 9, "fjordlegen.timebok"),
    "bad-decision-signature-cut.yaml": ("error", "wrong-form", 21, 7, "fjordlegen.timebok"),
    "bad-decision-signer-not-a-fingerprint.yaml": ("error", "wrong-form", 14, 13, "fjordlegen.timebok"),
    "bad-decision-unreadable.yaml": ("error", "yaml-syntax", 9, 12, "fjordlegen.timebok"),
    "bad-decision-version.yaml": ("error", "unknown-value", 9, 14, "fjordlegen.timebok"),
    "bad-decision-without-group.yaml": ("error", "record-group", 7, 3, "fjordlegen.timebok"),
    "bad-decision-without-verdict.yaml": ("error", "record-verdict", 7, 3, "fjordlegen.timebok"),
    "bad-evidence-not-json.json": ("error", "json-syntax", 11, 13, ""),
    "bad-evidence-of-another-part.json": ("error", "record-name", 6, 11, "fjordlegen.timebok"),
    "bad-evidence-personal-identifier-escaped.json": ("error", "personal-identifier", 17, 15, "fjordlegen.timebok"),
    "bad-evidence-personal-identifier.json": ("error", "personal-identifier", 17, 42, ""),
    "bad-evidence-private-key.json": ("error", "private-key", 17, 29, ""),
    "bad-evidence-without-suite.json": ("error", "missing-field", 1, 1, "fjordlegen.timebok"),
    "bad-installation-customer-check-digit.yaml": (
        "error",
        "organisation-number-check-digit",
        7,
        13,
        "fjordlegen.timebok-solbakken",
    ),
    "bad-installation-nowhere.yaml": ("error", "installation-nowhere", 4, 1, "fjordlegen.timebok-solbakken"),
    "bad-installation-of-another.yaml": ("error", "installation-service", 5, 12, "fjordlegen.timebok-solbakken"),
    "bad-installation-of-no-client.yaml": ("error", "installation-service", 6, 11, "fjordlegen.timebok-solbakken"),
    "bad-installation-of-no-service.yaml": ("error", "installation-service", 5, 12, "fjordlegen.timebok-solbakken"),
    "bad-installation-outside-slot.yaml": ("error", "installation-slot", 12, 9, "fjordlegen.timebok-solbakken"),
    "bad-installation-unconfirmed.yaml": ("error", "missing-field", 4, 1, "fjordlegen.timebok-solbakken"),
    "bad-installation-without-keys.yaml": ("error", "installation-keys-missing", 10, 3, "fjordlegen.timebok-solbakken"),
    "bad-installation-without-organisation.yaml": ("error", "wrong-form", 5, 12, "fjordlegen.timebok-solbakken"),
    "bad-installation-without-redirect.yaml": (
        "error",
        "installation-impossible",
        10,
        3,
        "fjordlegen.timebok-solbakken",
    ),
    "bad-provider-existing-unlisted.yaml": ("error", "provider-name", 35, 13, "fjordlegen.fjord-login"),
    "bad-provider-implicit-flow.yaml": ("error", "unknown-value", 11, 19, "fjordlegen.fjord-login"),
    "bad-provider-inline-keys.yaml": ("error", "unknown-field", 37, 5, "fjordlegen.fjord-login"),
    "bad-provider-issuer-http.yaml": ("error", "provider-address", 24, 13, "fjordlegen.fjord-login"),
    "bad-provider-issuer-of-test.yaml": ("error", "provider-address", 36, 13, "fjordlegen.fjord-login"),
    "bad-provider-issuer-slash.yaml": ("error", "provider-address", 36, 13, "fjordlegen.fjord-login"),
    "bad-provider-issuer-user.yaml": ("error", "provider-address", 36, 13, "fjordlegen.fjord-login"),
    "bad-provider-keys-at-another-domain.yaml": ("error", "provider-domain", 37, 14, "fjordlegen.fjord-login"),
    "bad-provider-level-in-another-claim.yaml": ("error", "provider-claims", 19, 12, "fjordlegen.fjord-login"),
    "bad-provider-level-too-low.yaml": ("error", "provider-claims", 22, 17, "fjordlegen.fjord-login"),
    "bad-provider-level-without-user.yaml": ("warning", "provider-test-users", 26, 5, "fjordlegen.fjord-login"),
    "bad-provider-method-in-another-claim.yaml": ("error", "provider-claims", 18, 13, "fjordlegen.fjord-login"),
    "bad-provider-personal-identifier.yaml": ("error", "personal-identifier", 27, 17, ""),
    "bad-provider-production-before-test.yaml": ("error", "plan-order", 8, 26, "fjordlegen.fjord-login"),
    "bad-provider-rs256.yaml": ("error", "provider-algorithm", 13, 25, "fjordlegen.fjord-login"),
    "bad-provider-shared-secret.yaml": ("error", "provider-client-authentication", 14, 27, "fjordlegen.fjord-login"),
    "bad-provider-user-of-no-kind.yaml": ("error", "provider-test-users", 32, 21, "fjordlegen.fjord-login"),
    "bad-provider-user-twice.yaml": ("error", "provider-test-users", 31, 16, "fjordlegen.fjord-login"),
    "bad-provider-value-of-its-own.yaml": ("warning", "provider-claims", 21, 17, "fjordlegen.fjord-login"),
    "bad-provider-value-of-two-levels.yaml": ("error", "provider-claims", 23, 17, "fjordlegen.fjord-login"),
    "bad-provider-without-algorithm.yaml": ("error", "out-of-bounds", 13, 5, "fjordlegen.fjord-login"),
    "bad-provider-without-identifier-kind.yaml": ("error", "unknown-value", 17, 38, "fjordlegen.fjord-login"),
    "bad-provider-without-pkce.yaml": ("error", "provider-pkce", 12, 11, "fjordlegen.fjord-login"),
    "bad-provider-zone-unknown.yaml": ("error", "zone-unknown", 9, 11, "fjordlegen.fjord-login"),
    "bad-service-provider-misspelt.yaml": ("error", "login-provider-unknown", 21, 19, "fjordlegen.timebok"),
    "bad-service-slot-elsewhere.yaml": ("error", "redirect-uri-domain", 22, 15, "fjordlegen.timebok"),
    "bad-service-slot-without-star.yaml": ("error", "wrong-form", 22, 15, "fjordlegen.timebok"),
    "bad-user-organisation-service-twice.yaml": ("error", "used-service", 9, 16, "fjordlegen.klinikk"),
    "bad-user-organisation-unknown-service.yaml": ("error", "used-service", 7, 16, "fjordlegen.klinikk"),
    "bad-user-organisation-unknown-zone.yaml": ("error", "unknown-value", 11, 11, "fjordlegen.klinikk"),
}
SECRETS = {
    "bad-provider-personal-identifier.yaml": "02013299997",
    "bad-evidence-personal-identifier.json": "30108299939",
    "bad-evidence-personal-identifier-escaped.json": "0108299939",
    "bad-evidence-private-key.json": "c2VjcmV0",
}

ReadTree = Callable[[Mapping[str, bytes]], Tree]
Judge = Callable[[str], tuple[Tree, tuple[Problem, ...]]]


def place(name: str) -> str:
    kind = next(kind for kind in PLACES if name.startswith(f"bad-{kind}-"))
    return f"{FOLDER}/{PLACES[kind]}"


@pytest.fixture(scope="module")
def policy() -> PolicyFiles:
    return policies.read(policies.contents(WorkTree(FIXTURES / "good", "policies"))).models


@pytest.fixture(scope="module")
def judged(tree_of: ReadTree, policy: PolicyFiles) -> Judge:
    """The good tree with one bad file in it, and its problems."""

    @cache
    def judge(name: str) -> tuple[Tree, tuple[Problem, ...]]:
        tree = tree_of({place(name): (FIXTURES / "kinds" / name).read_bytes()})
        return tree, check(tree, policy)

    return judge


def test_every_bad_file_is_expected_to_fail_in_some_way() -> None:
    assert {path.name for path in (FIXTURES / "kinds").iterdir()} == EXPECTED.keys()


def test_the_good_tree_and_its_policies_have_no_problems(tree_of: ReadTree, policy: PolicyFiles) -> None:
    assert check(tree_of({}), policy) == ()
    assert check_policies(policy) == ()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_file_has_one_problem_at_its_place(name: str, judged: Judge) -> None:
    _, (problem,) = judged(name)
    found = (problem.severity, problem.rule, problem.place.line, problem.place.column, problem.holds)
    assert found == EXPECTED[name]
    assert problem.place.path == place(name)
    assert problem.message
    assert problem.hint


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name][0] == "error"])
def test_an_error_holds_somebody_or_makes_the_organisation_unreadable(name: str, judged: Judge) -> None:
    tree, (problem,) = judged(name)
    assert problem.holds.split(".")[0] == "fjordlegen" or tree.unreadable == {"fjordlegen"}


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith("bad-decision-")])
def test_a_bad_decision_holds_the_integration_that_its_path_names_or_all(name: str, judged: Judge) -> None:
    _, (problem,) = judged(name)
    assert problem.holds in {"fjordlegen", "fjordlegen.timebok"}


@pytest.mark.parametrize(("name", "secret"), SECRETS.items())
def test_a_secret_is_never_repeated(name: str, secret: str, judged: Judge) -> None:
    tree, (problem,) = judged(name)
    assert secret in (FIXTURES / "kinds" / name).read_text(encoding="utf-8")
    assert secret not in repr(problem)
    assert secret not in repr(tree)


def test_what_is_bad_is_not_in_the_tree(judged: Judge) -> None:
    tree, _ = judged("bad-decision-unreadable.yaml")
    assert IntegrationKey("fjordlegen", "timebok-1-plan") not in tree.decisions
    assert IntegrationKey("fjordlegen", "timebok-2-acceptance") in tree.decisions
    tree, _ = judged("bad-accepted-edited.json")
    assert ("fjordlegen", TESTED) not in tree.accepted
    assert len(tree.accepted) == 1
