"""The registrar of identity providers for an admin API in the shape of Keycloak's identity-provider instances.

POST and PUT have no body in their answers, so each is followed by a GET: what stands there afterwards is compared with what
was asked for. A 404 counts as absence only where the list of all instances answers and has no such alias: a mistyped
address says 404 of everything, and "retired" would then be a lie.
"""

from __future__ import annotations

import ssl
from types import TracebackType
from typing import Any, Self

import orjson
from pydantic import SecretStr

from sluse.errors import AuthorityUnavailable, RegistrarError
from sluse.leadership.fence import Fence, unfenced
from sluse.registrar.federation.instance import Form
from sluse.registrar.federation.port import Instance, Observed, differing
from sluse.registrar.http import errors
from sluse.registrar.http.address import https
from sluse.registrar.http.errors import Answer, Call
from sluse.registrar.http.transport import Transport
from sluse.registrar.port import Altered
from sluse.words.said import say, short


class KeycloakFederations:
    """A `FederationRegistrar`. `instances` is the address of all instances; `tls` None trusts the system's CAs."""

    def __init__(
        self,
        *,
        issuer: str,
        instances: str,
        token: SecretStr,
        client_id: str,
        tls: ssl.SSLContext | None = None,
        timeout: float = 20.0,
        connections: int = 8,
        fence: Fence = unfenced,
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self._instances = https(instances, "authority.federation.instances")
        self._token = token
        self._form = Form(client_id)
        self._transport = Transport(self.issuer, tls, timeout=timeout, connections=connections, fence=fence)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; a later call opens new ones."""
        await self._transport.close()

    async def observe(self, alias: str) -> Observed | None:
        answer = await self._exchange(Call.READ, "GET", alias)
        if errors.absent(answer):
            await self._require_absent(alias)
            return None
        members = self._json(Call.READ, answer)
        observed = self._form.read(members) if isinstance(members, dict) else None
        if observed is None:
            raise errors.half(Call.READ, self.issuer)
        return observed

    async def create(self, instance: Instance) -> Observed:
        answer = await self._exchange(Call.ADD, "POST", "", self._form.written(instance))
        return await self._written(Call.ADD, answer, instance)

    async def replace(self, instance: Instance) -> Observed:
        alias = instance.federation.alias
        answer = await self._exchange(Call.REPLACE, "PUT", alias, self._form.written(instance))
        return await self._written(Call.REPLACE, answer, instance)

    async def retire(self, alias: str) -> None:
        answer = await self._exchange(Call.END, "DELETE", alias)
        if errors.absent(answer):
            await self._require_absent(alias)
        elif answer.status not in (200, 202, 204):
            raise self._failure(Call.END, answer)

    async def _require_absent(self, alias: str) -> None:
        """Raise unless the authority itself lists its instances without this one."""
        answer = await self._exchange(Call.READ, "GET", "")
        listed = self._json(Call.READ, answer)
        if not isinstance(listed, list):
            raise errors.half(Call.READ, self.issuer)
        if any(isinstance(each, dict) and each.get("alias") == alias for each in listed):
            raise AuthorityUnavailable(
                say(
                    "{issuer} lists identity provider {alias}, and says that it is not there",
                    issuer=self.issuer,
                    alias=alias,
                )
            )

    async def _written(self, call: Call, answer: Answer, instance: Instance) -> Observed:
        """Look at what stands there after a write."""
        if answer.status not in (200, 201, 204):
            raise self._failure(call, answer)
        observed = await self.observe(instance.federation.alias)
        if observed is None:
            raise AuthorityUnavailable(
                say("{issuer} could {call}, and it is not there", issuer=self.issuer, call=call.value)
            )
        changed = differing(instance, observed)
        if changed:
            raise Altered(
                say(
                    "{issuer} did not {call} as it was asked to: {changed}",
                    issuer=self.issuer,
                    call=call.value,
                    changed=short("; ".join(changed), 1500),
                ),
                hint=say("ask the authority why, or ask for what it takes"),
                members=changed,
                held=None,
            )
        return observed

    async def _exchange(self, call: Call, method: str, alias: str, members: dict[str, Any] | None = None) -> Answer:
        url = self._instances / alias if alias else self._instances
        template = f"{self._instances.path}/{{alias}}" if alias else self._instances.path
        return await self._transport.exchange(call, method, url, template=template, token=self._token, members=members)

    def _json(self, call: Call, answer: Answer) -> Any:
        if answer.status != 200:
            raise self._failure(call, answer)
        try:
            return orjson.loads(answer.body) if answer.whole else None
        except orjson.JSONDecodeError:
            return None

    def _failure(self, call: Call, answer: Answer) -> RegistrarError:
        return errors.failure(call, answer, self.issuer, (self._token,))
