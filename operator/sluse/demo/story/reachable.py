"""A user organisation declares what it uses; the openings it needs appear where its cluster's admin says, and as a list."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sluse.cluster.kinds import NETWORK_POLICY
from sluse.demo.expect import eventually, expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import PRODUCTION, USERS, WORKLOADS, Stage
from sluse.demo.story.acts import ALM, decided
from sluse.model.names import GROUP

NUMBER = "311000640"
HELSEID = "helseid-sts.nhn.no"


async def reachable(stage: Stage, tell: Narrator) -> None:
    """Firewalls are told before anybody stands outside."""
    tell.chapter("A user organisation opens its network")
    labels = {"sluse.nhn.no/organisation-number": NUMBER}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": WORKLOADS, "labels": labels}}
    await stage.cluster.apply(namespace, manager="cluster-admin")
    for name in ("organisation", "helsetjenester"):
        stage.reviewer.write(f"integrations/{USERS}/{name}.yaml", stage.material(f"{USERS}/{name}.yaml"))
    checked = await asyncio.to_thread(stage.reviewer.sluse, "check", f"integrations/{USERS}")
    expect(checked.code == 0, "`sluse check` accepts the user organisation's files", checked.said)
    await asyncio.to_thread(stage.reviewer.commit, "Take in Liaby kommune, which uses Solvang Journal")
    await decided(stage, ALM, ("approve", USERS, "--type", "organisation"))

    async def look() -> Mapping[str, Any] | None:
        stage.operators.expect_alive()
        found, _ = await stage.cluster.list(NETWORK_POLICY, WORKLOADS, {})
        return next((each for each in found if PRODUCTION.value in each["metadata"]["name"]), None)

    with tell.waiting("the openings appear"):
        policy = await eventually(look, f"a NetworkPolicy in the namespace {WORKLOADS}")
    everywhere, _ = await stage.cluster.list(NETWORK_POLICY, None, {})
    opens = [each for each in everywhere if f"{GROUP}/integration" in each["metadata"].get("labels", {})]
    spaces = {each["metadata"]["namespace"] for each in opens}
    expect(spaces == {WORKLOADS}, "policies stand in the labelled namespace only", spaces)
    opened = [each["ipBlock"]["cidr"] for rule in policy["spec"]["egress"] for each in rule["to"] if "ipBlock" in each]
    tell.fact(
        "operator",
        f"opens {WORKLOADS}, which the cluster's admin has labelled, towards {', '.join(opened)}, and no other namespace",
    )

    shown = await asyncio.to_thread(
        stage.reviewer.sluse, "network", "export", "--format", "csv", "--organisation", USERS
    )
    expect(shown.code == 0 and HELSEID in shown.out, "`sluse network export` lists HelseID", shown.said)
    tell.fact("user org", "hands the same to its own firewall, with how sure each value is", shown=shown.out)
