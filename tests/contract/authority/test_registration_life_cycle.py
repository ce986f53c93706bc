"""RFC 7591 and 7592: from creation to deletion."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

OF_THE_AUTHORITY = (
    "registration_access_token",
    "registration_client_uri",
    "client_id_issued_at",
    "client_secret_expires_at",
)


def replacement(client: Any, **changes: Any) -> dict[str, Any]:
    members = {**client.metadata, "client_id": client.id, **changes}
    return {name: value for name, value in members.items() if value is not None}


async def test_registering_answers_201_with_everything_that_was_registered(client: Any) -> None:
    assert client.document.items() >= client.metadata.items()


async def test_the_authority_chooses_the_client_id_and_it_is_a_uuid(client: Any) -> None:
    assert str(uuid.UUID(client.id)) == client.id


async def test_a_client_is_told_where_and_with_what_it_manages_itself(target: Any, client: Any) -> None:
    assert client.document["registration_client_uri"] == target.url(f"/connect/register/{client.id}")
    assert len(client.document["registration_access_token"]) >= 40
    assert client.document["client_id_issued_at"] == pytest.approx(target.now(), abs=30)


async def test_no_secret_is_ever_issued(client: Any) -> None:
    assert "client_secret" not in client.document


async def test_an_answer_that_holds_a_token_is_not_to_be_stored(wire: Any, client: Any) -> None:
    assert (await wire.manage("GET", client.document)).headers["Cache-Control"] == "no-store"


async def test_the_same_metadata_twice_makes_two_clients(make_client: Callable[..., Any]) -> None:
    first, second = await make_client(), await make_client()
    assert first.id != second.id
    assert first.document["registration_access_token"] != second.document["registration_access_token"]


async def test_reading_gives_what_registering_gave_and_leaves_the_token(wire: Any, client: Any) -> None:
    assert (await wire.manage("GET", client.document)).json == client.document
    assert (await wire.manage("GET", client.document)).json == client.document


async def test_replacing_changes_what_is_sent_and_keeps_id_date_and_token(wire: Any, client: Any) -> None:
    answer = await wire.manage("PUT", client.document, replacement(client, client_name="Fjordlegen 2"))
    assert answer.status == 200
    assert answer.json == {**client.document, "client_name": "Fjordlegen 2"}
    assert (await wire.manage("GET", client.document)).json == answer.json


async def test_replacing_resets_what_is_left_out(wire: Any, make_client: Callable[..., Any]) -> None:
    client = await make_client(
        grant_types=["authorization_code"],
        redirect_uris=["https://journal.example/in"],
        post_logout_redirect_uris=["https://journal.example/out"],
        helseid_child_orgnr=["313745392"],
    )
    left_out = dict.fromkeys(
        [
            "client_name",
            "grant_types",
            "post_logout_redirect_uris",
            "scope",
            "helseid_tenancy",
            "helseid_orgnr",
            "helseid_child_orgnr",
            "helseid_claims",
        ]
    )
    answer = await wire.manage("PUT", client.document, replacement(client, **left_out))
    assert answer.status == 200
    assert "client_name" not in answer.json
    assert "helseid_orgnr" not in answer.json
    assert answer.json["grant_types"] == ["authorization_code"]
    assert answer.json["post_logout_redirect_uris"] == []
    assert answer.json["scope"] == ""
    assert answer.json["helseid_tenancy"] == "none"
    assert answer.json["helseid_child_orgnr"] == []
    assert answer.json["helseid_claims"] == {}


@pytest.mark.parametrize("member", OF_THE_AUTHORITY)
async def test_replacing_refuses_what_only_the_authority_says(wire: Any, client: Any, member: str) -> None:
    value = client.document.get(member, 0)
    answer = await wire.manage("PUT", client.document, replacement(client, **{member: value}))
    assert answer.refusal == (400, "invalid_client_metadata")
    assert member in answer.why


@pytest.mark.parametrize("client_id", [None, "", "0b6f9f2e-5d0c-4c57-9a0e-3f1f5d1d7f11"])
async def test_replacing_needs_the_client_id_of_the_registration(wire: Any, client: Any, client_id: str | None) -> None:
    answer = await wire.manage("PUT", client.document, replacement(client, client_id=client_id))
    assert answer.refusal == (400, "invalid_client_metadata")
    assert "client_id" in answer.why


async def test_a_refused_replacement_changes_nothing(wire: Any, client: Any) -> None:
    bad = replacement(client, client_name="Half", scope="nhn:nothing/here")
    assert (await wire.manage("PUT", client.document, bad)).status == 400
    assert (await wire.manage("GET", client.document)).json == client.document


async def test_deleting_answers_204_without_a_body(wire: Any, client: Any) -> None:
    answer = await wire.manage("DELETE", client.document)
    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_deleted_client_is_answered_401(wire: Any, client: Any, method: str) -> None:
    await wire.manage("DELETE", client.document)
    answer = await wire.manage(method, client.document, replacement(client))
    assert answer.refusal == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


async def test_a_deleted_client_gets_no_token(wire: Any, client: Any) -> None:
    nonce = await wire.nonce(client.id, client.holder)
    await wire.manage("DELETE", client.document)
    answer = await wire.token(client.id, client.holder, nonce=nonce)
    assert answer.json["error"] == "invalid_client"


async def test_deleting_one_client_leaves_its_neighbour(wire: Any, make_client: Callable[..., Any]) -> None:
    one, other = await make_client(), await make_client()
    await wire.manage("DELETE", one.document)
    assert (await wire.manage("GET", other.document)).json == other.document


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_wrong_registration_token_is_refused_and_changes_nothing(wire: Any, client: Any, method: str) -> None:
    answer = await wire.manage(method, client.document, replacement(client, client_name="Mine"), token="guessed")
    assert answer.refusal == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert (await wire.manage("GET", client.document)).json == client.document


async def test_the_token_of_one_client_does_not_open_another(wire: Any, make_client: Callable[..., Any]) -> None:
    one, other = await make_client(), await make_client()
    answer = await wire.manage("GET", one.document, token=other.document["registration_access_token"])
    assert answer.status == 401


async def test_the_initial_token_does_not_manage_a_client(target: Any, wire: Any, client: Any) -> None:
    assert (await wire.manage("GET", client.document, token=target.initial_token)).status == 401


async def test_a_request_without_any_token_is_challenged_without_an_error(target: Any, wire: Any, client: Any) -> None:
    for method, url in (
        ("POST", target.url("/connect/register")),
        ("GET", client.document["registration_client_uri"]),
    ):
        answer = await wire.send(method, url)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_registering_needs_a_known_initial_token(
    wire: Any, holder: Any, make_metadata: Callable[..., Any]
) -> None:
    answer = await wire.register(make_metadata(holder), token="guessed")
    assert answer.refusal == (401, "invalid_token")


async def test_the_token_of_a_client_registers_no_other(
    wire: Any, client: Any, holder: Any, make_metadata: Callable[..., Any]
) -> None:
    token = client.document["registration_access_token"]
    assert (await wire.register(make_metadata(holder), token=token)).status == 401


async def test_a_scheme_other_than_bearer_is_no_token(target: Any, wire: Any, holder: Any, make_metadata: Any) -> None:
    answer = await wire.send(
        "POST",
        target.url("/connect/register"),
        json=make_metadata(holder),
        headers={"Authorization": f"Basic {target.initial_token}"},
    )
    assert answer.status == 401
