"""What an election needs of a Lease: one writer a version, a version a write, and times as they were written."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

TIMES = {"acquireTime": "2026-11-26T12:00:00.000000Z", "renewTime": "2026-11-26T12:00:00.123456Z"}


def lease(holder: str, *, name: str = "one", **spec: Any) -> dict[str, Any]:
    said = {"holderIdentity": holder, "leaseDurationSeconds": 8, "leaseTransitions": 0, **TIMES, **spec}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name}, "spec": said}


@pytest.fixture
def path(kube: Any) -> str:
    return f"/apis/coordination.k8s.io/v1/namespaces/{kube.namespace}/leases"


async def test_a_lease_changes_hands_once_per_revision(kube: Any, path: str) -> None:
    created = (await kube.post(path, lease("a"))).body
    taken = {**created, "spec": {"holderIdentity": "b", "leaseDurationSeconds": 8}}
    assert (await kube.put(f"{path}/one", taken)).code == 200
    assert (await kube.put(f"{path}/one", taken)).code == 409


async def test_a_lease_is_created_once(kube: Any, path: str) -> None:
    codes = sorted(answer.code for answer in await asyncio.gather(*(kube.post(path, lease(each)) for each in "abc")))
    assert codes == [201, 409, 409]


async def test_of_many_who_take_one_revision_over_one_succeeds(kube: Any, path: str) -> None:
    seen = (await kube.post(path, lease(""))).body
    takers = [{**seen, "spec": {**seen["spec"], "holderIdentity": each}} for each in "abcd"]
    codes = sorted(answer.code for answer in await asyncio.gather(*(kube.put(f"{path}/one", each) for each in takers)))
    assert codes == [200, 409, 409, 409]
    (winner,) = (await kube.get(path)).body["items"]
    assert winner["spec"]["holderIdentity"] in "abcd"


async def test_every_change_of_the_time_is_a_revision_and_no_change_is_none(kube: Any, path: str) -> None:
    created = (await kube.post(path, lease("a"))).body
    same = (await kube.put(f"{path}/one", created)).body
    assert same["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"]
    later = {**created, "spec": {**created["spec"], "renewTime": "2026-11-26T12:00:00.123457Z"}}
    renewed = (await kube.put(f"{path}/one", later)).body
    assert renewed["metadata"]["resourceVersion"] != created["metadata"]["resourceVersion"]


async def test_times_are_kept_to_the_microsecond(kube: Any, path: str) -> None:
    created = (await kube.post(path, lease("a"))).body
    assert {name: created["spec"][name] for name in TIMES} == TIMES


async def test_nobody_may_hold_it_but_not_for_no_time(kube: Any, path: str) -> None:
    assert (await kube.post(path, lease(""))).code == 201
    assert (await kube.post(path, lease("a", name="two", leaseDurationSeconds=0))).code == 422


async def test_what_is_written_is_read_at_once(kube: Any, path: str) -> None:
    seen = (await kube.post(path, lease("a"))).body
    for number in range(10):
        wanted = {**seen, "spec": {**seen["spec"], "leaseTransitions": number + 1}}
        written = (await kube.put(f"{path}/one", wanted)).body
        seen = (await kube.get(f"{path}/one")).body
        assert seen == written
