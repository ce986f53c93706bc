"""The Kopf registry and settings. Handlers parse, call and translate; nothing here decides.

One handler id per kind for all that happens to an object (level, not edge). What a start finds and nothing has happened to is
no handler's where it need not be: Kopf's way around one costs far more than our look (`registered.py`). `build_registry` closes over the
dependencies, so that importing has no side effect and a test can run several operators in one process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import kopf

from sluse.controller.begun import Begun
from sluse.controller.clients import Clients
from sluse.controller.diffbase import HandledDiffBase
from sluse.controller.federations import Federations
from sluse.controller.openings import NetworkOpenings
from sluse.delivery.repository import Repository
from sluse.model.names import GROUP, ORGANISATION_NUMBER, VERSION
from sluse.model.resources.integration_repository import IntegrationRepositorySpec

DRAIN = 5.0
"""Seconds in which what is under way may be finished when the operator is asked to end."""

_CLIENTS = (GROUP, VERSION, "helseidclients")
_FEDERATIONS = (GROUP, VERSION, "identityfederations")
_OPENINGS = (GROUP, VERSION, "networkopenings")
_NAMESPACES = ("", "v1", "namespaces")
_REPOSITORIES = (GROUP, VERSION, "integrationrepositories")


@dataclass(frozen=True)
class Dependencies:
    """What the handlers close over. `login` returns the server and the session Kopf uses; `start` begins the loops.

    `begun` learns of a handler that Kopf cuts off at the end.
    """

    clients: Clients
    federations: Federations
    openings: NetworkOpenings
    configure: Callable[[Repository], None]
    login: Callable[[], tuple[str, aiohttp.ClientSession]]
    start: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]
    begun: Begun


def build_registry(deps: Dependencies) -> kopf.OperatorRegistry:
    """Return a registry of our handlers and nothing else."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.AiohttpSession:
        server, session = deps.login()
        return kopf.AiohttpSession(aiohttp_session=session, server=server)

    @kopf.on.startup(registry=registry)
    async def startup(settings: kopf.OperatorSettings, **_: Any) -> None:
        tune(settings)
        await deps.start()

    @kopf.on.cleanup(registry=registry)
    async def cleanup(**_: Any) -> None:
        await deps.stop()

    @kopf.on.create(*_CLIENTS, id="reconcile", registry=registry)
    @kopf.on.update(*_CLIENTS, id="reconcile", registry=registry)
    async def reconcile(body: kopf.Body, patch: kopf.Patch, **_: Any) -> None:
        with deps.begun.whole():
            patch.status.update(await deps.clients.handle(body))

    @kopf.on.event(*_CLIENTS, id="gone", when=_deleted, registry=registry)
    async def gone(body: kopf.Body, **_: Any) -> None:
        deps.clients.gone(body)

    @kopf.on.create(*_REPOSITORIES, id="configure", registry=registry)
    @kopf.on.update(*_REPOSITORIES, id="configure", registry=registry)
    @kopf.on.resume(*_REPOSITORIES, id="configure", registry=registry)
    async def configure(body: kopf.Body, **_: Any) -> None:
        deps.configure(
            Repository(
                name=body.metadata["name"],
                generation=body.metadata["generation"],
                spec=IntegrationRepositorySpec.model_validate(dict(body.spec)),
                annotations=dict(body.metadata.get("annotations") or {}),
            )
        )

    _serve_federations(registry, deps.federations, deps.begun)
    _serve_openings(registry, deps.openings, deps.begun)
    return registry


def _serve_federations(registry: kopf.OperatorRegistry, federations: Federations, begun: Begun) -> None:
    """Add the handlers of IdentityFederation."""

    @kopf.on.create(*_FEDERATIONS, id="reconcile", registry=registry)
    @kopf.on.update(*_FEDERATIONS, id="reconcile", registry=registry)
    async def reconcile_federation(body: kopf.Body, patch: kopf.Patch, **_: Any) -> None:
        with begun.whole():
            patch.status.update(await federations.handle(body))

    @kopf.on.event(*_FEDERATIONS, id="gone", when=_deleted, registry=registry)
    async def gone_federation(body: kopf.Body, **_: Any) -> None:
        federations.gone(body)


def _serve_openings(registry: kopf.OperatorRegistry, openings: NetworkOpenings, begun: Begun) -> None:
    """Add the handlers of NetworkOpening, and of the namespaces' labels, which decide where its policies stand."""

    @kopf.on.create(*_OPENINGS, id="reconcile", registry=registry)
    @kopf.on.update(*_OPENINGS, id="reconcile", registry=registry)
    @kopf.on.resume(*_OPENINGS, id="reconcile", registry=registry)
    async def reconcile_opening(body: kopf.Body, patch: kopf.Patch, **_: Any) -> None:
        with begun.whole():
            patch.status.update(await openings.handle(body))

    @kopf.on.delete(*_OPENINGS, id="release", registry=registry)
    async def release_opening(body: kopf.Body, **_: Any) -> None:
        with begun.whole():
            failures = await openings.release(body)
        if failures:
            raise kopf.TemporaryError("; ".join(failures), delay=10)

    @kopf.on.event(*_OPENINGS, id="gone", when=_deleted, registry=registry)
    async def gone_opening(body: kopf.Body, **_: Any) -> None:
        openings.gone(body)

    @kopf.on.event(*_NAMESPACES, id="labelled", registry=registry)
    async def labelled(type: str | None, body: kopf.Body, **_: Any) -> None:  # noqa: A002 - Kopf's name
        number = (body.metadata.get("labels") or {}).get(ORGANISATION_NUMBER)
        openings.labelled(body.metadata["name"], None if type == "DELETED" else number)


def _deleted(type: str | None, **_: Any) -> bool:  # noqa: A002 - Kopf's name
    """Tell whether an event says that an object is gone. As a filter, since for Kopf a handler's call costs as much as all else."""
    return type == "DELETED"


def tune(settings: kopf.OperatorSettings) -> None:
    """Set Kopf up: each line is one measured or documented reason."""
    settings.persistence.finalizer = f"{GROUP}/operator"
    settings.persistence.diffbase_storage = HandledDiffBase()  # one PATCH per create instead of two
    # The default progress storage writes nothing on the happy path; one that stores nothing would end retries silently.
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=f"kopf.{GROUP}")
    settings.posting.enabled = False  # log lines are no Events
    settings.scanning.disabled = True  # namespaces and kinds are fixed: no cluster-wide watch rights needed
    settings.networking.request_timeout = 30
    settings.watching.server_timeout = 300  # a silent half-open connection is noticed
    settings.watching.client_timeout = 330
    settings.peering.standalone = True  # leadership is a Lease's job, not peering's
    settings.execution.default_backoff = 10
    settings.queueing.exit_timeout = DRAIN  # what a handler has begun at the authority is finished, if it can be
