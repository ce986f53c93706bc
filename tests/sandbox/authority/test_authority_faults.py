"""A bad day on request: each fault, whom it hits, and what was done behind a lost answer."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

DISCOVERY = "/.well-known/openid-configuration"


async def discover(caller: Any, running: Any) -> int:
    status, _, _ = await caller.send("GET", running.issuer + DISCOVERY)
    return int(status)


@pytest.mark.parametrize("status", [401, 404, 409, 429, 500, 503])
async def test_a_status_asked_for_is_answered_once(running: Any, caller: Any, status: int) -> None:
    running.authority.faults.answer(status)
    assert await discover(caller, running) == status
    assert await discover(caller, running) == 200


async def test_a_fault_answer_is_json_with_a_code(running: Any, caller: Any) -> None:
    running.authority.faults.answer(503)
    _, _, body = await caller.send("GET", running.issuer + DISCOVERY)
    assert body["error"] == "temporarily_unavailable"


async def test_too_many_requests_say_when_to_come_back(running: Any, caller: Any) -> None:
    running.authority.faults.answer(429, retry_after=7)
    _, headers, _ = await caller.send("GET", running.issuer + DISCOVERY)
    assert headers["Retry-After"] == "7"


async def test_without_a_time_to_come_back_none_is_said(running: Any, caller: Any) -> None:
    running.authority.faults.answer(429)
    _, headers, _ = await caller.send("GET", running.issuer + DISCOVERY)
    assert "Retry-After" not in headers


async def test_a_fault_hits_as_many_requests_as_asked(running: Any, caller: Any) -> None:
    running.authority.faults.answer(500, times=2)
    assert [await discover(caller, running) for _ in range(3)] == [500, 500, 200]


async def test_a_fault_hits_its_method_and_path_only(running: Any, caller: Any, metadata: Any) -> None:
    running.authority.faults.answer(500, method="POST", path="/connect/register")
    assert await discover(caller, running) == 200
    assert (await caller.send("POST", running.issuer + "/connect/token", data={}))[0] == 400
    assert (await caller.send("GET", running.issuer + "/connect/register/nobody"))[0] == 401
    assert running.authority.faults.planned == 1
    assert (await caller.register(running, metadata))[0] == 500
    assert running.authority.faults.planned == 0


async def test_faults_are_hit_in_the_order_they_were_asked_for(running: Any, caller: Any) -> None:
    running.authority.faults.answer(500)
    running.authority.faults.answer(503)
    assert [await discover(caller, running) for _ in range(3)] == [500, 503, 200]


async def test_cleared_faults_hit_nobody(running: Any, caller: Any) -> None:
    running.authority.faults.answer(500, times=5)
    running.authority.faults.clear()
    assert await discover(caller, running) == 200


async def test_an_answered_fault_does_no_work(running: Any, caller: Any, metadata: Any) -> None:
    running.authority.faults.answer(500)
    await caller.register(running, metadata)
    assert running.authority.admin.count() == 0


async def test_a_connection_dropped_before_the_work_leaves_no_client(running: Any, caller: Any, metadata: Any) -> None:
    running.authority.faults.drop_before_work(method="POST")
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.register(running, metadata)
    assert running.authority.admin.count() == 0


async def test_a_connection_dropped_after_the_work_leaves_a_client_nobody_was_told_of(
    running: Any, caller: Any, metadata: Any
) -> None:
    running.authority.faults.drop_after_work(method="POST")
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.register(running, metadata)
    (left,) = running.authority.admin.registrations()
    assert left.metadata.client_name == metadata["client_name"]


async def test_a_deletion_whose_answer_is_lost_was_done(running: Any, caller: Any, registration: Any) -> None:
    # Twice, since over a kept connection aiohttp repeats a lost DELETE of its own accord.
    running.authority.faults.drop_after_work(method="DELETE", times=2)
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.manage("DELETE", registration)
    assert running.authority.admin.count() == 0


async def test_half_an_answer_announces_more_than_it_brings(running: Any, caller: Any, metadata: Any) -> None:
    running.authority.faults.half_answer(method="POST")
    with pytest.raises(aiohttp.ClientPayloadError):
        await caller.register(running, metadata)
    assert running.authority.admin.count() == 1


async def test_broken_json_is_sound_http(running: Any, caller: Any, metadata: Any) -> None:
    running.authority.faults.broken_json(method="POST")
    with pytest.raises(json.JSONDecodeError):
        await caller.register(running, metadata)
    assert running.authority.admin.count() == 1


async def test_a_half_answer_to_a_deletion_has_no_half(running: Any, caller: Any, registration: Any) -> None:
    running.authority.faults.half_answer(method="DELETE")
    status, _, body = await caller.manage("DELETE", registration)
    assert (status, body) == (204, None)


async def test_a_held_request_waits_until_the_gate_opens(running: Any, caller: Any, metadata: Any) -> None:
    with running.authority.faults.hold(method="POST") as gate:
        request = asyncio.create_task(caller.register(running, metadata))
        assert await asyncio.to_thread(gate.arrived, 10)
        assert running.authority.admin.count() == 0
        assert not request.done()
    status, _, _ = await request
    assert status == 201


async def test_others_are_served_while_one_is_held(running: Any, caller: Any, metadata: Any) -> None:
    with running.authority.faults.hold(method="POST") as gate:
        request = asyncio.create_task(caller.register(running, metadata))
        assert await asyncio.to_thread(gate.arrived, 10)
        assert await discover(caller, running) == 200
    await request


async def test_a_gate_holds_several_and_lets_all_go(running: Any, caller: Any) -> None:
    gate = running.authority.faults.hold(times=3)
    requests = [asyncio.create_task(discover(caller, running)) for _ in range(3)]
    assert await asyncio.to_thread(gate.arrived, 10)
    gate.open()
    gate.open()
    assert await asyncio.gather(*requests) == [200, 200, 200]


async def test_a_request_that_is_given_up_leaves_the_gate_to_the_others(running: Any, caller: Any) -> None:
    gate = running.authority.faults.hold(times=2)
    first = asyncio.create_task(discover(caller, running))
    assert await asyncio.to_thread(gate.arrived, 10)
    first.cancel()
    second = asyncio.create_task(discover(caller, running))
    gate.open()
    assert await second == 200


async def test_nobody_arrives_at_a_gate_that_no_request_meets(running: Any) -> None:
    assert not running.authority.faults.hold().arrived(timeout=0)


async def test_an_authority_that_holds_a_request_can_be_closed(start: Callable[..., Any], caller: Any) -> None:
    running = start()
    gate = running.authority.faults.hold()
    request = asyncio.create_task(discover(caller, running))
    assert await asyncio.to_thread(gate.arrived, 10)
    await asyncio.to_thread(running.served.close)
    with pytest.raises(aiohttp.ClientConnectionError):
        await request


async def test_faults_may_be_asked_for_from_many_threads(running: Any, caller: Any) -> None:
    threads = [threading.Thread(target=running.authority.faults.answer, args=(500,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = [await discover(caller, running) for _ in range(21)]
    assert answers == [500] * 20 + [200]
