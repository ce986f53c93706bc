"""Find and read the settings file: `--settings`, else the variable SLUSE_SETTINGS, which is the only one there is."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr, ValidationError

from sluse.errors import SettingsError
from sluse.model.settings import Settings
from sluse.words.said import say

VARIABLE = "SLUSE_SETTINGS"


def load(path: Path | None = None) -> Settings:
    """Return the settings; a SettingsError says which file and which field is wrong."""
    if path is None:
        named = os.environ.get(VARIABLE)
        if not named:
            raise SettingsError(
                say("no settings file is given"), hint=say("pass --settings FILE, or set {variable}", variable=VARIABLE)
            )
        path = Path(named)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(say("cannot read the settings file {path}: {why}", path=path, why=_why(error))) from None
    try:
        return Settings.model_validate_json(text)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, row['loc'])) or 'the file'}: {row['msg']}" for row in error.errors(include_input=False)
        )
        raise SettingsError(
            say("{path} is not valid: {wrong}", path=path, wrong=wrong),
            hint=say("its form is sluse.model.settings.Settings"),
        ) from None


def secret(path: Path) -> SecretStr:
    """Return what a credential file holds, without the line end. Its content is never part of an error."""
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(say("cannot read the credential file {path}: {why}", path=path, why=_why(error))) from None
    if not value:
        raise SettingsError(say("the credential file {path} is empty", path=path))
    return SecretStr(value)


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "it is not UTF-8"
