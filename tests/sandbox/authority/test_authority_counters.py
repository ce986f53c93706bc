"""What was asked and how it was answered, seen from outside."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

ONE_CLIENT = "/connect/register/{client_id}"


async def test_requests_are_counted_by_method_template_and_status(running: Any, caller: Any, registration: Any) -> None:
    await caller.manage("GET", registration)
    await caller.manage("GET", registration)
    await caller.manage("GET", {**registration, "registration_access_token": "guessed"})
    assert running.authority.requests.snapshot() == {
        ("POST", "/connect/register", 201): 1,
        ("GET", ONE_CLIENT, 200): 2,
        ("GET", ONE_CLIENT, 401): 1,
    }


async def test_counts_add_up_over_what_is_not_named(running: Any, caller: Any, registration: Any) -> None:
    await caller.manage("GET", registration)
    await caller.manage("DELETE", registration)
    requests = running.authority.requests
    assert requests.count() == 3
    assert requests.count(template=ONE_CLIENT) == 2
    assert requests.count(method="DELETE") == 1
    assert requests.count("DELETE", ONE_CLIENT, 204) == 1
    assert requests.count(status=500) == 0


async def test_paths_that_are_not_served_are_counted_together(running: Any, caller: Any) -> None:
    for path in ("/a", "/b"):
        await caller.send("GET", running.issuer + path)
    assert running.authority.requests.snapshot() == {("GET", "(unknown path)", 404): 2}


@pytest.mark.parametrize("fault", ["drop_before_work", "drop_after_work"])
async def test_a_dropped_connection_counts_as_no_status(running: Any, caller: Any, metadata: Any, fault: str) -> None:
    getattr(running.authority.faults, fault)()
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.register(running, metadata)
    assert running.authority.requests.snapshot() == {("POST", "/connect/register", 0): 1}


async def test_a_fault_is_counted_with_the_status_it_answered(running: Any, caller: Any, metadata: Any) -> None:
    running.authority.faults.answer(429)
    await caller.register(running, metadata)
    assert running.authority.requests.count(status=429) == 1


async def test_another_thread_can_wait_for_a_request(running: Any, caller: Any, metadata: Any) -> None:
    requests = running.authority.requests
    waiting = asyncio.create_task(asyncio.to_thread(requests.wait_for, 1, 10, method="POST"))
    await caller.register(running, metadata)
    assert await waiting


async def test_waiting_ends_without_the_request_when_the_time_is_up(running: Any) -> None:
    assert not running.authority.requests.wait_for(1, 0)
