"""An address that the settings give: https and nothing else, since a credential goes there."""

from __future__ import annotations

from yarl import URL

from sluse.errors import SettingsError
from sluse.words.said import say


def https(text: str, setting: str) -> URL:
    """Return the address. SettingsError, which names the `setting`, unless it is an https address without user."""
    try:
        url = URL(text, encoded=True)
        usable = url.scheme == "https" and bool(url.host) and url.user is None
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            say("{setting} must be an https address", setting=setting), hint=say("the settings file, under authority")
        )
    return url
