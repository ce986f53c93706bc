"""`sluse check`: what it prints, what it reads, and how it ends. Golden files are in tests/golden/check."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sluse.cli import main

TESTS = Path(__file__).parent.parent
GOLDEN = TESTS / "golden" / "check"
BAD = {
    "fjordlegen/journal-web.yaml": "bad-misspelt-value.yaml",
    "fjordlegen/lab-worker.yaml": "bad-identity-scope-without-login.yaml",
    "fjordlegen/keys/journal-web/web.test.jwks.json": "bad-key-rsa-2048.jwks.json",
    "fjordlegen/notes.yaml": "bad-personal-identifier.yaml",
}

Check = Callable[..., Result]


@pytest.fixture
def bad(good: Path) -> Path:
    """The same with one mistake in each of four files."""
    for path, name in BAD.items():
        shutil.copy(TESTS / "fixtures" / name, good / "integrations" / path)
    return good


@pytest.mark.usefixtures("good")
def test_a_good_tree_is_fine(check: Check) -> None:
    result = check()
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no problems; 21 readable files\n"


@pytest.mark.usefixtures("bad")
@pytest.mark.parametrize(("arguments", "golden"), [((), "text.txt"), (("--output", "json"), "json.json")])
def test_the_output_is_the_golden_one(arguments: tuple[str, ...], golden: str, check: Check) -> None:
    result = check(*arguments)
    assert result.stdout == (GOLDEN / golden).read_text()
    assert result.exit_code == 1


@pytest.mark.usefixtures("bad")
def test_json_counts_what_was_found_and_what_was_read(check: Check) -> None:
    report = json.loads(check("--output", "json").stdout)
    counts = report["counts"]
    assert (counts["errors"], counts["warnings"]) == (3, 1)
    assert (counts["organisations"], counts["integrations"], counts["keyFiles"]) == (2, 3, 5)
    assert len(report["problems"]) == 4


def test_warnings_alone_are_fine(good: Path, check: Check) -> None:
    path = "fjordlegen/keys/journal-web/web.test.jwks.json"
    shutil.copy(TESTS / "fixtures" / BAD[path], good / "integrations" / path)
    result = check()
    assert result.exit_code == 0
    assert "warning key-size" in result.stdout


@pytest.mark.usefixtures("bad")
def test_paths_narrow_what_is_told(check: Check) -> None:
    result = check("integrations/fjordlegen/lab-worker.yaml")
    assert result.exit_code == 1
    assert "identity-scope" in result.stdout
    assert "hihg" not in result.stdout
    assert check("integrations/nordlys").exit_code == 0
    assert check("integrations/fjordlegen/keys").exit_code == 0
    assert result.stderr.startswith("1 error")


def test_a_broken_organisation_is_told_for_each_of_its_files(good: Path, check: Check) -> None:
    (good / "integrations" / "fjordlegen" / "organisation.yaml").unlink()
    assert "organisation-missing" in check("integrations/fjordlegen/journal-web.yaml").stdout


def test_other_organisations_are_known_but_not_read(good: Path, check: Check) -> None:
    (good / "integrations" / "nordlys" / "pasient-app.yaml").write_text("a: [")
    (good / "integrations" / "fjordlegen" / "klinikk.yaml").unlink()
    journal = good / "integrations" / "fjordlegen" / "journal-web.yaml"
    text = journal.read_text()
    journal.write_text(
        text.replace(
            'production:\n        organisationNumber: "313231593"',
            'production:\n        organisationNumber: "313745392"',
        )
    )
    result = check(journal)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no problems; 18 readable files\n"


def test_organisations_whose_services_are_named_are_read_too(good: Path, check: Check) -> None:
    users = good / "integrations" / "fjordlegen" / "klinikk.yaml"
    assert check(users).exit_code == 0
    users.write_text(users.read_text().replace("nordlys.pasient-app", "nordlys.pasientapp"))
    result = check(users)
    assert result.exit_code == 1
    assert "Did you mean `nordlys.pasient-app`?" in result.stdout


def test_an_identity_provider_of_an_organisation_that_is_not_read_is_found(good: Path, check: Check) -> None:
    client = good / "integrations" / "nordlys" / "pasient-app.yaml"
    login = "login: {minimumLevel: substantial, identityProviders: [{name: %s}]}"
    text = client.read_text()
    client.write_text(text.replace("login: {minimumLevel: substantial}", login % "fjord-login"))
    assert check(client).exit_code == 0
    client.write_text(text.replace("login: {minimumLevel: substantial}", login % "fjord-lgoin"))
    result = check(client)
    assert result.exit_code == 1
    assert "Did you mean `fjord-login`?" in result.stdout


def test_demo_keys_are_told_unless_the_repository_is_one_of_examples(good: Path, check: Check) -> None:
    keys = good / "integrations" / "fjordlegen" / "keys" / "timebok" / "web.test.jwks.json"
    keys.write_text(keys.read_text().replace("timebok-2026", "demo-timebok"))
    repository = good / "policies" / "repository.yaml"
    assert check().stdout == ""
    repository.write_text("id: integrations.fjordlegen.no\n")
    result = check()
    assert result.exit_code == 0
    assert "warning demo-key: `demo-timebok`" in result.stdout


def test_the_data_of_policies_is_judged_too(good: Path, check: Check) -> None:
    calendar = good / "policies" / "calendar.yaml"
    calendar.write_text(calendar.read_text().replace('end: "08:00"', 'end: "05:00"'))
    result = check()
    assert result.exit_code == 1
    of_the_file, of_the_window = (line for line in result.stdout.splitlines() if line.startswith("policies/"))
    assert of_the_file.startswith(
        "policies/calendar.yaml: warning manifest-outdated: It is not the file that the roots"
    )
    assert of_the_window.startswith("policies/calendar.yaml:10:10: error calendar-order: The window ends")
    assert 'end: "05:00"' in result.stdout


@pytest.mark.parametrize("where", ["integrations", "integrations/fjordlegen/keys", "stacks"])
def test_the_tree_is_found_from_below_the_repository(
    where: str, bad: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bad / where).mkdir(exist_ok=True)
    monkeypatch.chdir(bad / where)
    assert check().stdout == (GOLDEN / "text.txt").read_text()


def test_a_tree_may_be_named_from_anywhere(bad: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    expected = (GOLDEN / "text.txt").read_text()
    assert check(bad).stdout == expected
    assert check(bad / "integrations").stdout == expected
    renamed = bad / "integrations"
    renamed.rename(bad / "orders")
    assert check(bad / "orders").stdout == expected.replace("integrations/", "orders/", 4)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("missing.yaml",), "There is no missing.yaml"),
        (("outside.yaml",), "lies in no folder integrations"),
        (("integrations", "other/integrations"), "different trees"),
        (("--output", "xml"), "xml"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_a_sentence(
    arguments: tuple[str, ...], says: str, good: Path, check: Check
) -> None:
    (good / "outside.yaml").write_text("")
    (good / "other" / "integrations").mkdir(parents=True)
    result = check(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_no_tree_at_all_is_said_with_a_hint(tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    result = check()
    assert result.exit_code == 2
    assert "hint: Name it: sluse check PATH." in result.stderr


def test_a_link_is_a_problem_and_not_a_way_out(good: Path, check: Check) -> None:
    link = good / "integrations" / "fjordlegen" / "link.yaml"
    link.symlink_to("/etc/hostname")
    result = check(link)
    assert result.exit_code == 1
    assert "not-a-regular-file" in result.stdout


@pytest.mark.usefixtures("bad")
@pytest.mark.parametrize(
    ("environment", "arguments", "colours"),
    [
        ({}, (), "some"),
        ({"NO_COLOR": "1"}, (), "none"),
        ({"NO_COLOR": "yes"}, (), "none"),
        ({}, ("--no-color",), "none"),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    environment: dict[str, str], arguments: tuple[str, ...], colours: str
) -> None:
    result = CliRunner(env=environment).invoke(main, ["check", *arguments], color=True)
    assert ("some" if "\x1b[" in result.stdout else "none") == colours


@pytest.mark.usefixtures("bad")
def test_without_a_terminal_there_is_no_colour(check: Check) -> None:
    assert "\x1b[" not in check().output


@pytest.mark.usefixtures("bad")
def test_no_identifier_is_ever_printed(check: Check) -> None:
    assert "02013299997" not in check().output
    assert "02013299997" not in check("--output", "json").output


def test_the_current_directory_is_left_as_it_was(bad: Path, check: Check) -> None:
    before = sorted(os.walk(bad))
    check()
    assert sorted(os.walk(bad)) == before


@pytest.mark.usefixtures("bad")
def test_what_can_be_mended_is_mended_and_told_and_the_rest_is_left(good: Path, check: Check) -> None:
    path = good / "integrations/fjordlegen/journal-web.yaml"
    before = path.read_text()
    shown = check("--diff")
    assert (shown.exit_code, path.read_text()) == (1, before)
    assert "-        minimumLevel: hihg\n+        minimumLevel: high\n" in shown.stdout
    assert "error" not in shown.stdout
    result = check("--fix")
    assert path.read_text() == before.replace("hihg", "high")
    assert "journal-web.yaml:37:23: mended unknown-value" in result.stderr
    assert "unknown-value" not in result.stdout
    assert (result.exit_code, "error identity-scope-without-login" in result.stdout) == (1, True)
    assert "mended" not in check("--fix").stderr
    assert check("--diff").stdout == ""
