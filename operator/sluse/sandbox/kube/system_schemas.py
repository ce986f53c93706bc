"""Schemas of what the API server itself lives by: roles and bindings, definitions of kinds, reviews."""

from __future__ import annotations

from sluse.sandbox.kube.node import STRING, STRINGS
from sluse.sandbox.kube.schemas import BOOLEAN, CONDITIONS, FREE, INTEGER, array, said, struct
from sluse.sandbox.kube.status import Object

_RULES = array(
    struct(
        ("verbs",),
        verbs=array(STRING),
        apiGroups=array(STRING),
        resources=array(STRING),
        resourceNames=array(STRING),
        nonResourceURLs=array(STRING),
    )
)
_ROLE_REFERENCE: Object = {
    **struct(("kind", "name"), apiGroup={**STRING, "default": "rbac.authorization.k8s.io"}, kind=STRING, name=STRING),
    "x-kubernetes-map-type": "atomic",
}
_SUBJECT: Object = {
    **struct(("kind", "name"), kind=STRING, apiGroup=STRING, name=STRING, namespace=STRING),
    "x-kubernetes-map-type": "atomic",
}
ROLE = said(struct(rules=_RULES), "A set of permissions.")
CLUSTER_ROLE = said(struct(rules=_RULES, aggregationRule=FREE), "A set of permissions, cluster-wide or for bindings.")
BINDING = said(
    struct(("roleRef",), subjects=array(_SUBJECT), roleRef=_ROLE_REFERENCE), "Grants a role's permissions to subjects."
)
FLOW_SCHEMA = said(
    struct(
        ("spec",),
        spec=struct(
            ("priorityLevelConfiguration",),
            priorityLevelConfiguration=struct(("name",), name=STRING),
            matchingPrecedence={**INTEGER, "minimum": 1, "maximum": 10000, "default": 1000},
            distinguisherMethod={**struct(("type",), type=STRING), "nullable": True},
            rules=array(FREE),
        ),
        status={**FREE, "properties": {"conditions": CONDITIONS}},
    ),
    "FlowSchema says which requests are served before which. It is stored only: all are served alike here.",
)
CRD = said(
    struct(
        ("spec",),
        spec=struct(
            ("group", "names", "scope", "versions"),
            group=STRING,
            scope={"type": "string", "enum": ["Namespaced", "Cluster"]},
            preserveUnknownFields=BOOLEAN,
            names=struct(
                ("plural", "kind"),
                plural=STRING,
                singular=STRING,
                kind=STRING,
                listKind=STRING,
                shortNames=array(STRING),
                categories=array(STRING),
            ),
            conversion=FREE,
            versions=array(
                struct(
                    ("name", "served", "storage"),
                    name=STRING,
                    served=BOOLEAN,
                    storage=BOOLEAN,
                    deprecated=BOOLEAN,
                    deprecationWarning=STRING,
                    schema=struct(openAPIV3Schema=FREE),
                    subresources=struct(status=FREE, scale=FREE),
                    additionalPrinterColumns=array(
                        struct(
                            ("name", "type", "jsonPath"),
                            name=STRING,
                            type=STRING,
                            jsonPath=STRING,
                            description=STRING,
                            format=STRING,
                            priority=INTEGER,
                        )
                    ),
                    selectableFields=array(struct(("jsonPath",), jsonPath=STRING)),
                )
            ),
        ),
        status=struct(conditions=CONDITIONS, acceptedNames=FREE, storedVersions=array(STRING)),
    ),
    "CustomResourceDefinition declares a kind of one's own.",
)
_LABELS_SELECTED: Object = struct(
    matchLabels=STRINGS,
    matchExpressions=array(struct(("key", "operator"), key=STRING, operator=STRING, values=array(STRING))),
)
_MATCHED_RULES = array(
    struct(
        ("apiGroups", "apiVersions", "operations", "resources"),
        apiGroups=array(STRING),
        apiVersions=array(STRING),
        operations=array(STRING),
        resources=array(STRING),
        resourceNames=array(STRING),
        scope={**STRING, "default": "*"},
    )
)
_MATCHED: Object = struct(
    namespaceSelector={**_LABELS_SELECTED, "default": {}},
    objectSelector={**_LABELS_SELECTED, "default": {}},
    resourceRules=_MATCHED_RULES,
    excludeResourceRules=_MATCHED_RULES,
    matchPolicy={"type": "string", "enum": ["Equivalent", "Exact"], "default": "Equivalent"},
)
_NAMED_EXPRESSIONS = array(struct(("name", "expression"), name=STRING, expression=STRING), "name")
ADMISSION_POLICY = said(
    struct(
        ("spec",),
        spec=struct(
            ("matchConstraints",),
            failurePolicy={"type": "string", "enum": ["Fail", "Ignore"], "default": "Fail"},
            paramKind=FREE,
            matchConstraints=_MATCHED,
            matchConditions=_NAMED_EXPRESSIONS,
            variables=_NAMED_EXPRESSIONS,
            validations=array(
                struct(("expression",), expression=STRING, message=STRING, messageExpression=STRING, reason=STRING)
            ),
        ),
        status=FREE,
    ),
    "What a write must meet, in CEL.",
)
ADMISSION_BINDING = said(
    struct(
        ("spec",),
        spec=struct(
            ("policyName", "validationActions"),
            policyName=STRING,
            validationActions=array({"type": "string", "enum": ["Deny", "Warn", "Audit"]}, kind="set"),
            matchResources=_MATCHED,
            paramRef=FREE,
        ),
    ),
    "Where a policy is in force, and what comes of a refusal.",
)
REVIEW = said(
    {**struct(spec=FREE, status=FREE), "x-kubernetes-preserve-unknown-fields": True}, "A question; never stored."
)
