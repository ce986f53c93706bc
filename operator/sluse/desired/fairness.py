"""What the API server hurries for the operator: its Lease, which else waits in one queue with the operator's own work.

Priority and fairness (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/) puts every request of a
service account into the level `workload-low`, by account. Renewals of a leader that fills a cluster wait there behind what
fills it, and one that waits too long costs the leadership. The server has a level `leader-election` and sends to it the Leases of
kube-system's accounts only; this is the same for ours, in its own namespace.

The cluster's admin applies it. The operator has no right to flow schemas: whoever may write them decides whose requests
are served first, in the whole cluster. Where the level is missing, the server passes the schema over.
"""

from __future__ import annotations

from sluse.desired.access import OPERATOR
from sluse.desired.crds import PART_OF
from sluse.desired.stack import Manifest
from sluse.model.names import Environment

_GROUP = "flowcontrol.apiserver.k8s.io"
_LEVEL = "leader-election"
_PRECEDENCE = 250
"""After the server's own schemas for elections (100 to 200), before those that take a service account whatever it asks (9000)."""


def renewals_first(place: Environment) -> Manifest:
    """Return the FlowSchema of an environment's Lease. It knows no namespace of its own, so its name has the environment's."""
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "FlowSchema",
        "metadata": {"name": f"{place.namespace}-leader-election", "labels": dict(PART_OF)},
        "spec": {
            "matchingPrecedence": _PRECEDENCE,
            "priorityLevelConfiguration": {"name": _LEVEL},
            "distinguisherMethod": {"type": "ByUser"},
            "rules": [
                {
                    "subjects": [
                        {
                            "kind": "ServiceAccount",
                            "serviceAccount": {"name": OPERATOR, "namespace": place.namespace},
                        }
                    ],
                    "resourceRules": [
                        {
                            "verbs": ["get", "create", "update"],
                            "apiGroups": ["coordination.k8s.io"],
                            "resources": ["leases"],
                            "namespaces": [place.namespace],
                        }
                    ],
                }
            ],
        },
    }
