"""What a private key looks like in a text. The patterns mean the same to Python and to RE2, which CEL speaks."""

from __future__ import annotations

import base64
import re

ARMOUR = r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----|PuTTY-User-Key-File-[0-9]"
"""How a private key in a file of its own begins."""

_BEFORE = r"[^0-9A-Za-z_-]"
_COLON = r"\\?[\x22\x27]?[ \t\r\n]{0,8}:"
MEMBER = (
    rf"(^|{_BEFORE})\\?[\x22\x27]?(?P<name>d|p|q|dp|dq|qi|k){_COLON}[ \t\r\n]{{0,8}}\\?[\x22\x27]?[A-Za-z0-9_-]{{16}}"
)
"""A private member of a JWK, in JSON or YAML or JSON within JSON. It means something only beside a `kty`."""


def _encoded(text: str) -> tuple[str, ...]:
    """Return what base64 makes of a text wherever it stands: one form for each remainder of its place by three."""
    forms = []
    for before in range(3):
        made = base64.b64encode(b"\0" * before + text.encode()).decode().rstrip("=")
        first, last = (before * 8 + 5) // 6, (before + len(text)) * 8 // 6  # characters of this text's bits alone
        forms.append(made[first:last])
    return tuple(forms)


ENCODED = _encoded("PRIVATE KEY")
"""What PEM's and OpenSSH's first line has in it when the file stands in base64. Where text can be decoded, `hidden_keys` sees more."""
TWICE = tuple(twice for once in ENCODED for twice in _encoded(once))
"""The same in base64 of that."""
TWICE_MOST = 1 << 18
"""Characters of a text in which it is looked for: an API server lets an expression cost a million, and a large ledger has a mebibyte."""

_ARMOUR, _MEMBER = re.compile(ARMOUR), re.compile(MEMBER)
_NEAR = re.compile(rf"{_BEFORE}[dpqk][pqi]?{_COLON}")
"""Part of every member that does not begin the text; Python is three times as fast to tell that there is none."""


def armours(text: str) -> list[re.Match[str]]:
    """Return where private keys begin."""
    return list(_ARMOUR.finditer(text)) if "PRIVATE KEY" in text or "PuTTY" in text else []


def encoded(text: str) -> str | None:
    """Return what of a private key in a file of its own stands here in base64, or twice; None without one."""
    forms = ENCODED if len(text) > TWICE_MOST else (*ENCODED, *TWICE)
    return next((form for form in forms if form in text), None)


def member(text: str) -> re.Match[str] | None:
    """Return the first private member of a JWK, the group `name` its name."""
    if "kty" not in text:
        return None
    return _MEMBER.match(text) or (_MEMBER.search(text) if _NEAR.search(text) else None)
