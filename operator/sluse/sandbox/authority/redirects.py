"""Which URIs a browser may be sent back to.

Assumed of HelseID, since NHN's production rules are not public: https, or plain http on loopback for native
applications with a fixed port (the form NHN's samples use). A test on the host alone would let `localhost.evil` by,
and a parser alone lets through what browsers read differently; so the form is narrowed first, then parsed.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_FORM: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._~:/?@!$&'()+,;=%\[\]-]+")
_LONGEST: Final = 2_000
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class RedirectRefused(ValueError):
    """The URI may not be registered."""


def require_redirect(uri: str) -> None:
    """Raise RedirectRefused unless `uri` is absolute https without fragment, wildcard and user, or http on loopback."""
    if len(uri) > _LONGEST or not _FORM.fullmatch(uri):
        raise RedirectRefused("not an absolute URI without fragment and wildcard")
    try:
        parts = urlsplit(uri)
        host = parts.hostname
        _ = parts.port  # raises on a port that is none
    except ValueError:
        raise RedirectRefused("host or port cannot be read") from None
    if not host:
        raise RedirectRefused("it has no host")
    if "@" in parts.netloc:
        raise RedirectRefused("it carries a user name")
    if parts.scheme.lower() != "https" and not (parts.scheme.lower() == "http" and host in _LOOPBACK):
        raise RedirectRefused("https is required (http only on loopback)")
