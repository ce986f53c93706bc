"""Files that people keep to themselves: a client's private key, a test user's login. No error quotes what is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError

from sluse.acceptance.login import Visitor
from sluse.acceptance.proofs import ClientKey
from sluse.errors import AcceptanceError
from sluse.words.said import say

_MOST_BYTES = 64 * 1024


def private_key(file: Path) -> ClientKey:
    """Return the private JWK of a client."""
    try:
        return ClientKey(_object(file))
    except (KeyError, JoseError, ValueError, TypeError):
        raise AcceptanceError(say("{file} holds no private JWK with kid and alg", file=file)) from None


def visitor(file: Path) -> Visitor:
    """Return a test user's login: {"username": ..., "password": ...}."""
    found = _object(file)
    username, password = found.get("username"), found.get("password")
    if not isinstance(username, str) or not isinstance(password, str):
        raise AcceptanceError(say("{file} holds no username and password", file=file))
    return Visitor(username, password)


def _object(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            found = json.loads(opened.read(_MOST_BYTES))
    except OSError as error:
        raise AcceptanceError(say("{file} cannot be read: {reason}", file=file, reason=error.strerror)) from None
    except ValueError:
        raise AcceptanceError(say("{file} is not JSON", file=file)) from None
    if not isinstance(found, dict):
        raise AcceptanceError(say("{file} is not a JSON object", file=file))
    return found
