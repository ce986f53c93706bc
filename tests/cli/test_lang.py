"""Bokmål and English, by option and by locale."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sluse.cli import main
from sluse.cli.check import command as check
from sluse.cli.explain import command as explain
from sluse.cli.new import command as new

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture
def wrong(tmp_path: Path) -> str:
    shutil.copytree(FIXTURES / "good", tmp_path, dirs_exist_ok=True)
    file = tmp_path / "integrations" / "fjordlegen" / "journal-web.yaml"
    file.write_text((FIXTURES / "bad-redirect-uri-http.yaml").read_text())
    return str(tmp_path)


def test_check_speaks_bokmal_when_asked(wrong: str) -> None:
    said = CliRunner().invoke(check, [wrong, "--lang", "nb"])
    assert "feil redirect-uri-https:" in said.stdout
    assert "er ikke https" in said.stdout
    assert "tips: Bruk https." in said.stdout
    assert said.stderr.startswith("1 feil; 21 lesbare filer")


@pytest.mark.parametrize(("locale", "hint"), [("nb_NO.UTF-8", "Bruk https."), ("en_GB.UTF-8", "Use https.")])
def test_the_locale_decides_where_nobody_says(locale: str, hint: str, wrong: str) -> None:
    said = CliRunner(env={"LC_ALL": locale}).invoke(check, [wrong, "--output", "json"])
    assert [problem["hint"] for problem in json.loads(said.stdout)["problems"]] == [hint]


@pytest.mark.parametrize(
    ("language", "hint"), [("nb", "tips: oppgi en i en mappe"), ("en", "hint: give one in a folder")]
)
def test_an_error_keeps_its_hint_in_either_language(language: str, hint: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = CliRunner().invoke(main, ["sandbox", "--directory", str(tmp_path / "file" / "below"), "--lang", language])
    assert said.exit_code == 2
    assert said.stderr.splitlines()[1].startswith(hint)


def test_names_stay_english(wrong: str) -> None:
    said = CliRunner().invoke(check, [wrong, "--lang", "nb", "--output", "json"])
    (problem,) = json.loads(said.stdout)["problems"]
    assert (problem["rule"], problem["severity"]) == ("redirect-uri-https", "error")


def test_a_rule_is_told_in_bokmal() -> None:
    said = CliRunner().invoke(explain, ["key-size", "--lang", "nb"])
    assert "antatt" in said.output
    assert "hvorfor:" in said.output


def test_the_order_form_is_a_bestillingsskjema_too() -> None:
    assert (
        "# Organisasjonsnummeret til konfigurasjonseieren, som klientene tilhører\n"
        in CliRunner().invoke(new, ["--questions", "--lang", "nb"]).output
    )
