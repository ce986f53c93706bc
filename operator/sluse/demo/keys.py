"""Key pairs of the demo's people: made on the spot, the private half in a directory that only its owner has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from sluse.acceptance.proofs import ClientKey


def new_key(private_file: Path) -> ClientKey:
    """Make an EC P-256 key for ES256 and keep its private half in `private_file`, mode 0600."""
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    private: dict[str, Any] = {**key.as_dict(private=True), "alg": "ES256", "use": "sig"}
    private_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    private_file.touch(mode=0o600)
    private_file.write_text(json.dumps(private))
    return ClientKey(private)


def key_file(*keys: ClientKey) -> str:
    """Return the content of a key file with the public halves."""
    return json.dumps({"keys": [key.public() for key in keys]}, indent=2) + "\n"
