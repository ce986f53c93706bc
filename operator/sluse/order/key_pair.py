"""A new key pair of a client: the public half for git, the private one for a place outside of it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import ECKey

from sluse.errors import CatalogError
from sluse.words.said import say


@dataclass(frozen=True)
class KeyPair:
    """An EC key on P-256 for ES256. `public` is the whole key file; the private half is shown by nothing."""

    public: bytes
    _private: bytes

    def __repr__(self) -> str:
        return "KeyPair(...)"

    def keep(self, path: Path) -> None:
        """Write the private half to a file that only its owner can read. CatalogError where one is there, or it cannot."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise CatalogError(say("{path} is there already; a key is never written over", path=path)) from None
        except OSError as error:
            raise CatalogError(say("{path} cannot be written: {reason}", path=path, reason=error.strerror)) from None
        with open(handle, "wb") as file:  # noqa: PTH123 - an open handle
            file.write(self._private)


def key_pair() -> KeyPair:
    """Return a new one, with a `kid` that is its RFC 7638 thumbprint."""
    key = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig"}, private=True, auto_kid=True)
    public = json.dumps({"keys": [key.as_dict(private=False)]}, indent=2, sort_keys=True)
    private = json.dumps(key.as_dict(private=True), indent=2, sort_keys=True)
    return KeyPair(f"{public}\n".encode(), f"{private}\n".encode())
