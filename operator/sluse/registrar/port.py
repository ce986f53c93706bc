"""The port: what Sluse needs of any authority. Adapters know nothing of Kubernetes, git or the ledger.

Every failure is one of `sluse.errors.RegistrarError`; 404 on read is None ("absent"), 401 and 403 never are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from sluse.errors import Refused
from sluse.model.names import ClientId
from sluse.model.registration import Registration


@dataclass(frozen=True)
class Capabilities:
    """What an authority can do. `withhold`: hold a registration that cannot be used. `list`: look one up by our mark.

    `observe_without_client_key`: read a registration without the client's own key. `token_survives_update`: the
    management credential stays the same over a write. `tells_absence`: what is gone is told apart from a credential
    that is not accepted; without it, reading what is gone may be Unauthorised.
    """

    withhold: bool
    list: bool
    observe_without_client_key: bool
    token_survives_update: bool
    tells_absence: bool = True


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

    `mark` is whose it is, None where none can be read. `drift` names members outside the model that differ from
    what every registration of ours has (how clients authenticate, a key address, a value no model can hold): an
    update puts them right, and they are as good a reason to write as a difference in `registration`. `extra` names
    members we did not ask for, or that this authority does not keep: to be shown, never a reason to write. `held`
    is there only where reading changed the credential: persist it before anything else.
    """

    registration: Registration
    mark: Mark | None
    extra: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()
    held: Held | None = None


class Altered(Refused):
    """The authority said yes and registered something else; `members` names what, in its own words.

    `held` is the registration that now exists with the credential that holds from now on: persist it before
    anything else. None where a creation was withdrawn again, so that nothing is left.
    """

    def __init__(self, message: str, *, members: tuple[str, ...], held: Held | None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint, code="altered_registration")
        self.members = members
        self.held = held


class Registrar(Protocol):
    """One authority."""

    @property
    def issuer(self) -> str:
        """The issuer (no trailing slash) that clients of this authority use."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    def normalise(self, registration: Registration) -> Registration:
        """Return the form in which this authority gives it back, so that the difference is never noise.

        An adapter may learn what its authority keeps: ask after observing, not before.
        """
        ...

    async def create(self, registration: Registration, mark: Mark) -> Held:
        """Register. With a throwaway key (`sluse.registrar.withheld`) the result is withheld.

        Where `capabilities.withhold`, a creation is always withheld; else it has the client's own keys.
        """
        ...

    async def observe(self, held: Held) -> Observed | None:
        """Read; None where it is absent and the authority can tell (`capabilities.tells_absence`)."""
        ...

    async def update(self, held: Held, registration: Registration, mark: Mark) -> Held:
        """Replace in full. Returns the credential that holds from now on: persist it before anything else."""
        ...

    async def retire(self, held: Held) -> None:
        """End it. What is absent already is done, as far as the authority can tell.

        Where it cannot, ending what another process ended is Unauthorised: only a caller that made it durable
        beforehand that it was about to end a registration it could read may take that for done.
        """
        ...

    async def find(self, mark: Mark) -> tuple[Held, ...]:
        """Return what bears our mark; empty where the authority cannot list (`capabilities.list`)."""
        ...
