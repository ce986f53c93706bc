"""The registrar for authorities that speak RFC 7591 and 7592.

A registration is withheld by its keys: there is no member for it, and a throwaway key is as good. Such an
authority cannot list, so a creation whose answer is lost leaves something that nobody can use and nobody can find.
An authority that does not know our extensions is told nothing of them, which is shown and not refused: HelseID's
facts about organisations are then kept by Sluse alone.
"""

from __future__ import annotations

import re
import ssl
from types import TracebackType
from typing import Any, Self

from pydantic import SecretStr
from yarl import URL

from sluse.errors import Refused, RegistrarError, SettingsError, Unauthorised
from sluse.leadership.fence import Fence, unfenced
from sluse.model.names import ClientId
from sluse.model.registration import Registration
from sluse.registrar.capabilities import CAPABILITIES
from sluse.registrar.dynamic import addresses, mapping
from sluse.registrar.http import errors
from sluse.registrar.http.address import https
from sluse.registrar.http.errors import Answer, Call
from sluse.registrar.http.transport import Transport
from sluse.registrar.normal import normal
from sluse.registrar.port import Altered, Held, Mark, Observed
from sluse.words.said import say

_UNKNOWN_MEMBER = re.compile(
    r"(unknown|additional) (member|field|propert|parameter|attribute|metadata)|unrecogni[sz]ed"
)


class DynamicRegistrar:
    """A `Registrar`. `tls` None trusts the system's CAs; `timeout` in seconds bounds one request as a whole."""

    capabilities = CAPABILITIES["dynamic"]

    def __init__(
        self,
        *,
        issuer: str,
        registration_endpoint: str,
        initial_access_token: SecretStr | None = None,
        tls: ssl.SSLContext | None = None,
        timeout: float = 20.0,
        connections: int = 16,
        fence: Fence = unfenced,
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self._endpoint = https(registration_endpoint, "registrationEndpoint")
        if initial_access_token is not None and not addresses.is_token(initial_access_token):
            hint = say("the file that initialAccessTokenFile names")
            raise SettingsError(say("the initial access token must be one line of visible characters"), hint=hint)
        self._initial = initial_access_token
        self._transport = Transport(self.issuer, tls, timeout=timeout, connections=connections, fence=fence)
        self._sends_extensions = True
        self._keeps_extensions: bool | None = None  # not known before the first answer
        self._ended: set[ClientId] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; a later call opens new ones."""
        await self._transport.close()

    def normalise(self, registration: Registration) -> Registration:
        """See the port. What this authority keeps of our extensions is learnt from its answers."""
        registration = normal(registration)
        return registration if self._keeps_extensions is not False else mapping.without_extensions(registration)

    async def create(self, registration: Registration, mark: Mark) -> Held:
        answer = await self._write(Call.CREATE, "POST", self._endpoint, self._initial, registration, mark)
        members = self._members(Call.CREATE, answer, 201)
        held = self._held(Call.CREATE, members)
        reading = self._reading(members)
        altered = mapping.altered(self.normalise(registration), mark, reading)
        if not altered:
            return held
        left: Held | None = held
        try:
            await self.retire(held)
            left = None
        except RegistrarError:
            pass  # what is left is in the error below
        raise self._altered(altered, left)

    async def observe(self, held: Held) -> Observed | None:
        if held.client_id in self._ended:
            return None
        answer = await self._manage(Call.OBSERVE, "GET", held)
        if errors.absent(answer):
            return None
        members = self._members(Call.OBSERVE, answer, 200, held.credential)
        now = self._held(Call.OBSERVE, members, held)
        reading = self._reading(members)
        return Observed(
            reading.registration, reading.mark, reading.extra, reading.drift, held=None if now == held else now
        )

    async def update(self, held: Held, registration: Registration, mark: Mark) -> Held:
        url = self._management(held)
        answer = await self._write(Call.UPDATE, "PUT", url, held.credential, registration, mark, held.client_id)
        members = self._members(Call.UPDATE, answer, 200, held.credential)
        now = self._held(Call.UPDATE, members, held)
        reading = self._reading(members)
        altered = mapping.altered(self.normalise(registration), mark, reading)
        if altered:
            raise self._altered(altered, now)
        return now

    async def retire(self, held: Held) -> None:
        if held.client_id in self._ended:
            return
        answer = await self._manage(Call.RETIRE, "DELETE", held)
        if answer.status not in (200, 202, 204) and not errors.absent(answer):
            raise errors.failure(Call.RETIRE, answer, self.issuer, (held.credential,))
        # The authority may say 401 of it from now on; what we saw end we know to be absent.
        self._ended.add(held.client_id)

    async def find(self, mark: Mark) -> tuple[Held, ...]:  # noqa: ARG002 - the port's, for authorities that can list
        return ()

    async def _write(
        self,
        call: Call,
        method: str,
        url: URL,
        token: SecretStr | None,
        registration: Registration,
        mark: Mark,
        client_id: str | None = None,
    ) -> Answer:
        """Send the metadata; once more without our extensions where it was for them that it was refused."""
        members = mapping.metadata(registration, mark, extensions=self._sends_extensions)
        if client_id is not None:
            members["client_id"] = client_id
        answer = await self._exchange(call, method, url, token, members)
        if not self._sends_extensions or self._keeps_extensions or not _refuses_extensions(answer):
            return answer
        bare = {name: value for name, value in members.items() if name not in mapping.EXTENSIONS}
        again = await self._exchange(call, method, url, token, bare)
        if _refuses_extensions(again):
            return answer
        self._sends_extensions = self._keeps_extensions = False
        return again

    async def _manage(self, call: Call, method: str, held: Held) -> Answer:
        return await self._exchange(call, method, self._management(held), held.credential)

    async def _exchange(
        self, call: Call, method: str, url: URL, token: SecretStr | None, members: dict[str, Any] | None = None
    ) -> Answer:
        template = self._endpoint.path if call is Call.CREATE else f"{self._endpoint.path}/{{client_id}}"
        return await self._transport.exchange(call, method, url, template=template, token=token, members=members)

    def _members(self, call: Call, answer: Answer, success: int, token: SecretStr | None = None) -> dict[str, Any]:
        if answer.status not in {success, 200}:
            secrets = tuple(secret for secret in (token, self._initial) if secret is not None)
            raise errors.failure(call, answer, self.issuer, secrets)
        members = errors.json_object(answer.body) if answer.whole else None
        if members is None:
            raise errors.half(call, self.issuer)
        return members

    def _held(self, call: Call, members: dict[str, Any], before: Held | None = None) -> Held:
        held = addresses.held(members, self._endpoint, before)
        if held is None:
            raise errors.half(call, self.issuer)
        return held

    def _reading(self, members: dict[str, Any]) -> mapping.Reading:
        reading = mapping.read(members)
        if reading.extensions:
            self._sends_extensions = self._keeps_extensions = True
        elif self._keeps_extensions is None:
            self._keeps_extensions = False
        return reading

    def _management(self, held: Held) -> URL:
        if not addresses.here(held.uri, self._endpoint):
            raise Refused(
                say(
                    "client {client_id} is registered at another authority than {issuer}",
                    client_id=held.client_id,
                    issuer=self.issuer,
                ),
                hint=say("check registrationEndpoint in the settings"),
                code="other_authority",
            )
        if not addresses.is_token(held.credential):
            raise Unauthorised(
                say("what is kept as the credential of client {client_id} is no token", client_id=held.client_id)
            )
        return URL(held.uri, encoded=True)

    def _altered(self, members: tuple[str, ...], held: Held | None) -> Altered:
        left = "" if held is None else say("; it stands as client {client_id}", client_id=held.client_id)
        return Altered(
            say(
                "{issuer} did not register what it was asked to: it changed {members}{left}",
                issuer=self.issuer,
                members=", ".join(members),
                left=left,
            ),
            hint=say("ask the authority why, or ask for what it registers"),
            members=members,
            held=held,
        )


def _refuses_extensions(answer: Answer) -> bool:
    """Whether a 400 says that it does not know our members, and not that it does not like their values."""
    text = answer.body.decode("utf-8", "replace")
    return answer.status == 400 and "helseid_" in text and _UNKNOWN_MEMBER.search(text.lower()) is not None
