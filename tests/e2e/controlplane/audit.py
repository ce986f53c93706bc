"""What the API server's own audit log says of the operators: which of their rights they used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sluse.desired.access import operator_user
from sluse.model.names import Environment

OPERATORS = tuple(operator_user(environment) for environment in Environment)
POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata", "users": list(OPERATORS)}, {"level": "None"}],
}
"""Of the operators who asked for what, without any content; of everybody else nothing."""


class Right(NamedTuple):
    """One verb on one resource, `<resource>/<subresource>` for a part of it."""

    group: str
    resource: str
    verb: str


def used(log: Path) -> set[Right]:
    """Return the rights that the operators used, and were given. A patch or an update that created needs two."""
    return {right for line in log.read_text().splitlines() for right in _of(json.loads(line))}


def _of(event: dict[str, Any]) -> Iterator[Right]:
    what, code = event.get("objectRef"), event["responseStatus"]["code"]
    if what is None or "resource" not in what or code in {401, 403}:
        return
    resource = "/".join(filter(None, (what["resource"], what.get("subresource"))))
    yield Right(what.get("apiGroup", ""), resource, event["verb"])
    if code == 201:
        yield Right(what.get("apiGroup", ""), resource, "create")
