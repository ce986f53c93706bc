"""Every field of every kind, damaged in every way there is for it: never a crash, and always a problem at the field.

Nothing here names a field: they are the models' own, so one that is added tomorrow is damaged too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, NamedTuple, get_args

import pytest
import yaml
from pydantic import BaseModel

from catalog.complete import Field, Form, Schema, put
from sluse.catalog import policies
from sluse.catalog.document import read_slowly
from sluse.catalog.layout import Role, Spot, spot
from sluse.model.client_installation import ClientInstallation
from sluse.model.evidence import Evidence
from sluse.model.identity_provider import IdentityProvider
from sluse.model.keys import Jwks
from sluse.model.organisation import Organisation
from sluse.model.policy.bundle import SignedManifest
from sluse.model.problem import Problem, Severity
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.service_integration import ServiceIntegration
from sluse.model.user_organisation import UserOrganisation
from sluse.model.value import Line

FOLDER = "integrations/journal-web"


class Kind(NamedTuple):
    """A kind of file, and where it lies so that its complete document is read there."""

    model: type[BaseModel]
    spot: Spot


def _in(name: str) -> Spot:
    return spot(f"{FOLDER}/{name}", "integrations")


KINDS = (
    Kind(Organisation, _in("organisation.yaml")),
    Kind(ServiceIntegration, _in("journal-web.yaml")),
    Kind(ClientInstallation, _in("journal-web.yaml")),
    Kind(IdentityProvider, _in("journal-web.yaml")),
    Kind(UserOrganisation, _in("journal-web.yaml")),
    Kind(AcceptanceTest, _in("acceptance/journal-web/acceptance-test.yaml")),
    Kind(Decision, Spot(f"{FOLDER}/decisions/web/1-plan.yaml", Role.DECISION, "journal-web", name="journal-web")),
    Kind(Evidence, _in("acceptance/journal-web/journal-web.json")),
    Kind(Jwks, _in("keys/journal-web/web.test.jwks.json")),
    *(Kind(model, Spot(f"policies/{name}", Role.POLICY, model=model)) for name, (_, model) in policies.DATA.items()),
    Kind(SignedManifest, Spot("policies/manifest.json", Role.MANIFEST, model=SignedManifest)),
)
FIELDS = [(kind, field) for kind in KINDS for field in Form(kind.model).fields()]
BY_HAND = {Role.ORGANISATION, Role.DOCUMENT, Role.POLICY}
LINE = get_args(Line)[1].pattern
IDENTITY = {"apiVersion", "kind", "metadata.name", "metadata.organisation"}
"""Where the envelope speaks first, and may hold back all else that is wrong."""


class Damage(NamedTuple):
    """What is done to a field. `beside`: to the group it is in, whose place may be told then."""

    name: str
    done: Callable[[Any, Field], None]
    beside: bool = False


def _put(name: str, value: object) -> Damage:
    return Damage(name, lambda document, field: put(document, field.way, value))


def _remove(document: Any, field: Field) -> None:
    for part in field.way[:-1]:
        document = document[part]
    del document[field.way[-1]]


def _strange(document: Any, field: Field) -> None:
    put(document, (*field.way, "unheardOf"), 1)


GROUP, LIST = _put("a group", {"unheardOf": 1}), _put("a list", ["text", "text"])
TEXT, NUMBER, FLAG = _put("a text", "no such value \u2603"), _put("a number", 7), _put("a flag", True)
UNSEEN, BREAK = _put("a control character", "a\u001b[2Jb"), _put("a line break", "a\nb\n c")
STRANGE = Damage("a strange field in it", _strange)
TAKEN = Damage("taken away", _remove, beside=True)
TWICE = Damage("a second time", lambda document, field: put(document, field.way, _many(document, field, 2)))

WRONG_KIND = {
    "string": (GROUP, LIST, NUMBER, FLAG, _put("no characters", "")),
    "integer": (GROUP, LIST, TEXT, FLAG, _put("a fraction", -7.5), _put("a huge number", 10**30)),
    "boolean": (GROUP, LIST, TEXT, NUMBER),
    "array": (GROUP, TEXT, NUMBER, FLAG, TWICE),
    "object": (LIST, TEXT, NUMBER, FLAG),
}


def damages(kind: Kind, field: Field) -> Iterator[Damage]:
    """Yield what can be done to a field and is not allowed there."""
    schema = field.schema
    said = schema.get("type", "string" if schema.keys() & {"enum", "const"} else "object")
    # Python's 1 is also its True, and pydantic reads the one for the other where only 1 is allowed.
    yield from (each for each in WRONG_KIND[said] if not (each is FLAG and schema.get("const") == 1))
    if not field.nullable:
        yield _put("nothing", None)
    if schema.keys() & {"enum", "const", "pattern", "format"} and said == "string":
        yield from (BREAK, *(() if schema.get("pattern") == LINE else (TEXT,)))
    if said == "string" and kind.spot.role in BY_HAND:
        yield UNSEEN
    if field.required:
        yield TAKEN
    if schema.get("additionalProperties") is False:
        yield STRANGE
    yield from _beyond_bounds(schema)


def _beyond_bounds(schema: Schema) -> Iterator[Damage]:
    if "maxLength" in schema:
        yield _put("too long", "x" * (schema["maxLength"] + 1))
    if "maxItems" in schema:
        most = schema["maxItems"]
        yield Damage("too many", lambda document, field: put(document, field.way, _many(document, field, most + 1)))
    if "minItems" in schema:
        yield _put("no items", [])


def _many(document: Any, field: Field, number: int) -> list[Any]:
    for part in field.way:
        document = document[part]
    return [document[0]] * number


FREE = {"a second time", "a line break"}
"""Damages that some fields may have: a list that is no set, a text of several lines."""


@pytest.fixture(scope="module")
def complete() -> dict[type[BaseModel], Any]:
    """A complete document of each kind."""
    return {kind.model: Form(kind.model).document() for kind in KINDS}


class Dumper(yaml.CSafeDumper):
    """What is written some thousand times here is only read, so libyaml writes it; nothing is written as an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def text_of(kind: Kind, document: Any) -> str:
    if kind.spot.is_json:
        return json.dumps(document, indent=2)
    text: str = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True)
    return text


def read(kind: Kind, text: str) -> list[Problem]:
    found = read_slowly(kind.spot, text.encode()).problems
    return [problem for problem in found if problem.severity is Severity.ERROR]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model.__name__)
def test_the_complete_document_is_read(kind: Kind, complete: dict[type[BaseModel], Any]) -> None:
    assert read(kind, text_of(kind, complete[kind.model])) == []


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=[f"{kind.model.__name__}-{each.path}" for kind, each in FIELDS])
def test_a_damaged_field_is_a_problem_at_its_place(
    kind: Kind, field: Field, complete: dict[type[BaseModel], Any]
) -> None:
    for damage in damages(kind, field):
        document = deepcopy(complete[kind.model])
        damage.done(document, field)
        text = text_of(kind, document)
        problems = read(kind, text)
        assert problems or damage.name in FREE, damage.name
        if problems and field.path not in IDENTITY:
            assert any(_is_there(problem, field, damage, text) for problem in problems), (damage.name, problems)


def _is_there(problem: Problem, field: Field, damage: Damage, text: str) -> bool:
    """Tell whether a problem's line is one of the field's; where it was taken away, of the group that it was in."""
    first, last = lines_of(text, field.way[:-1] if damage.beside else field.way)
    return first <= problem.place.line <= last


def lines_of(text: str, way: tuple[str | int, ...]) -> tuple[int, int]:
    """Return the first and the last line of a field as PyYAML places them, key and value."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    first = node.start_mark.line
    for part in way:
        if isinstance(part, int):
            node = node.value[part]
            first = node.start_mark.line
        else:
            key, node = next(pair for pair in node.value if pair[0].value == part)
            first = key.start_mark.line
    return first + 1, node.end_mark.line + 1
