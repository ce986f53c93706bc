"""Each file in tests/fixtures/bad-* has one mistake, which its name says: one problem, at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from sluse.catalog.excerpts import with_excerpts
from sluse.model.names import IntegrationKey
from sluse.model.problem import Problem, Severity
from sluse.model.tree import Tree
from sluse.rules.judge import check
from sluse.rules.table import BY_ID

FIXTURES = Path(__file__).parent.parent / "fixtures"
JOURNAL = "integrations/fjordlegen/journal-web.yaml"
WORKER = "integrations/fjordlegen/lab-worker.yaml"
ORGANISATION = "integrations/fjordlegen/organisation.yaml"
KEYS = "integrations/fjordlegen/keys/journal-web/web.test.jwks.json"

# file: severity, rule, file of the problem, line, column
EXPECTED = {
    "bad-alias.yaml": ("error", "alias", "journal-web.yaml", 11, 15),
    "bad-ambiguous-no.yaml": ("warning", "ambiguous-value", "journal-web.yaml", 10, 12),
    "bad-anchor.yaml": ("error", "alias", "journal-web.yaml", 8, 12),
    "bad-api-version.yaml": ("error", "api-version", "journal-web.yaml", 1, 13),
    "bad-byte-order-mark.yaml": ("error", "byte-order-mark", "journal-web.yaml", 1, 1),
    "bad-check-digit-in-production.yaml": ("error", "organisation-number-check-digit", "journal-web.yaml", 48, 29),
    "bad-client-named-twice.yaml": ("error", "client-named-twice", "journal-web.yaml", 32, 13),
    "bad-client-without-keys.yaml": ("error", "test-keys-missing", "journal-web.yaml", 27, 13),
    "bad-date.yaml": ("error", "wrong-type", "journal-web.yaml", 14, 15),
    "bad-deep-nesting.yaml": ("error", "too-deep", "journal-web.yaml", 8, 29),
    "bad-directive.yaml": ("error", "directive", "journal-web.yaml", 1, 1),
    "bad-duplicate-key.yaml": ("error", "duplicate-key", "journal-web.yaml", 12, 5),
    "bad-empty-value.yaml": ("error", "wrong-type", "journal-web.yaml", 8, 11),
    "bad-empty.yaml": ("error", "not-a-mapping", "journal-web.yaml", 1, 1),
    "bad-grants-without-login.yaml": ("error", "grants-inconsistent", "journal-web.yaml", 28, 16),
    "bad-grants-without-redirect.yaml": ("error", "grants-inconsistent", "journal-web.yaml", 41, 7),
    "bad-huge-number.yaml": ("error", "number-range", "journal-web.yaml", 18, 21),
    "bad-identity-scope-without-login.yaml": ("error", "identity-scope-without-login", "lab-worker.yaml", 20, 16),
    "bad-invisible-character.yaml": ("error", "control-character", "journal-web.yaml", 10, 19),
    "bad-key-broken-json.jwks.json": ("error", "json-syntax", "web.test.jwks.json", 7, 7),
    "bad-key-duplicate-member.jwks.json": ("error", "duplicate-key", "web.test.jwks.json", 7, 7),
    "bad-key-ec-for-rsa.jwks.json": ("error", "key-form", "web.test.jwks.json", 4, 14),
    "bad-key-empty-set.jwks.json": ("error", "out-of-bounds", "web.test.jwks.json", 2, 3),
    "bad-key-hs256.jwks.json": ("error", "key-algorithm", "web.test.jwks.json", 6, 14),
    "bad-key-id-twice.jwks.json": ("error", "key-id-twice", "web.test.jwks.json", 14, 14),
    "bad-key-none.jwks.json": ("error", "key-algorithm", "web.test.jwks.json", 6, 14),
    "bad-key-not-in-a-set.jwks.json": ("error", "missing-field", "web.test.jwks.json", 1, 1),
    "bad-key-not-json.jwks.json": ("error", "json-syntax", "web.test.jwks.json", 1, 1),
    "bad-key-nothing.jwks.json": ("error", "json-syntax", "web.test.jwks.json", 1, 1),
    "bad-key-of-another-type.jwks.json": ("error", "key-form", "web.test.jwks.json", 4, 14),
    "bad-key-on-another-curve.jwks.json": ("error", "key-form", "web.test.jwks.json", 8, 14),
    "bad-key-personal-identifier.jwks.json": ("error", "personal-identifier", "web.test.jwks.json", 5, 14),
    "bad-key-private-short.jwks.json": ("error", "private-key", "web.test.jwks.json", 11, 7),
    "bad-key-private.jwks.json": ("error", "private-key", "web.test.jwks.json", 11, 8),
    "bad-key-rsa-1024.jwks.json": ("error", "key-size", "web.test.jwks.json", 8, 12),
    "bad-key-rsa-2048.jwks.json": ("warning", "key-size", "web.test.jwks.json", 8, 12),
    "bad-key-short-coordinate.jwks.json": ("error", "key-form", "web.test.jwks.json", 9, 12),
    "bad-key-symmetric.jwks.json": ("error", "private-key", "web.test.jwks.json", 7, 8),
    "bad-key-unknown-member.jwks.json": ("error", "unknown-field", "web.test.jwks.json", 11, 7),
    "bad-key-without-kid.jwks.json": ("error", "missing-field", "web.test.jwks.json", 3, 5),
    "bad-key-without-modulus.jwks.json": ("error", "key-form", "web.test.jwks.json", 3, 5),
    "bad-key-without-y.jwks.json": ("error", "key-form", "web.test.jwks.json", 3, 5),
    "bad-list.yaml": ("error", "not-a-mapping", "journal-web.yaml", 1, 1),
    "bad-listed-twice.yaml": ("error", "listed-twice", "journal-web.yaml", 32, 11),
    "bad-login-without-grant.yaml": ("error", "grants-inconsistent", "lab-worker.yaml", 21, 7),
    "bad-many-values.yaml": ("error", "too-many-values", "journal-web.yaml", 8, 19995),
    "bad-missing-field.yaml": ("error", "missing-field", "journal-web.yaml", 7, 3),
    "bad-misspelt-value.yaml": ("error", "unknown-value", "journal-web.yaml", 37, 23),
    "bad-name-taken.yaml": ("error", "name-taken", "lab-worker.yaml", 4, 18),
    "bad-negative-number.yaml": ("error", "out-of-bounds", "journal-web.yaml", 18, 21),
    "bad-not-utf8.yaml": ("error", "not-utf8", "journal-web.yaml", 10, 19),
    "bad-number-without-quotes.yaml": ("error", "wrong-type", "journal-web.yaml", 9, 25),
    "bad-offline-access-without-refresh-token.yaml": ("error", "grants-inconsistent", "journal-web.yaml", 32, 11),
    "bad-organisation-differs-from-folder.yaml": (
        "error",
        "organisation-differs-from-folder",
        "journal-web.yaml",
        5,
        17,
    ),
    "bad-organisation-in-another-file.yaml": ("error", "kind", "journal-web.yaml", 2, 7),
    "bad-organisation-mailbox.yaml": ("error", "wrong-form", "organisation.yaml", 11, 14),
    "bad-period-ends-before-it-starts.yaml": ("error", "plan-order", "journal-web.yaml", 22, 14),
    "bad-personal-identifier-escaped.yaml": ("error", "personal-identifier", "journal-web.yaml", 10, 12),
    "bad-personal-identifier-in-comment.yaml": ("error", "personal-identifier", "journal-web.yaml", 2, 28),
    "bad-personal-identifier.yaml": ("error", "personal-identifier", "journal-web.yaml", 10, 22),
    "bad-post-logout-without-grant.yaml": ("error", "grants-inconsistent", "lab-worker.yaml", 22, 9),
    "bad-private-jwk-in-document.yaml": ("error", "private-key", "journal-web.yaml", 10, 26),
    "bad-private-key-armour.yaml": ("error", "private-key", "journal-web.yaml", 11, 7),
    "bad-production-before-test.yaml": ("error", "plan-order", "journal-web.yaml", 15, 26),
    "bad-production-scope.yaml": ("error", "production-scopes", "journal-web.yaml", 48, 26),
    "bad-redirect-uri-domain.yaml": ("error", "redirect-uri-domain", "journal-web.yaml", 50, 13),
    "bad-redirect-uri-fragment.yaml": ("error", "redirect-uri-form", "journal-web.yaml", 50, 13),
    "bad-redirect-uri-http.yaml": ("error", "redirect-uri-https", "journal-web.yaml", 50, 13),
    "bad-redirect-uri-loopback.yaml": ("error", "redirect-uri-https", "journal-web.yaml", 44, 13),
    "bad-redirect-uri-user.yaml": ("error", "redirect-uri-form", "journal-web.yaml", 50, 13),
    "bad-redirect-uri-wildcard.yaml": ("error", "redirect-uri-form", "journal-web.yaml", 50, 13),
    "bad-redirect-without-grant.yaml": ("error", "grants-inconsistent", "lab-worker.yaml", 22, 9),
    "bad-refresh-token-without-login.yaml": ("error", "grants-inconsistent", "lab-worker.yaml", 19, 36),
    "bad-refresh-token-without-offline-access.yaml": ("error", "grants-inconsistent", "journal-web.yaml", 28, 36),
    "bad-scope-form.yaml": ("error", "scope-form", "journal-web.yaml", 35, 11),
    "bad-scope-misspelt.yaml": ("error", "scope-form", "journal-web.yaml", 30, 11),
    "bad-several-documents.yaml": ("error", "several-documents", "journal-web.yaml", 6, 1),
    "bad-short-organisation-number.yaml": ("error", "wrong-form", "journal-web.yaml", 42, 29),
    "bad-sub-units-of-multi-tenant.yaml": ("error", "sub-units-of-multi-tenant", "lab-worker.yaml", 23, 9),
    "bad-tab-indentation.yaml": ("error", "tab-indentation", "journal-web.yaml", 10, 1),
    "bad-tag.yaml": ("error", "tag", "journal-web.yaml", 8, 12),
    "bad-test-number-check-digit.yaml": ("warning", "organisation-number-check-digit", "journal-web.yaml", 43, 36),
    "bad-text-for-flag.yaml": ("error", "wrong-type", "journal-web.yaml", 23, 17),
    "bad-text-for-group.yaml": ("error", "wrong-type", "journal-web.yaml", 36, 14),
    "bad-text-for-list.yaml": ("error", "wrong-type", "journal-web.yaml", 28, 15),
    "bad-text-for-number.yaml": ("error", "wrong-type", "journal-web.yaml", 18, 21),
    "bad-time-with-zone.yaml": ("error", "wrong-type", "journal-web.yaml", 15, 26),
    "bad-timestamp-for-date.yaml": ("error", "wrong-type", "journal-web.yaml", 14, 15),
    "bad-too-long.yaml": ("error", "out-of-bounds", "journal-web.yaml", 8, 12),
    "bad-unclosed-quote.yaml": ("error", "yaml-syntax", "journal-web.yaml", 9, 25),
    "bad-unknown-field-unlike-any.yaml": ("error", "unknown-field", "journal-web.yaml", 16, 5),
    "bad-unknown-field.yaml": ("error", "unknown-field", "journal-web.yaml", 29, 7),
    "bad-unknown-organisation-number.yaml": ("error", "organisation-number-unknown", "journal-web.yaml", 48, 29),
    "bad-unreadable-yaml.yaml": ("error", "yaml-syntax", "journal-web.yaml", 8, 22),
    "bad-wrong-kind.yaml": ("error", "kind", "journal-web.yaml", 2, 7),
}
CLAIMED_TWICE = {
    "bad-organisation-number-claimed-twice.yaml": "organisation-number-claimed-twice",
    "bad-organisation-domain-claimed-twice.yaml": "domain-claimed-twice",
}
SECRETS = {
    "bad-personal-identifier.yaml": "02013299997",
    "bad-personal-identifier-in-comment.yaml": "30108299939",
    "bad-personal-identifier-escaped.yaml": "2013299997",
    "bad-key-personal-identifier.jwks.json": "02013299997",
    "bad-key-private.jwks.json": "c2VjcmV0",
    "bad-key-private-short.jwks.json": "c2Vj",
    "bad-key-symmetric.jwks.json": "c2VjcmV0",
    "bad-private-jwk-in-document.yaml": "c2VjcmV0",
    "bad-private-key-armour.yaml": "b3BlbnNza",
}

ReadTree = Callable[[Mapping[str, bytes]], Tree]
Judge = Callable[[str], tuple[Tree, tuple[Problem, ...]]]


def put(name: str) -> Mapping[str, bytes]:
    """Where a bad file goes: in the place of the good one it was made from."""
    content = (FIXTURES / name).read_bytes()
    if name.endswith(".json"):
        return {KEYS: content}
    if b"\nkind: Organisation" in content and name.startswith("bad-organisation-") and "another-file" not in name:
        return {ORGANISATION: content}
    return {WORKER if b"{name: lab-worker" in content else JOURNAL: content}


def problems_of(tree: Tree) -> tuple[Problem, ...]:
    return with_excerpts(tree, check(tree))


@pytest.fixture(scope="module")
def judged(tree_of: ReadTree) -> Judge:
    """The tree with one bad file in it, and its problems."""

    @cache
    def judge(name: str) -> tuple[Tree, tuple[Problem, ...]]:
        tree = tree_of(put(name))
        return tree, problems_of(tree)

    return judge


def test_every_bad_file_is_expected_to_fail_in_some_way() -> None:
    names = {path.name for path in FIXTURES.glob("bad-*")}
    assert names == EXPECTED.keys() | CLAIMED_TWICE.keys()


def test_the_good_tree_has_no_problems(tree_of: ReadTree) -> None:
    assert problems_of(tree_of({})) == ()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_file_has_one_problem_at_its_place(name: str, judged: Judge) -> None:
    _, (problem,) = judged(name)
    place = problem.place
    found = (problem.severity, problem.rule, place.path.rsplit("/", 1)[1], place.line, place.column)
    assert found == EXPECTED[name]
    assert problem.message
    assert problem.hint


@pytest.mark.parametrize("name", EXPECTED)
def test_the_rest_of_the_tree_is_still_read(name: str, judged: Judge) -> None:
    tree, _ = judged(name)
    assert IntegrationKey("nordlys", "pasient-app") in tree.integrations
    assert len(tree.organisations) + len(tree.integrations) + len(tree.keys) >= 6


@pytest.mark.parametrize("name", EXPECTED)
def test_an_error_holds_somebody_back_or_makes_the_organisation_unreadable(name: str, judged: Judge) -> None:
    tree, (problem,) = judged(name)
    held = problem.holds.split(".")[0] == "fjordlegen" or "fjordlegen" in tree.unreadable
    assert held or problem.severity is Severity.WARNING


@pytest.mark.parametrize("name", EXPECTED)
def test_the_rule_of_a_problem_is_in_the_table(name: str, judged: Judge) -> None:
    _, (problem,) = judged(name)
    assert problem.rule in BY_ID


@pytest.mark.parametrize("name", [name for name in EXPECTED if name not in SECRETS])
def test_the_excerpt_is_the_line_of_the_place(name: str, judged: Judge) -> None:
    _, (problem,) = judged(name)
    content = put(name).get(problem.place.path)
    if problem.excerpt and content is not None:
        line = content.decode(errors="replace").split("\n")[problem.place.line - 1].replace("\t", " ")
        assert line.startswith(problem.excerpt.rstrip("…"))


@pytest.mark.parametrize(("name", "secret"), SECRETS.items())
def test_a_secret_is_never_repeated(name: str, secret: str, judged: Judge) -> None:
    tree, problems = judged(name)
    assert secret in next(iter(put(name).values())).decode()
    for problem in problems:
        assert secret not in repr(problem)
        assert problem.excerpt == ""
    assert secret not in repr(tree)


@pytest.mark.parametrize(("name", "rule"), CLAIMED_TWICE.items())
def test_all_claimants_are_held_at_their_own_place(name: str, rule: str, judged: Judge) -> None:
    _, problems = judged(name)
    assert [problem.rule for problem in problems] == [rule, rule]
    assert [problem.holds for problem in problems] == ["fjordlegen", "nordlys"]
    assert [problem.place.path.split("/")[1] for problem in problems] == ["fjordlegen", "nordlys"]


def test_a_document_in_another_organisations_folder_keeps_both_from_being_read_as_deleted(judged: Judge) -> None:
    tree, _ = judged("bad-organisation-differs-from-folder.yaml")
    assert tree.unreadable == {"fjordlegen", "nordlys"}
