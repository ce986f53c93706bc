"""A CLI or a provider that is missing or too old is told in one sentence, with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluse.errors import EngineUnusable
from sluse.leadership.fence import ever_open
from sluse_stacks.engine.command import TetheredCommand


def programs(folder: Path, **says: str) -> dict[str, str]:
    for name, answer in says.items():
        path = folder / name.replace("_", "-")
        path.write_text(f"#!/bin/sh\necho {answer}\n", encoding="utf-8")
        path.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_no_cli_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(EngineUnusable, match=r"the Pulumi CLI \(pulumi\) is not on PATH") as raised:
        TetheredCommand({"PATH": str(tmp_path)}, tmp_path / "marks", ever_open())
    assert "engine: embedded" in str(raised.value.hint)


def test_no_provider_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(EngineUnusable, match=r"pulumi-resource-kubernetes\) is not on PATH"):
        TetheredCommand(programs(tmp_path, pulumi="v3.259.0"), tmp_path / "marks", ever_open())


@pytest.mark.parametrize("version", ["v3.258.9", "3.1.0", "v2.99.0"])
def test_a_cli_too_old_is_told(tmp_path: Path, version: str) -> None:
    with pytest.raises(EngineUnusable, match=r"too old") as raised:
        TetheredCommand(
            programs(tmp_path, pulumi=version, pulumi_resource_kubernetes=""), tmp_path / "marks", ever_open()
        )
    assert raised.value.hint == "install 3.259.0 or newer"


def test_a_cli_that_tells_no_version_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineUnusable, match="does not tell its version"):
        TetheredCommand(
            programs(tmp_path, pulumi="hello", pulumi_resource_kubernetes=""), tmp_path / "marks", ever_open()
        )


@pytest.mark.parametrize("version", ["v3.259.0", "3.272.0", "v4.0.0"])
def test_one_that_is_new_enough_is_taken(tmp_path: Path, version: str) -> None:
    command = TetheredCommand(
        programs(tmp_path, pulumi=version, pulumi_resource_kubernetes=""), tmp_path / "marks", ever_open()
    )
    assert str(command.version) == version.removeprefix("v")
