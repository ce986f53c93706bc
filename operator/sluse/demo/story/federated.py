"""An identity provider orders by a file; test federates it, and hands over what it must type in on its side."""

from __future__ import annotations

import asyncio

from sluse.demo.expect import expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import LOGIN_HOSTS, PROVIDER, SUPPLIER, TEST, Stage
from sluse.demo.story.acts import JOURNAL, LOGIN, on_branch, sent
from sluse.demo.story.seen import page_says, stage_reached
from sluse.model.identity_provider import IdentifierKind
from sluse.model.names import Environment
from sluse.sandbox.idp.relying_party import RelyingParty

FILE = f"integrations/{PROVIDER}/fjell-id.yaml"


async def federated(stage: Stage, tell: Narrator) -> None:
    """Whose logins HelseID passes on is declared as everything else is."""
    tell.chapter("An identity provider joins, in test first")
    await on_branch(stage.provider, f"{PROVIDER}/login")
    stage.provider.write(FILE, stage.material(f"{PROVIDER}/login.yaml"))
    checked = await asyncio.to_thread(stage.provider.sluse, "check", FILE)
    expect(checked.code == 0, "`sluse check` accepts the identity provider's file", checked.said)
    stage.provider.commit("Order federation of Fjell-ID")
    await sent(stage, stage.provider, f"{PROVIDER}/login", "Merge the order of Fjell-ID")
    with tell.waiting("test federates it"):
        await stage_reached(stage, LOGIN, "TestReady")
    held = stage.authority().providers.get("fjell-id")
    expect(held is not None and held.enabled, "the test authority federates Fjell-ID", held)
    tell.fact("operator", "federates Fjell-ID at the test authority, and nothing else of it is configured by hand")

    await admit(stage, TEST)
    tell.fact(
        "provider", "reads on the status branch what to type in on its side: client id, redirect URI, key location"
    )

    await on_branch(stage.supplier, f"{SUPPLIER}/login")
    offered = "minimumLevel: high\n        identityProviders:\n          - {name: fjell-id, required: true}"
    stage.supplier.replace(f"integrations/{SUPPLIER}/journal.yaml", "minimumLevel: high", offered)
    stage.supplier.commit("Let users log in through Fjell-ID")
    await sent(stage, stage.supplier, f"{SUPPLIER}/login", "Merge the login through Fjell-ID")
    tell.fact("supplier", f"offers it to the users of {JOURNAL}, and requires it")


async def admit(stage: Stage, environment: Environment) -> None:
    """Let the provider's people type in what the operator handed over, and make the users that its file promises."""
    page = await page_says(
        stage, LOGIN, "what to type in", lambda page: "handed" in page.get("federation", {}), environment
    )
    handed = page["federation"]["handed"]
    provider = stage.sandbox.providers[LOGIN_HOSTS[environment]]
    provider.admit(RelyingParty(handed["clientId"], handed["redirectUris"][0], handed["jwksUri"]))
    provider.users.invite("smartcard", kind=IdentifierKind.NATIONAL, method="smartcard", level="Høyt")
    provider.users.invite("app", kind=IdentifierKind.D_NUMBER, method="app", level="Betydelig")
