"""`sluse explain RULE`: why a problem is one, from anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner, Result

from sluse.cli.explain import command
from sluse.delivery.verifying.finding import REASONS as FINDINGS
from sluse.errors import CatalogError
from sluse.model.reasons.name import ReasonName
from sluse.model.reasons.table import REASONS
from sluse.reconcile.conditions import reason_of
from sluse.rules.table import BY_ID

OPERATOR = Path(__file__).parents[2] / "operator" / "sluse"


@pytest.mark.parametrize("rule", ["key-size", "personal-identifier", "terms-provider-unknown"])
def test_a_rule_is_told_without_a_repository(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, [rule])
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == f"rule:      {rule}"
    assert BY_ID[rule].hint in result.output


def explain(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            [
                "check:      PlanNotAgreed",
                "demands:    NHN agreed to the plan.",
                "waits on:   NHN reviewer",
                "what to do: Sign the plan with `sluse approve ORGANISATION.NAME --type plan`, or tell the supplier what is missing.",
            ],
        ),
        (
            "nb",
            [
                "kontroll:          PlanNotAgreed",
                "krever:            NHN har godkjent planen.",
                "venter på:         beslutteren i NHN",
                "hva som må gjøres: Signer planen med `sluse approve ORGANISASJON.NAVN --type plan`, eller si fra til tjenesteleverandøren hva som mangler.",
            ],
        ),
    ],
)
def test_a_reason_of_the_gate_is_told_without_a_repository(
    lang: str, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = explain("PlanNotAgreed", "--lang", lang)
    assert (result.exit_code, result.output.splitlines()) == (0, said)


def given_names() -> set[str]:
    """The names that the code can give, by the type that every reason has."""
    return {name for group in get_args(ReasonName) for name in get_args(group)}


def codes() -> set[str]:
    """The errors that adapters and the sandbox's authority write out where they refuse a registration."""
    rooms = (OPERATOR / "registrar", OPERATOR / "sandbox" / "authority")
    sources = [path.read_text(encoding="utf-8") for room in rooms for path in room.rglob("*.py")]
    found = {code for source in sources for code in re.findall(r'code="([a-z_]+)"', source)}
    registering = [path.read_text(encoding="utf-8") for path in (OPERATOR / "sandbox" / "authority").glob("reg*.py")]
    found |= {code for source in registering for code in re.findall(r'Refusal\(400, "([a-z_]+)"', source)}
    assert found > {"invalid_client_metadata", "other_authority"}, "codes are given where this looks"
    return found


def test_the_table_has_the_names_of_the_type() -> None:
    assert set(REASONS) == given_names()


@pytest.mark.parametrize("name", sorted({*given_names(), *map(reason_of, codes()), *FINDINGS, "Refused", "Http422"}))
def test_every_reason_that_is_printed_is_explained(name: str) -> None:
    result = explain(name, "--output", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    for each in told if isinstance(told, list) else [told]:
        assert name in each.values()
        assert each.get("means") or each["demands"]
        assert each["do"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [("KeysNotVouchd", "KeysNotVouched"), ("InvalidClientMetdata", "InvalidClientMetadata"), ("key-sise", "key-size")],
)
def test_a_misspelt_word_gives_the_near_one_from_anywhere(
    word: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = explain(word)
    assert isinstance(result.exception, CatalogError)
    assert word in result.exception.message
    assert result.exception.hint == f"did you mean {meant}?"


def test_a_name_that_is_like_nothing_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = explain("Xyzzy")
    assert isinstance(result.exception, CatalogError)
    assert result.exception.message == "there is no rule and no reason Xyzzy"


def test_an_assumption_says_so() -> None:
    told = json.loads(CliRunner().invoke(command, ["key-size", "--output", "json"]).output)
    assert told["certainty"].startswith("assumed")
