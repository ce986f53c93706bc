"""Suite `identity-provider`, version 1: what is published is as agreed, and a login brings the three parameters.

Each test user is one part: it really logs in, through the authority, to a tester's client; what is looked at is the
ID token that client gets. Nothing of the identifier but its kind is ever said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sluse.acceptance import fetch, published
from sluse.acceptance.case import Case, Failed, Suite
from sluse.acceptance.identifiers import is_synthetic, kind_of
from sluse.acceptance.login import Login
from sluse.acceptance.published_keys import faults
from sluse.acceptance.quoting import Secrets
from sluse.acceptance.reach import Reach
from sluse.model.identity_provider import IdentityProviderSpec, TestUser
from sluse.model.service_integration import SecurityLevel
from sluse.words.said import counted, say, several

PID = "helseid://claims/identity/pid"
SECURITY_LEVEL = "helseid://claims/identity/security_level"
SCOPES = ("openid", "helseid://scopes/identity/pid", "helseid://scopes/identity/security_level")
_LEVELS = {"3": SecurityLevel.SUBSTANTIAL, "4": SecurityLevel.HIGH}


@dataclass
class ProviderWorld:
    """One user of one provider. The login takes place once, when first looked at."""

    spec: IdentityProviderSpec
    user: TestUser
    login: Login
    reach: Reach
    _said: Mapping[str, Any] | Failed | None = field(default=None, repr=False)

    @property
    def secrets(self) -> Secrets:
        return self.login.service.secrets

    @property
    def words(self) -> Mapping[str, str]:
        return {
            "issuer": self.spec.test.issuer,
            "algorithms": " or ".join(algorithm.value for algorithm in self.spec.protocol.algorithms),
            "identifier": _named(self.user.identifier.value),
            "method": self.user.method,
            "level": self.user.level.value,
        }

    async def said(self) -> Mapping[str, Any]:
        """Return the claims that the tester's client was given; Failed where nobody was let in."""
        if self._said is None:
            try:
                _, self._said = await self.login.tokens()
                self.secrets.keep(self._said.get(PID))
            except Failed as failed:
                self._said = failed
        if isinstance(self._said, Failed):
            raise self._said
        return self._said


async def _discovery(world: ProviderWorld) -> str:
    wrong = list(published.faults(await _metadata(world), world.spec, world.spec.test))
    if wrong:
        raise Failed(say("The discovery document is not as agreed: {wrong}", wrong=several(wrong)))
    return say("The discovery document is the issuer's, with the protocol of the file")


async def _keys(world: ProviderWorld) -> str:
    jwks = await fetch.json_object(world.reach, world.spec.test.jwks_uri)
    agreed = tuple(algorithm.value for algorithm in world.spec.protocol.algorithms)
    wrong = list(faults(jwks, agreed))
    if not published.offers(await _metadata(world), agreed):
        wrong.append(say("the discovery document offers none of the agreed algorithms for ID tokens"))
    if wrong:
        raise Failed(say("The keys are not as agreed: {wrong}", wrong=several(wrong)))
    return say(
        "{keys} for {agreed}, and ID tokens are offered with them",
        keys=counted(len(jwks["keys"]), "1 public key", "{number} public keys"),
        agreed=" or ".join(agreed),
    )


async def _identifier(world: ProviderWorld) -> str:
    value = (await world.said()).get(PID)
    kind = kind_of(value)
    if kind is None:
        raise Failed(say("The login gave no identifier, or one that is no person's"))
    if kind is not world.user.identifier:
        raise Failed(say("The login gave a {named}", named=_named(kind.value)))
    if not is_synthetic(str(value)):
        raise Failed(say("The login gave an identifier that is not a synthetic person's"))
    return say("The login gave a synthetic {named}", named=_named(kind.value))


async def _method(world: ProviderWorld) -> str:
    methods = (await world.said()).get("amr")
    said = methods if isinstance(methods, list) else [methods]
    if world.user.method not in said:
        raise Failed(say("The login gave the method {said}", said=", ".join(map(str, said))))
    return say("The login gave the method {method}", method=world.user.method)


async def _level(world: ProviderWorld) -> str:
    level = _LEVELS.get(str((await world.said()).get(SECURITY_LEVEL)))
    if level is None:
        raise Failed(say("The login gave no level, or none that is known"))
    if level is not world.user.level:
        raise Failed(say("The login gave the level {value}", value=level.value))
    return say("The login gave the level {value}", value=level.value)


async def _metadata(world: ProviderWorld) -> dict[str, Any]:
    return await fetch.json_object(world.reach, f"{world.spec.test.issuer}{published.WELL_KNOWN}")


def _named(kind: str) -> str:
    return {"fnr": say("national identity number"), "d-number": say("D-number")}[kind]


IDENTITY_PROVIDER: Suite[ProviderWorld] = Suite(
    "identity-provider",
    1,
    (
        Case(
            "discovery", say("The discovery document of {issuer} is its own, with the protocol of the file"), _discovery
        ),
        Case("keys-and-algorithms", say("Public keys for {algorithms}, and ID tokens signed with them"), _keys),
        Case("login-identifier", say("The login gives a synthetic {identifier}"), _identifier),
        Case("login-method", say("The login gives the method {method}"), _method),
        Case("login-level", say("The login gives the level {level}"), _level),
    ),
)
