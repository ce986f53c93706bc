"""What `sluse check --fix` mends: one place each, with everything else in the file as its author left it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from sluse.catalog.layout import Role, spot
from sluse.checking.fixing import Fixed, fixed, write
from sluse.checking.folders import judged
from sluse.checking.part import policies
from sluse.checking.scope import Scope, scope
from sluse.errors import CatalogError
from sluse.model.problem import Problem

GOOD = Path(__file__).parent.parent / "fixtures" / "good"
JOURNAL, TIMEBOK, OWNER = "journal-web.yaml", "timebok.yaml", "organisation.yaml"
LOGIN, INSTALLED, USERS = "login.yaml", "timebok-solbakken.yaml", "klinikk.yaml"


class Case(NamedTuple):
    """A text of a good file, the same with a mistake, and mended: as it was, where nothing is said."""

    rule: str
    file: str
    good: str
    bad: str
    mended: str = ""


MENDED = [
    Case("unknown-field", JOURNAL, "title: Fj", "titel: Fj"),
    Case("unknown-field", JOURNAL, "    title: Fj", '    "titel": Fj', '    "title": Fj'),
    Case("unknown-value", JOURNAL, "web-with-backend", "web-with-backends  # so", "web-with-backend  # so"),
    Case("unknown-value", TIMEBOK, "structure: web-with-backend", "structure: 'Web_With_Backend'", "structure: 'web-with-backend'"),
    Case("kind", JOURNAL, "kind: ServiceIntegration", "kind: ServiceIntegrations"),
    Case("api-version", JOURNAL, "apiVersion: sluse.nhn.no/v1alpha1", "apiVersion: v1alpha1"),
    Case("api-version", JOURNAL, "apiVersion: sluse.nhn.no/v1alpha1\nkind", "kind"),
    Case("wrong-type", OWNER, 'numbers: ["313231593"]', "numbers: [313231593] # ours", 'numbers: ["313231593"] # ours'),
    Case("wrong-type", OWNER, "[fjordlegen.example]", "fjordlegen.example"),
    Case("wrong-type", USERS, "noticeDays: 21", "noticeDays: '21'"),
    Case("wrong-type", LOGIN, "testFrom: 2026-12-01", "testFrom: 1.12.2026"),
    Case("out-of-bounds", OWNER, '"313231593"', '"313 231 593"'),
    Case("wrong-form", OWNER, "[fjordlegen.example]", '["https://Fjordlegen.example/"]', '["fjordlegen.example"]'),
    Case("wrong-form", USERS, "name: klinikk,", "name: Klinikk,"),
    Case("listed-twice", TIMEBOK, "[openid, nhn:msh/api]", "[openid, nhn:msh/api, openid]"),
    Case("listed-twice", JOURNAL, "        - profile\n", "        - profile\n        - openid\n"),
    Case("ambiguous-value", OWNER, "title: Fjordlegen", "title: no  # way", 'title: "no"  # way'),
    Case("byte-order-mark", OWNER, "apiVersion", "\ufeffapiVersion"),
    Case("control-character", OWNER, "title: Fjordlegen", "title: Fjord\u200blegen"),
    Case("scope-form", TIMEBOK, "[openid,", "[opnid,"),
    Case("grants-inconsistent", TIMEBOK, "api]\n", "api]\n", "api, offline_access]\n"),
    Case("grants-inconsistent", JOURNAL, "        - offline_access\n", "", ""),
    Case("provider-address", LOGIN, "issuer: https://login.fjordlegen.example", "issuer: https://login.fjordlegen.example/"),
    Case("provider-claims", LOGIN, "level: acr", "level: akr"),
    Case("provider-claims", LOGIN, "Høyt, level: high", "Høyt, level: substantial"),
]  # fmt: skip

LEFT = [
    Case("unknown-field", JOURNAL, "    title: Fj", "    titel: x\n    title: Fj"),
    Case("unknown-field", JOURNAL, "    title: Fj", "    colour: x\n    title: Fj"),
    Case("wrong-form", OWNER, "[fjordlegen.example]", "[fjordlegen]"),
    Case("listed-twice", JOURNAL, "- profile\n", "- profile\n        - openid  # again\n"),
    Case("duplicate-key", JOURNAL, "    title: Fj", "    title: x\n    title: Fj"),
    Case("provider-pkce", LOGIN, "pkce: true", "pkce: false"),
    Case("wrong-type", TIMEBOK, "[openid, nhn:msh/api]", "openid, nhn:msh/api"),
]

HINTED = [
    Case("unknown-value", TIMEBOK, "[authorization_code]", "[urn:ietf:params:oauth:grant-type:jwt-bearer]"),
    Case("unknown-value", TIMEBOK, "[authorization_code]", "['authorisation_code']"),
    Case("unknown-value", LOGIN, "[PS256, ES256]", "[HS256]"),
    Case("unknown-value", LOGIN, "private_key_jwt", "client_secret_jwt"),
    Case("unknown-field", TIMEBOK, "minimumLevel", "maximumLevel"),
    Case("unknown-field", TIMEBOK, "productionNotBefore", "productionNotAfter"),
    Case("login-provider-unknown", TIMEBOK, "name: fjord-login", "name: buypass-eid"),
    Case("login-provider-unknown", TIMEBOK, "name: fjord-login", "name: fjord-lgoin"),
    Case("installation-service", INSTALLED, "fjordlegen.timebok", "fjordlegen.timbok"),
    Case("installation-service", INSTALLED, "client: web", "client: webb"),
    Case("used-service", USERS, "nordlys.pasient-app", "nordlys.pasientapp"),
    Case("scope-form", TIMEBOK, "[openid,", "[openid_2,"),
]
"""A near word is another word: said, and never put in place."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(GOOD, tmp_path / "repository")
    return tmp_path / "repository"


@pytest.fixture
def fix(root: Path) -> Callable[[], Fixed]:
    """Mend the repository."""

    def mend() -> Fixed:
        everything = Scope(root, "integrations", ())
        done = fixed(everything, judged(root, "integrations", None).problems, policies(everything).models)
        write(root, done)
        return done

    return mend


def problems(root: Path) -> tuple[Problem, ...]:
    return judged(root, "integrations", None).problems


def file_of(root: Path, case: Case) -> Path:
    return root / "integrations" / "fjordlegen" / case.file


def spoil(root: Path, case: Case) -> str:
    """Put the mistake into the file, with the grant that some mistakes need; return the file without it."""
    file = file_of(root, case)
    text = file.read_text(encoding="utf-8")
    if case.rule == "grants-inconsistent":
        text = text.replace("[authorization_code]", "[authorization_code, refresh_token]")
    assert case.good in text
    file.write_text(text.replace(case.good, case.bad, 1), encoding="utf-8")
    return text


@pytest.mark.parametrize("case", MENDED, ids=[f"{case.rule}-{number}" for number, case in enumerate(MENDED)])
def test_a_mistake_is_mended_where_it_stands(case: Case, root: Path, fix: Callable[[], Fixed]) -> None:
    text = spoil(root, case)
    assert case.rule in [problem.rule for problem in problems(root)]
    done = fix()
    assert [problem.rule for problem in done.problems] == [case.rule]
    assert case.rule not in [problem.rule for problem in problems(root)]
    if case.bad:
        expected = text.replace(case.good, case.mended or case.good, 1)
        assert file_of(root, case).read_text(encoding="utf-8") == expected
    assert fix() == Fixed((), {}, {})


def test_enough_rules_mend_what_they_find() -> None:
    assert len({case.rule for case in MENDED}) >= 15


@pytest.mark.parametrize("case", LEFT, ids=[f"{case.rule}-{number}" for number, case in enumerate(LEFT)])
def test_what_only_a_person_can_know_is_left(case: Case, root: Path, fix: Callable[[], Fixed]) -> None:
    spoil(root, case)
    before = problems(root)
    assert case.rule in [problem.rule for problem in before]
    assert fix().problems == ()
    assert problems(root) == before


@pytest.mark.parametrize("case", HINTED, ids=[f"{case.rule}-{number}" for number, case in enumerate(HINTED)])
def test_a_word_that_may_be_meant_otherwise_is_hinted_at_and_left(
    case: Case, root: Path, fix: Callable[[], Fixed]
) -> None:
    spoil(root, case)
    (found,) = (problem for problem in problems(root) if problem.rule == case.rule)
    assert ("Did you mean" in found.hint, found.edits) == (True, ())
    before = file_of(root, case).read_bytes()
    assert fix() == Fixed((), {}, {})
    assert file_of(root, case).read_bytes() == before


def test_a_scope_is_added_below_the_others(root: Path, fix: Callable[[], Fixed]) -> None:
    spoil(root, Case("grants-inconsistent", JOURNAL, "        - offline_access\n", ""))
    fix()
    text = (root / "integrations/fjordlegen" / JOURNAL).read_text()
    assert "        - nhn:hgd-persontjenesten-api/restricted-access\n        - offline_access\n      login:" in text


def test_what_shows_up_when_something_is_mended_is_mended_too(root: Path, fix: Callable[[], Fixed]) -> None:
    for case in (MENDED[0], Case("scope-form", JOURNAL, "- openid\n", "- opnid\n")):
        spoil(root, case)
    assert [problem.rule for problem in fix().problems] == ["unknown-field", "scope-form"]
    assert problems(root) == ()


def test_only_the_paths_that_were_asked_for_are_mended(root: Path) -> None:
    for case in (MENDED[0], next(case for case in MENDED if case.file == USERS)):
        spoil(root, case)
    asked = scope([root / "integrations/fjordlegen" / USERS])
    assert set(fixed(asked, problems(root), policies(asked).models).after) == {f"integrations/fjordlegen/{USERS}"}


def test_line_ends_and_mode_stay(root: Path, fix: Callable[[], Fixed]) -> None:
    file = root / "integrations/fjordlegen" / OWNER
    content = file.read_bytes().replace(b"\n", b"\r\n")
    file.write_bytes(content.replace(b'["313231593"]', b"[313231593]"))
    file.chmod(0o640)
    fix()
    assert file.read_bytes() == content
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in file.parent.iterdir()) == sorted(
        path.name for path in (GOOD / "integrations/fjordlegen").iterdir()
    )


def test_a_file_that_changed_meanwhile_is_not_written(root: Path) -> None:
    spoil(root, MENDED[0])
    everything = Scope(root, "integrations", ())
    done = fixed(everything, problems(root), policies(everything).models)
    file = file_of(root, MENDED[0])
    file.write_text("# mine\n")
    with pytest.raises(CatalogError, match="changed meanwhile"):
        write(root, done)
    assert file.read_text() == "# mine\n"


def test_records_and_policies_have_no_edits(root: Path) -> None:
    record = root / "integrations/fjordlegen/decisions/timebok/1-plan.yaml"
    record.write_text(record.read_text().replace("verdict:", "verdct:"))
    calendar = root / "policies/calendar.yaml"
    calendar.write_text(f"zones: x\n{calendar.read_text()}")
    found = problems(root)
    assert {problem.place.path for problem in found} >= {str(each.relative_to(root)) for each in (record, calendar)}
    assert [problem for problem in found if problem.edits] == []


def test_every_file_that_is_mended_is_a_document() -> None:
    places = [spot(f"integrations/fjordlegen/{case.file}", "integrations").role for case in MENDED]
    assert set(places) <= {Role.DOCUMENT, Role.ORGANISATION}


def test_the_difference_is_one_that_git_applies(root: Path) -> None:
    spoil(root, MENDED[0])
    everything = Scope(root, "integrations", ())
    done = fixed(everything, problems(root), policies(everything).models)
    assert done.diff().splitlines()[:2] == [
        "--- a/integrations/fjordlegen/journal-web.yaml",
        "+++ b/integrations/fjordlegen/journal-web.yaml",
    ]
    assert [line for line in done.diff().splitlines()[2:] if line[0] in "+-"] == [
        "-    titel: Fjordlegen Journal",
        "+    title: Fjordlegen Journal",
    ]


def test_a_file_that_yaml_cannot_take_is_mended_as_far_as_it_can_be(root: Path, fix: Callable[[], Fixed]) -> None:
    file = root / "integrations/fjordlegen" / OWNER
    text = file.read_text().replace("title: Fjordlegen", "title: Fjord\u200blegen  # \x1b[31m")
    file.write_text(text)
    assert [problem.rule for problem in fix().problems] == ["control-character"]
    assert file.read_text() == text.replace("\u200b", "")


def test_no_other_file_is_edited_for_one_whose_name_cannot_be_printed(root: Path, fix: Callable[[], Fixed]) -> None:
    folder = root / "integrations/fjordlegen"
    text = spoil(root, MENDED[0])
    hidden, shown = folder / "journal\u202eweb.yaml", folder / "journal\ufffdweb.yaml"
    file_of(root, MENDED[0]).rename(hidden)
    shown.write_text(text)
    before = hidden.read_bytes()
    assert fix() == Fixed((), {}, {})
    assert (hidden.read_bytes(), shown.read_text()) == (before, text)
    (folder / USERS).rename(folder / "klinikk\u202e.yaml")
    users = folder / "klinikk\u202e.yaml"
    users.write_text(users.read_text().replace("name: klinikk,", "name: Klinikk,"))
    assert all(problem.edits == () for problem in problems(root))


def test_the_difference_drives_no_terminal() -> None:
    old = "".join(f"{line}\r\n" for line in ("a: \tx", "# \u202ehi\x1b[2J\x85", "titel: x"))
    told = Fixed((), {"f": old.encode()}, {"f": old.replace("titel", "title").encode()}).diff()
    assert told == (
        "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a: \tx\r\n # \ufffdhi\ufffd[2J\ufffd\r\n-titel: x\r\n+title: x\r\n"
    )


def test_edits_are_of_the_bytes_that_are_there_and_not_of_those_that_were(root: Path) -> None:
    spoil(root, MENDED[0])
    found = problems(root)
    file = file_of(root, MENDED[0])
    file.write_text(f"# one line more\n{file.read_text()}")
    everything = Scope(root, "integrations", ())
    done = fixed(everything, found, policies(everything).models)
    path = file.relative_to(root).as_posix()
    assert done.after[path] == file.read_bytes().replace(b"titel", b"title")
    assert done.problems[0].place.line == next(each for each in found if each.edits).place.line + 1


@pytest.mark.parametrize(("instead", "says"), [("nothing", "changed meanwhile"), ("a link", "is a link")])
def test_a_file_that_went_away_meanwhile_is_said(instead: str, says: str, root: Path, tmp_path: Path) -> None:
    spoil(root, MENDED[0])
    found = problems(root)
    file = file_of(root, MENDED[0])
    file.rename(tmp_path / "elsewhere.yaml")
    if instead == "a link":
        file.symlink_to(tmp_path / "elsewhere.yaml")
    everything = Scope(root, "integrations", ())
    with pytest.raises(CatalogError, match=says):
        fixed(everything, found, policies(everything).models)
