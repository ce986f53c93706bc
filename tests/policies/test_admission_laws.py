"""The law: what a policy's CEL says of a request is what the rules' Python says, rule by rule.

The CEL runs in the sandbox's interpreter here; the contract suite asks a real API server as well.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluse.desired.access import operator_user
from sluse.desired.crds import crds
from sluse.model.names import GROUP, ORGANISATION_NUMBER, Environment
from sluse.rules import personal
from sluse.rules.request import MAPS, Operation, Request, text
from sluse.rules.requests import COLLECTORS, DERIVED
from sluse.rules.rule import RequestRule, ResourceRule
from sluse.rules.table import RULES
from sluse.sandbox.kube.identity import User
from sluse.sandbox.kube.policies import Policy
from sluse.sandbox.kube.policy_matching import Asked
from sluse.sandbox.kube.resources import Resource
from sluse.sandbox.kube.structural import Structural
from sluse_policies.admission import admission

TEST = Environment.TEST
OPERATOR = operator_user(TEST)
COMPILED = {
    manifest["metadata"]["name"].partition(".")[2]: Policy(manifest["spec"])
    for manifest in admission(TEST)
    if manifest["kind"] == "ValidatingAdmissionPolicy"
}
GROUPS = {"configmaps": "", "secrets": "", "leases": "coordination.k8s.io", "networkpolicies": "networking.k8s.io"}

DIGITS = st.text("0123456789", min_size=11, max_size=11)
PERSONS = st.sampled_from(["02013299997", "02013299903", "30108299939"])
KEY_FILE = "-----BEGIN PRIVATE KEY-----\nMIIE"
ENCODED = [base64.b64encode((before + KEY_FILE).encode()).decode() for before in ("", "a", "ab")]
ENCODED += [base64.b64encode(f"{before}{once}".encode()).decode() for before in ("", "a", "ab") for once in ENCODED]
PIECES = st.one_of(
    PERSONS,
    DIGITS,
    st.text("0123456789", min_size=1, max_size=13),
    st.sampled_from(
        [
            "kty",
            '"kty":"EC"',
            '"d":"' + "A" * 43 + '"',
            "'d' : '" + "B" * 16,
            "id: " + "C" * 20,
            r"\"q\": \"" + "D" * 20,
            "-----BEGIN EC PRIVATE KEY-----",
            "-----BEGIN PUBLIC KEY-----",
            "PuTTY-User-Key-File-3",
            *ENCODED,
            "a" * 39,
            "a" * 40,
            "é",
            "\n",
            " ",
            ": ",
            "-",
        ]
    ),
    st.text(max_size=6),
)
TEXTS = st.lists(PIECES, max_size=5).map("".join)
NAMES_IN_A_MAP = st.sampled_from(
    ["a", "kty", "d", "dq", "02013299997", "1-02013299903", "PuTTY-User-Key-File-3", "-----BEGIN EC PRIVATE KEY-----"]
)
MAPS_OF_TEXTS = st.dictionaries(NAMES_IN_A_MAP, TEXTS, max_size=3)
METADATA = st.fixed_dictionaries(
    {"name": st.sampled_from(["x", "x.02013299997", "x-1234567890", "kty"])},
    optional={"labels": MAPS_OF_TEXTS, "annotations": MAPS_OF_TEXTS},
)
CONFIG_MAPS = st.fixed_dictionaries(
    {"metadata": METADATA},
    optional={"data": MAPS_OF_TEXTS, "binaryData": st.sampled_from([{}, {"a": "MDI="}])},
)
CLIENTS = st.fixed_dictionaries(
    {"metadata": METADATA},
    optional={
        "spec": st.fixed_dictionaries(
            {"organisation": TEXTS},
            optional={
                "registration": st.fixed_dictionaries(
                    {"title": TEXTS},
                    optional={
                        "scopes": st.lists(TEXTS, max_size=3),
                        "claims": st.lists(st.fixed_dictionaries({"type": TEXTS, "value": TEXTS}), max_size=2),
                        "keys": st.lists(st.fixed_dictionaries({"kid": TEXTS}, optional={"x": TEXTS}), max_size=2),
                    },
                )
            },
        ),
        "status": st.fixed_dictionaries(
            {},
            optional={
                "conditions": st.lists(st.fixed_dictionaries({"message": TEXTS}), max_size=2),
                "handled": st.fixed_dictionaries({"annotations": MAPS_OF_TEXTS}),
                "waitingFor": st.fixed_dictionaries({"on": TEXTS}),
            },
        ),
    },
)

USERS = st.sampled_from(
    [OPERATOR, operator_user(Environment.PRODUCTION), "admin", "system:serviceaccount:default:guest", *COLLECTORS]
)
LABELS = st.fixed_dictionaries(
    {},
    optional={
        "app.kubernetes.io/managed-by": st.sampled_from(["sluse", "helm"]),
        f"{GROUP}/environment": st.sampled_from(list(map(str, Environment))),
        ORGANISATION_NUMBER: st.sampled_from(["311000640", "313231593", ""]),
    },
)
SELECTORS = st.sampled_from([{}, {"matchLabels": {"a": "b"}}, {"matchLabels": {f"{GROUP}/network-opening": "helseid"}}])
SPECS = st.fixed_dictionaries(
    {"podSelector": SELECTORS},
    optional={"policyTypes": st.sampled_from([["Egress"], ["Ingress"], ["Ingress", "Egress"]])},
)
NAMES = st.sampled_from(
    ["sluse-ledger-a", "sluse-stack-a", "sluse-anchor-a.b.c", "sluse-settings", "sluse-operator", "other"]
)
RESOURCES = st.sampled_from(
    [*(("sluse.nhn.no", each) for each in (*DERIVED, "integrationrepositories")), *((g, r) for r, g in GROUPS.items())]
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[Request, str]:
    group, plural = draw(RESOURCES)
    operation = draw(st.sampled_from(Operation))
    status = group == GROUP and operation is Operation.UPDATE and draw(st.booleans())
    name = draw(NAMES)

    def state() -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": name}
        if draw(st.booleans()):
            metadata["labels"] = draw(LABELS)
        return {"metadata": metadata, **({"spec": draw(SPECS)} if plural == "networkpolicies" else {})}

    request = Request(
        environment=TEST,
        operator=OPERATOR,
        user=draw(USERS),
        operation=operation,
        resource=plural,
        subresource="status" if status else "",
        object=None if operation is Operation.DELETE else state(),
        old=None if operation is Operation.CREATE else state(),
        namespace_labels=draw(LABELS),
    )
    return request, group


def asked(request: Request, group: str) -> Asked:
    return Asked(
        resource=Resource(group, "v1", request.resource, "Any", namespaced=True, schema=Structural({})),
        subresource=request.subresource,
        operation=request.operation.value,
        user=User(request.user, ()),
        item=request.object,  # type: ignore[arg-type]  # a mapping will do
        old=request.old,  # type: ignore[arg-type]
        namespace={"metadata": {"name": "a", "labels": dict(request.namespace_labels)}},
        dry_run=False,
    )


def refused(policy: Policy, request: Asked) -> set[str]:
    """The ids of the rules that refuse; a message begins with its rule's."""
    return {message.partition(":")[0] for _, message in policy.refusals(request)}


def found(rules: Iterable[Any], judged: Any) -> set[str]:
    return {rule.id for rule in rules if any(True for _ in rule.check(judged))}


@settings(deadline=None)
@given(requests())
def test_who_may_write_what_is_the_same_in_cel(drawn: tuple[Request, str]) -> None:
    request, group = drawn
    concerned = [rule for rule in RULES if isinstance(rule, RequestRule) and request.resource in rule.concerns]
    assert refused(COMPILED[request.resource], asked(request, group)) == found(concerned, request)


CONTENT = [rule for rule in RULES if isinstance(rule, ResourceRule)]


def content(plural: str, manifest: Mapping[str, Any]) -> None:
    request = Request(
        environment=TEST,
        operator=OPERATOR,
        user="admin",
        operation=Operation.CREATE,
        resource=plural,
        object=manifest,
    )
    ids = {rule.id for rule in CONTENT}
    group = GROUPS.get(plural, GROUP)
    assert refused(COMPILED[plural], asked(request, group)) & ids == found(CONTENT, manifest)


@settings(deadline=None)
@given(CONFIG_MAPS)
def test_what_a_config_map_may_hold_is_the_same_in_cel(manifest: dict[str, Any]) -> None:
    content("configmaps", manifest)


@settings(deadline=None)
@given(CLIENTS)
def test_what_a_client_may_hold_is_the_same_in_cel(manifest: dict[str, Any]) -> None:
    content("helseidclients", manifest)


@settings(deadline=None)
@given(st.integers(0, 75), st.integers(0, 99), st.integers(0, 99), st.integers(0, 999), st.integers(0, 3))
def test_a_persons_number_is_found_with_every_date_and_remainder(
    day: int, month: int, year: int, serial: int, which: int
) -> None:
    """Random digits are hardly ever a person's, so the control digits are made to fit, where any do."""
    made = [f"{day:02d}{month:02d}{year:02d}{serial:03d}{end:02d}" for end in range(100)]
    digits = ([each for each in made if personal.is_personal(each)] or made)[which % 4 :][:1] or made[:1]
    content("configmaps", {"metadata": {"name": "x"}, "data": {"a": f"it is {digits[0]}."}})
    content("configmaps", {"metadata": {"name": "x"}, "data": {"a": f"it is 9{digits[0]}."}})


@pytest.mark.parametrize(
    ("rule", "manifest"),
    [
        ("resource-private-key", {"data": {"kty": "EC", "d": "A" * 43}}),
        ("resource-private-key", {"data": {"PuTTY-User-Key-File-3": "ssh-ed25519"}}),
        ("resource-private-key", {"metadata": {"name": "x", "annotations": {"kty": "EC", "d": "A" * 43}}}),
        ("resource-private-key", {"metadata": {"name": "x", "labels": {"PuTTY-User-Key-File-3": ""}}}),
        *(("resource-encoded-private-key", {"data": {"tls.key": text}}) for text in ENCODED),
        ("resource-encoded-private-key", {"metadata": {"name": "x", "annotations": {"a": ENCODED[0]}}}),
        ("resource-personal-identifier", {"metadata": {"name": "patient-02013299997"}}),
        ("resource-personal-identifier", {"metadata": {"name": "x", "labels": {"02013299997": "a"}}}),
        ("resource-personal-identifier", {"metadata": {"name": "x", "annotations": {"a/02013299997": "a"}}}),
        ("resource-personal-identifier", {"data": {"02013299997.json": "a"}}),
        ("resource-binary-data", {"binaryData": {"a": "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t"}}),
    ],
)
def test_a_secret_in_a_name_is_refused_as_one_in_a_value_is(rule: str, manifest: dict[str, Any]) -> None:
    whole = {"metadata": {"name": "x"}, **manifest}
    assert rule in found(CONTENT, whole)
    content("configmaps", whole)


def test_names_that_whoever_writes_gives_are_in_members_that_are_known() -> None:
    def maps(schema: Mapping[str, Any], name: str = "") -> Iterable[tuple[str, bool]]:
        yield name, isinstance(schema.get("additionalProperties"), dict)
        for inner, member in schema.get("properties", {}).items():
            yield from maps(member, inner)
        if "items" in schema:
            yield from maps(schema["items"])

    schemas = [crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"] for crd in crds()]
    told = {(name, is_map) for schema in schemas for name, is_map in maps(schema)}
    assert {name for name, is_map in told if is_map} <= MAPS
    assert {name for name, is_map in told if not is_map}.isdisjoint(MAPS)


@pytest.mark.parametrize("manifest", [{"metadata": {"name": "x"}, "data": {"a": "kty", "b": '"d":"' + "A" * 16}}])
def test_a_private_key_in_two_texts_is_one_whose_member_is_found(manifest: dict[str, Any]) -> None:
    assert "\x1f" in text(manifest)
    content("configmaps", manifest)
