"""JSON Schema of the authored kinds, for editors: completion, hover and underlining while somebody writes.

It states form only, as the models do. What a value must mean (a check digit, an owned domain) is told by
`sluse check`, with the reason; a schema could only say "does not match the pattern".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sluse.desired.json_schema import JsonSchema, json_schema
from sluse.model.client_installation import ClientInstallation
from sluse.model.envelope import Document
from sluse.model.identity_provider import IdentityProvider
from sluse.model.organisation import Organisation
from sluse.model.service_integration import ServiceIntegration
from sluse.model.user_organisation import UserOrganisation
from sluse.words.said import Translate

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


_TITLES = {
    "apiVersion": "API version",
    "jwksUri": "JWKS URI",
    "pkce": "PKCE",
    "redirectUris": "Redirect URIs",
    "postLogoutRedirectUris": "Post logout redirect URIs",
}
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def schema(kind: str | None = None, *, words: Translate) -> JsonSchema:
    """Return the schema of one authored kind, or of any of them. Raises `KeyError` for an unknown kind.

    Titles of fields and descriptions are in the author's language; names and values are what stands in files.
    """
    told: JsonSchema = _told({"$schema": DIALECT, **(_any() if kind is None else _document(kind))}, words)
    return told


def _any() -> JsonSchema:
    merged: JsonSchema = {}
    for name in AUTHORED:
        document = _document(name)
        merged |= {**document.pop("$defs"), name: document}
    return {
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


def _told(node: Any, words: Translate) -> Any:
    """Return a schema with a title at every field, and what people read of it in their language."""
    if isinstance(node, list):
        return [_told(each, words) for each in node]
    if not isinstance(node, dict):
        return node
    told = {key: _told(value, words) for key, value in node.items() if key not in {"properties", "description"}}
    if "properties" in node:
        told["properties"] = {
            name: {"title": words(_title(name)), **_told(field, words)} for name, field in node["properties"].items()
        }
    if "description" in node:
        told["description"] = words(node["description"])
    return told


def _title(name: str) -> str:
    """Return what a field is called: `testFrom` is "Test from"."""
    return _TITLES.get(name) or _HUMP.sub(" ", name).capitalize()
