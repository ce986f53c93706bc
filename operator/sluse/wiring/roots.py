"""The pinned roots, for commands that work offline: from a file, else from the settings. Never from the repository."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from sluse.errors import SettingsError
from sluse.model.policy.bundle import Roots
from sluse.model.settings import Settings
from sluse.wiring.settings import load
from sluse.words.said import say


def pinned(roots: Path | None, settings: Path | None = None) -> Roots:
    """Return the roots. SettingsError where there are none, or the file is wrong."""
    if roots is None:
        found = _settings(settings).roots
        if found is None:
            raise SettingsError(say("the settings pin no roots"), hint=say("add `roots`, or pass --roots FILE"))
        return found
    try:
        return Roots.model_validate_json(roots.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise SettingsError(say("the roots file {roots} cannot be read", roots=roots)) from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, row['loc'])) or 'the file'}: {row['msg']}" for row in error.errors())
        raise SettingsError(
            say("{roots} does not pin roots: {wrong}", roots=roots, wrong=wrong),
            hint=say('its form: {"threshold": 2, "keys": ["ssh-ed25519 …", …]}'),
        ) from None


def _settings(path: Path | None) -> Settings:
    try:
        return load(path)
    except SettingsError as error:
        raise SettingsError(
            error.message, hint=say("{hint}, or --roots FILE", hint=error.hint) if error.hint else None
        ) from None
