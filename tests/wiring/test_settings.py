"""Every mistake in the settings names its place, says why, and how to mend it; no credential is ever quoted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sluse.errors import SettingsError
from sluse.wiring.settings import VARIABLE, load, secret

GOOD: dict[str, Any] = {
    "environment": "test",
    "repositoryId": "integrations.example",
    "engine": "embedded",
    "kubernetes": {},
    "remote": {"url": "https://git.example/integrations.git", "cache": "/var/cache/sluse"},
    "authority": {
        "registrar": "dynamic",
        "issuer": "https://authority.example",
        "registrationEndpoint": "https://authority.example/connect/register",
    },
    "ledger": {"signingKeyFile": "/etc/sluse/signing"},
}


def written(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "settings.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def test_a_file_is_read(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD)).repository_id == "integrations.example"


def test_the_variable_names_it_where_no_file_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(written(tmp_path, GOOD)))
    assert load().repository_id == "integrations.example"


def test_without_file_and_variable_it_says_which_two_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(SettingsError) as caught:
        load()
    assert caught.value.hint == f"pass --settings FILE, or set {VARIABLE}"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"environment": "tset"}, "environment"),
        ({"engine": "magic"}, "engine"),
        ({"engin": "embedded"}, "engin"),
        ({"kubernetes": {"connections": -1}}, "kubernetes.connections"),
        ({"kubernetes": {"connections": "32"}}, "kubernetes.connections"),
        ({"authority": {**GOOD["authority"], "issuer": "authority"}}, "authority.issuer"),
        ({"ledger": {}}, "ledger.signingKeyFile"),
        ({"pulumi": {"backend": "postgres://sluse:hush@db.example/state", "home": "/var/pulumi"}}, "pulumi.backend"),
        ({"remote": {"url": "https://git.example/x.git"}}, "remote.cache"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_field_is_named_by_its_place(tmp_path: Path, change: dict[str, Any], place: str) -> None:
    path = written(tmp_path, {**GOOD, **change})
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert caught.value.message.startswith(f"{path} is not valid: {place}: ")
    assert caught.value.hint


def test_all_wrong_fields_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, {**GOOD, "engine": "magic", "ledger": {}}))
    assert "engine: " in caught.value.message
    assert "ledger.signingKeyFile: " in caught.value.message


@pytest.mark.parametrize("text", ["", "environment: test", "[]", "{"], ids=["empty", "YAML", "a list", "cut"])
def test_what_is_no_settings_file_is_told_without_a_stack(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"settings\.json is not valid: the file: "):
        load(written(tmp_path, text))


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot read the settings file .*/none.json: No such file or directory"):
        load(tmp_path / "none.json")
    with pytest.raises(SettingsError, match=r"cannot read the settings file .*: Is a directory"):
        load(tmp_path)
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="it is not UTF-8"):
        load(binary)


def test_a_wrong_value_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, {**GOOD, "token": "hunter2-hunter2", "engine": "hunter2-hunter2"}))
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}"


def test_a_credential_is_read_without_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("abc\n", encoding="utf-8")
    assert secret(path).get_secret_value() == "abc"
    assert "abc" not in repr(secret(path))


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "No such file"), (b" \n", "is empty"), (b"\xff", "not UTF-8")],
    ids=["no", "empty", "binary"],
)
def test_a_credential_that_cannot_be_read_is_named_by_its_file(tmp_path: Path, content: bytes | None, why: str) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        secret(path)
    assert str(path) in caught.value.message
    assert why in caught.value.message
