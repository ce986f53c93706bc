"""Create, replace, patch and apply: one object at a time, all or nothing.

A write that changes nothing stores nothing: resourceVersion stays, so that an operator that writes what it sees
settles instead of chasing its own echo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from sluse.sandbox.kube import patch as patches
from sluse.sandbox.kube.apply import server_side_apply
from sluse.sandbox.kube.bodies import (
    check_namespace_of,
    check_unmarked,
    checked_metadata,
    owned_parts,
)
from sluse.sandbox.kube.metadata import generated_name
from sluse.sandbox.kube.options import WriteOptions
from sluse.sandbox.kube.ownership import Manager, decoded, encoded, updated
from sluse.sandbox.kube.resources import Resource
from sluse.sandbox.kube.status import (
    Cause,
    Object,
    already_exists,
    bad_request,
    conflict,
    invalid,
    not_found,
    stale,
    unsupported_media,
)
from sluse.sandbox.kube.store import Key, Store, Stored
from sluse.sandbox.kube.storing import Storing, Written


class Writer:
    """What was asked becomes the object that is to be stored."""

    def __init__(self, store: Store, storing: Storing) -> None:
        self._store = store
        self._storing = storing

    def now(self) -> str:
        """Return the time as objects have it."""
        return self._storing.now()

    def create(self, resource: Resource, namespace: str, item: Object, options: WriteOptions) -> Written:
        """Store a new object; 409 if its name is taken."""
        metadata = checked_metadata(resource, item)
        check_namespace_of(metadata, namespace)
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = self._free_name(resource, namespace, str(metadata["generateName"]))
        name = metadata.get("name") or ""
        if not name:
            required = Cause("FieldValueRequired", "Required value: name or generateName is required", "metadata.name")
            raise invalid(resource.group, resource.kind, "", [required])
        if metadata.get("resourceVersion"):
            raise bad_request("resourceVersion should not be set on objects to be created")
        self._storing.admission.check_namespace(resource, namespace, name)
        if self._store.collection(resource.key).get((namespace, name)) is not None:
            raise already_exists(resource.group, resource.plural, name)
        managers = decoded(metadata.pop("managedFields", None))
        warnings = self._storing.prepare_new(resource, namespace, item, options)
        manager = Manager(options.manager, "Update", resource.api_version)
        item["metadata"]["managedFields"] = encoded(
            updated(resource.schema.node, {}, item, managers, manager, (), self._storing.now())
        )
        return self._storing.commit_new(resource, (namespace, name), item, options, warnings)

    def replace(self, resource: Resource, key: Key, item: Object, subresource: str, options: WriteOptions) -> Written:
        """Store a whole object in place of the present one."""
        old = self._present(resource, key)
        metadata = checked_metadata(resource, item)
        if metadata.get("name", key[1]) != key[1]:
            raise bad_request(
                f"the name of the object ({metadata['name']}) does not match the name on the URL ({key[1]})"
            )
        if not metadata.get("resourceVersion") and not resource.unconditional:
            sentence = 'Invalid value: "": must be specified for an update'
            cause = Cause("FieldValueInvalid", sentence, "metadata.resourceVersion")
            raise invalid(resource.group, resource.kind, key[1], [cause])
        return self._update(resource, old, item, subresource, options)

    def patch(
        self, resource: Resource, key: Key, kind: str, body: Any, subresource: str, options: WriteOptions
    ) -> Written:
        """Apply a patch of media type `kind`; server-side apply may create."""
        if kind == patches.APPLY:
            return self._apply(resource, key, body, subresource, options)
        old = self._present(resource, key)
        target = orjson.loads(old.rendered(resource.api_version))
        if kind == patches.JSON:
            item = patches.json_patch(target, body)
        elif kind == patches.MERGE:
            if not isinstance(body, dict):
                raise bad_request("error decoding patch: a merge patch is an object")
            item = patches.merge_patch(target, body)
        elif kind == patches.STRATEGIC and not resource.custom:
            item = patches.strategic_patch(resource.schema.node, target, body)
        else:
            accepted = [patches.JSON, patches.MERGE, patches.APPLY] + ([] if resource.custom else [patches.STRATEGIC])
            raise unsupported_media(", ".join(accepted))
        checked_metadata(resource, item)
        return self._update(resource, old, item, subresource, options)

    def mark(self, resource_key: tuple[str, str], stored: Stored, change: Callable[[Object], None]) -> Stored:
        """Store a change that the server itself makes (deletion marks, status of CRDs)."""
        item = stored.copy()
        change(item)
        return self._store.put(resource_key, stored.key, item)

    def _present(self, resource: Resource, key: Key) -> Stored:
        stored = self._store.collection(resource.key).get(key)
        if stored is None:
            raise not_found(resource.group, resource.plural, key[1])
        return stored

    def _free_name(self, resource: Resource, namespace: str, prefix: str) -> str:
        collection = self._store.collection(resource.key)
        while True:
            name = generated_name(prefix)
            if collection.get((namespace, name)) is None:
                return name

    def _apply(self, resource: Resource, key: Key, body: Any, subresource: str, options: WriteOptions) -> Written:
        if not isinstance(body, dict):
            raise bad_request("error decoding patch: an apply configuration is an object")
        if not options.named:
            required = Cause("FieldValueRequired", "Required value: is required for apply patch", "fieldManager")
            raise invalid("meta.k8s.io", "PatchOptions", "", [required])
        metadata = checked_metadata(resource, body)
        check_namespace_of(metadata, key[0])
        if metadata.get("managedFields"):
            raise bad_request("metadata.managedFields must be nil")
        if metadata.get("name", key[1]) != key[1]:
            raise bad_request(
                f"the name of the object ({metadata['name']}) does not match the name on the URL ({key[1]})"
            )
        self._refuse_unknown(resource, body)
        if subresource:
            body["metadata"] = {name: metadata[name] for name in ("uid", "resourceVersion") if name in metadata}
        manager = Manager(options.manager, "Apply", resource.api_version, subresource)
        old = self._store.collection(resource.key).get(key)
        if old is None:
            return self._apply_new(resource, key, body, subresource, manager, options)
        live = orjson.loads(old.rendered(resource.api_version))
        if metadata.get("uid") not in {None, live["metadata"]["uid"]}:
            raise conflict(resource.group, resource.plural, key[1], "uid mismatch: the object was replaced")
        if metadata.get("resourceVersion") not in {None, "", live["metadata"]["resourceVersion"]}:
            raise stale(resource.group, resource.plural, key[1])
        managers = decoded(live["metadata"].get("managedFields"))
        parts = owned_parts(resource, {**live, **body}, subresource)
        item, after = server_side_apply(
            resource.schema.node, live, body, managers, manager, parts, self._storing.now(), force=options.force
        )
        if after != managers:
            item["metadata"]["managedFields"] = encoded(after)
        return self._storing.finish(resource, old, item, options)

    def _refuse_unknown(self, resource: Resource, body: Object) -> None:
        unknown = resource.schema.complete(orjson.loads(orjson.dumps(body)))
        if unknown:
            fields = ", ".join(f".{path}: field not declared in schema" for path in unknown)
            raise bad_request(
                f"failed to create typed patch object ({resource.api_version}, {resource.kind}): {fields}"
            )

    def _apply_new(
        self, resource: Resource, key: Key, body: Object, subresource: str, manager: Manager, options: WriteOptions
    ) -> Written:
        if subresource or body["metadata"].get("uid"):
            raise not_found(resource.group, resource.plural, key[1])
        body["metadata"]["name"] = key[1]
        self._storing.admission.check_namespace(resource, key[0], key[1])
        parts = owned_parts(resource, body, "")
        empty = {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": {"name": key[1]}}
        item, managers = server_side_apply(
            resource.schema.node, empty, body, {}, manager, parts, self._storing.now(), force=True
        )
        warnings = self._storing.prepare_new(resource, key[0], item, options)
        item["metadata"]["managedFields"] = encoded(managers)
        return self._storing.commit_new(resource, key, item, options, warnings)

    def _update(
        self, resource: Resource, old: Stored, item: Object, subresource: str, options: WriteOptions
    ) -> Written:
        before = old.item
        metadata = item["metadata"]
        check_namespace_of(metadata, old.key[0])
        if metadata.get("resourceVersion") not in {None, "", before["metadata"]["resourceVersion"]}:
            raise stale(resource.group, resource.plural, old.key[1])
        if metadata.get("uid") not in {None, before["metadata"]["uid"]}:
            why = f"Precondition failed: UID in precondition: {metadata['uid']}, UID in object meta: {before['metadata']['uid']}"
            raise conflict(resource.group, resource.plural, old.key[1], why)
        check_unmarked(resource, metadata, before["metadata"])
        asked = metadata.get("managedFields")
        if subresource == "status":
            status = {"status": item["status"]} if item.get("status") is not None else {}
            kept = {name: value for name, value in before.items() if name != "status"}
            item = orjson.loads(orjson.dumps(kept | status))
        elif resource.status:
            item.pop("status", None)
            if "status" in before:
                item["status"] = before["status"]
        managers = decoded(before["metadata"].get("managedFields") if asked is None else asked)
        item["metadata"]["managedFields"] = before["metadata"].get("managedFields") if asked is None else asked
        return self._storing.finish(resource, old, item, options, managers, subresource)
