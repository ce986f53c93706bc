"""JSON Patch, JSON Merge Patch, and strategic merge to the extent that kubectl's client-side apply uses it.

Strategic merge here knows `$patch: delete|replace`, `$setElementOrder`, `$deleteFromPrimitiveList`, `$retainKeys` and
merge keys of the built-in kinds as `schemas` has them; custom resources refuse it with 415, as on a real server.
"""

from __future__ import annotations

from typing import Any

import jsonpatch
import jsonpointer

from sluse.sandbox.kube.node import Node
from sluse.sandbox.kube.status import Object, bad_request, unprocessable

JSON = "application/json-patch+json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"
_OPERATIONS = 10_000


def json_patch(target: Object, operations: Any) -> Any:
    """Apply RFC 6902; a failed `test` and a missing path are 422, which Kopf relies on. Go's null is no operations."""
    if operations is None:
        return target
    if not isinstance(operations, list):
        raise bad_request("error decoding patch: a JSON patch is a list of operations")
    if len(operations) > _OPERATIONS:
        raise bad_request(f"a JSON patch may have at most {_OPERATIONS} operations")
    try:
        return jsonpatch.JsonPatch(operations).apply(target, in_place=True)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, KeyError) as error:
        raise unprocessable(str(error)) from None


def merge_patch(target: Any, patch: Any) -> Any:
    """Apply RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    out = target if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            out.pop(name, None)
        else:
            out[name] = merge_patch(out.get(name), value)
    return out


def strategic_patch(node: Node | None, target: Any, patch: Any) -> Any:  # noqa: C901 - one directive after the other
    """Apply a strategic merge patch."""
    if not isinstance(patch, dict):
        return patch
    directive = patch.get("$patch")
    if directive == "replace":
        return {name: value for name, value in patch.items() if name != "$patch"}
    if directive == "delete":
        return {}
    out: Object = target if isinstance(target, dict) else {}
    retained = patch.get("$retainKeys")
    if isinstance(retained, list):
        out = {name: value for name, value in out.items() if name in retained}
    for name, value in patch.items():
        if name.startswith("$deleteFromPrimitiveList/"):
            field = name.partition("/")[2]
            out[field] = [item for item in out.get(field) or [] if item not in value]
        elif not name.startswith("$"):
            _strategic_member(node.child(name) if node else None, out, name, value)
    for name, order in patch.items():
        if name.startswith("$setElementOrder/"):
            field = name.partition("/")[2]
            out[field] = _ordered(node.child(field) if node else None, out.get(field) or [], order)
            if not out[field]:
                del out[field]
    return out


def _strategic_member(node: Node | None, out: Object, name: str, value: Any) -> None:
    if value is None:
        out.pop(name, None)
    elif isinstance(value, list):
        out[name] = _strategic_list(node, out.get(name) or [], value)
    elif isinstance(value, dict):
        out[name] = strategic_patch(node, out.get(name), value)
    else:
        out[name] = value


def _strategic_list(node: Node | None, live: list[Any], patch: list[Any]) -> list[Any]:
    if any(isinstance(item, dict) and item.get("$patch") == "replace" for item in patch):
        return [item for item in patch if not (isinstance(item, dict) and "$patch" in item)]
    if node is not None and node.merge_key:
        return _merged_by_key(node, live, patch)
    if node is not None and node.merge_set:
        return [*live, *(item for item in patch if item not in live)]
    return patch


def _merged_by_key(node: Node, live: list[Any], patch: list[Any]) -> list[Any]:
    key = node.merge_key
    out = {item.get(key): item for item in live}
    for item in patch:
        if not isinstance(item, dict) or key not in item:
            raise bad_request(f"map: {item!r} does not contain declared merge key: {key}")
        if item.get("$patch") == "delete":
            out.pop(item[key], None)
        else:
            out[item[key]] = strategic_patch(node.items, out.get(item[key]), item)
    return list(out.values())


def _ordered(node: Node | None, items: list[Any], order: list[Any]) -> list[Any]:
    key = node.merge_key if node else ""
    wanted = [item.get(key) if isinstance(item, dict) else item for item in order]

    def rank(item: Any) -> int:
        identity = item.get(key) if isinstance(item, dict) else item
        return wanted.index(identity) if identity in wanted else len(wanted)

    return sorted(items, key=rank)
