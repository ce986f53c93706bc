"""Schemas of the built-in kinds, as far as Sluse and its clients use them: written out, not copied from a release.

Fields that are not listed are pruned, or refused by fieldValidation=Strict, as on a real server. Pod templates keep
unknown fields: nothing runs pods here, so only what apply needs (list keys) is spelled out.
"""

from __future__ import annotations

from typing import Any

from sluse.sandbox.kube.node import STRING, STRINGS
from sluse.sandbox.kube.status import Object

INTEGER: Object = {"type": "integer", "format": "int32"}
BOOLEAN: Object = {"type": "boolean"}
BYTES: Object = {"type": "object", "additionalProperties": {"type": "string", "format": "byte"}}
INT_OR_STRING: Object = {"x-kubernetes-int-or-string": True}
TIME: Object = {"type": "string", "format": "date-time", "nullable": True}
FREE: Object = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def struct(required: tuple[str, ...] = (), /, **properties: Any) -> Object:
    """Return an object schema; `required` comes first so that any property name is free."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def array(items: Object, *keys: str, kind: str = "atomic", merge: str = "") -> Object:
    """Return a list schema; `keys` make it a keyed list, `merge` names strategic merge's key where it differs."""
    out: Object = {"type": "array", "items": items, "x-kubernetes-list-type": "map" if keys else kind}
    if keys:
        out["x-kubernetes-list-map-keys"] = list(keys)
    if keys or merge:
        out["x-kubernetes-patch-merge-key"] = merge or keys[0]
        out["x-kubernetes-patch-strategy"] = "merge"
    return out


def said(schema: Object, description: str) -> Object:
    """Return the schema with a description."""
    return {**schema, "description": description}


SELECTOR: Object = {
    **struct(
        matchLabels=STRINGS,
        matchExpressions=array(struct(("key", "operator"), key=STRING, operator=STRING, values=array(STRING))),
    ),
    "x-kubernetes-map-type": "atomic",
}
CONDITIONS: Object = array(
    struct(
        ("type", "status"),
        type=STRING,
        status={"type": "string", "enum": ["True", "False", "Unknown"]},
        reason=STRING,
        message=STRING,
        observedGeneration={"type": "integer", "format": "int64"},
        lastTransitionTime=TIME,
        lastUpdateTime=TIME,
        lastProbeTime=TIME,
        lastHeartbeatTime=TIME,
    ),
    "type",
)
LOCAL_REFERENCE: Object = {**struct(name=STRING), "x-kubernetes-map-type": "atomic"}
REFERENCE: Object = {
    **struct(
        apiVersion=STRING,
        kind=STRING,
        namespace=STRING,
        name=STRING,
        uid=STRING,
        resourceVersion=STRING,
        fieldPath=STRING,
    ),
    "x-kubernetes-map-type": "atomic",
}

NAMESPACE = said(
    struct(spec=struct(finalizers=array(STRING)), status=struct(phase=STRING, conditions=CONDITIONS)),
    "Namespace provides a scope for names.",
)
CONFIG_MAP = said(
    struct(
        data=said(STRINGS, "Text by key."), binaryData=said(BYTES, "Base64 by key."), immutable=said(BOOLEAN, "Frozen.")
    ),
    "ConfigMap holds configuration data.",
)
SECRET = said(
    struct(
        type=said(STRING, "What the keys mean; Opaque if nothing special."),
        data=said(BYTES, "Base64 by key."),
        stringData=said(STRINGS, "Text by key; write-only, merged into data."),
        immutable=said(BOOLEAN, "Frozen."),
    ),
    "Secret holds secret data.",
)
SERVICE_ACCOUNT = said(
    struct(
        secrets=array(REFERENCE, "name"),
        imagePullSecrets=array(LOCAL_REFERENCE),
        automountServiceAccountToken=BOOLEAN,
    ),
    "ServiceAccount is an identity for processes in a namespace.",
)
SERVICE = said(
    struct(
        spec=struct(
            type={"type": "string", "enum": ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]},
            selector={**STRINGS, "x-kubernetes-map-type": "atomic"},
            clusterIP=STRING,
            clusterIPs=array(STRING),
            externalIPs=array(STRING),
            externalName=STRING,
            sessionAffinity=STRING,
            internalTrafficPolicy=STRING,
            ipFamilyPolicy=STRING,
            ipFamilies=array(STRING),
            publishNotReadyAddresses=BOOLEAN,
            ports=array(
                struct(
                    ("port",),
                    name=STRING,
                    protocol={"type": "string", "enum": ["TCP", "UDP", "SCTP"], "default": "TCP"},
                    port={**INTEGER, "minimum": 1, "maximum": 65535},
                    targetPort=INT_OR_STRING,
                    nodePort=INTEGER,
                    appProtocol=STRING,
                ),
                "port",
                "protocol",
            ),
        ),
        status=struct(loadBalancer=FREE, conditions=CONDITIONS),
    ),
    "Service names a port that proxies to pods. It is stored only: nothing is proxied here.",
)
EVENT = said(
    struct(
        ("involvedObject",),
        involvedObject=said(REFERENCE, "The object this event is about."),
        reason=said(STRING, "Short and machine-readable."),
        message=said(STRING, "For people."),
        type=said(STRING, "Normal or Warning."),
        source=struct(component=STRING, host=STRING),
        firstTimestamp=TIME,
        lastTimestamp=TIME,
        eventTime=TIME,
        count=INTEGER,
        action=STRING,
        related=REFERENCE,
        reportingComponent=STRING,
        reportingInstance=STRING,
        series=struct(count=INTEGER, lastObservedTime=TIME),
    ),
    "Event is a report of something that happened.",
)

_PORT = struct(
    protocol={"type": "string", "enum": ["TCP", "UDP", "SCTP"], "default": "TCP"}, port=INT_OR_STRING, endPort=INTEGER
)
_PEER = struct(
    podSelector=SELECTOR,
    namespaceSelector=SELECTOR,
    ipBlock=struct(("cidr",), **{"cidr": STRING, "except": array(STRING)}),
)
NETWORK_POLICY = said(
    struct(
        spec=struct(
            podSelector=said(SELECTOR, "The pods this policy applies to; empty means all."),
            policyTypes=array({"type": "string", "enum": ["Ingress", "Egress"]}),
            ingress=said(array(struct(ports=array(_PORT), **{"from": array(_PEER)})), "What may come in."),
            egress=said(array(struct(ports=array(_PORT), to=array(_PEER))), "What may go out."),
        )
    ),
    "NetworkPolicy says what traffic is allowed. It is stored only: nothing enforces it here.",
)
LEASE = said(
    struct(
        spec=struct(
            holderIdentity=STRING,
            leaseDurationSeconds={**INTEGER, "minimum": 1},
            acquireTime=TIME,
            renewTime=TIME,
            leaseTransitions=INTEGER,
            strategy=STRING,
            preferredHolder=STRING,
        )
    ),
    "Lease is a lock that expires.",
)
_CONTAINER: Object = {
    **struct(
        ("name",),
        name=STRING,
        image=STRING,
        env=array({**FREE, "properties": {"name": STRING}, "required": ["name"]}, "name"),
        ports=array(
            {**FREE, "properties": {"containerPort": INTEGER, "protocol": {**STRING, "default": "TCP"}}},
            "containerPort",
            "protocol",
        ),
        volumeMounts=array({**FREE, "properties": {"mountPath": STRING}, "required": ["mountPath"]}, "mountPath"),
    ),
    "x-kubernetes-preserve-unknown-fields": True,
}
_POD: Object = {
    **struct(
        containers=array(_CONTAINER, "name"),
        initContainers=array(_CONTAINER, "name"),
        volumes=array({**FREE, "properties": {"name": STRING}, "required": ["name"]}, "name"),
        imagePullSecrets=array(LOCAL_REFERENCE, "name"),
    ),
    "x-kubernetes-preserve-unknown-fields": True,
}
DEPLOYMENT = said(
    struct(
        ("spec",),
        spec=struct(
            ("selector", "template"),
            replicas={**INTEGER, "minimum": 0, "default": 1},
            selector=SELECTOR,
            template=struct(metadata=FREE, spec=_POD),
            strategy=FREE,
            minReadySeconds=INTEGER,
            revisionHistoryLimit={**INTEGER, "default": 10},
            progressDeadlineSeconds={**INTEGER, "default": 600},
            paused=BOOLEAN,
        ),
        status={**FREE, "properties": {"conditions": CONDITIONS, "readyReplicas": INTEGER, "replicas": INTEGER}},
    ),
    "Deployment declares pods. It is stored only: no pod is started here.",
)
POD_DISRUPTION_BUDGET = said(
    struct(
        spec=struct(
            minAvailable=INT_OR_STRING,
            maxUnavailable=INT_OR_STRING,
            selector=SELECTOR,
            unhealthyPodEvictionPolicy=STRING,
        ),
        status={**FREE, "properties": {"conditions": CONDITIONS}},
    ),
    "PodDisruptionBudget limits voluntary evictions. It is stored only.",
)
