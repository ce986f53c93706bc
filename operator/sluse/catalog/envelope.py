"""The envelope of a document: which kind it is and whose, judged before anything inside it.

A document of the wrong kind has one problem, not one for every field that its right kind does not have. A record
says twice who it is, in its path and inside: where the two differ it is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sluse.catalog.explain import Misfit, replacement, suggestion
from sluse.catalog.layout import Role, Spot
from sluse.catalog.nodes import JsonValue
from sluse.model.change import Change, Kind
from sluse.model.names import API_VERSION
from sluse.model.value import SLUG
from sluse.rules import reading
from sluse.rules.shown import either, shown
from sluse.words.said import say

KINDS: Mapping[Role, tuple[str, ...]] = {
    Role.ORGANISATION: ("Organisation",),
    Role.DOCUMENT: ("ServiceIntegration", "ClientInstallation", "IdentityProvider", "UserOrganisation"),
    Role.ACCEPTANCE_TEST: ("AcceptanceTest",),
    Role.DECISION: ("Decision",),
}
"""The kinds that are read at each place."""

_PLACES = {
    "Organisation": say("An Organisation stands in organisation.yaml and nowhere else"),
    "AcceptanceTest": say("An AcceptanceTest stands in acceptance/<name>/acceptance-test.yaml and nowhere else"),
    "Decision": say("A Decision stands in decisions/<subject>/<n>-<type>.yaml and nowhere else"),
}
_SUBJECT = {
    Role.ACCEPTANCE_TEST: ("spec", "statement", "subject"),
    Role.EVIDENCE: ("subject",),
    Role.ACCEPTED: ("integration",),
}
_SLUG = re.compile(SLUG)


def misfits(spot: Spot, document: JsonValue) -> Iterator[Misfit]:
    """Yield what is wrong with the envelope; anything at all means that the inside is not judged."""
    if not isinstance(document, dict):
        message = say("The file is empty") if document is None else say("The file is not a group of fields")
        yield Misfit(reading.NOT_A_MAPPING, "", message, _BEGINNINGS.get(spot.role, ""))
    elif spot.role is Role.KEYS:
        if "kty" in document and "keys" not in document:
            yield Misfit(
                reading.MISSING_FIELD, "", say("This is one key, not a JWK Set"), say('Put it into {"keys": […]}.')
            )
    elif spot.role in KINDS:
        yield from _version(document)
        yield from _kind(spot, document)


_BEGINNINGS = {
    Role.KEYS: say('Write a JWK Set: {"keys": […]}.'),
    Role.EVIDENCE: say("Take the file that the acceptance test wrote."),
    Role.ACCEPTED: say("Take the file that the command wrote."),
    Role.POLICY: say("Write its fields; policies/README.md says what belongs where."),
    Role.MANIFEST: say("Take the file that the command wrote."),
}


def contradictions(spot: Spot, document: JsonValue) -> Iterator[Misfit]:
    """Yield where a document says that it is somebody else's, or another record, than its path says."""
    said = _text(document, "metadata", "organisation")
    if spot.role in KINDS and said and said != spot.organisation:
        message = say(
            "The document says {said}, and its folder is {organisation}",
            said=shown(said),
            organisation=shown(spot.organisation),
        )
        yield Misfit(reading.FOLDER, "metadata.organisation", message)
    for field in ("integration", "organisation") if spot.role is Role.ACCEPTED else ():
        subject = _text(document, field)
        if subject and subject.partition(".")[0] != spot.organisation:
            message = say(
                "The file is about {subject}, and its folder is {organisation}",
                subject=shown(subject),
                organisation=shown(spot.organisation),
            )
            yield Misfit(reading.FOLDER, field, message)
    name = _text(document, "metadata", "name")
    if spot.role in {Role.ACCEPTANCE_TEST, Role.DECISION} and name and name != spot.name:
        message = say("The record is named {name}, and its path says {path}", name=shown(name), path=shown(spot.name))
        yield Misfit(reading.RECORD_NAME, "metadata.name", message)
    part = _text(document, "part")
    if spot.role is Role.EVIDENCE and part and f"{part}.json" != spot.part:
        yield Misfit(
            reading.RECORD_NAME,
            "part",
            say("The evidence is of {part}, and its file is {file}", part=shown(part), file=spot.part),
        )


def identity(spot: Spot, document: JsonValue) -> str:
    """Return who is held back by a problem of the document; empty where it has no identity that can be trusted."""
    if spot.role in _SUBJECT:
        subject = _text(document, *_SUBJECT[spot.role])
        organisation, _, name = subject.partition(".")
        return subject if organisation == spot.organisation and _SLUG.fullmatch(name) else ""
    if spot.role is not Role.DOCUMENT:
        return spot.holds
    name = _text(document, "metadata", "name")
    trusted = _text(document, "metadata", "organisation") == spot.organisation and _SLUG.fullmatch(name)
    return f"{spot.organisation}.{name}" if trusted else ""


def claims(spot: Spot, document: JsonValue) -> frozenset[str]:
    """Return the organisations that an unreadable document may be about."""
    said = _text(document, "metadata", "organisation")
    return frozenset({spot.organisation, said if _SLUG.fullmatch(said) else ""} - {""})


def _version(document: dict[str, JsonValue]) -> Iterator[Misfit]:
    if "apiVersion" not in document:
        begin = Change(Kind.BEGIN, "", f"apiVersion: {API_VERSION}")
        yield Misfit(reading.API_VERSION, "", say("`apiVersion` is missing"), change=begin)
    elif document["apiVersion"] != API_VERSION:
        yield Misfit(
            reading.API_VERSION,
            "apiVersion",
            say("{written} is not a version of Sluse's", written=_written(document["apiVersion"])),
            change=Change(Kind.REPLACE, "apiVersion", API_VERSION),
        )


def _kind(spot: Spot, document: dict[str, JsonValue]) -> Iterator[Misfit]:
    expected = KINDS[spot.role]
    written = document.get("kind")
    if "kind" not in document:
        hint = say("Write {kinds}.", kinds=either([f"`kind: {kind}`" for kind in expected]))
        yield Misfit(reading.KIND, "", say("`kind` is missing"), hint)
    elif written not in _ALL_KINDS:
        message = say("{written} is not a kind that is read here", written=_written(written))
        yield Misfit(
            reading.KIND, "kind", message, suggestion(written, expected), change=replacement("kind", written, expected)
        )
    elif written not in expected:
        message, hint = (
            (_PLACES[str(written)], say("Move or rename the file."))
            if spot.role is Role.DOCUMENT
            else (_HERE[spot.role], say("Move this document to a file of its own."))
        )
        yield Misfit(reading.KIND, "kind", message, hint)


_ALL_KINDS = tuple(kind for kinds in KINDS.values() for kind in kinds)
_HERE = {
    Role.ORGANISATION: say("organisation.yaml holds the organisation itself"),
    Role.ACCEPTANCE_TEST: say("acceptance-test.yaml holds an AcceptanceTest"),
    Role.DECISION: say("The folder decisions/ holds nothing but Decisions"),
}


def _text(document: JsonValue, *path: str) -> str:
    """Return the text at a place; empty where there is none."""
    for part in path:
        document = document.get(part) if isinstance(document, dict) else None
    return document if isinstance(document, str) else ""


def _written(value: JsonValue) -> str:
    return say("Nothing") if value is None else say("This") if isinstance(value, dict | list) else shown(str(value))
