"""What is read beside the records: accepted bytes, which are what their name says, and evidence with its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel
from rfc8785 import CanonicalizationError

from sluse.catalog.explain import Misfit
from sluse.catalog.layout import Role, Spot
from sluse.catalog.nodes import JsonValue
from sluse.model.client_installation import IntegrationName
from sluse.model.digests import canonical
from sluse.model.evidence import Evidence
from sluse.model.names import Digest
from sluse.model.tree import AcceptedFile, EvidenceContent
from sluse.model.value import Count, Slug, Value
from sluse.rules import reading
from sluse.words.said import say


class AcceptedBody(Value):
    """The outer form of an accepted file, as `sluse.model.digests` makes it. What is inside was judged when it was made."""

    digest_version: Count
    kind: Literal["ServiceIntegration", "IdentityProvider", "Organisation"]
    integration: IntegrationName | None = None
    organisation: Slug | None = None
    tested: dict[str, Any] | None = None
    production: dict[str, Any] | None = None
    identity: dict[str, Any] | None = None


def misfits(spot: Spot, content: bytes, document: JsonValue) -> Iterator[Misfit]:
    """Yield what is wrong with an accepted file's bytes."""
    if spot.role is not Role.ACCEPTED:
        return
    if hashlib.sha256(content).hexdigest() != spot.part:
        yield Misfit(reading.ACCEPTED_BYTES, "", say("The file's bytes do not hash to its name"))
    elif not _is_canonical(content, document):
        yield Misfit(reading.ACCEPTED_BYTES, "", say("The file is not canonical JSON (RFC 8785)"))
    elif isinstance(document, dict) and not _is_one_of_three(document):
        message = say(
            "The file holds what was tested, what production gets, or what an organisation owns: one of the three"
        )
        yield Misfit(reading.ACCEPTED_BYTES, "", message)


def _is_one_of_three(document: dict[str, JsonValue]) -> bool:
    is_organisation = document.get("kind") == "Organisation"
    whose, parts = ("organisation", {"identity"}) if is_organisation else ("integration", {"tested", "production"})
    said = document.keys() & {"tested", "production", "identity"}
    return whose in document and len(said) == 1 and said <= parts


def content(spot: Spot, octets: bytes, model: BaseModel) -> object:
    """Return what stands in the tree for a readable file: the model itself, or with what its bytes tell."""
    if isinstance(model, AcceptedBody):
        return AcceptedFile(spot.organisation, Digest(spot.part), model.wire())
    if isinstance(model, Evidence):
        return EvidenceContent(Digest(hashlib.sha256(octets).hexdigest()), model)
    return model


def _is_canonical(octets: bytes, document: JsonValue) -> bool:
    try:
        return canonical(document) == octets
    except (CanonicalizationError, UnicodeError):  # numbers beyond 2^53, lone surrogates
        return False
