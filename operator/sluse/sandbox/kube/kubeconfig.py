"""A kubeconfig for one identity of the sandbox, with the CA inside, so that the file alone is enough for kubectl."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from sluse.sandbox.kube.identity import Identity


def kubeconfig(server: str, ca_file: Path, identity: Identity, namespace: str) -> dict[str, Any]:
    """Return a JSON-able kubeconfig. It holds the token: write it with mode 0600."""
    authority = base64.b64encode(ca_file.read_bytes()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "preferences": {},
        "clusters": [{"name": "sandbox", "cluster": {"server": server, "certificate-authority-data": authority}}],
        "users": [{"name": identity.name, "user": {"token": identity.token}}],
        "contexts": [
            {"name": "sandbox", "context": {"cluster": "sandbox", "user": identity.name, "namespace": namespace}}
        ],
        "current-context": "sandbox",
    }
