"""What the CLI is started with, without one: no program of a process that does not lead, no update without a target."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluse.errors import NotLeading
from sluse.leadership.fence import Deadline
from sluse_stacks.engine.lean import Lean
from worlds.engines import pulumi_settings

SECRET = "correct horse battery staple"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Stand-ins that write down what they were asked, and with what environment."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("pulumi", "pulumi-resource-kubernetes"):
        path = folder / name
        path.write_text(
            f'#!/bin/sh\n[ "$1" = version ] && echo v3.259.0 && exit\necho "$@" >> {tmp_path}/asked\nenv >> {tmp_path}/asked\n',
            encoding="utf-8",
        )
        path.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "KUBECONFIG": "/elsewhere", "AWS_REGION": "eu-north-1"}


def test_a_process_that_does_not_lead_starts_none(environment: dict[str, str], tmp_path: Path) -> None:
    lean = Lean(pulumi_settings(tmp_path), None, environment, Deadline(lambda: 0.0))
    lean.open()
    with pytest.raises(NotLeading):
        lean.init("test.fjord")
    assert not (tmp_path / "asked").exists()


def test_the_cli_is_told_where_the_state_is_and_nothing_is_downloaded(
    environment: dict[str, str], tmp_path: Path
) -> None:
    lean = Lean(pulumi_settings(tmp_path), None, environment)
    lean.open()
    lean.init("test.fjord")
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[0] == "--non-interactive stack init --stack test.fjord --no-select --secrets-provider passphrase"
    assert {
        f"PULUMI_BACKEND_URL=file://{tmp_path / 'state'}",
        f"PULUMI_CONFIG_PASSPHRASE_FILE={tmp_path / 'passphrase'}",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
        "PULUMI_SKIP_UPDATE_CHECK=true",
        "AWS_REGION=eu-north-1",
    } <= set(asked)
    assert not any(line.startswith("KUBECONFIG=") or SECRET in line for line in asked)


def test_a_cloud_s_key_is_passed_on_as_it_is(environment: dict[str, str], tmp_path: Path) -> None:
    settings = pulumi_settings(
        tmp_path, backend="s3://state", passphrase_file=None, secrets_provider="awskms://alias/x"
    )
    lean = Lean(settings, None, environment)
    lean.open()
    lean.init("test.fjord")
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[0].endswith("--secrets-provider awskms://alias/x")
    assert "PULUMI_BACKEND_URL=s3://state" in asked
    assert not any(line.startswith("PULUMI_CONFIG_PASSPHRASE") for line in asked)


@pytest.mark.parametrize(
    ("backend", "key", "told"),
    [
        ("s3://state", "awskms://alias/x", ["AWS_SHARED_CREDENTIALS_FILE"]),
        ("gs://state", "gcpkms://projects/x", ["GOOGLE_APPLICATION_CREDENTIALS"]),
        ("azblob://state", "azurekeyvault://x", []),
    ],
)
def test_a_file_of_credentials_is_named_to_the_clouds_that_are_asked_and_nothing_else_counts(
    environment: dict[str, str], tmp_path: Path, backend: str, key: str, told: list[str]
) -> None:
    file = tmp_path / "cloud"
    settings = pulumi_settings(
        tmp_path, backend=backend, passphrase_file=None, secrets_provider=key, credentials_file=file
    )
    lean = Lean(settings, None, {**environment, "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B"})
    lean.open()
    lean.init("test.fjord")
    asked = dict(line.partition("=")[::2] for line in (tmp_path / "asked").read_text(encoding="utf-8").splitlines())
    assert [name for name, value in asked.items() if value == str(file)] == told
    assert not asked.keys() & {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def test_an_update_without_a_target_is_never_asked_for(environment: dict[str, str], tmp_path: Path) -> None:
    lean = Lean(pulumi_settings(tmp_path), None, environment)
    lean.open()
    with pytest.raises(ValueError, match="without targets"):
        lean.up("test.fjord", lambda: None, targets=(), refresh=False, on_event=lambda _: None)
    assert not (tmp_path / "asked").exists()
