"""JSON Schema of the authored kinds, for editors: completion, hover and underlining while somebody writes.

It states form only, as the models do. What a value must mean (a check digit, an owned domain) is told by
`sluse check`, with the reason; a schema could only say "does not match the pattern".
"""

from __future__ import annotations

from collections.abc import Mapping

from sluse.desired.json_schema import JsonSchema, json_schema
from sluse.model.client_installation import ClientInstallation
from sluse.model.envelope import Document
from sluse.model.identity_provider import IdentityProvider
from sluse.model.organisation import Organisation
from sluse.model.service_integration import ServiceIntegration
from sluse.model.user_organisation import UserOrganisation

DIALECT = "https://json-schema.org/draft/2020-12/schema"

AUTHORED: Mapping[str, type[Document]] = {
    "Organisation": Organisation,
    "ServiceIntegration": ServiceIntegration,
    "ClientInstallation": ClientInstallation,
    "IdentityProvider": IdentityProvider,
    "UserOrganisation": UserOrganisation,
}
"""The kinds that people write, by name. Signed records are written by commands and have no schema for editors."""

_PURPOSE = {
    "Organisation": "Who an organisation is, what it owns and whose keys speak for it.",
    "ServiceIntegration": "One service of a supplier: its clients in test and production, and the plan for it.",
    "ClientInstallation": "One customer of a service: where it runs, and who confirmed it.",
    "IdentityProvider": "Whose logins HelseID passes on: protocol, claims, and where it is in test and production.",
    "UserOrganisation": "Which services an organisation uses, so that its network openings can be told.",
}


def schema(kind: str | None = None) -> JsonSchema:
    """Return the schema of one authored kind, or of any of them. Raises `KeyError` for an unknown kind."""
    if kind is not None:
        return {"$schema": DIALECT, **_document(kind)}
    merged: JsonSchema = {}
    for name in AUTHORED:
        document = _document(name)
        merged |= {**document.pop("$defs"), name: document}
    return {
        "$schema": DIALECT,
        "title": "A document of sluse.nhn.no/v1alpha1",
        "description": "One document a file, told apart by its kind.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in AUTHORED],
        "$defs": dict(sorted(merged.items())),
    }


def _document(kind: str) -> JsonSchema:
    found = json_schema(AUTHORED[kind])
    definitions = found.pop("$defs")
    for name, definition in definitions.items():
        definition["title"] = name
    spec = definitions[f"{kind}Spec"]
    spec["description"] = _PURPOSE[kind]
    return {**found, "title": kind, "description": _PURPOSE[kind], "$defs": definitions}
