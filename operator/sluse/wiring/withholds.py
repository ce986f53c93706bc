"""Whether the registrar that settings name can withhold, for commands that ask no authority."""

from __future__ import annotations

from pathlib import Path

from sluse.registrar.capabilities import CAPABILITIES
from sluse.wiring.settings import load


def withholds(settings: Path) -> bool:
    """Return whether it can register without letting anybody use it. SettingsError where the file is wrong."""
    return CAPABILITIES[load(settings).authority.registrar].withhold
