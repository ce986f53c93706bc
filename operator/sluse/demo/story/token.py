"""The supplier uses its client: a DPoP-bound token by private_key_jwt, and an API called with it."""

from __future__ import annotations

from sluse.acceptance.proofs import ClientKey
from sluse.acceptance.service import Service
from sluse.demo.expect import expect
from sluse.demo.keys import new_key
from sluse.demo.narrator import Narrator
from sluse.demo.stage import PRODUCTION, SUPPLIER, TEST, Stage
from sluse.demo.story.seen import client_of, status_page
from sluse.model.names import Environment

SCOPES = ("fhi:sysvak.epj.dev/api", "nhn:pit/api.read")


def service(stage: Stage, client_id: str, key: ClientKey, environment: Environment = TEST) -> Service:
    """Return the supplier's service as a client of an authority."""
    return Service(stage.session, stage.issuer(environment), client_id, key, stage.sandbox.clock.now)


async def token(stage: Stage, tell: Narrator) -> None:
    """A private key that only the supplier holds opens the door, and no other does."""
    tell.chapter("The supplier's service uses its client")
    stage.operators.start(PRODUCTION)  # starts meanwhile, and is looked at when its turn comes
    client_id = client_of(status_page(stage, f"{SUPPLIER}.journal"), "sync")["clientId"]
    mine = service(stage, client_id, stage.keys[f"{SUPPLIER}.journal.sync"])
    answer = await mine.token(SCOPES)
    expect(answer.status == 200, "a token by private_key_jwt", answer.error)
    expect(answer.nonce_retried, "the authority demands a DPoP nonce, and the client answers it")
    kind = answer.body["token_type"]
    expect(kind == "DPoP", "a DPoP-bound token", kind)
    expect(set(answer.body["scope"].split()) == set(SCOPES), "the token has exactly the scopes", answer.body["scope"])
    tell.fact("supplier", f"gets a DPoP-bound access token for {' '.join(SCOPES)} (nonce retry included)")

    called = await mine.call(f"{stage.issuer()}/api/whoami", answer.body["access_token"])
    expect(called.status == 200 and called.body["client_id"] == client_id, "the API knows the caller", called.body)
    tell.fact("supplier", "calls an API behind HelseID with it; the API knows client and organisation")

    other = new_key(stage.directory / "home" / "stranger-private" / "key.jwk")
    refused = await service(stage, client_id, other).token(SCOPES)
    expect(refused.status in {400, 401} and "invalid_client" in refused.error, "another key is refused", refused.error)
    tell.fact("stranger", f"tries with a key of its own and is refused: {refused.error}")
