"""Which fields a model has at a place in a document, by their written names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel


def descriptions(model: type[BaseModel], loc: tuple[int | str, ...]) -> Mapping[str, str]:
    """Return written name -> description of the fields of the group at `loc`; empty where there is no group."""
    at: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, str) and at is not None:
            field = next((info for name, info in at.model_fields.items() if (info.alias or name) == part), None)
            at = _group(field.annotation) if field is not None else None
    fields = at.model_fields if at is not None else {}
    return {info.alias or name: info.description or "" for name, info in fields.items()}


def _group(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((group for group in map(_group, get_args(annotation)) if group is not None), None)
