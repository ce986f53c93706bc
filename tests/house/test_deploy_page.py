"""The page on deploying: its settings are ones, its command makes them, and its Secret has the keys that the pods read."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from sluse.model.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "operator" / "deploy" / "README.md").read_text(encoding="utf-8")
KEYS = ("remote-token", "initial-access-token", "signing-key")


def test_the_settings_that_the_page_shows_are_those_of_the_manifests_with_other_paths() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (command,) = re.findall(r"^ *(sed -n .*?) > settings-test.json$", PAGE, re.DOTALL | re.MULTILINE)
    place = {"PATH": "/usr/bin:/bin", "PWD": "/home/platform"}
    ran = subprocess.run(
        ["sh", "-c", f"PWD=/home/platform; {command}"], cwd=ROOT, env=place, capture_output=True, check=True
    )
    assert json.loads(ran.stdout) == json.loads(shown)
    assert Settings.model_validate_json(shown).environment.value == "test"


@pytest.mark.parametrize("environment", ["test", "production"])
def test_the_secret_has_the_keys_that_the_settings_read(environment: str) -> None:
    manifest = (ROOT / "operator" / "deploy" / environment / "operator.yaml").read_text(encoding="utf-8")
    read = set(re.findall(r"/etc/sluse/credentials/([a-z-]+)", manifest))
    assert read == set(KEYS)
    assert re.findall(r"--from-file=([a-z-]+)=credentials/([a-z-]+)", PAGE) == [(key, key) for key in KEYS]
