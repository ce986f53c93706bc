"""`sluse explain RULE`: why a problem is one, from anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sluse.cli.explain import command
from sluse.rules.table import BY_ID


@pytest.mark.parametrize("rule", ["key-size", "personal-identifier", "terms-provider-unknown"])
def test_a_rule_is_told_without_a_repository(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, [rule])
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == f"rule:      {rule}"
    assert BY_ID[rule].hint in result.output


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ["check:    PlanNotAgreed", "demands:  NHN agreed to the plan.", "waits on: NHN reviewer"]),
        ("nb", ["kontroll:  PlanNotAgreed", "krever:    NHN har godkjent planen.", "venter på: beslutteren i NHN"]),
    ],
)
def test_a_reason_of_the_gate_is_told_without_a_repository(
    lang: str, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, ["PlanNotAgreed", "--lang", lang])
    assert (result.exit_code, result.output.splitlines()) == (0, said)


def test_an_assumption_says_so() -> None:
    told = json.loads(CliRunner().invoke(command, ["key-size", "--output", "json"]).output)
    assert told["certainty"].startswith("assumed")
