"""Identity providers of an authority in memory, stricter than any real one.

What an authority would say no to is a `RegistrarError`. What no caller may ever do (two calls for one alias at once, a
replacement or an end of what bears another's mark) is an `AssertionError`. Its hands for tests (`plant`, `edit`,
`remove`, `fail`, `instances`) are other people, chance and the authority's own books; the product uses the port alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from sluse.errors import AuthorityUnavailable, Taken
from sluse.model.federation import Federation, Handed
from sluse.registrar.federation.port import Instance, Observed
from sluse.registrar.port import Mark
from sluse.registrar.rehearsed import Rehearsed

Verb = Literal["observe", "create", "replace", "retire"]


class MemoryFederations(Rehearsed[Verb]):
    """A `FederationRegistrar`."""

    def __init__(self, *, issuer: str = "https://authority.example") -> None:
        super().__init__()
        assert not issuer.endswith("/"), "an issuer has no trailing slash"
        self.issuer = issuer
        self._kept: dict[str, Observed] = {}

    # The port

    async def observe(self, alias: str) -> Observed | None:
        return await self._call("observe", alias, lambda: self._kept.get(alias))

    async def create(self, instance: Instance) -> Observed:
        return await self._call("create", instance.federation.alias, lambda: self._add(instance))

    async def replace(self, instance: Instance) -> Observed:
        return await self._call("replace", instance.federation.alias, lambda: self._replace(instance))

    async def retire(self, alias: str) -> None:
        await self._call("retire", alias, lambda: self._end(alias))

    # Other people

    def plant(self, federation: Federation, mark: Mark | None) -> Observed:
        """Add around us, under anybody's mark."""
        self._kept[federation.alias] = self._observed(federation, mark, enabled=True)
        return self._kept[federation.alias]

    def edit(self, alias: str, **changes: Any) -> None:
        """Change fields of `Observed`, or of its federation, by hand. KeyError where there is no such alias."""
        kept = self._kept[alias]
        around = {name: changes.pop(name) for name in ("mark", "enabled", "federation", "drift") if name in changes}
        federation = around.pop("federation", kept.federation)
        if changes and federation is not None:
            federation = federation.model_copy(update=changes)
        self._kept[alias] = replace(kept, federation=federation, **around)

    def remove(self, alias: str) -> None:
        """End one by hand. KeyError where there is none."""
        del self._kept[alias]

    # The books

    @property
    def instances(self) -> dict[str, Observed]:
        """What is there, by alias."""
        return dict(self._kept)

    @property
    def writes(self) -> int:
        """How many calls could have changed something."""
        return sum(self.calls[verb] for verb in ("create", "replace", "retire"))

    # What the verbs do

    def _add(self, instance: Instance) -> Observed:
        alias = instance.federation.alias
        if alias in self._kept:
            raise Taken(f"identity provider {alias} exists already")
        self._kept[alias] = self._observed(instance.federation, instance.mark, enabled=instance.enabled)
        return self._kept[alias]

    def _replace(self, instance: Instance) -> Observed:
        alias = instance.federation.alias
        kept = self._kept.get(alias)
        if kept is None:
            raise AuthorityUnavailable(f"identity provider {alias} is gone; observe it again", may_have_acted=False)
        assert kept.mark == instance.mark, f"a takeover of what bears the mark {kept.mark}"
        self._kept[alias] = self._observed(instance.federation, instance.mark, enabled=instance.enabled)
        return self._kept[alias]

    def _end(self, alias: str) -> None:
        self._kept.pop(alias, None)

    def _observed(self, federation: Federation, mark: Mark | None, *, enabled: bool) -> Observed:
        handed = Handed(
            client_id="sts", redirect_uris=(f"{self.issuer}/signin-{federation.alias}",), jwks_uri=f"{self.issuer}/jwks"
        )
        return Observed(mark, enabled, federation, handed)
