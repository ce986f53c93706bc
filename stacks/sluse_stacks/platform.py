"""An environment's stack as a Pulumi program: exactly `desired.environment`."""

from __future__ import annotations

import pulumi

from sluse.desired.environment import Installation, environment
from sluse.desired.stack import Manifest
from sluse_stacks.objects import declare as declare_objects


def declare(installation: Installation) -> None:
    """Declare an environment.

    The namespace holds the ledger and the credentials of every registration, so it is protected. A CRD that is no
    longer declared stays in the cluster: deleting one deletes every object of its kind, in both environments where
    they share a cluster.
    """
    declare_objects(environment(installation), _options)


def _options(manifest: Manifest) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(
        protect=manifest["kind"] == "Namespace", retain_on_delete=manifest["kind"] == "CustomResourceDefinition"
    )
