"""Stack config: the keys of `Pulumi.<environment>.yaml`, read as Pulumi reads them. It is ours, so it is trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sluse.catalog.yaml import Unreadable, plain
from sluse.errors import SettingsError
from sluse_stacks.settings import PROJECT


def read_config(path: Path) -> dict[str, Any]:
    """Return the project's keys of a stack's config file, without their prefix.

    Raises `SettingsError` if the file cannot be read, is no stack config, or has a key of another project.
    """
    try:
        document: Any = plain(path.read_text(encoding="utf-8"))
        keys = {str(key).partition(":"): value for key, value in document["config"].items()}
    except (OSError, UnicodeDecodeError, Unreadable, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{path} is not a readable stack config: {error}", hint="it is YAML with one key, config"
        ) from error
    foreign = sorted("".join(key) for key in keys if key[0] != PROJECT)
    if foreign:
        raise SettingsError(f"{path} has keys that nobody reads: {', '.join(foreign)}", hint=f"write {PROJECT}:<key>")
    return {key[2]: value for key, value in keys.items()}
