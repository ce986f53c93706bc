"""From method and path to what is asked: the same reading that RBAC, the counters and the faults share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sluse.sandbox.kube.rbac import Attributes
from sluse.sandbox.kube.status import method_not_allowed

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete", "GET": "get", "HEAD": "get"}
_NAMESPACE_SUBRESOURCES = frozenset({"status", "finalize"})


@dataclass(frozen=True)
class Route:
    """`resource` empty: the path is not one of objects. `namespace` is the one in the path."""

    verb: str
    path: str
    group: str = ""
    version: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    def attributes(self, selected: str) -> Attributes:
        """Return what RBAC judges; `selected` is the one name that a field selector allows."""
        if not self.resource:
            return Attributes(self.verb, path=self.path)
        name = self.name or selected
        namespace = name if (self.group, self.resource) == ("", "namespaces") else self.namespace
        return Attributes(self.verb, self.group, self.resource, self.subresource, namespace, name)


def truthy(value: str | None) -> bool:
    """`watch=1`, `watch=True` and `watch` alone all mean yes."""
    return value is not None and value.lower() not in {"false", "0"}


def route(method: str, path: str, query: Mapping[str, str]) -> Route:
    """Read a request line; a 405 for a method that no resource knows."""
    verb = _VERBS.get(method)
    if verb is None:
        raise method_not_allowed()
    steps = [step for step in path.split("/") if step]
    if steps[:2] == ["api", "v1"] and len(steps) > 2:
        return _resource(verb, path, "", "v1", steps[2:], query)
    if steps[:1] == ["apis"] and len(steps) > 3:
        return _resource(verb, path, steps[1], steps[2], steps[3:], query)
    return Route(verb, path)


def _resource(verb: str, path: str, group: str, version: str, steps: list[str], query: Mapping[str, str]) -> Route:
    namespace = ""
    if steps[0] == "namespaces" and len(steps) > 2 and not (len(steps) == 3 and steps[2] in _NAMESPACE_SUBRESOURCES):
        namespace, steps = steps[1], steps[2:]
    name = steps[1] if len(steps) > 1 else ""
    subresource = "/".join(steps[2:])
    if not name:
        verb = {"get": "watch" if truthy(query.get("watch")) else "list", "delete": "deletecollection"}.get(verb, verb)
    return Route(verb, path, group, version, steps[0], namespace, name, subresource)
