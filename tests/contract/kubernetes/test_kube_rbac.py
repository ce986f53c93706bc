"""Other users are played by impersonation, so that the same checks run where only one credential is at hand."""

from __future__ import annotations

from typing import Any

RBAC = "rbac.authorization.k8s.io"


class As:
    """The same client as another user."""

    def __init__(self, kube: Any, user: str, *groups: str) -> None:
        self._kube = kube
        self._headers = {"Impersonate-User": user, **({"Impersonate-Group": groups[0]} if groups else {})}

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return await self._kube.call(method, path, body, headers=self._headers, **more)


async def grant(kube: Any, name: str, subject: dict[str, str], *rules: dict[str, Any]) -> None:
    base = f"/apis/{RBAC}/v1/namespaces/{kube.namespace}"
    meta = {"name": name}
    role = {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": meta, "rules": list(rules)}
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": dict(meta),
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": name},
        "subjects": [subject],
    }
    assert (await kube.post(f"{base}/roles", role)).code == 201
    assert (await kube.post(f"{base}/rolebindings", binding)).code == 201


async def allowed_soon(user: As, path: str) -> None:
    for _ in range(200):
        if (await user.call("GET", path)).code == 200:
            return
    raise AssertionError(f"never allowed to read {path}")


def a_user(kube: Any) -> str:
    return f"somebody-{kube.namespace}"


async def test_without_a_role_everything_is_forbidden_in_the_usual_words(kube: Any) -> None:
    name = a_user(kube)
    reply = await As(kube, name).call("GET", kube.configmaps)
    assert (reply.code, reply.body["reason"]) == (403, "Forbidden")
    assert reply.body["message"] == (
        f'configmaps is forbidden: User "{name}" cannot list resource "configmaps" in API group "" '
        f'in the namespace "{kube.namespace}"'
    )
    cluster = await As(kube, name).call("GET", "/api/v1/namespaces")
    assert cluster.body["message"].endswith("at the cluster scope")


async def test_whoever_is_authenticated_may_discover(kube: Any) -> None:
    user = As(kube, a_user(kube))
    for path in ("/api", "/apis", "/openapi/v3", "/version"):
        assert (await user.call("GET", path)).code == 200


async def test_a_role_allows_its_verbs_in_its_namespace_only(kube: Any) -> None:
    user = As(kube, a_user(kube))
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "create"]}
    await grant(kube, "writer", {"kind": "User", "name": a_user(kube)}, rule)
    await allowed_soon(user, kube.configmaps)
    assert (await user.call("POST", kube.configmaps, kube.configmap())).code == 201
    assert (await user.call("DELETE", f"{kube.configmaps}/one")).code == 403
    assert (await user.call("GET", kube.configmaps, watch="1")).code == 403
    assert (await user.call("GET", "/api/v1/namespaces/default/configmaps")).code == 403
    assert (await user.call("GET", f"{kube.core}/secrets")).code == 403


async def test_a_group_and_a_service_account_can_be_subjects(kube: Any) -> None:
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}
    await grant(kube, "group", {"kind": "Group", "name": f"team-{kube.namespace}"}, rule)
    await grant(kube, "account", {"kind": "ServiceAccount", "name": "robot", "namespace": kube.namespace}, rule)
    await allowed_soon(As(kube, a_user(kube), f"team-{kube.namespace}"), kube.configmaps)
    await allowed_soon(As(kube, f"system:serviceaccount:{kube.namespace}:robot"), kube.configmaps)


async def test_a_named_resource_is_allowed_by_name_only(kube: Any) -> None:
    user = As(kube, a_user(kube))
    rule = {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["one"], "verbs": ["get", "list"]}
    await kube.post(kube.configmaps, kube.configmap())
    await grant(kube, "one", {"kind": "User", "name": a_user(kube)}, rule)
    await allowed_soon(user, f"{kube.configmaps}/one")
    assert (await user.call("GET", f"{kube.configmaps}/two")).code == 403
    assert (await user.call("GET", kube.configmaps)).code == 403
    assert (await user.call("GET", kube.configmaps, fieldSelector="metadata.name=one")).code == 200


async def test_a_subresource_needs_a_rule_of_its_own(kube: Any) -> None:
    user = As(kube, a_user(kube))
    group = kube.widgets.split("/")[2]
    rule = {"apiGroups": [group], "resources": ["widgets"], "verbs": ["get", "patch"]}
    await kube.post(kube.widgets, kube.widget())
    await grant(kube, "patcher", {"kind": "User", "name": a_user(kube)}, rule)
    await allowed_soon(user, f"{kube.widgets}/one")
    merge = "application/merge-patch+json"
    assert (await user.call("PATCH", f"{kube.widgets}/one", {"spec": {"size": 4}}, media=merge)).code == 200
    assert (await user.call("PATCH", f"{kube.widgets}/one/status", {"status": {}}, media=merge)).code == 403


async def test_an_apply_that_creates_needs_create(kube: Any) -> None:
    user = As(kube, a_user(kube))
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list", "patch"]}
    await grant(kube, "patcher", {"kind": "User", "name": a_user(kube)}, rule)
    await allowed_soon(user, kube.configmaps)
    reply = await user.call(
        "PATCH", f"{kube.configmaps}/new", kube.configmap("new"), media="application/apply-patch+yaml", fieldManager="x"
    )
    assert reply.code == 403


async def test_nobody_grants_what_they_do_not_hold(kube: Any) -> None:
    user = As(kube, a_user(kube))
    manage = {"apiGroups": [RBAC], "resources": ["roles"], "verbs": ["create", "patch", "get"]}
    own = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}
    await grant(kube, "manager", {"kind": "User", "name": a_user(kube)}, manage, own)
    await allowed_soon(user, kube.configmaps)
    base = f"/apis/{RBAC}/v1/namespaces/{kube.namespace}/roles"

    def role(name: str, verb: str) -> dict[str, Any]:
        rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": [verb]}]
        return {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": {"name": name}, "rules": rules}

    assert (await user.call("POST", base, role("fine", "get"))).code == 201
    refused = await user.call("POST", base, role("more", "delete"))
    assert refused.code == 403
    assert "is attempting to grant RBAC permissions not currently held" in refused.body["message"]
    wider = {"rules": role("fine", "*")["rules"]}
    patched = await user.call("PATCH", f"{base}/fine", wider, media="application/merge-patch+json")
    assert patched.code == 403


async def test_a_review_tells_the_truth_about_oneself(kube: Any) -> None:
    user = As(kube, a_user(kube))
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}
    await grant(kube, "reader", {"kind": "User", "name": a_user(kube)}, rule)
    await allowed_soon(user, kube.configmaps)

    async def may(verb: str) -> bool:
        attributes = {"namespace": kube.namespace, "verb": verb, "resource": "configmaps"}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        reply = await user.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
        assert reply.code == 201
        return bool(reply.body["status"]["allowed"])

    assert await may("list")
    assert not await may("delete")


async def test_a_review_says_who_one_is(kube: Any) -> None:
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    reply = await As(kube, a_user(kube), "team").call("POST", path, review)
    assert reply.body["status"]["userInfo"]["username"] == a_user(kube)
    assert {"team", "system:authenticated"} <= set(reply.body["status"]["userInfo"]["groups"])
