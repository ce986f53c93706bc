"""Files that people keep to themselves: a client's private key, a test user's login. No error quotes what is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError

from sluse.acceptance.login import Visitor
from sluse.acceptance.proofs import ClientKey
from sluse.errors import AcceptanceError

_MOST_BYTES = 64 * 1024


def private_key(file: Path) -> ClientKey:
    """Return the private JWK of a client."""
    try:
        return ClientKey(_object(file))
    except (KeyError, JoseError, ValueError, TypeError):
        raise AcceptanceError(f"{file} holds no private JWK with kid and alg") from None


def visitor(file: Path) -> Visitor:
    """Return a test user's login: {"username": ..., "password": ...}."""
    found = _object(file)
    username, password = found.get("username"), found.get("password")
    if not isinstance(username, str) or not isinstance(password, str):
        raise AcceptanceError(f"{file} holds no username and password")
    return Visitor(username, password)


def _object(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            found = json.loads(opened.read(_MOST_BYTES))
    except OSError as error:
        raise AcceptanceError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError:
        raise AcceptanceError(f"{file} is not JSON") from None
    if not isinstance(found, dict):
        raise AcceptanceError(f"{file} is not a JSON object")
    return found
