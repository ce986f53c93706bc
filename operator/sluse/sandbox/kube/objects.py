"""The verbs on objects, once a request is authenticated, allowed and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from sluse.sandbox.kube import patch as patches
from sluse.sandbox.kube.builtin import NAMESPACES
from sluse.sandbox.kube.definitions import Definitions
from sluse.sandbox.kube.deletes import Deleter
from sluse.sandbox.kube.identity import User
from sluse.sandbox.kube.options import DeleteOptions, WriteOptions, delete_options, write_options
from sluse.sandbox.kube.policies import Policies
from sluse.sandbox.kube.policy_matching import Asked
from sluse.sandbox.kube.rbac import Attributes, Authorizer
from sluse.sandbox.kube.reads import Reader, selection, watch_request
from sluse.sandbox.kube.resources import Registry, Resource
from sluse.sandbox.kube.reviews import review
from sluse.sandbox.kube.routes import Route
from sluse.sandbox.kube.status import (
    Object,
    bad_request,
    method_not_allowed,
    not_found,
    unknown_path,
    unsupported_media,
)
from sluse.sandbox.kube.store import Key, Store, Stored
from sluse.sandbox.kube.storing import Written
from sluse.sandbox.kube.tables import form, watch_encoder
from sluse.sandbox.kube.watch import Watcher
from sluse.sandbox.kube.writes import Writer


@dataclass(frozen=True)
class Call:
    """One request, read. `body` is the parsed JSON, None where there was none; `media` its type."""

    route: Route
    user: User
    query: Mapping[str, str]
    accept: str = ""
    agent: str = ""
    media: str = ""
    body: Any = None


@dataclass(frozen=True)
class Answer:
    """What goes out."""

    code: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Objects:
    """Dispatches calls on resources; synchronous, so each call is a transaction."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        writer: Writer,
        deleter: Deleter,
        reader: Reader,
        authorizer: Authorizer,
        definitions: Definitions,
    ) -> None:
        self._store = store
        self._registry = registry
        self._writer = writer
        self._deleter = deleter
        self._reader = reader
        self._authorizer = authorizer
        self._definitions = definitions
        self._policies = Policies(store)

    def answer(self, call: Call) -> Answer:
        """Do everything but watches."""
        resource = self._resource(call.route)
        match call.route.verb:
            case "get":
                body = self._reader.one(resource, self._present(resource, call.route), call.accept, call.query)
                return Answer(200, body, _warnings(resource))
            case "list":
                wanted = selection(resource, call.route.namespace, call.query)
                return Answer(200, self._reader.many(resource, wanted, call.accept, call.query), _warnings(resource))
            case "create":
                return self._create(resource, call)
            case "update" | "patch":
                return self._change(resource, call)
            case "delete":
                return self._delete(resource, call)
            case _:
                return self._delete_many(resource, call)

    def watcher(self, call: Call) -> tuple[Watcher, Resource]:
        """Return a started watcher: it misses nothing from this moment on."""
        resource = self._resource(call.route)
        request = watch_request(selection(resource, call.route.namespace, call.query), call.query)
        include = call.query.get("includeObject", "")
        encode = watch_encoder(resource, form(call.accept), include, self._reader.now)
        watcher = Watcher(self._store, resource, request, encode)
        watcher.start()
        return watcher, resource

    def _resource(self, route: Route) -> Resource:
        resource = self._registry.find(route.group, route.version, route.resource)
        if resource is None or (route.namespace and not resource.namespaced):
            raise unknown_path()
        if route.subresource and not (route.subresource == "status" and resource.status):
            raise unknown_path()
        if route.subresource and route.verb in {"create", "delete"}:
            raise method_not_allowed()
        if route.verb not in resource.verbs:
            raise method_not_allowed()
        if not route.name and route.verb in {"update", "patch"}:
            raise bad_request("name must be provided") if resource.custom else method_not_allowed()
        if resource.namespaced and not route.namespace and route.verb not in {"list", "watch"}:
            raise method_not_allowed()
        return resource

    def _present(self, resource: Resource, route: Route) -> Stored:
        stored = self._store.collection(resource.key).get((route.namespace, route.name))
        if stored is None:
            raise not_found(resource.group, resource.plural, route.name)
        return stored

    def _create(self, resource: Resource, call: Call) -> Answer:
        if call.route.name:
            raise method_not_allowed()
        if resource.verbs == ("create",):
            return self._review(resource, call)
        if self._definitions.leaving(resource):
            raise method_not_allowed()
        item = _object(call)
        options = self._options(resource, call)
        self._check_grant(resource, call, item)
        written = self._writer.create(resource, call.route.namespace, item, options)
        return self._written(resource, written, call)

    def _review(self, resource: Resource, call: Call) -> Answer:
        item = {"apiVersion": resource.api_version, "kind": resource.kind, **_object(call)}
        if item["kind"] != resource.kind:
            raise bad_request(
                f"the kind in the data ({item['kind']}) does not match the expected kind ({resource.kind})"
            )
        judged = review(resource.kind, item, call.user, self._authorizer, self._writer.now())
        return Answer(201, orjson.dumps(judged))

    def _change(self, resource: Resource, call: Call) -> Answer:
        route = call.route
        key: Key = (route.namespace, route.name)
        options = self._options(resource, call)
        if route.verb == "update":
            item = _object(call)
            self._check_grant(resource, call, item)
            return self._written(resource, self._writer.replace(resource, key, item, route.subresource, options), call)
        if call.media == patches.APPLY and self._store.collection(resource.key).get(key) is None:
            asked = Attributes("create", route.group, route.resource, route.subresource, route.namespace, route.name)
            self._authorizer.require(call.user, asked)
        if resource.key[0] == "rbac.authorization.k8s.io":
            trial = write_options({**call.query, "dryRun": "All"}, call.agent)
            body = orjson.loads(orjson.dumps(call.body))
            tried = self._writer.patch(resource, key, call.media, body, route.subresource, trial)
            self._check_grant(resource, call, tried.stored.item)
        written = self._writer.patch(resource, key, call.media, call.body, route.subresource, options)
        return self._written(resource, written, call)

    def _check_grant(self, resource: Resource, call: Call, item: Object) -> None:
        self._authorizer.check_grant(call.user, resource.key, call.route.namespace, item)

    def _delete(self, resource: Resource, call: Call) -> Answer:
        stored = self._present(resource, call.route)
        options = delete_options(call.query, call.body)
        self._judge_delete(resource, call, stored, options)
        last, gone = self._deleter.delete(resource.key, stored, options)
        if not gone:
            return Answer(200, last.rendered(resource.api_version))
        details: Object = {"name": call.route.name, "kind": resource.plural, "uid": last.item["metadata"]["uid"]}
        if resource.group:
            details["group"] = resource.group
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
        return Answer(200, orjson.dumps(status))

    def _delete_many(self, resource: Resource, call: Call) -> Answer:
        wanted = selection(resource, call.route.namespace, call.query)
        options = delete_options(call.query, call.body)
        body = self._reader.many(resource, wanted, "application/json", {})
        for stored in self._store.collection(resource.key).select(wanted.namespace, wanted.labels, wanted.fields):
            self._judge_delete(resource, call, stored, options)
            self._deleter.delete(resource.key, stored, options)
        return Answer(200, body)

    def _options(self, resource: Resource, call: Call) -> WriteOptions:
        """Return the options of a write that policies judge on its way in."""
        options = write_options(call.query, call.agent)
        namespace = self._namespace(call.route.namespace)

        def judge(item: Object, old: Object | None) -> tuple[str, ...]:
            asked = Asked(
                resource=resource,
                subresource=call.route.subresource,
                operation="CREATE" if old is None else "UPDATE",
                user=call.user,
                item=item,
                old=old,
                namespace=namespace,
                dry_run=options.dry_run,
            )
            return self._policies.judge(asked)

        return replace(options, judge=judge)

    def _judge_delete(self, resource: Resource, call: Call, stored: Stored, options: DeleteOptions) -> None:
        asked = Asked(
            resource=resource,
            subresource="",
            operation="DELETE",
            user=call.user,
            item=None,
            old=stored.item,
            namespace=self._namespace(stored.key[0]),
            dry_run=options.dry_run,
        )
        self._policies.judge(asked)

    def _namespace(self, name: str) -> Object | None:
        found = self._store.collection(NAMESPACES).get(("", name)) if name else None
        return found.item if found is not None else None

    def _written(self, resource: Resource, written: Written, call: Call) -> Answer:
        body = self._reader.one(resource, written.stored, call.accept, call.query)
        return Answer(201 if written.created else 200, body, _warnings(resource, *written.warnings))


def _object(call: Call) -> Object:
    if not isinstance(call.body, dict):
        raise bad_request("the body must be a JSON object")
    if call.media not in {"", "application/json"}:
        raise unsupported_media("application/json, application/vnd.kubernetes.protobuf")
    return call.body


def _warnings(resource: Resource, *texts: str) -> Mapping[str, str]:
    told = [text for text in (resource.deprecation, *texts) if text]
    if not told:
        return {}
    return {"Warning": ", ".join(f"299 - {orjson.dumps(text).decode()}" for text in told)}
