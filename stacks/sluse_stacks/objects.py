"""Manifests -> Pulumi resources, exactly: what is in the manifest and nothing else but two annotations, or three.

One is `pulumi.com/patchFieldManager`. Without it the provider invents a random field manager for each
resource and keeps it in Pulumi's state; once that state is lost (a kill with checkpoints off, a new backend) the
new random manager shares every field with the old one, and a field we later drop stays for ever. The name is the
embedded engine's, so that changing engines changes no ownership either.

The other is `pulumi.com/deletionPropagationPolicy: background`. Pulumi deletes in the foreground by default, which has the API
server wait for its garbage collector with every object; nothing that is declared here owns anything that must go first.

A Deployment has `pulumi.com/skipAwait` too. Pulumi would wait ten minutes for its pods and then fail, and the operator's pods start
only when a person has made its credentials and begun its ledger, in the namespace that the same update makes.

Custom resources go through `apiextensions.CustomResource`. For all others the typed classes are rejected: each
takes its own arguments and fills in some, where a resource of the same type token takes the manifest as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import Provider, meta
from pulumi_kubernetes.apiextensions import CustomResource

from sluse.desired.stack import Manifest
from sluse.model.names import API_VERSION

FIELD_MANAGER = "sluse"
ADDED = {"pulumi.com/patchFieldManager": FIELD_MANAGER, "pulumi.com/deletionPropagationPolicy": "background"}
"""What is added to the annotations of every object."""

UNAWAITED = {"pulumi.com/skipAwait": "true"}
"""What is added to those of a Deployment."""

PROVIDER_NAME = "cluster"
_ = meta.v1.ObjectMetaArgs
"""Loaded here: the package loads its modules at first use, which in two programs' threads at once finds one half made."""

Options = Callable[[Manifest], pulumi.ResourceOptions]
"""Resource options of a manifest, besides provider and dependencies."""


class _Object(pulumi.CustomResource):
    """Any object of the Kubernetes provider, its properties as the manifest has them."""

    def __init__(self, manifest: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        group = manifest["apiVersion"]
        token = f"kubernetes:{'core/v1' if group == 'v1' else group}:{manifest['kind']}"
        super().__init__(token, manifest["metadata"]["name"], dict(manifest), opts)


def declare(manifests: Iterable[Manifest], options: Options | None = None) -> None:
    """Declare manifests, in the order given, through one provider; each depends on what it stands on.

    The provider always adopts what exists and always wins a field: after a crash, creating again is how a stack
    heals, and a hand edit is what the next declaration is for. Toggling either would show as a change of its own.
    """
    provider = Provider(
        PROVIDER_NAME, enable_server_side_apply=True, enable_patch_force=True, upsert_existing_objects=True
    )
    declared: list[tuple[Manifest, pulumi.Resource]] = []
    for manifest in manifests:
        opts = pulumi.ResourceOptions.merge(
            pulumi.ResourceOptions(
                provider=provider,
                depends_on=[resource for other, resource in declared if stands_on(manifest, other)],
            ),
            options(manifest) if options else None,
        )
        declared.append((manifest, _resource(marked(manifest), opts)))


def stands_on(manifest: Manifest, other: Manifest) -> bool:
    """Tell whether `other` must be there before `manifest`."""
    kind, metadata = other["kind"], other["metadata"]
    named = {
        "Namespace": ("metadata", "namespace"),
        "ClusterRole": ("roleRef", "name"),
        "ValidatingAdmissionPolicy": ("spec", "policyName"),
    }
    if kind == "CustomResourceDefinition":
        return bool(manifest["kind"] == other["spec"]["names"]["kind"])
    if kind in named:
        member, field = named[kind]
        bound = kind == "Namespace" or manifest["kind"] == f"{kind}Binding"
        return bound and bool(manifest[member].get(field) == metadata["name"])
    if kind == "ValidatingAdmissionPolicyBinding":
        return bool(manifest["kind"] == "Deployment")
    if kind in {"ServiceAccount", "ConfigMap", "NetworkPolicy", "Role", "RoleBinding"}:
        return (
            bool(manifest["kind"] == "Deployment" or (kind, manifest["kind"]) == ("Role", "RoleBinding"))
            and manifest["metadata"]["namespace"] == metadata["namespace"]
        )
    return False


def _resource(manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    if manifest["apiVersion"] != API_VERSION:
        return _Object(manifest, opts)
    return CustomResource(
        manifest["metadata"]["name"],
        api_version=manifest["apiVersion"],
        kind=manifest["kind"],
        metadata=manifest["metadata"],
        spec=manifest["spec"],
        opts=opts,
    )


def marked(manifest: Manifest) -> Manifest:
    """Return the manifest with what is added to it: see the module."""
    metadata = manifest["metadata"]
    more = UNAWAITED if manifest["kind"] == "Deployment" else {}
    annotations = {**metadata.get("annotations", {}), **ADDED, **more}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}
