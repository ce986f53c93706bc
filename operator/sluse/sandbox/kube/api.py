"""The Kubernetes API of the sandbox as one aiohttp application.

State lives as long as the KubernetesAPI object: serving its application anew is a restart of the server with its
data kept. Serve it on a loop of its own (`sluse.sandbox.server.Served`), never on Kopf's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import orjson
from aiohttp import web

from sluse.catalog.yaml import Unreadable, plain
from sluse.sandbox.clock import Clock
from sluse.sandbox.kube import protobuf
from sluse.sandbox.kube.backup import Backup, put_back, taken
from sluse.sandbox.kube.bootstrap import bootstrap
from sluse.sandbox.kube.builtin import built_in
from sluse.sandbox.kube.collector import Collector
from sluse.sandbox.kube.counters import Line, Requests
from sluse.sandbox.kube.definitions import Definitions
from sluse.sandbox.kube.deletes import Deleter
from sluse.sandbox.kube.discovery import AGGREGATED, VERSION, discover, wants_aggregated
from sluse.sandbox.kube.faults import Fault, Faults, as_json, parsed
from sluse.sandbox.kube.identity import Authenticator, Identity, User, impersonated
from sluse.sandbox.kube.objects import Answer, Call, Objects
from sluse.sandbox.kube.openapi import OpenAPI
from sluse.sandbox.kube.patch import APPLY
from sluse.sandbox.kube.rbac import Attributes, Authorizer
from sluse.sandbox.kube.reads import Reader
from sluse.sandbox.kube.resources import Registry
from sluse.sandbox.kube.routes import Route, route
from sluse.sandbox.kube.selectors import field_selector
from sluse.sandbox.kube.status import APIError, bad_request, method_not_allowed, too_large, unknown_path
from sluse.sandbox.kube.store import Store
from sluse.sandbox.kube.storing import Storing
from sluse.sandbox.kube.watch import Watches
from sluse.sandbox.kube.writes import Writer

_BODY_LIMIT = 3 * 1024 * 1024
_OPEN_PATHS = frozenset({"/version", "/healthz", "/readyz", "/livez"})
_HISTORY = 10_000  # events kept per resource; a watch from before gets 410
_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class KubernetesAPI:
    """`faults` plays bad days, `requests` counts what was asked; both may be used from any thread."""

    def __init__(self, identities: Sequence[Identity], clock: Clock, *, history: int = _HISTORY) -> None:
        store = Store(history)
        self._store = store
        self._registry = Registry(built_in())
        self._watches = Watches()
        self._definitions = Definitions(store, self._registry, self._watches)
        writer = Writer(store, Storing(store, clock, self._definitions.stored_as))
        self._definitions.use(writer)
        deleter = Deleter(store, writer)
        self._collector = Collector(store, self._registry, deleter)
        self._authenticator = Authenticator(identities)
        self._authorizer = Authorizer(store)
        self._objects = Objects(
            store, self._registry, writer, deleter, Reader(store, clock), self._authorizer, self._definitions
        )
        self._openapi = OpenAPI(self._registry)
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.requests = Requests()
        self.faults = Faults(self._end_watches, self._compact)
        bootstrap(self._registry, writer)

    def application(self) -> web.Application:
        """Return an application to serve; call it on the loop that will serve it."""
        application = web.Application(client_max_size=_BODY_LIMIT)
        application.router.add_route("*", "/{path:.*}", self._handle)
        application.on_startup.append(self._started)
        application.on_shutdown.append(self._stopping)
        return application

    def backup(self) -> Backup:
        """Return a copy of all data, as of a backup of etcd. From any thread."""
        return self._on_loop(lambda: taken(self._store))

    def put_back(self, backup: Backup) -> None:
        """Set all data back to a copy. From any thread."""
        self._on_loop(lambda: put_back(self._store, backup))

    def _on_loop(self, work: Callable[[], _Result]) -> _Result:
        async def worked() -> _Result:
            return work()

        assert self._loop is not None, "the API is not served"
        return asyncio.run_coroutine_threadsafe(worked(), self._loop).result()

    async def _started(self, _: web.Application) -> None:
        self._stop.clear()
        self._loop = asyncio.get_running_loop()
        self.faults.bind(self._loop)

    async def _stopping(self, _: web.Application) -> None:
        """End the watches and the waits: the server lets open requests finish before it stops."""
        self._stop.set()
        self._watches.end(None)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Authenticate, read, authorise, do, count."""
        asked = Route(request.method.lower(), request.path)
        user = User("", ())
        try:
            if request.path not in _OPEN_PATHS:
                user = self._user(request)
            asked = route(request.method, request.path, request.query)
            self._authorize(user, asked, request.query)
            fault = await self._suffer(request, asked, user)
            if asked.verb == "watch":
                return await self._watch(request, asked, user)
            answer = await self._answer(request, asked, user)
            if fault is not None and fault.hang_up == "after" and request.transport is not None:
                request.transport.abort()
        except APIError as error:
            answer = Answer(error.code, error.body(), error.headers)
        except (RecursionError, orjson.JSONEncodeError) as error:
            refusal = bad_request(f"the object cannot be represented: {error}")
            answer = Answer(refusal.code, refusal.body())
        except Exception:  # noqa: BLE001 - a defect is logged whole and answered as a 500, as servers do
            _log.exception("%s %s", request.method, request.path)
            failure = APIError(500, "InternalError", "Internal error occurred: the sandbox has a defect; see its log")
            answer = Answer(failure.code, failure.body())
        self._count(asked, answer.code, user, request)
        return web.Response(
            status=answer.code, body=answer.body, headers={"Content-Type": "application/json", **answer.headers}
        )

    def _user(self, request: web.Request) -> User:
        user = self._authenticator.user(request.headers.get("Authorization"))
        name = request.headers.get("Impersonate-User")
        groups = request.headers.getall("Impersonate-Group", [])
        if name is None:
            if groups:
                raise bad_request("requested groups without impersonating a user")
            return user
        for resource, wanted in [("users", name), *(("groups", group) for group in groups)]:
            self._authorizer.require(user, Attributes("impersonate", "", resource, name=wanted))
        return impersonated(name, groups)

    def _authorize(self, user: User, asked: Route, query: Mapping[str, str]) -> None:
        if asked.path in _OPEN_PATHS:
            return
        selected = ""
        if asked.verb in {"list", "watch", "deletecollection"} and "metadata.name" in query.get("fieldSelector", ""):
            resource = self._registry.find(asked.group, asked.version, asked.resource)
            if resource is not None:
                selected = field_selector(query["fieldSelector"], resource.key, resource.selectable).name()
        self._authorizer.require(user, asked.attributes(selected))

    async def _suffer(self, request: web.Request, asked: Route, user: User) -> Fault | None:
        if not asked.resource:
            return None
        fault = self.faults.take(
            verb=asked.verb,
            resource=asked.resource,
            subresource=asked.subresource,
            namespace=asked.namespace,
            name=asked.name,
            username=user.name,
        )
        if fault is None:
            return None
        if fault.latency:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), fault.latency)
        if fault.hang_up == "before" and request.transport is not None:
            request.transport.abort()
            raise APIError(503, "ServiceUnavailable", "the connection was cut on request")
        error = fault.error()
        if error is not None:
            raise error
        return fault

    async def _answer(self, request: web.Request, asked: Route, user: User) -> Answer:
        try:
            raw = await request.read() if request.can_read_body else b""
        except web.HTTPRequestEntityTooLarge:
            raise too_large(f"Request entity too large: limit is {_BODY_LIMIT}") from None
        call = Call(
            route=asked,
            user=user,
            query=request.query,
            accept=request.headers.get("Accept", ""),
            agent=request.headers.get("User-Agent", ""),
            media=request.content_type if raw and "Content-Type" in request.headers else "",
        )
        call = _with_body(call, raw)
        return self._objects.answer(call) if asked.resource else self._other(call)

    def _other(self, call: Call) -> Answer:
        path = call.route.path
        if path == "/sandbox/faults":
            return self._faults(call)
        if call.route.verb != "get":
            raise method_not_allowed()
        if path in {"/healthz", "/readyz", "/livez"}:
            return Answer(200, b'"ok"')
        if path == "/version":
            return Answer(200, orjson.dumps(VERSION))
        if path.startswith("/openapi/"):
            return Answer(200, *self._openapi.answer(path, call.accept))
        if not path.startswith("/api"):
            raise unknown_path()
        aggregated = wants_aggregated(call.accept)
        document = orjson.dumps(discover(self._registry, path.rstrip("/"), aggregated=aggregated))
        headers = {"Content-Type": AGGREGATED} if aggregated and path.rstrip("/") in {"/api", "/apis"} else {}
        return Answer(200, document, headers)

    def _faults(self, call: Call) -> Answer:
        match call.route.verb:
            case "create":
                self.faults.add(parsed(call.body))
            case "delete":
                self.faults.clear()
            case "get":
                pass
            case _:
                raise method_not_allowed()
        return Answer(200, orjson.dumps({"faults": [as_json(fault) for fault in self.faults.pending()]}))

    async def _watch(self, request: web.Request, asked: Route, user: User) -> web.StreamResponse:
        call = Call(asked, user, request.query, request.headers.get("Accept", ""))
        watcher, resource = self._objects.watcher(call)
        self._watches.add(watcher, resource)
        self._count(asked, 200, user, request)
        response = web.StreamResponse(
            headers={"Content-Type": "application/json", "Cache-Control": "no-cache, private"}
        )
        try:
            await watcher.stream(request, response)
        finally:
            self._watches.discard(watcher)
        return response

    def _count(self, asked: Route, code: int, user: User, request: web.Request) -> None:
        line = Line(asked.verb, asked.resource or asked.path, asked.subresource, code, user.name)
        self.requests.add(line, request.headers.get("User-Agent", ""))

    def _end_watches(self, plural: str | None) -> None:
        for resource in self._registry:
            if plural is None or resource.plural == plural:
                self._watches.end(resource.key)

    def _compact(self, plural: str | None) -> None:
        for key, collection in self._store.collections():
            if plural is None or key[1] == plural:
                collection.forget(self._store.revision)


def _with_body(call: Call, raw: bytes) -> Call:
    """Parse the body; a 400 for what cannot be read. YAML is read where it is an apply's, which client-go writes so."""
    if not raw:
        return call
    if call.media == protobuf.MEDIA:
        return replace(call, body=protobuf.decoded(raw), media="application/json")
    try:
        return replace(call, body=orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        if call.media == APPLY:
            return replace(call, body=_of_yaml(raw))
        raise bad_request(f"the body is not JSON: {error}") from None


def _of_yaml(raw: bytes) -> object:
    try:
        return plain(raw.decode("utf-8"))
    except (UnicodeDecodeError, Unreadable) as error:
        raise bad_request(f"error decoding YAML: {error}") from None
