"""The envelope of a document: which kind it is and whose, judged before anything inside it.

A document of the wrong kind has one problem, not one for every field that its right kind does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sluse.catalog.explain import Misfit, suggestion
from sluse.catalog.layout import Role, Spot
from sluse.catalog.nodes import JsonValue
from sluse.model.names import API_VERSION
from sluse.model.value import SLUG
from sluse.rules import reading
from sluse.rules.shown import shown

_KINDS = {Role.ORGANISATION: "Organisation", Role.INTEGRATION: "ServiceIntegration"}
_SLUG = re.compile(SLUG)


def misfits(spot: Spot, document: JsonValue) -> Iterator[Misfit]:
    """Yield what is wrong with the envelope; anything at all means that the inside is not judged."""
    if not isinstance(document, dict):
        message = "The file is empty" if document is None else "The file is not a group of fields"
        hint = 'Write a JWK Set: {"keys": […]}.' if spot.role is Role.KEYS else ""
        yield Misfit(reading.NOT_A_MAPPING, "", message, hint)
    elif spot.role is Role.KEYS:
        if "kty" in document and "keys" not in document:
            yield Misfit(reading.MISSING_FIELD, "", "This is one key, not a JWK Set", 'Put it into {"keys": […]}.')
    else:
        yield from _version(document)
        yield from _kind(spot, document)


def folder(spot: Spot, document: JsonValue) -> Iterator[Misfit]:
    """Yield the misfit of a document that says it is another organisation's than its folder's."""
    said = _metadata(document, "organisation")
    if spot.role in _KINDS and said and said != spot.organisation:
        message = f"The document says {shown(said)}, and its folder is {shown(spot.organisation)}"
        yield Misfit(reading.FOLDER, "metadata.organisation", message)


def identity(spot: Spot, document: JsonValue) -> str:
    """Return who is held back by a problem of the document; empty where it has no identity that can be trusted."""
    if spot.role is not Role.INTEGRATION:
        return spot.holds
    name = _metadata(document, "name")
    trusted = _metadata(document, "organisation") == spot.organisation and _SLUG.fullmatch(name)
    return f"{spot.organisation}.{name}" if trusted else ""


def claims(spot: Spot, document: JsonValue) -> frozenset[str]:
    """Return the organisations that an unreadable document may be about."""
    said = _metadata(document, "organisation")
    return frozenset({spot.organisation, said if _SLUG.fullmatch(said) else ""} - {""})


def _version(document: dict[str, JsonValue]) -> Iterator[Misfit]:
    if "apiVersion" not in document:
        yield Misfit(reading.API_VERSION, "", "`apiVersion` is missing")
    elif document["apiVersion"] != API_VERSION:
        yield Misfit(
            reading.API_VERSION, "apiVersion", f"{_written(document['apiVersion'])} is not a version of Sluse's"
        )


def _kind(spot: Spot, document: dict[str, JsonValue]) -> Iterator[Misfit]:
    expected = _KINDS[spot.role]
    written = document.get("kind")
    if "kind" not in document:
        yield Misfit(reading.KIND, "", "`kind` is missing", f"Write `kind: {expected}`.")
    elif written not in _KINDS.values():
        yield Misfit(
            reading.KIND,
            "kind",
            f"{_written(written)} is not a kind that is read here",
            suggestion(written, [expected]),
        )
    elif written != expected:
        message, hint = (
            ("organisation.yaml holds the organisation itself", "Move this document to a file of its own.")
            if spot.role is Role.ORGANISATION
            else ("An Organisation stands in organisation.yaml and nowhere else", "Move or rename the file.")
        )
        yield Misfit(reading.KIND, "kind", message, hint)


def _metadata(document: JsonValue, name: str) -> str:
    metadata = document.get("metadata") if isinstance(document, dict) else None
    said = metadata.get(name) if isinstance(metadata, dict) else None
    return said if isinstance(said, str) else ""


def _written(value: JsonValue) -> str:
    return "Nothing" if value is None else "This" if isinstance(value, dict | list) else shown(str(value))
