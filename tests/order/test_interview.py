"""Going through the form: what is asked, what is refused, what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from order.conftest import Filled
from sluse.catalog.yaml import plain
from sluse.model.problem import Problem
from sluse.order.draft import Desk


class Counting(Desk):
    """A desk that counts how often it judged."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.root, desk.policies)
        self.judged = 0

    def problems(self, files: Mapping[str, bytes]) -> tuple[Problem, ...]:
        self.judged += 1
        return super().problems(files)


@pytest.mark.parametrize(
    ("at", "text", "rule"),
    [
        ("organisation", "Varden", "file-name"),
        ("organisation", "", "missing-field"),
        ("organisationNumbers", "313745393", "organisation-number-check-digit"),
        ("organisationNumbers", "12", "wrong-form"),
        ("domains", "varden", "wrong-form"),
        ("mailbox", "drift", "wrong-form"),
        ("maintainerKey", "ssh-rsa AAAA", "wrong-form"),
        ("actsFor", "313231593", "organisation-number-unknown"),
        ("users", "Kari, 02013299997", "personal-identifier"),
        ("structure", "webb", "unknown-value"),
        ("testFrom", "1 December", "wrong-type"),
        ("productionNotBefore", "2026-11-01T08:00", "plan-order"),
        ("loginsPerDay", "many", "wrong-type"),
        ("scopes", "openid scope\\x", "wrong-form"),
        ("minimumLevel", "low", "unknown-value"),
        ("identityProviders", "idportn", "login-provider-unknown"),
        ("testRedirectUris", "http://lab.test.varden.example/cb", "redirect-uri-https"),
        ("testRedirectUris", "https://lab.example/cb", "redirect-uri-domain"),
        ("zones", "intranet", "unknown-value"),
    ],
)
def test_a_wrong_answer_is_refused_when_it_is_given(at: str, text: str, rule: str, filled: Filled) -> None:
    interview = filled(until=at)
    asked = interview.next
    assert asked is not None
    assert {problem.rule for problem in interview.answer(asked, text)} == {rule}
    assert interview.next == asked, "it is asked again"


def test_a_draft_is_judged_once_for_an_answer(filled: Filled) -> None:
    interview = filled(until="users")
    desk = interview.desk = Counting(interview.desk)
    for text in ("Doctors", "Java"):
        asked = interview.next
        assert asked is not None
        interview.answer(asked, text)
    assert desk.judged == 2, "what the last answer was judged by is what the next begins with"
    asked = interview.next
    assert asked is not None
    assert interview.answer(asked, "webb") != []
    interview.answer(asked, "web-with-backend")
    assert desk.judged == 4, "a refused answer changes nothing"


def test_all_answers_are_files_that_check_accepts(filled: Filled) -> None:
    interview = filled()
    files, pair = interview.files()
    assert pair is not None
    assert sorted(files) == [
        "integrations/varden/keys/lab/web.test.jwks.json",
        "integrations/varden/lab.yaml",
        "integrations/varden/organisation.yaml",
    ]
    assert interview.desk.problems(files) == ()


def test_a_persons_name_beside_a_key_is_left_out(filled: Filled) -> None:
    files, _ = filled().files()
    assert b"kari" not in files["integrations/varden/organisation.yaml"]


@pytest.mark.parametrize(
    ("structure", "scopes", "grants"),
    [
        ("web-with-backend", "openid nhn:msh/api", ["authorization_code"]),
        ("web-with-backend", "openid offline_access", ["authorization_code", "refresh_token"]),
        ("native", "openid", ["authorization_code"]),
        ("machine-to-machine", "nhn:msh/api", ["client_credentials"]),
        ("api", "nhn:msh/api", ["urn:ietf:params:oauth:grant-type:token-exchange"]),
    ],
)
def test_grants_follow_from_how_it_is_built(structure: str, scopes: str, grants: list[str], filled: Filled) -> None:
    interview = filled(structure=structure, scopes=scopes)
    files, _ = interview.files()
    assert interview.desk.problems(files) == ()
    document = plain(files["integrations/varden/lab.yaml"].decode())
    assert isinstance(document, dict)
    assert document["spec"]["clients"][0]["grants"] == grants


def test_who_nobody_logs_in_to_is_not_asked_about_logins(filled: Filled) -> None:
    interview = filled(structure="machine-to-machine", scopes="nhn:msh/api")
    assert not {"minimumLevel", "identityProviders", "testRedirectUris"} & set(interview.answers)


def test_a_known_organisation_is_not_asked_who_it_is(root: Path, filled: Filled) -> None:
    files, _ = filled().files()
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    second = filled(name="ward")
    assert "organisationTitle" not in second.answers
    assert sorted(second.files()[0]) == [
        "integrations/varden/keys/ward/web.test.jwks.json",
        "integrations/varden/ward.yaml",
    ]


def test_an_identity_provider_has_a_form_of_its_own(filled: Filled) -> None:
    answers = {
        "title": "Varden-ID",
        "algorithms": "PS256",
        "identifier": "pid",
        "identifierKinds": "fnr d-number",
        "substantial": "",
        "high": "Høyt",
        "testIssuer": "https://login.test.varden.example",
        "testJwksUri": "https://login.test.varden.example/jwks",
        "productionIssuer": "",
    }
    interview = filled(kind="identity-provider", **answers)
    files, pair = interview.files()
    assert pair is None
    assert [problem.rule for problem in interview.desk.problems(files)] == ["provider-test-users"], (
        "they are added later"
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=30), min_size=3, max_size=12))
def test_whatever_is_typed_is_taken_or_refused_with_a_sentence(texts: list[str], filled: Filled) -> None:
    interview = filled(until="title")
    for text in texts:
        asked = interview.next
        assert asked is not None
        found = interview.answer(asked, text)
        assert (asked.id in interview.answers) or all(problem.message for problem in found)
        assert found or asked.id in interview.answers


def test_what_is_no_name_of_a_folder_is_told_with_an_example_and_not_with_every_name_of_a_file(filled: Filled) -> None:
    interview = filled(until="organisation")
    assert interview.next is not None
    (problem,) = interview.answer(interview.next, "Varden!")
    assert problem.hint == "For example varden."
