"""Records in the tree: by identity, with their bytes' digests; and what happens to those that cannot be believed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import pytest

from sluse.catalog import limits
from sluse.catalog.files import FileKind
from sluse.catalog.layout import Role, spot
from sluse.model import digests
from sluse.model.names import Digest, IntegrationKey
from sluse.model.tree import Tree
from sluse.rules.judge import check

ReadTree = Callable[..., Tree]
FOLDER = "integrations/fjordlegen"
TEST = f"{FOLDER}/acceptance/timebok-2027/acceptance-test.yaml"
EVIDENCE = f"{FOLDER}/acceptance/timebok-2027/web.json"
PLAN = f"{FOLDER}/decisions/timebok/1-plan.yaml"
SERVICE = IntegrationKey("fjordlegen", "timebok")


def test_every_kind_is_in_its_own_mapping_by_its_identity(tree_of: ReadTree) -> None:
    tree = tree_of()
    names = {key.name for key in (*tree.providers, *tree.installations, *tree.user_organisations)}
    assert names == {"fjord-login", "timebok-solbakken", "klinikk"}
    assert list(tree.acceptance_tests) == [IntegrationKey("fjordlegen", "timebok-2027")]
    assert sorted(key.name for key in tree.decisions) == [
        "organisation-1-organisation",
        "timebok-1-plan",
        "timebok-2-acceptance",
    ]


def test_evidence_has_the_digest_of_its_bytes(tree_of: ReadTree, good: Mapping[str, bytes]) -> None:
    found = tree_of().evidence[IntegrationKey("fjordlegen", "timebok-2027"), "web.json"]
    assert found.digest == hashlib.sha256(good[EVIDENCE]).hexdigest()
    assert found.evidence.part == "web"


def test_accepted_files_are_what_the_service_s_digests_name(tree_of: ReadTree) -> None:
    tree = tree_of()
    service = tree.integrations[SERVICE].content
    for body in (digests.tested(service), digests.production(service)):
        assert tree.accepted["fjordlegen", digests.sha256(body)].body == body


def test_a_decision_that_is_no_regular_file_holds_what_its_path_is_about(tree_of: ReadTree) -> None:
    (problem,) = check(tree_of(without=[PLAN], others={PLAN: FileKind.SYMLINK}))
    assert (problem.rule, problem.holds) == ("not-a-regular-file", "fjordlegen.timebok")


def test_a_decision_that_is_too_large_holds_what_its_path_is_about(tree_of: ReadTree) -> None:
    (problem,) = check(tree_of({PLAN: b"#" * (limits.DECISION_BYTES + 1)}))
    assert (problem.rule, problem.holds) == ("file-too-large", "fjordlegen.timebok")


def test_a_decision_on_the_organisation_holds_all_of_it(tree_of: ReadTree) -> None:
    (problem,) = check(tree_of({f"{FOLDER}/decisions/_organisation/1-organisation.yaml": b"a: ["}))
    assert problem.holds == "fjordlegen"


def test_of_an_acceptance_test_only_the_inside_tells_whom_it_is_about(
    tree_of: ReadTree, good: Mapping[str, bytes]
) -> None:
    (problem,) = check(tree_of({TEST: good[TEST].replace(b"suite: service", b"suite: [service]")}))
    assert problem.holds == "fjordlegen.timebok"
    (problem,) = check(tree_of({TEST: b"a: ["}))
    assert problem.holds == ""


def test_a_decision_and_an_integration_of_one_name_hold_the_whole_organisation(
    tree_of: ReadTree, good: Mapping[str, bytes]
) -> None:
    path = f"{FOLDER}/zz.yaml"
    content = good[f"{FOLDER}/lab-worker.yaml"].replace(b"name: lab-worker", b"name: timebok-1-plan")
    tree = tree_of({path: content})
    (problem,) = [each for each in check(tree) if each.rule == "name-taken"]
    assert problem.holds == "fjordlegen"
    assert IntegrationKey("fjordlegen", "timebok-1-plan") not in {*tree.decisions, *tree.integrations}


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b'{"digestVersion":1,"integration":"fjordlegen.timebok","kind":"ServiceIntegration","tested":{"a":1}}', ""),
        (b'{"kind":"ServiceIntegration","digestVersion":1}', "accepted-bytes"),
        (b'{"digestVersion":1,"integration":"fjordlegen.timebok","kind":"ServiceIntegration"}', "accepted-bytes"),
        (b'{"digestVersion":1,"integration":"nordlys.x","kind":"ServiceIntegration","tested":{}}', ""),
        (b'{"digestVersion":1,"integration":"fjordlegen.a","kind":"Decision","tested":{}}', "unknown-value"),
        (b'{"digestVersion":1,"identity":{},"kind":"Organisation","organisation":"fjordlegen"}', ""),
        (b'{"digestVersion":1,"identity":{},"kind":"Organisation","organisation":"nordlys"}', ""),
        (b'{"digestVersion":1,"identity":{},"kind":"Organisation","tested":{}}', "accepted-bytes"),
        (b'["digestVersion"]', "not-a-mapping"),
        (b'{"digestVersion":9007199254740993}', "accepted-bytes"),
        (b'{"digestVersion":"\\ud800"}', "yaml-syntax"),
    ],
)
def test_an_accepted_file_is_canonical_and_of_its_form(body: bytes, rule: str, tree_of: ReadTree) -> None:
    digest = Digest(hashlib.sha256(body).hexdigest())
    tree = tree_of({f"{FOLDER}/accepted/{digest}.json": body})
    elsewhere = b"nordlys" in body
    rules = [rule] if rule else ["organisation-differs-from-folder"] if elsewhere else []
    assert [problem.rule for problem in check(tree)] == rules
    assert (("fjordlegen", digest) in tree.accepted) == (not rules)


@pytest.mark.parametrize(
    ("path", "about"),
    [
        ("decisions/1-plan.yaml", "fjordlegen"),
        ("decisions/Timebok/1-plan.yaml", "fjordlegen"),
        ("decisions/timebok/plan.yaml", "fjordlegen.timebok"),
        ("decisions/timebok/0-plan.yaml", "fjordlegen.timebok"),
        ("decisions/timebok/1-submission.yaml", "fjordlegen.timebok"),
        ("decisions/timebok/1-plan.yml", "fjordlegen.timebok"),
        ("decisions/timebok/more/1-plan.yaml", "fjordlegen"),
        ("accepted/0a.json", ""),
        ("accepted/more/0a.json", ""),
        ("acceptance/acceptance-test.yaml", ""),
        ("acceptance/timebok-2027/log.txt", ""),
        ("acceptance/timebok-2027/Web.json", ""),
    ],
)
def test_a_misplaced_decision_still_holds_what_it_may_be_about(path: str, about: str, tree_of: ReadTree) -> None:
    (problem,) = check(tree_of({f"{FOLDER}/{path}": b"a: b\n"}))
    assert (problem.rule, problem.holds) == ("file-name", about)
    assert spot(f"{FOLDER}/{path}", "integrations").role is Role.MISPLACED
