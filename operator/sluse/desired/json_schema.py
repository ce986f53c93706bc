"""JSON Schema from the models, in the one dialect that both CRDs and editors are made from.

Three things pydantic's own output gets wrong for us, put right here and nowhere else. An optional field becomes
an optional property instead of a union with null, since neither kubectl nor an author ever writes null. A set
written as a list says `uniqueItems`. A local time has a pattern instead of the format `date-time`, which demands
an offset and would make every editor underline a correct file.

Rejected: hand-written schemas. They drift, and the first place they do so is the bounds.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sluse.model.value import Unique

JsonSchema = dict[str, Any]
"""A JSON Schema object, draft 2020-12."""

LOCAL_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"


class _Generator(GenerateJsonSchema):
    """See the module's docstring."""

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        found = super().function_after_schema(schema)
        if schema["function"]["function"] is Unique.func:
            found["uniqueItems"] = True
        return found

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:
        if schema.get("tz_constraint") == "naive":
            return {"type": "string", "pattern": LOCAL_TIME, "maxLength": 19}
        return super().datetime_schema(schema)

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def json_schema(model: type[BaseModel]) -> JsonSchema:
    """Return the schema of a model, with `$defs`; properties by their camelCase names, no generated titles."""
    found = dict(_generated(model))
    definitions = {name: _tidy(schema) for name, schema in found.pop("$defs", {}).items()}
    return {**_tidy(found), **({"$defs": definitions} if definitions else {})}


@cache
def _generated(model: type[BaseModel]) -> JsonSchema:
    """Ask pydantic once for each model: both environments of a sandbox are made of the same. `_tidy` copies it."""
    return model.model_json_schema(by_alias=True, schema_generator=_Generator)


def _tidy(node: Any) -> Any:
    """Drop what pydantic derives from Python names, and defaults that only restate absence."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidy: JsonSchema = {
        key: {name: _tidy(schema) for name, schema in value.items()} if key == "properties" else _tidy(value)
        for key, value in node.items()
        if key != "title" and not (key == "default" and value in (None, "", [], {}))
    }
    if tidy.get("type") == "array" and "maxLength" in tidy:  # pydantic's word for the bound of an optional list
        tidy["maxItems"] = tidy.pop("maxLength")
    if "description" in tidy:
        tidy["description"] = " ".join(inspect.cleandoc(tidy["description"]).split("\n\n")[0].split())
    return tidy
