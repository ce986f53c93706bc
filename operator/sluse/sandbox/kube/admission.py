"""The one way into the store: prune, default, fill in, and refuse with every reason at once."""

from __future__ import annotations

from sluse.sandbox.kube import crds, policies
from sluse.sandbox.kube.builtin import CRDS, NAMESPACES, POLICIES
from sluse.sandbox.kube.kinds import Kinds
from sluse.sandbox.kube.metadata import metadata_causes
from sluse.sandbox.kube.options import WriteOptions
from sluse.sandbox.kube.resources import Resource
from sluse.sandbox.kube.status import APIError, Cause, Object, bad_request, forbidden, invalid, not_found, too_large
from sluse.sandbox.kube.store import Store

OBJECT_LIMIT = 1536 * 1024  # etcd's limit on one request


class Admission:
    """Judges objects on their way in."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kinds = Kinds()

    def admit(self, resource: Resource, item: Object, old: Object | None, options: WriteOptions) -> list[str]:
        """Complete `item` in place; returns warnings, raises 400 (unknown fields, Strict), 422, or what a policy says."""
        unknown = resource.schema.complete(item)
        if unknown and options.validation == "Strict":
            fields = ", ".join(f'unknown field "{path}"' for path in unknown)
            what = f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}'
            raise bad_request(f"{what}: strict decoding error: {fields}")
        causes = resource.schema.causes(item, old)
        if not causes:
            self._kinds.fill(resource.key, item, old)
            causes = [*metadata_causes(resource.key, item["metadata"])]
            causes += self._kinds.causes(resource.key, item, old)
            if resource.key == CRDS:
                crds.fill(item)
                causes += crds.definition_causes(item, old)
            if resource.key == POLICIES:
                causes += policies.definition_causes(item)
        if old is not None:
            causes += _late_finalizers(item, old)
        if causes:
            raise invalid(resource.group, resource.kind, item["metadata"].get("name", ""), causes)
        told = unknown if options.validation == "Warn" else []
        return [*(f'unknown field "{path}"' for path in told), *options.judge(item, old)]

    def check_namespace(self, resource: Resource, namespace: str, name: str) -> None:
        """Refuse a create in a namespace that is not there (404) or on its way out (403)."""
        if not resource.namespaced:
            return
        found = self._store.collection(NAMESPACES).get(("", namespace))
        if found is None:
            raise not_found("", "namespaces", namespace)
        if "deletionTimestamp" in found.item["metadata"]:
            why = f"unable to create new content in namespace {namespace} because it is being terminated"
            refusal = forbidden(resource.group, resource.plural, name, why)
            cause = Cause("NamespaceTerminating", f"namespace {namespace} is being terminated", "metadata.namespace")
            raise APIError(
                403, "Forbidden", refusal.message, details={**(refusal.details or {}), "causes": [cause.as_json()]}
            )


def check_size(data: bytes) -> None:
    """Refuse what etcd would not store."""
    if len(data) > OBJECT_LIMIT:
        raise too_large(
            f"Request entity too large: limit is {OBJECT_LIMIT} bytes for one object, this one has {len(data)}"
        )


def _late_finalizers(item: Object, old: Object) -> list[Cause]:
    if "deletionTimestamp" not in old["metadata"]:
        return []
    before = old["metadata"].get("finalizers") or []
    new = [name for name in item["metadata"].get("finalizers") or [] if name not in before]
    if not new:
        return []
    sentence = "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers "
    return [Cause("FieldValueForbidden", f"{sentence}{new}", "metadata.finalizers")]
