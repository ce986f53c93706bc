"""What a private key looks like in a text. The patterns mean the same to Python and to RE2, which CEL speaks."""

from __future__ import annotations

import re

ARMOUR = r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----|PuTTY-User-Key-File-[0-9]"
"""How a private key in a file of its own begins."""

MEMBER = (
    r"(^|[^0-9A-Za-z_-])\\?[\x22\x27]?(?P<name>d|p|q|dp|dq|qi|k)\\?[\x22\x27]?"
    r"[ \t\r\n]{0,8}:[ \t\r\n]{0,8}\\?[\x22\x27]?[A-Za-z0-9_-]{16}"
)
"""A private member of a JWK, in JSON or YAML or JSON within JSON. It means something only beside a `kty`."""

_ARMOUR, _MEMBER = re.compile(ARMOUR), re.compile(MEMBER)


def armours(text: str) -> list[re.Match[str]]:
    """Return where private keys begin."""
    return list(_ARMOUR.finditer(text)) if "PRIVATE KEY" in text or "PuTTY" in text else []


def member(text: str) -> re.Match[str] | None:
    """Return the first private member of a JWK, the group `name` its name."""
    return _MEMBER.search(text) if "kty" in text else None
