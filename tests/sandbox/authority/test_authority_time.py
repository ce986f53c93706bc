"""Everything that ages asks the sandbox's clock; what has aged is forgotten; what is held survives a restart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sluse.sandbox.authority.answers import plain
from sluse.sandbox.authority.once import Nonces, Seen


async def test_a_nonce_expires_and_a_fresh_one_is_handed_out(running: Any, caller: Any, registration: Any) -> None:
    _, headers, _ = await caller.token(running, registration["client_id"])
    running.clock.advance(timedelta(seconds=61))
    status, fresh, body = await caller.token(running, registration["client_id"], headers["DPoP-Nonce"])
    assert (status, body["error"]) == (400, "use_dpop_nonce")
    assert (await caller.token(running, registration["client_id"], fresh["DPoP-Nonce"]))[0] == 200


async def test_a_nonce_lasts_for_most_of_a_minute(running: Any, caller: Any, registration: Any) -> None:
    _, headers, _ = await caller.token(running, registration["client_id"])
    running.clock.advance(timedelta(seconds=50))
    assert (await caller.token(running, registration["client_id"], headers["DPoP-Nonce"]))[0] == 200


async def test_an_access_token_expires_after_ten_minutes(
    running: Any, caller: Any, registration: Any, ath: Callable[[str], str]
) -> None:
    token = await caller.fetch_token(running, registration["client_id"])
    running.clock.advance(timedelta(seconds=590))
    assert (await caller.whoami(running, token, ath(token)))[0] == 200
    running.clock.advance(timedelta(seconds=20))
    status, _, body = await caller.whoami(running, token, ath(token))
    assert (status, body["error_description"]) == (401, "the access token has expired")


async def test_a_token_outlives_its_client_until_it_expires(
    running: Any, caller: Any, registration: Any, ath: Callable[[str], str]
) -> None:
    token = await caller.fetch_token(running, registration["client_id"])
    await caller.manage("DELETE", registration)
    assert (await caller.whoami(running, token, ath(token)))[0] == 200


async def test_a_client_on_another_clock_is_refused(running: Any, caller: Any, registration: Any) -> None:
    now = int(running.clock.now().timestamp())
    running.clock.advance(timedelta(hours=1))
    status, _, body = await caller.token(running, registration["client_id"], iat=now, exp=now + 10)
    assert (status, body["error"]) == (400, "invalid_client")
    assert "expired" in body["error_description"]


async def test_new_registrations_are_dated_by_the_clock(running: Any, caller: Any, metadata: Any) -> None:
    running.clock.advance(timedelta(days=400))
    _, _, registration = await caller.register(running, metadata)
    assert registration["client_id_issued_at"] == pytest.approx(running.clock.now().timestamp(), abs=30)


async def test_an_authority_that_went_down_comes_back_with_its_clients(
    running: Any, caller: Any, registration: Any, certificates: Any
) -> None:
    port = running.served.port
    running.served.close()
    with running.authority.served(certificates.server, port=port) as again:
        assert again.url == running.issuer
        assert (await caller.manage("GET", registration))[2] == registration
        assert await caller.fetch_token(running, registration["client_id"])


def test_what_was_seen_is_refused_until_it_could_not_be_used_anyway() -> None:
    seen = Seen()
    assert seen.first(("client", "a"), until=100, now=0)
    assert not seen.first(("client", "a"), until=100, now=99)
    assert seen.first(("client", "a"), until=200, now=100)


def test_what_has_expired_is_forgotten_at_the_next_use() -> None:
    seen = Seen()
    for number in range(1000):
        seen.first(("client", str(number)), until=100 + number, now=0)
    seen.first(("client", "late"), until=5000, now=1099)
    assert len(seen) == 1
    seen.first(("client", "later"), until=5000, now=1100)
    assert len(seen) == 2


def test_one_use_leaves_what_has_not_expired() -> None:
    seen = Seen()
    seen.first(("client", "long"), until=1000, now=0)
    seen.first(("client", "short"), until=10, now=0)
    assert seen.first(("client", "other"), until=1000, now=500)
    assert not seen.first(("client", "long"), until=1000, now=500)


def test_a_nonce_of_another_authority_is_not_alive() -> None:
    assert not Nonces().alive(Nonces().issue(1000), 1000)


@pytest.mark.parametrize(("age", "alive"), [(0, True), (60, True), (60.1, False), (-4, True), (-6, False)])
def test_a_nonce_is_alive_for_a_minute(age: float, *, alive: bool) -> None:
    nonces = Nonces()
    assert nonces.alive(nonces.issue(1000), 1000 + age) is alive


def test_a_description_keeps_to_the_characters_that_a_header_may_hold() -> None:
    assert plain('a"b\\c\r\nd\x00eæf') == "a?b?c??d?e?f"
    assert len(plain("x" * 1000)) == 300
