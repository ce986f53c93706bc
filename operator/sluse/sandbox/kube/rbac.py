"""RBAC, evaluated from the Role, ClusterRole and binding objects stored in this API.

Rules are resolved per user and kept until any of those objects changes. As on a real server, system:masters may do
everything, whoever is authenticated may discover and ask about themselves, and nobody may grant what they do not
hold (unless a rule gives them `escalate` or `bind`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sluse.sandbox.kube.builtin import AUTHENTICATION, AUTHORIZATION, RBAC
from sluse.sandbox.kube.identity import AUTHENTICATED, MASTERS, User
from sluse.sandbox.kube.status import APIError, Object, forbidden
from sluse.sandbox.kube.store import Event, Store

_DISCOVERY = (
    "/api",
    "/api/*",
    "/apis",
    "/apis/*",
    "/openapi",
    "/openapi/*",
    "/version",
    "/healthz",
    "/livez",
    "/readyz",
)
_SELF: tuple[Object, ...] = (
    {
        "verbs": ["create"],
        "apiGroups": [AUTHORIZATION],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    },
    {"verbs": ["create"], "apiGroups": [AUTHENTICATION], "resources": ["selfsubjectreviews"]},
)


@dataclass(frozen=True)
class Attributes:
    """What is asked: a resource, or a `path` that is none. `subresource` and `name` may be empty."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""


@dataclass(frozen=True)
class Granted:
    """One rule and where it holds: a namespace, or everywhere (empty)."""

    rule: Object
    namespace: str
    through: str


class Authorizer:
    """Decides, and remembers decisions until RBAC changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules: dict[User, tuple[Granted, ...]] = {}
        self._decisions: dict[tuple[User, Attributes], str | None] = {}
        store.observers.append(self._observe)

    def _observe(self, resource: tuple[str, str], event: Event) -> None:  # noqa: ARG002 - an observer's signature
        if resource[0] == RBAC:
            self._rules.clear()
            self._decisions.clear()

    def require(self, user: User, asked: Attributes) -> None:
        """Raise the usual 403 unless allowed."""
        if self.reason(user, asked) is None:
            raise refusal(user, asked)

    def reason(self, user: User, asked: Attributes) -> str | None:
        """Return why this is allowed, None if it is not."""
        if MASTERS in user.groups:
            return "system:masters"
        key = (user, asked)
        if key not in self._decisions:
            if len(self._decisions) > 50_000:
                self._decisions.clear()
            self._decisions[key] = next(
                (granted.through for granted in self.rules(user) if covers(granted, asked)), None
            )
        return self._decisions[key]

    def rules(self, user: User) -> tuple[Granted, ...]:
        """Return every rule this user has."""
        if user not in self._rules:
            self._rules[user] = tuple(self._resolved(user))
        return self._rules[user]

    def _resolved(self, user: User) -> Iterator[Granted]:
        if AUTHENTICATED in user.groups:
            yield Granted({"verbs": ["get"], "nonResourceURLs": list(_DISCOVERY)}, "", "system:discovery")
            for rule in _SELF:
                yield Granted(rule, "", "system:basic-user")
        for kind in ("clusterrolebindings", "rolebindings"):
            for stored in self._store.collection((RBAC, kind)).within(""):
                found = self._store.collection((RBAC, kind)).get(stored)
                if found is not None and any(is_user(user, s, stored[0]) for s in found.item.get("subjects") or ()):
                    for rule in self.role_rules(found.item["roleRef"], stored[0]):
                        yield Granted(rule, stored[0], f"RBAC: allowed by {found.item['kind']} {stored[1]!r}")

    def role_rules(self, reference: Object, namespace: str) -> list[Object]:
        """Return the rules of a role; of one that does not exist, none."""
        key = ((RBAC, "clusterroles"), ("", reference["name"]))
        if reference["kind"] == "Role":
            key = ((RBAC, "roles"), (namespace, reference["name"]))
        found = self._store.collection(key[0]).get(key[1])
        return found.item.get("rules") or [] if found is not None else []

    def check_grant(self, user: User, resource: tuple[str, str], namespace: str, item: Object) -> None:
        """Raise 403 where a role or a binding would give more than its author has."""
        if resource[0] != RBAC or MASTERS in user.groups:
            return
        name = item["metadata"].get("name", "")
        binding = "roleRef" in item
        excuse = Attributes("escalate", RBAC, resource[1], "", namespace, name)
        rules: list[Object] = item.get("rules") or []
        if binding:
            role = item["roleRef"]
            plural = "roles" if role["kind"] == "Role" else "clusterroles"
            excuse = Attributes("bind", RBAC, plural, "", namespace, role["name"])
            rules = self.role_rules(role, namespace)
        if self.reason(user, excuse) is None:
            missing = [asked for rule in rules for asked in expanded(rule, namespace) if not self._holds(user, asked)]
            if missing:
                why = f'user "{user.name}" is attempting to grant RBAC permissions not currently held: {spoken(missing[0])}'
                raise forbidden(RBAC, resource[1], name, why)

    def _holds(self, user: User, asked: Attributes) -> bool:
        return any(covers(granted, asked) for granted in self.rules(user))


def is_user(user: User, subject: Object, namespace: str) -> bool:
    """Tell whether a binding's subject is this user."""
    if subject["kind"] == "ServiceAccount":
        return user.name == f"system:serviceaccount:{subject.get('namespace') or namespace}:{subject['name']}"
    return subject["name"] == user.name if subject["kind"] == "User" else subject["name"] in user.groups


def covers(granted: Granted, asked: Attributes) -> bool:
    """Tell whether one rule allows what is asked."""
    rule = granted.rule
    if asked.verb not in rule["verbs"] and "*" not in rule["verbs"]:
        return False
    if asked.path:
        return not granted.namespace and any(_path(url, asked.path) for url in rule.get("nonResourceURLs") or ())
    if granted.namespace and granted.namespace != asked.namespace:
        return False
    groups = rule.get("apiGroups") or ()
    if asked.group not in groups and "*" not in groups:
        return False
    names = rule.get("resourceNames") or ()
    return _resource(rule.get("resources") or (), asked) and (not names or asked.name in names)


def _path(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def _resource(resources: Sequence[str], asked: Attributes) -> bool:
    if not asked.subresource:
        return asked.resource in resources or "*" in resources
    wanted = {f"{asked.resource}/{asked.subresource}", f"*/{asked.subresource}", "*"}
    return not wanted.isdisjoint(resources)


def expanded(rule: Object, namespace: str) -> Iterator[Attributes]:
    """Yield the single permissions of a rule; a wildcard is asked for literally, so only a wildcard covers it."""
    for verb in rule["verbs"]:
        for url in rule.get("nonResourceURLs") or ():
            yield Attributes(verb, path=url)
        for group in rule.get("apiGroups") or ():
            for resource in rule.get("resources") or ():
                plural, _, subresource = resource.partition("/")
                for name in rule.get("resourceNames") or ("",):
                    yield Attributes(verb, group, plural, subresource, namespace, name)


def spoken(asked: Attributes) -> str:
    """Return a permission as the refusal of a grant spells it."""
    return f"{{APIGroups:[{asked.group!r}], Resources:[{asked.resource!r}], Verbs:[{asked.verb!r}]}}".replace("'", '"')


def refusal(user: User, asked: Attributes) -> APIError:
    """Return the sentence that Kubernetes gives."""
    if asked.path:
        return APIError(403, "Forbidden", f'forbidden: User "{user.name}" cannot {asked.verb} path "{asked.path}"')
    resource = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    where = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
    what = f'User "{user.name}" cannot {asked.verb} resource "{resource}" in API group "{asked.group}" {where}'
    return forbidden(asked.group, asked.resource, asked.name, what)
