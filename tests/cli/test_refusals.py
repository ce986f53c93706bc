"""How a command line is refused: in the language of the command, also where it was refused before the option was come to."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from sluse.cli import main, refusals

REFUSED = {
    ("check", "--nope"): "Det finnes ikke noe valg --nope.",
    ("check", "--outpt", "json"): "Det finnes ikke noe valg --outpt. Mente du '--output'?",
    ("check", "--indx"): "Det finnes ikke noe valg --indx. Mente du '--fix', '--index', '--no-index'?",
    ("check", "--output", "yaml"): "--output: yaml er ingen av text, json, sarif, github, gitlab, junit.",
    ("check", "--diff", "--fix"): "--diff og --fix utelukker hverandre",
    ("gate", "--at"): "--at trenger en verdi.",
    ("gate", "--at", "2026"): "--at: ",
    ("explain",): "SUBJECT mangler.",
    ("explain", "a", "b"): "Dette er ett ord for mye: b",
    ("new", "foo"): "[service|identity-provider]: foo er ingen av service, identity-provider.",
    ("check", "--index=3"): "--index tar ingen verdi.",
    ("acceptance", "nope"): "Det finnes ingen kommando nope.",
}


@pytest.mark.parametrize("line", REFUSED, ids=" ".join)
@pytest.mark.parametrize("asked", ["option", "locale"])
def test_a_refusal_is_in_bokmal(line: tuple[str, ...], asked: str) -> None:
    words = (line[0], *(("--lang", "nb") if asked == "option" and line[0] != "acceptance" else ()), *line[1:])
    result = CliRunner(
        env={"LC_ALL": "nb_NO.UTF-8"} if asked == "locale" or line[0] == "acceptance" else {"LC_ALL": "C"}
    ).invoke(main, words)
    assert result.exit_code == 2
    assert result.stdout == ""
    said = result.stderr
    assert f"feil: {REFUSED[line]}" in said
    if not said.startswith("feil: "):  # click knows the command
        assert said.startswith(f"Bruk: main {line[0]}")
        assert f"\n`main {line[0]} --help` sier mer.\n\nfeil: " in said


def test_the_option_counts_behind_what_is_refused_too() -> None:
    result = CliRunner(env={"LC_ALL": "C"}).invoke(main, ["check", "--nope", "--lang=nb"])
    assert "feil: Det finnes ikke noe valg --nope." in result.stderr


@pytest.mark.parametrize("line", REFUSED, ids=" ".join)
def test_in_english_it_is_clicks_own(line: tuple[str, ...]) -> None:
    result = CliRunner(env={"LC_ALL": "C"}).invoke(main, line)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert "feil" not in result.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("ledger", "init"), "-e / --environment mangler."),
        (("network", "show", "-e", "tets"), "--environment / -e: tets er ingen av test, production."),
    ],
)
def test_an_option_of_two_names_is_named_without_clicks_quotes(line: tuple[str, ...], said: str) -> None:
    result = CliRunner(env={"LC_ALL": "C"}).invoke(main, [*line, "--lang", "nb"])
    assert result.stderr.splitlines()[-1] == f"feil: {said}"


@pytest.mark.parametrize(
    ("locale", "said"),
    [("C", "No such command 'chekc'. Did you mean 'check'?"), ("nb_NO.UTF-8", "kommando chekc. Mente du 'check'?")],
)
def test_a_command_that_there_is_not_is_told_with_the_nearest(locale: str, said: str) -> None:
    result = CliRunner(env={"LC_ALL": locale}).invoke(main, ["chekc"])
    assert (result.exit_code, said in result.stderr) == (2, True)
    assert "mean" not in CliRunner(env={"LC_ALL": "C"}).invoke(main, ["zzzz"]).stderr


def test_what_is_not_known_stays_as_it_is() -> None:
    assert refusals.said("Something new of click's.") == "Something new of click's."
