"""What is served, for clients that ask: /version, /api, /apis, plain and aggregated."""

from __future__ import annotations

from sluse.sandbox.kube.resources import Registry, Resource
from sluse.sandbox.kube.status import Object, unknown_path

VERSION: Object = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.3+sluse.sandbox",
    "gitCommit": "0000000000000000000000000000000000000000",
    "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z",
    "goVersion": "none",
    "compiler": "none",
    "platform": "sandbox",
}
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def wants_aggregated(accept: str) -> bool:
    """Tell whether a client asks for all groups in one document."""
    parts = [offer.replace(" ", "") for offer in accept.split(",")]
    return any("as=APIGroupDiscoveryList" in offer and "v=v2;" in f"{offer};" and "json" in offer for offer in parts)


def discover(registry: Registry, path: str, *, aggregated: bool) -> Object:
    """Return the document at a discovery path, a 404 where there is none."""
    steps = [step for step in path.split("/") if step]
    groups = registry.groups()
    if aggregated and len(steps) == 1:
        return _aggregated({g: v for g, v in groups.items() if (g == "") == (steps == ["api"])})
    match steps:
        case ["api"]:
            return {
                "kind": "APIVersions",
                "versions": ["v1"],
                "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "localhost"}],
            }
        case ["apis"]:
            named = [_group(group, versions) for group, versions in groups.items() if group]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": named}
        case ["api", "v1"]:
            return _resource_list("v1", groups[""]["v1"])
        case ["apis", group] if group in groups:
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group, groups[group])}
        case ["apis", group, version] if version in groups.get(group, {}):
            return _resource_list(f"{group}/{version}", groups[group][version])
    raise unknown_path()


def _group(group: str, versions: dict[str, list[Resource]]) -> Object:
    listed = [{"groupVersion": f"{group}/{version}", "version": version} for version in versions]
    return {"name": group, "versions": listed, "preferredVersion": listed[0]}


def _resource_list(api_version: str, resources: list[Resource]) -> Object:
    listed = [entry for resource in resources for entry in _entries(resource)]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api_version, "resources": listed}


def _entries(resource: Resource) -> list[Object]:
    main: Object = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        main["shortNames"] = list(resource.short_names)
    if resource.categories:
        main["categories"] = list(resource.categories)
    if not resource.status:
        return [main]
    status = {
        "name": f"{resource.plural}/status",
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": ["get", "patch", "update"],
    }
    return [main, status]


def _aggregated(groups: dict[str, dict[str, list[Resource]]]) -> Object:
    items = [
        {
            "metadata": {"name": group, "creationTimestamp": None} if group else {"creationTimestamp": None},
            "versions": [
                {"version": version, "resources": [_aggregated_entry(r) for r in resources], "freshness": "Current"}
                for version, resources in versions.items()
            ],
        }
        for group, versions in groups.items()
    ]
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}


def _aggregated_entry(resource: Resource) -> Object:
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    entry: Object = {
        "resource": resource.plural,
        "responseKind": kind,
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    if resource.status:
        entry["subresources"] = [{"subresource": "status", "responseKind": kind, "verbs": ["get", "patch", "update"]}]
    return entry
