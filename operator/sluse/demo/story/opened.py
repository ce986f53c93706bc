"""The day comes and production opens; HEAD moves on and production does not; a freeze holds the next change, then lets it through."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

from sluse.acceptance.case import Failed
from sluse.acceptance.login import Login, Visitor
from sluse.acceptance.provider_suite import PID, SECURITY_LEVEL
from sluse.acceptance.provider_suite import SCOPES as IDENTITY_SCOPES
from sluse.demo import signers
from sluse.demo.expect import NotAsExpected, eventually, expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import DAYS_TO_PRODUCTION, PRODUCTION, SUPPLIER, Stage
from sluse.demo.story.acts import FURU, JOURNAL, LOGIN, decided, on_branch, sent, signed, tested
from sluse.demo.story.federated import admit
from sluse.demo.story.seen import at_authority, client_of, page_says, stage_reached, status_page
from sluse.demo.story.token import SCOPES, service

NEW = "nhn:msh/api"
FILE = f"integrations/{SUPPLIER}/journal.yaml"
DAYS_FROZEN = 7
REDIRECT = "https://journal.solvang.example/signin-oidc"


async def opened(stage: Stage, tell: Narrator) -> None:
    """Time and calendar decide when; the accepted snapshot decides what."""
    tell.chapter("The day comes; then HEAD moves on")
    stage.pass_time(timedelta(days=DAYS_TO_PRODUCTION))
    with tell.waiting("production opens"):
        page = await stage_reached(stage, JOURNAL, "Live", PRODUCTION)
    client_id = client_of(page, "sync")["clientId"]
    mine = service(stage, client_id, stage.keys[f"{JOURNAL}.sync.{PRODUCTION.value}"], PRODUCTION)
    answer = await mine.token(SCOPES)
    expect(answer.status == 200, "a token in production", answer.error)
    tell.fact(
        "operator",
        f"opens production on {stage.production_day:%Y-%m-%d}, the agreed day; the supplier gets a token there",
    )

    await _log_in(stage, tell)

    await _freeze(stage, tell)
    await on_branch(stage.supplier, f"{SUPPLIER}/scope")
    stage.supplier.replace(FILE, '["nhn:pit/api.read", "fhi:sysvak.epj.dev/api"]', f'["nhn:pit/api.read", "{NEW}"]')
    stage.supplier.commit("Ask for another scope")
    await sent(stage, stage.supplier, f"{SUPPLIER}/scope", "Merge another scope")
    with tell.waiting("test follows, production does not"):
        await page_says(stage, JOURNAL, "a pending change", lambda page: bool(page.get("pendingChange")), PRODUCTION)
        await eventually(lambda: NEW in _scopes(stage, "test"), f"the client in test has {NEW}")
    expect(NEW not in _scopes(stage, "production"), "production keeps what was accepted", _scopes(stage, "production"))
    tell.fact("supplier", f"asks for {NEW}: test has it at once, production keeps exactly what was accepted")

    await on_branch(stage.supplier, f"{SUPPLIER}/again")
    with tell.waiting("the acceptance test runs again"):
        await tested(stage, "journal-test-2")
    await sent(stage, stage.supplier, f"{SUPPLIER}/again", "Merge the second acceptance test")
    await decided(stage, FURU, ("approve", JOURNAL, "--type", "acceptance"))
    with tell.waiting("the freeze holds it"):
        page = await page_says(
            stage,
            JOURNAL,
            "Frozen",
            lambda page: any(row["reason"] == "Frozen" for row in page.get("waiting", ())),
            PRODUCTION,
        )
    why = next(row["message"] for row in page["waiting"] if row["reason"] == "Frozen")
    expect(NEW not in _scopes(stage, "production"), "a freeze lets nothing through", _scopes(stage, "production"))
    tell.fact("operator", f"holds the second acceptance: {why}")

    stage.pass_time(timedelta(days=DAYS_FROZEN))
    with tell.waiting("the freeze ends"):
        await eventually(lambda: NEW in _scopes(stage, "production"), f"production's client has {NEW}")
    tell.fact("operator", "lets it through when the freeze is over, without anybody asking again")


async def _log_in(stage: Stage, tell: Narrator) -> None:
    """Let a synthetic user log in to the journal in production, through the identity provider that was accepted."""
    await stage_reached(stage, LOGIN, "Live", PRODUCTION)
    await admit(stage, PRODUCTION)
    page = status_page(stage, JOURNAL, PRODUCTION)
    client_id = client_of(page, "web")["clientId"]
    journal = service(stage, client_id, stage.keys[f"{JOURNAL}.web.{PRODUCTION.value}"], PRODUCTION)
    user = json.loads(stage.login("smartcard", PRODUCTION).read_text())
    visitor = Visitor(user["username"], user["password"])
    login = Login(journal, stage.sandbox.reach, visitor, REDIRECT, IDENTITY_SCOPES, "idp:fjell-id Level4")
    try:
        _, claims = await login.tokens()
    except Failed as failed:
        raise NotAsExpected(f"a user logs in to the journal in production: {failed}") from None
    back = (claims.get(SECURITY_LEVEL), claims.get("amr"), PID in claims)
    expect(back == ("4", ["smartcard"], True), "identifier, method and level come back", back)
    tell.fact(
        "user",
        "logs in to the journal in production, by code flow and PKCE through Fjell-ID: identifier, method and level 4",
    )


def _scopes(stage: Stage, environment: str) -> tuple[str, ...]:
    stage.operators.expect_alive()
    place = next(each for each in stage.sandbox.authorities if each.value == environment)
    held = at_authority(stage, client_of(status_page(stage, JOURNAL, place), "sync").get("clientId", ""), place)
    return held.metadata.scopes if held is not None else ()


async def _freeze(stage: Stage, tell: Narrator) -> None:
    """Let the platform's people put a freeze into the calendar, which two roots sign."""
    now = stage.sandbox.clock.now().replace(second=0, microsecond=0)
    freeze = f'  - {{start: "{now - timedelta(days=1):%Y-%m-%dT%H:%M}", end: "{now + timedelta(days=DAYS_FROZEN, hours=-1):%Y-%m-%dT%H:%M}", reason: Upgrade of HelseID}}'
    await asyncio.to_thread(stage.reviewer.git, "pull", "--quiet", "--ff-only", "origin", "main")
    stage.reviewer.write("policies/calendar.yaml", f"zone: UTC\nfreezes:\n{freeze}\nwindows: []\n")
    stage.reviewer.commit("Freeze production for an upgrade of HelseID")
    for root in signers.ROOTS[:2]:
        await signed(stage, stage.reviewer, signers.DemoSigner(root), "policies", "sign")
    await asyncio.to_thread(stage.push_main)
    tell.fact("platform", f"freezes production for {DAYS_FROZEN} days; two of three roots sign the new policies")
