"""The port: what Sluse needs of any authority. Adapters know nothing of Kubernetes, git or the ledger.

Every failure is one of `sluse.errors.RegistrarError`; 404 on read is None ("absent"), 401 and 403 never are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from sluse.model.names import ClientId
from sluse.model.registration import Registration


@dataclass(frozen=True)
class Capabilities:
    """What an authority can do. `withhold`: hold a registration that cannot be used. `list`: look one up by our mark.

    `observe_without_client_key`: read a registration without the client's own key. `token_survives_update`: the
    management credential stays the same over a write.
    """

    withhold: bool
    list: bool
    observe_without_client_key: bool
    token_survives_update: bool


@dataclass(frozen=True)
class Mark:
    """Our ownership mark at the authority: repository id, environment and client, as one line."""

    text: str


@dataclass(frozen=True)
class Held:
    """A registration we can reach: where it is and the credential that manages it."""

    client_id: ClientId
    uri: str
    credential: SecretStr


@dataclass(frozen=True)
class Observed:
    """What the authority says it holds. `registration` is normalised; its keys are those in force.

    `mark` is whose it is, None where the authority keeps no mark. `extra` names members we did not
    ask for or that came back different and that the model has no field for.
    """

    registration: Registration
    mark: Mark | None
    extra: tuple[str, ...] = ()


class Registrar(Protocol):
    """One authority."""

    @property
    def issuer(self) -> str:
        """The issuer (no trailing slash) that clients of this authority use."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    def normalise(self, registration: Registration) -> Registration:
        """Return the form in which this authority gives it back, so that the difference is never noise."""
        ...

    async def create(self, registration: Registration, mark: Mark) -> Held:
        """Register. The caller passes keys; with a throwaway key the result is withheld."""
        ...

    async def observe(self, held: Held) -> Observed | None:
        """Read; None where it is absent."""
        ...

    async def update(self, held: Held, registration: Registration, mark: Mark) -> Held:
        """Replace in full. Returns the credential that holds from now on: persist it before anything else."""
        ...

    async def retire(self, held: Held) -> None:
        """End it. What is absent already is done."""
        ...

    async def find(self, mark: Mark) -> tuple[Held, ...]:
        """Return what bears our mark; empty where the authority cannot list (`capabilities.list`)."""
        ...
