"""An authority in memory, stricter than any real one.

What an authority would say no to is a `RegistrarError`, as at any adapter. What no caller may ever do (two calls for
one client at once, a takeover, a creation that could be used before its credential is kept) is an `AssertionError`:
a real authority would let it pass, and the damage would show much later. Not a mock: nobody tells it what to answer.

Its hands for tests (`plant`, `edit`, `remove`, `fail`, `clients`) are what other people, chance and a look at the
authority's own books do; the product uses the port alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import SecretStr

from sluse.errors import AuthorityUnavailable, Refused, Unauthorised
from sluse.model.names import ClientId
from sluse.model.registration import Registration
from sluse.registrar.normal import normal
from sluse.registrar.port import Capabilities, Held, Mark, Observed
from sluse.registrar.rehearsed import Rehearsed
from sluse.registrar.withheld import is_withheld

Verb = Literal["create", "observe", "update", "retire", "find"]

_CAPABILITIES = Capabilities(withhold=True, list=False, observe_without_client_key=True, token_survives_update=True)


@dataclass(frozen=True)
class Client:
    """One registration as the authority's own staff see it."""

    client_id: ClientId
    registration: Registration
    mark: Mark | None
    extra: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether somebody has a key that gets tokens with it."""
        return not is_withheld(self.registration)


@dataclass(frozen=True)
class _Kept:
    client: Client
    credential: str
    written: Mark | None
    """The mark that the port wrote last; None for what others registered."""


class MemoryRegistrar(Rehearsed[Verb]):
    """A `Registrar`. `scopes` are those it knows; None: every scope."""

    def __init__(
        self,
        capabilities: Capabilities = _CAPABILITIES,
        *,
        issuer: str = "https://authority.example",
        scopes: Collection[str] | None = None,
    ) -> None:
        super().__init__()
        assert not issuer.endswith("/"), "an issuer has no trailing slash"
        self.issuer = issuer
        self.capabilities = capabilities
        self._scopes = None if scopes is None else frozenset(scopes)
        self._kept: dict[ClientId, _Kept] = {}
        self._issued = 0

    # The port

    def normalise(self, registration: Registration) -> Registration:
        return normal(registration)

    async def create(self, registration: Registration, mark: Mark) -> Held:
        if self.capabilities.withhold:
            assert is_withheld(registration), "create withheld: real keys only after the credential is kept"
        self._require_real_keys(registration)
        return await self._call("create", mark.text, lambda: self._register(registration, mark, written=mark))

    async def observe(self, held: Held) -> Observed | None:
        assert self.capabilities.observe_without_client_key, "only the client itself can read at this authority"
        return await self._call("observe", held.client_id, lambda: self._read(held))

    async def update(self, held: Held, registration: Registration, mark: Mark) -> Held:
        self._require_real_keys(registration)
        return await self._call("update", held.client_id, lambda: self._replace(held, registration, mark))

    async def retire(self, held: Held) -> None:
        await self._call("retire", held.client_id, lambda: self._end(held))

    async def find(self, mark: Mark) -> tuple[Held, ...]:
        return await self._call("find", f"find {mark.text}", lambda: self._bearing(mark))

    # Other people

    def plant(self, registration: Registration, mark: Mark | None) -> Held:
        """Register around us, usable and under anybody's mark."""
        return self._register(registration, mark, written=None)

    def edit(self, client_id: str, **changes: Any) -> None:
        """Change fields of `Registration`, `mark`, `extra` or `drift` by hand. KeyError where there is no such client."""
        kept = self._kept[ClientId(client_id)]
        around = {name: changes.pop(name) for name in ("mark", "extra", "drift") if name in changes}
        fields = {name: getattr(kept.client.registration, name) for name in Registration.model_fields}
        registration = Registration(**{**fields, **changes})
        self._kept[ClientId(client_id)] = replace(
            kept, client=replace(kept.client, registration=registration, **around)
        )

    def remove(self, client_id: str) -> None:
        """End a registration by hand. KeyError where there is none."""
        del self._kept[ClientId(client_id)]

    # The books

    def clients(self, mark: Mark | None = None) -> tuple[Client, ...]:
        """Return what is registered, oldest first; with `mark`, only what bears it."""
        everything = (kept.client for kept in self._kept.values())
        return tuple(client for client in everything if mark is None or client.mark == mark)

    # What the verbs do

    def _register(self, registration: Registration, mark: Mark | None, *, written: Mark | None) -> Held:
        self._require_acceptable(registration)
        client_id = ClientId(f"client-{self._number()}")
        client = Client(client_id, normal(registration), mark)
        self._kept[client_id] = _Kept(client, self._credential(), written)
        return self._held(client_id)

    def _read(self, held: Held) -> Observed | None:
        kept = self._managed(held)
        if kept is None:
            return None
        client = kept.client
        unmarked = ("mark",) if client.mark is None and kept.written is not None else ()
        return Observed(client.registration, client.mark, client.extra, (*client.drift, *unmarked))

    def _replace(self, held: Held, registration: Registration, mark: Mark) -> Held:
        kept = self._managed(held)
        if kept is None:
            raise AuthorityUnavailable(f"client {held.client_id} is gone; observe it again", may_have_acted=False)
        assert kept.client.mark in (None, mark), f"a takeover of what bears the mark {kept.client.mark}"
        self._require_acceptable(registration)
        client = Client(held.client_id, normal(registration), mark)
        credential = kept.credential if self.capabilities.token_survives_update else self._credential()
        self._kept[held.client_id] = _Kept(client, credential, mark)
        return self._held(held.client_id)

    def _end(self, held: Held) -> None:
        kept = self._managed(held)
        if kept is not None:
            assert kept.client.mark in (None, kept.written), f"ending what bears the mark {kept.client.mark}"
            del self._kept[held.client_id]

    def _bearing(self, mark: Mark) -> tuple[Held, ...]:
        found = self.clients(mark) if self.capabilities.list else ()
        return tuple(self._held(client.client_id) for client in found)

    def _managed(self, held: Held) -> _Kept | None:
        assert held.uri == self._uri(held.client_id), "the anchor's address is not its client's"
        kept = self._kept.get(held.client_id)
        if kept is None and self.capabilities.tells_absence:
            return None
        if kept is None or kept.credential != held.credential.get_secret_value():
            raise Unauthorised(f"the credential of client {held.client_id} is not accepted")
        return kept

    def _require_real_keys(self, registration: Registration) -> None:
        if not self.capabilities.withhold:
            assert not is_withheld(registration), "this authority cannot withhold: only the client's own keys"

    def _require_acceptable(self, registration: Registration) -> None:
        kids = [key.kid for key in registration.keys]
        if not kids or len(set(kids)) < len(kids):
            raise Refused("the keys must be at least one, each with a kid of its own", code="invalid_client_metadata")
        unknown = [] if self._scopes is None else sorted(set(registration.scopes) - self._scopes)
        if unknown:
            raise Refused(f"unknown scope: {' '.join(unknown)}", code="invalid_client_metadata")

    def _held(self, client_id: ClientId) -> Held:
        return Held(client_id, self._uri(client_id), SecretStr(self._kept[client_id].credential))

    def _uri(self, client_id: ClientId) -> str:
        return f"{self.issuer}/clients/{client_id}"

    def _credential(self) -> str:
        return f"credential-{self._number()}"

    def _number(self) -> int:
        self._issued += 1
        return self._issued
