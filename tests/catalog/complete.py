"""A document that has every field of its model, made of the model's own JSON Schema; and every field's place in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

Schema = Mapping[str, Any]

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIBTestKeyThatNobodyHoldsXXXXXXXXXXXXXXXXXXX"
SAMPLES = (
    *("journal-web", "fjordlegen.journal", "web-1-plan", "313231593", "journal.example", "drift@journal.example"),
    *("https://journal.example/in", "https://*.journal.example/in", "+47 55 50 00 00", "Europe/Oslo", "10.0.0.0/8"),
    *(f"ssh-ed25519 {KEY}", "ab" * 32, f"SHA256:{'A' * 43}", "A" * 43, "2027-02-01", "nhn:msh/api", "text"),
    "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n",
)
"""Each form of text has one of these that fits it; a test would tell of one that has none."""

FORMATS = {
    "date": "2027-02-01",
    "time": "08:00:00",
    "date-time": "2027-02-01T08:00:00",
}


class Field(NamedTuple):
    """A place in a document: the way there, what its schema says, and whether the group it is in can do without it.

    `nullable`: an empty value is as none.
    """

    way: tuple[str | int, ...]
    schema: Schema
    required: bool
    nullable: bool

    @property
    def path(self) -> str:
        """`spec.clients[0].name`."""
        path = ""
        for part in self.way:
            path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
        return path


class Form:
    """The schema of a model, with what it refers to."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._whole = model.model_json_schema(by_alias=True)
        self.model = model

    def fields(self) -> list[Field]:
        """Return every field, and the first item of every list."""
        return list(self._fields(self._whole, ()))

    def document(self) -> dict[str, Any]:
        """Return a document in which all of them have a value. A schema does not tell which times want a zone: the model does."""
        made: dict[str, Any] = self._sample(self._whole)
        try:
            self.model.model_validate_json(json.dumps(made), strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            for each in error.errors():
                if each["type"] == "timezone_aware":
                    put(made, each["loc"], f"{each['input']}Z")
        return made

    def _fields(self, schema: Schema, way: tuple[str | int, ...]) -> Iterator[Field]:
        schema = self.resolved(schema)
        for name, inner in schema.get("properties", {}).items():
            required = name in schema.get("required", ())
            yield Field((*way, name), self.resolved(inner), required, {"type": "null"} in inner.get("anyOf", ()))
            yield from self._fields(inner, (*way, name))
        if "items" in schema:
            yield Field((*way, 0), self.resolved(schema["items"]), required=False, nullable=False)
            yield from self._fields(schema["items"], (*way, 0))

    def resolved(self, schema: Schema) -> Schema:
        """Return a schema without references, and of one or nothing the one."""
        if "anyOf" in schema:
            (one,) = (each for each in schema["anyOf"] if each.get("type") != "null")
            return self.resolved(one)
        if "$ref" in schema:
            return self.resolved(self._whole["$defs"][schema["$ref"].rpartition("/")[2]])
        return schema

    def _sample(self, schema: Schema) -> Any:
        schema = self.resolved(schema)
        match schema:
            case {"const": value} | {"enum": [value, *_]}:
                return value
            case {"type": "object", "properties": inner}:
                return {name: self._sample(each) for name, each in inner.items()}
            case {"type": "array"}:
                return [self._sample(schema["items"])]
            case {"type": "string"}:
                return _text(schema)
            case _:
                return {"boolean": False, "integer": schema.get("minimum", 1)}.get(schema.get("type", ""), {})


def _text(schema: Schema) -> str:
    if "format" in schema:
        return FORMATS[schema["format"]]
    return fitting(schema.get("pattern", "^text$"), schema.get("minLength", 0))


def put(document: Any, way: Sequence[str | int], value: object) -> None:
    """Put a value in its place."""
    for part in way[:-1]:
        document = document[part]
    document[way[-1]] = value


def fitting(pattern: str, least: int) -> str:
    """Return a sample of a form; StopIteration tells of a form that has none."""
    return next(each for each in SAMPLES if len(each) >= least and re.search(pattern, each))
