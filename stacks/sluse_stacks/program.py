"""What `pulumi up` runs: the stack's name decides what is declared.

`test` and `production` are environments; `<environment>.<organisation>` is an organisation's stack, as the working
tree says it. Only an environment's stack has settings: Pulumi reads exactly `Pulumi.<stack>.yaml`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pulumi
from pydantic.fields import FieldInfo

from sluse.errors import SettingsError
from sluse.model.names import Environment
from sluse.model.value import Value
from sluse_stacks import platform, tenant, working_tree
from sluse_stacks.settings import PROJECT, StackSettings, installation, parse


def run() -> None:
    """Declare what the current stack is. Raises `SluseError` for a wrong name, setting or file."""
    place, organisation = stack_name(pulumi.get_stack())
    if organisation:
        root = Path(pulumi.get_root_directory())
        tenant.declare(working_tree.stack(root, place, organisation))
    else:
        platform.declare(installation(place, parse(_config(pulumi.Config(PROJECT)))))


def stack_name(name: str) -> tuple[Environment, str]:
    """Return the environment and the organisation of a stack's name; no organisation for an environment's own."""
    place, _, organisation = name.partition(".")
    if place not in {known.value for known in Environment}:
        raise SettingsError(
            f"stack {name!r} is none of ours", hint="name it test, production or <environment>.<organisation>"
        )
    return Environment(place), organisation


def _config(config: pulumi.Config) -> dict[str, Any]:
    found = {
        field.alias or name: _read(config, field.alias or name, field)
        for name, field in StackSettings.model_fields.items()
    }
    return {key: value for key, value in found.items() if value is not None}


def _read(config: pulumi.Config, key: str, field: FieldInfo) -> Any:
    parts = (field.annotation, *get_args(field.annotation))
    structured = any(isinstance(part, type) and issubclass(part, Value) for part in parts)
    return config.get_object(key) if structured else config.get(key)
