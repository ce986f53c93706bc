"""What Pulumi's state of a stack says: which of our objects it holds, as what, and whether a process died over it. Pure.

Objects are remembered by the digest of what was declared, not by their manifests: an environment has tens of thousands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sluse.desired.stack import Manifest, ObjectKey, object_key
from sluse.model.digests import sha256
from sluse.model.names import API_VERSION, Digest
from sluse_stacks.objects import PROVIDER_NAME, marked
from sluse_stacks.settings import PROJECT

_TYPE = f"kubernetes:{API_VERSION}:"
_PROVIDER = "pulumi:providers:kubernetes"


@dataclass(frozen=True)
class State:
    """`objects` are the digests of what Pulumi declared last; `made`, whether there is such a stack at all.

    `connected`: it has the provider that all objects stand on. That is a target only until then: later, naming it would
    let Pulumi delete whatever stands on it and is in no partial program.
    `unsettled`: a process was killed in the middle of something, and Pulumi has to look how that ended.
    """

    objects: Mapping[ObjectKey, Digest] = field(default_factory=dict)
    made: bool = True
    connected: bool = False
    unsettled: bool = False

    def after(self, applied: Iterable[Manifest] = (), pruned: Iterable[ObjectKey] = ()) -> State:
        """Return the state after what succeeded."""
        gone = frozenset(pruned)
        kept = {key: digest for key, digest in self.objects.items() if key not in gone}
        declared = {object_key(manifest): declared_digest(manifest) for manifest in applied}
        return State({**kept, **declared}, connected=self.connected or bool(declared))


def read(deployment: Mapping[str, Any] | None) -> State:
    """Return what an exported deployment says; None is that of a stack that was never made."""
    if deployment is None:
        return State(made=False)
    resources = deployment.get("resources") or ()
    objects = {
        ObjectKey(resource["type"].removeprefix(_TYPE), resource["urn"].rpartition("::")[2]): _digest(
            resource.get("inputs") or {}
        )
        for resource in resources
        if resource["type"].startswith(_TYPE) and not resource.get("delete")
    }
    unsettled = bool(deployment.get("pending_operations")) or any(resource.get("delete") for resource in resources)
    connected = any(resource["type"] == _PROVIDER for resource in resources)
    return State(objects, connected=connected, unsettled=unsettled)


def declared_digest(manifest: Manifest) -> Digest:
    """Return the digest of a manifest as it is declared, with what `objects` adds."""
    return _digest(marked(manifest))


def targets(stack: str, state: State, keys: Iterable[ObjectKey]) -> tuple[str, ...]:
    """Return the names of what an update of a stack is to touch."""
    provider = () if state.connected else (f"urn:pulumi:{stack}::{PROJECT}::{_PROVIDER}::{PROVIDER_NAME}",)
    return (*urns(stack, keys), *provider)


def urns(stack: str, keys: Iterable[ObjectKey]) -> tuple[str, ...]:
    """Return what Pulumi calls objects of a stack."""
    return tuple(f"urn:pulumi:{stack}::{PROJECT}::{_TYPE}{key.kind}::{key.name}" for key in keys)


def key_of(name: str) -> ObjectKey | None:
    """Return which of our objects a URN names; None for the stack itself and its provider."""
    kind, _, rest = name.rpartition("::")
    token = kind.rpartition("::")[2]
    return ObjectKey(token.removeprefix(_TYPE), rest) if token.startswith(_TYPE) else None


def _digest(inputs: Mapping[str, Any]) -> Digest:
    """Return the digest of an object's inputs; what the provider keeps among them for itself is left out."""
    own = {name: value for name, value in inputs.items() if not name.startswith("__")}
    return sha256(_plain(own))


def _plain(value: Any) -> Any:
    """Return JSON with whole numbers as such: Pulumi's wire has one kind of number."""
    match value:
        case Mapping():
            return {name: _plain(item) for name, item in value.items() if not str(name).startswith("__")}
        case list() | tuple():
            return [_plain(item) for item in value]
        case float() if value.is_integer():
            return int(value)
    return value
