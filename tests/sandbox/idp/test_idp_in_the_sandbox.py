"""The sandbox as a whole: a provider at a host name of its own, federated by an operator's token, and a login through it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sluse.acceptance.login import Login, Visitor
from sluse.acceptance.service import Service
from sluse.model.identity_provider import IdentifierKind
from sluse.model.names import Environment
from sluse.sandbox.authority.registration_rules import accept
from sluse.sandbox.idp.relying_party import RelyingParty
from sluse.sandbox.sandbox import Sandbox
from worlds.federation import ALIAS, IDENTITY, WEB, instance, new_key

HOST = "login.test.polar-id.example"
REDIRECT = WEB["test"]["redirectUris"][0]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path, providers=(HOST,)) as running:
        yield running


async def test_a_user_logs_in_through_a_provider_at_its_own_host(sandbox: Sandbox) -> None:
    issuer, authority = sandbox.issuers[Environment.TEST].url, sandbox.authorities[Environment.TEST]
    provider = sandbox.providers[HOST]
    user = provider.users.invite("d-number", kind=IdentifierKind.D_NUMBER, method="smartcard", level="Høyt")
    key = new_key()
    metadata = {
        "grant_types": ["authorization_code"],
        "redirect_uris": [REDIRECT],
        "jwks": {"keys": [key.public()]},
        "scope": " ".join(IDENTITY),
        "token_endpoint_auth_method": "private_key_jwt",
        "dpop_bound_access_tokens": True,
    }
    registration, _ = authority._store.add(accept(metadata, authority._habits), "suite", 0)
    headers = {"Authorization": f"Bearer {sandbox.people.initial_access_tokens[Environment.TEST]}"}
    path = f"{issuer}/admin/identity-provider/instances"
    async with sandbox.reach.session() as session:
        async with session.post(path, json=instance(f"https://{HOST}"), headers=headers) as made:
            assert made.status == 201
        async with session.get(made.headers["Location"], headers=headers) as read:
            told = (await read.json())["relyingParty"]
        provider.admit(RelyingParty(told["clientId"], told["redirectUri"], told["jwksUri"]))
        service = Service(session, issuer, registration.client_id, key, sandbox.clock.now)
        visitor = Visitor(user.alias, user.password)
        _, claims = await Login(service, sandbox.reach, visitor, REDIRECT, tuple(IDENTITY), f"idp:{ALIAS}").tokens()
    assert claims["helseid://claims/identity/pid"] == user.identifier
    assert claims["amr"] == ["smartcard"]
    assert claims["helseid://claims/identity/security_level"] == "4"
