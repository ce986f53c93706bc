"""Structural schemas at work: pruning, defaulting, validation and CEL rules of one kind."""

from __future__ import annotations

import jsonschema_rs

from sluse.sandbox.kube.celrules import Rules
from sluse.sandbox.kube.jsonschema import draft4
from sluse.sandbox.kube.node import METADATA, STRING, Node
from sluse.sandbox.kube.status import Cause, Object
from sluse.sandbox.kube.violations import cause_of, duplicates

_NOT_CHECKED = Cause(
    "FieldValueInvalid",
    "Invalid value: null: some validation rules were not checked because the object was invalid;"
    " correct the existing errors to complete validation",
    "<nil>",
)


class Structural:
    """The schema of a whole object. A ValueError when it is not one that can be compiled."""

    def __init__(self, schema: Object) -> None:
        own = dict(schema.get("properties") or {})
        own |= {"apiVersion": STRING, "kind": STRING, "metadata": METADATA}
        self.source: Object = {**schema, "type": "object", "properties": own}
        self.node = Node(self.source)
        self._validator = jsonschema_rs.Draft4Validator(draft4(self.source), validate_formats=True)
        self._rules = Rules(self.source)

    def complete(self, item: Object) -> list[str]:
        """Prune and default in place; returns the paths of unknown fields."""
        unknown: list[str] = []
        self.node.complete(item, "", unknown)
        return unknown

    def causes(self, item: Object, old: Object | None) -> list[Cause]:
        """Return every reason why `item` is not acceptable in place of `old` (None: it is new)."""
        causes: list[Cause] = []
        if not self._validator.is_valid(item):
            causes = [cause_of(error) for error in self._validator.iter_errors(item)]
        if not causes:
            causes = duplicates(self.node, item, "")
        if not self._rules:
            return causes
        return [*causes, _NOT_CHECKED] if causes else self._rules.causes(item, old)
