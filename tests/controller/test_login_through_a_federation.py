"""Two files are merged, and a user logs in: nothing else is done by hand but what each party does on its own side.

The provider types in what its page of the status branch says, and the service reads its client id there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sluse.acceptance.case import Failed
from sluse.acceptance.login import Login, Visitor
from sluse.acceptance.service import Service
from sluse.catalog.yaml import dump
from sluse.model.identity_provider import IdentifierKind
from sluse.sandbox.idp.relying_party import RelyingParty
from sluse.sandbox.sandbox import Sandbox
from worlds.documents import Files, Supplier
from worlds.federation import IDENTITY, new_key
from worlds.operated import Operated, begun
from worlds.provider_files import LoginProvider

POLAR = LoginProvider("polar", 60)
HOST = POLAR.issuer.removeprefix("https://")
FJORD = Supplier("fjord", 61)
REDIRECT = f"https://journal.{FJORD.slug}.example/signin"
KEY = new_key()
CLAIMS = "helseid://claims/identity"


def service() -> Files:
    """A service whose users log in through the provider, with a key that only it holds."""
    spec = {
        "service": {
            "title": "Fjord Journal",
            "configurationOwner": FJORD.number,
            "users": "Doctors",
            "platform": "Linux",
            "structure": "web-with-backend",
        },
        "plan": {"testFrom": "2026-12-01", "productionNotBefore": "2027-02-01T08:00"},
        "clients": [
            {
                "name": "web",
                "grants": ["authorization_code"],
                "scopes": IDENTITY,
                "login": {"minimumLevel": "high", "identityProviders": [{"name": POLAR.alias, "required": True}]},
                "test": {"organisationNumber": FJORD.number, "redirectUris": [REDIRECT]},
            }
        ],
    }
    document = {
        "apiVersion": "sluse.nhn.no/v1alpha1",
        "kind": "ServiceIntegration",
        "metadata": {"name": "journal", "organisation": FJORD.slug},
        "spec": spec,
    }
    keys = json.dumps({"keys": [KEY.public()]}) + "\n"
    return {
        **FJORD.organisation(),
        FJORD.path(): dump(document),
        FJORD.key_path(client="web"): keys,
    }


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with begun(tmp_path, POLAR.everything(), service(), providers=(HOST,)) as opened:
        yield opened


async def test_a_user_logs_in_through_what_was_merged_and_the_token_says_who_how_and_how_surely(
    sandbox: Sandbox, world: Operated
) -> None:
    provider = sandbox.providers[HOST]
    user = provider.users.invite("smartcard-high", kind=IdentifierKind.NATIONAL, method="smartcard", level="Høyt")
    weaker = provider.users.invite("d-number", kind=IdentifierKind.D_NUMBER, method="app", level="Betydelig")
    with world.operator():
        mine = await world.stage(FJORD.slug, "TestReady")
        theirs = await world.stage(POLAR.slug, "TestReady", POLAR.alias)
    handed = theirs["federation"]["handed"]
    provider.admit(RelyingParty(handed["clientId"], *handed["redirectUris"], handed["jwksUri"]))
    (client,) = mine["clients"]
    async with sandbox.reach.session() as session:
        there = Service(session, mine["issuer"], client["clientId"], KEY, sandbox.clock.now)

        def login(who: Any) -> Login:
            visitor = Visitor(who.alias, who.password)
            return Login(there, sandbox.reach, visitor, REDIRECT, tuple(IDENTITY), f"idp:{POLAR.alias} Level4")

        answer, id_token = await login(user).tokens()
        with pytest.raises(Failed, match="refused the login"):
            await login(weaker).tokens()
    for claims in (id_token, _claims(answer.body["access_token"])):
        assert claims[f"{CLAIMS}/pid"] == user.identifier
        assert claims["amr"] == ["smartcard"]
        assert claims[f"{CLAIMS}/security_level"] == "4"
        assert claims["idp"] == POLAR.alias
    assert answer.body["token_type"] == "DPoP"


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims
