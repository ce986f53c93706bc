"""The port: what Sluse needs of an authority to federate with an identity provider.

An instance is known by its alias, which never changes, and by our mark on it: so an interrupted creation is found again,
and no credential of its own has to be kept. Failures are those of `sluse.errors.RegistrarError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sluse.model.federation import Federation, Handed
from sluse.plan.federation import difference
from sluse.registrar.port import Mark


@dataclass(frozen=True)
class Instance:
    """What is wanted of one identity provider. Not `enabled`: nobody logs in through it."""

    federation: Federation
    enabled: bool
    mark: Mark


@dataclass(frozen=True)
class Observed:
    """What the authority says it holds. `mark` is whose it is, None where none can be read.

    `federation` is None where what stands is none that a file could ask for. `drift` names members outside the model
    that differ from what every instance of ours has, and those that cannot be read: a replacement puts them right.
    """

    mark: Mark | None
    enabled: bool
    federation: Federation | None
    handed: Handed
    drift: tuple[str, ...] = ()


class FederationRegistrar(Protocol):
    """One authority's identity providers."""

    @property
    def issuer(self) -> str:
        """The issuer, no trailing slash."""
        ...

    async def observe(self, alias: str) -> Observed | None:
        """Read; None only where the authority itself says that there is none."""
        ...

    async def create(self, instance: Instance) -> Observed:
        """Add. Taken where the alias exists, whoever's it is; Altered where something else stands there afterwards."""
        ...

    async def replace(self, instance: Instance) -> Observed:
        """Replace in full what bears our mark; Altered where something else stands there afterwards."""
        ...

    async def retire(self, alias: str) -> None:
        """End it. What is absent already is done."""
        ...


def differing(instance: Instance, observed: Observed) -> tuple[str, ...]:
    """Return what differs between what is wanted and what stands there, mark and use included; empty where nothing does."""
    changes = [str(change) for change in difference(instance.federation, observed.federation)]
    if observed.enabled is not instance.enabled:
        changes.append(f"enabled: -{observed.enabled}, +{instance.enabled}".lower())
    if observed.mark != instance.mark:
        changes.append("owner")
    return (*changes, *observed.drift)
