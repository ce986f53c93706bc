"""Keys follow a registration at once: added, overlapping, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def replace_keys(wire: Any) -> Callable[..., Any]:
    async def replace(client: Any, *holders: Any) -> None:
        body = {**client.metadata, "client_id": client.id, "jwks": {"keys": [holder.public for holder in holders]}}
        answer = await wire.manage("PUT", client.document, body)
        assert answer.status == 200, answer.body

    return replace


async def test_while_two_keys_are_registered_both_give_tokens(
    wire: Any, client: Any, make_holder: Any, replace_keys: Any
) -> None:
    new = make_holder("PS256")
    await replace_keys(client, client.holder, new)
    assert (await wire.fetch_token(client.id, client.holder)).status == 200
    assert (await wire.fetch_token(client.id, new)).status == 200


async def test_a_removed_key_gives_no_token_from_that_moment_and_the_other_does(
    wire: Any, client: Any, make_holder: Any, replace_keys: Any
) -> None:
    new = make_holder()
    await replace_keys(client, client.holder, new)
    nonce = await wire.nonce(client.id, client.holder)
    await replace_keys(client, new)
    assert (await wire.token(client.id, client.holder, nonce=nonce)).json["error"] == "invalid_client"
    assert (await wire.token(client.id, new, nonce=nonce)).status == 200


async def test_a_key_that_was_added_gives_tokens_from_that_moment(
    wire: Any, client: Any, make_holder: Any, replace_keys: Any
) -> None:
    new = make_holder()
    assert (await wire.token(client.id, new, nonce=None)).json["error"] == "invalid_client"
    await replace_keys(client, client.holder, new)
    assert (await wire.fetch_token(client.id, new)).status == 200


async def test_a_new_key_under_an_old_name_replaces_the_old_key(
    wire: Any, client: Any, make_holder: Any, replace_keys: Any
) -> None:
    new = make_holder(kid=client.holder.kid)
    await replace_keys(client, new)
    assert (await wire.token(client.id, client.holder, nonce=None)).json["error"] == "invalid_client"
    assert (await wire.fetch_token(client.id, new)).status == 200


async def test_a_scope_that_was_taken_away_is_gone_from_the_next_token(wire: Any, client: Any, target: Any) -> None:
    body = {**client.metadata, "client_id": client.id, "scope": target.read}
    await wire.manage("PUT", client.document, body)
    assert (await wire.fetch_token(client.id, client.holder)).json["scope"] == target.read
    assert (await wire.fetch_token(client.id, client.holder, scope=target.write)).refusal == (400, "invalid_scope")
