"""Schemas of what the API server itself lives by: roles and bindings, definitions of kinds, reviews."""

from __future__ import annotations

from sluse.sandbox.kube.schemas import BOOLEAN, CONDITIONS, FREE, INTEGER, array, said, struct
from sluse.sandbox.kube.status import Object
from sluse.sandbox.kube.structural import STRING

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
REVIEW = said(
    {**struct(spec=FREE, status=FREE), "x-kubernetes-preserve-unknown-fields": True}, "A question; never stored."
)
