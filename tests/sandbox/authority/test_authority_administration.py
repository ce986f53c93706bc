"""The authority's own staff: what they see, and what they change by hand."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from sluse.sandbox.authority.application import Authority
from sluse.sandbox.clock import Clock


async def test_registrations_are_seen_with_who_registered_them(running: Any, registration: Any) -> None:
    (seen,) = running.authority.admin.registrations()
    assert seen.client_id == registration["client_id"]
    assert seen.issued_at == registration["client_id_issued_at"]
    assert seen.registered_by == "operator"
    assert registration.items() >= seen.metadata.document().items()


async def test_no_token_is_seen(running: Any, registration: Any) -> None:
    shown = repr(running.authority.admin.registrations()) + repr(vars(running.authority.admin._store))
    assert registration["registration_access_token"] not in shown
    assert "initial-token" not in repr(running.authority.admin.registrations())


async def test_a_hand_edit_changes_what_is_named_and_leaves_the_rest(
    running: Any, caller: Any, registration: Any
) -> None:
    edited = running.authority.admin.edit(registration["client_id"], client_name="By hand")
    assert edited.metadata.client_name == "By hand"
    _, _, read = await caller.manage("GET", registration)
    assert read == {**registration, "client_name": "By hand"}


async def test_a_hand_edit_can_reset_a_member(running: Any, caller: Any, registration: Any) -> None:
    running.authority.admin.edit(registration["client_id"], scope=None)
    assert (await caller.manage("GET", registration))[2]["scope"] == ""


async def test_a_hand_edit_is_bound_by_the_rules(running: Any, caller: Any, registration: Any) -> None:
    with pytest.raises(ValueError, match="nhn:no/such"):
        running.authority.admin.edit(registration["client_id"], scope="nhn:no/such")
    assert (await caller.manage("GET", registration))[2] == registration


async def test_the_keys_seen_cannot_be_changed_in_place(running: Any, registration: Any) -> None:
    (seen,) = running.authority.admin.registrations()
    seen.metadata.document()["jwks"]["keys"][0]["kid"] = "changed"
    with pytest.raises(TypeError):
        seen.metadata.keys[0].jwk["kid"] = "changed"
    assert running.authority.admin.registrations()[0].metadata.document()["jwks"] == registration["jwks"]


async def test_a_client_deleted_by_hand_is_gone(running: Any, caller: Any, registration: Any) -> None:
    running.authority.admin.delete(registration["client_id"])
    assert running.authority.admin.count() == 0
    assert (await caller.manage("GET", registration))[0] == 401


def test_nobody_can_edit_or_delete_what_is_not_there() -> None:
    admin = Authority("test", clock=Clock(), initial_access_tokens={}, scopes=[]).admin
    with pytest.raises(LookupError, match="no client nobody"):
        admin.edit("nobody", client_name="x")
    with pytest.raises(LookupError, match="no client nobody"):
        admin.delete("nobody")


async def test_edits_from_many_threads_lose_nothing(running: Any, registration: Any) -> None:
    members = ["client_name", "scope", "helseid_orgnr", "helseid_tenancy", "helseid_child_orgnr", "redirect_uris"]
    values = ["By hand", "openid", "313745392", "multi-tenant", ["313745392"], ["https://journal.example/in"]]
    edit = running.authority.admin.edit
    threads = [
        threading.Thread(target=edit, args=(registration["client_id"],), kwargs={member: value})
        for member, value in zip(members, values, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (seen,) = running.authority.admin.registrations()
    document = seen.metadata.document()
    assert [document[member] for member in members] == values


async def test_a_refused_registration_leaves_nothing(running: Any, caller: Any, metadata: Any) -> None:
    await caller.register(running, {**metadata, "scope": "nhn:no/such"})
    await caller.send("POST", running.issuer + "/connect/register", json=metadata)
    assert running.authority.admin.count() == 0
