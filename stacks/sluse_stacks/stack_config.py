"""YAML of Pulumi and of Kubernetes: stack config is read, manifests are written.

This is the one place besides the catalogue that imports yaml. The catalogue reads what strangers write, with
positions, and refuses much that Pulumi's own format allows; here our own two files are read as Pulumi reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from sluse.errors import SettingsError
from sluse_stacks.settings import PROJECT


class _Dumper(yaml.SafeDumper):
    """Block style throughout, texts of several lines as they are, no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class's signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    # PyYAML leaves plain what kubectl's reader takes for a flag (`y`, a member of a JWK) or a number (`12e34`, a digest).
    doubtful = value in {"y", "Y", "n", "N"} or value.startswith(tuple("0123456789+-."))
    style = "|" if "\n" in value else "'" if doubtful else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def dump(documents: Iterable[Mapping[str, Any]]) -> str:
    """Return documents as YAML, keys in the order given."""
    text: str = yaml.dump_all(
        list(documents), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False
    )
    return text


def read_config(path: Path) -> dict[str, Any]:
    """Return the project's keys of a stack's config file, without their prefix.

    Raises `SettingsError` if the file cannot be read, is no stack config, or has a key of another project.
    """
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))["config"]
        keys = {str(key).partition(":"): value for key, value in config.items()}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{path} is not a readable stack config: {error}", hint="it is YAML with one key, config"
        ) from error
    foreign = sorted("".join(key) for key in keys if key[0] != PROJECT)
    if foreign:
        raise SettingsError(f"{path} has keys that nobody reads: {', '.join(foreign)}", hint=f"write {PROJECT}:<key>")
    return {key[2]: value for key, value in keys.items()}
