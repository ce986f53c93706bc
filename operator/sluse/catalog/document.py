"""The bytes of one file -> a placed model, or every problem of the file.

The fast way answers only when nothing at all is wrong; everything else goes the slow way, which knows places.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from sluse.catalog import envelope, fast, nodes, records, sensitive
from sluse.catalog.explain import Misfit, explain
from sluse.catalog.faults import Fault
from sluse.catalog.layout import Role, Spot
from sluse.catalog.nodes import JsonValue
from sluse.catalog.positions import Positions
from sluse.catalog.text import as_yaml, decode, invisible, tabs
from sluse.model.client_installation import ClientInstallation
from sluse.model.evidence import Evidence
from sluse.model.identity_provider import IdentityProvider
from sluse.model.keys import PRIVATE_MEMBERS, Jwks
from sluse.model.organisation import Organisation
from sluse.model.problem import Place, Problem, Severity
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Sourced
from sluse.model.user_organisation import UserOrganisation
from sluse.rules import personal, reading
from sluse.words.said import say

_OF_KIND: Mapping[str, type[BaseModel]] = {
    "Organisation": Organisation,
    "ServiceIntegration": ServiceIntegration,
    "ClientInstallation": ClientInstallation,
    "IdentityProvider": IdentityProvider,
    "UserOrganisation": UserOrganisation,
    "AcceptanceTest": AcceptanceTest,
    "Decision": Decision,
}
_OF_ROLE: Mapping[Role, type[BaseModel]] = {
    Role.KEYS: Jwks,
    Role.EVIDENCE: Evidence,
    Role.ACCEPTED: records.AcceptedBody,
}


@dataclass(frozen=True)
class Reading:
    """What came of one file. `claims`: organisations of which nothing counts as deleted while it is as it is."""

    spot: Spot
    document: Sourced[Any] | None = None
    problems: tuple[Problem, ...] = ()
    claims: frozenset[str] = frozenset()


def read(spot: Spot, content: bytes) -> Reading:
    """Return what a regular file says."""
    if spot.role in envelope.KINDS or spot.role in _OF_ROLE:
        return read_file(spot, content)
    return _secrets(spot, content) or aside(spot)


def read_file(spot: Spot, content: bytes) -> Reading:
    """Return what a file says that is read as a document."""
    return _secrets(spot, content) or read_fast(spot, content) or read_slowly(spot, content)


def _secrets(spot: Spot, content: bytes) -> Reading | None:
    secrets = sensitive.scan(content.decode(errors="replace"), keys=spot.role is Role.KEYS)
    return refused(spot, (_problem(spot, fault, None, spot.holds) for fault in secrets)) if secrets else None


def aside(spot: Spot) -> Reading:
    """Return what comes of a file that is not read: nothing, or that it lies in a wrong place."""
    if spot.role is Role.MISPLACED:
        return refused(spot, [reading.FILE_NAME.problem(Place(spot.path), spot.fault, holds=spot.holds)])
    return Reading(spot)


def refused(spot: Spot, problems: Iterable[Problem], document: JsonValue = None) -> Reading:
    """Return the reading of a file that holds nothing usable."""
    return Reading(spot, problems=tuple(problems), claims=envelope.claims(spot, document))


def read_fast(spot: Spot, content: bytes) -> Reading | None:
    """Return what the file says where there is no doubt and nothing wrong, else None."""
    try:
        text = content.decode()
        document = fast.read_json(text) if spot.is_json else fast.read_yaml(text)
        model = _validate(_model(spot, document), document)
    except ValueError:  # not UTF-8, doubtful, not the model
        return None
    if any(_beside_the_model(spot, content, document)):
        return None
    return _readable(spot, content, model, Positions(spot.path, text, is_json=spot.is_json))


def read_slowly(spot: Spot, content: bytes) -> Reading:
    """Return what the file says, or everything that is wrong with it, in place."""
    text = decode(content)
    if isinstance(text, Fault):
        return refused(spot, [_problem(spot, text, None, spot.holds)])
    positions = Positions(spot.path, text, is_json=spot.is_json)
    document, faults = _parse(spot, text)
    holds = envelope.identity(spot, document)
    errors = [_problem(spot, fault, positions, holds) for fault in faults if not fault.warning]
    if not errors:
        errors = [_misfit(spot, misfit, positions, holds) for misfit in _misfits(spot, content, document)]
    if errors:
        return refused(spot, _with_warnings(spot, errors, faults, positions, holds), document)
    model = _validate(_model(spot, document), document)
    return _readable(spot, content, model, positions, _with_warnings(spot, [], faults, positions, holds))


def _readable(
    spot: Spot, content: bytes, model: BaseModel, positions: Positions, warnings: tuple[Problem, ...] = ()
) -> Reading:
    return Reading(spot, Sourced(records.content(spot, content, model), spot.path, positions), warnings)


def _model(spot: Spot, document: JsonValue) -> type[BaseModel]:
    """Return the model of a document. Raises ValueError where its kind is not read here."""
    model = spot.model or _OF_ROLE.get(spot.role)
    if model is not None:
        return model
    kind = document.get("kind") if isinstance(document, dict) else None
    if kind not in envelope.KINDS[spot.role]:
        raise ValueError(kind)
    return _OF_KIND[str(kind)]


def _validate(model: type[BaseModel], document: object) -> BaseModel:
    """Return the model of plain data, by way of JSON. Raises ValidationError.

    Only there does pydantic's strict mode take text for dates and enums, and nothing else for them; its lax mode
    would take 1700000000 for a date.
    """
    return model.model_validate_json(orjson.dumps(document), strict=True, by_alias=True, by_name=False)


def _parse(spot: Spot, text: str) -> tuple[JsonValue, Sequence[Fault]]:
    indented = tabs(text) if not spot.is_json else None
    if indented is not None:
        return None, [indented]
    root, faults = nodes.compose(as_yaml(text) if spot.is_json else text)
    document = nodes.value(root, faults) if root is not None else None
    if root is not None:
        hidden = [fault for scalar in nodes.scalars(root) for fault in _hidden(spot, scalar)]
        faults = hidden or faults
    if spot.is_json and not any(fault.rule in _BEFORE_JSON for fault in faults):
        faults = [*_not_json(text), *(fault for fault in faults if not fault.warning)][:1]
    return document, faults


_BY_HAND = frozenset({Role.ORGANISATION, Role.DOCUMENT, Role.POLICY})
_BEFORE_JSON = (reading.TOO_DEEP, reading.TOO_MANY_NODES, reading.PRIVATE_KEY, reading.PERSONAL_IDENTIFIER)


def _hidden(spot: Spot, scalar: nodes.Scalar) -> Iterator[Fault]:
    """Yield what escapes hid from the look at the raw text.

    What only programs write (records, evidence) may quote what a server said, so an escape in it is no disguise.
    """
    if scalar.plain:
        return
    unseen = invisible(scalar.text) if spot.role in _BY_HAND else None
    if unseen is not None:
        yield Fault(reading.CONTROL_CHARACTER, scalar.line, scalar.column, scalar.length, unseen)
    if spot.role is not Role.KEYS and personal.find(scalar.text):
        for fault in sensitive.scan(scalar.text, keys=False):
            yield Fault(fault.rule, scalar.line, scalar.column, scalar.length, fault.message, secret=True)


def _not_json(text: str) -> list[Fault]:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return [Fault(reading.JSON_SYNTAX, error.lineno, error.colno, 1, say("This is not JSON: {msg}", msg=error.msg))]
    except (ValueError, RecursionError):  # numbers of thousands of digits; nesting that YAML gave up before
        pass
    return []


def _misfits(spot: Spot, content: bytes, document: JsonValue) -> Iterator[Misfit]:
    first = list(envelope.misfits(spot, document)) or list(_beside_the_model(spot, content, document))
    yield from first
    if any(misfit.rule not in {reading.FOLDER, reading.RECORD_NAME} for misfit in first):
        return
    model = _model(spot, document)
    try:
        _validate(model, document)
    except ValidationError as error:
        yield from explain(error.errors(include_url=False), document, model)


def _beside_the_model(spot: Spot, content: bytes, document: JsonValue) -> Iterator[Misfit]:
    """Yield what no model can see: secrets in key names, other bytes than the name promises, another's path."""
    yield from _secrets_of_keys(spot, document)
    yield from records.misfits(spot, content, document)
    yield from envelope.contradictions(spot, document)


def _secrets_of_keys(spot: Spot, document: object) -> Iterator[Misfit]:
    """Yield the first private member and every personal number in the names of keys."""
    keys = document.get("keys") if spot.role is Role.KEYS and isinstance(document, dict) else None
    for index, key in enumerate(keys if isinstance(keys, list) else ()):
        if isinstance(key, dict):
            for name in sorted(PRIVATE_MEMBERS & key.keys())[:1]:
                field = f"keys[{index}].{name}"
                yield Misfit(reading.PRIVATE_KEY, field, sensitive.private_message(name), at_key=True)
            if personal.find(str(key.get("kid", ""))):
                yield Misfit(reading.PERSONAL_IDENTIFIER, f"keys[{index}].kid", sensitive.PERSON)


def _with_warnings(
    spot: Spot, errors: list[Problem], faults: Sequence[Fault], positions: Positions, holds: str
) -> tuple[Problem, ...]:
    places = {problem.place for problem in errors}
    warnings = [_problem(spot, fault, positions, holds) for fault in faults if fault.warning]
    return (*errors, *(problem for problem in warnings if problem.place not in places))


def _misfit(spot: Spot, misfit: Misfit, positions: Positions, holds: str) -> Problem:
    place = positions.key(misfit.field) if misfit.at_key else positions(misfit.field)
    secret = misfit.rule in {reading.PRIVATE_KEY, reading.PERSONAL_IDENTIFIER}
    found = misfit.rule.problem(
        place,
        misfit.message,
        hint=misfit.hint,
        holds=holds or spot.holds,
        path=misfit.field,
        excerpt="" if secret else positions.excerpt(place),
    )
    if misfit.change is None or not spot.is_mended:
        return found
    return replace(found, edits=positions.edits(misfit.change))


def _problem(spot: Spot, fault: Fault, positions: Positions | None, holds: str) -> Problem:
    place = Place(spot.path, fault.line, fault.column, fault.length)
    found = fault.rule.problem(
        place,
        fault.message,
        hint=fault.hint,
        severity=Severity.WARNING if fault.warning else Severity.ERROR,
        holds=holds,
        excerpt=positions.excerpt(place) if positions is not None and not fault.secret else "",
    )
    return replace(found, edits=fault.edits) if spot.is_mended else found
