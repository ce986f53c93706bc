"""The acceptance test, run for real; a decision that may not decide, a forged one, and one that counts."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from sluse.catalog.yaml import plain
from sluse.delivery.deciding.draft import text
from sluse.demo.expect import expect
from sluse.demo.narrator import Narrator
from sluse.demo.signers import signed as signed_by
from sluse.demo.stage import PRODUCTION, SUPPLIER, Stage
from sluse.demo.story.acts import FURU, JOURNAL, MAINTAINER, decided, on_branch, sent, tested
from sluse.demo.story.seen import at_authority, client_of, mailed, page_says, stage_reached
from sluse.demo.story.token import SCOPES, service
from sluse.model.names import IntegrationKey
from sluse.model.records import SignedSpec
from sluse.model.statement import Statement

FORGED = f"integrations/{SUPPLIER}/decisions/journal/9-acceptance.yaml"


async def accepted(stage: Stage, tell: Narrator) -> None:
    """Only the right signature over exactly what was tested moves production."""
    tell.chapter("The acceptance test, and who may say that it is accepted")
    await on_branch(stage.supplier, f"{SUPPLIER}/accepted")
    with tell.waiting("the acceptance test runs"):
        ran = await tested(stage, "journal-test-1")
    passed = [line for line in ran.said.splitlines() if line.startswith("passed")]
    expect(len(passed) >= 11, "every case of both clients passes", ran.said)
    await sent(stage, stage.supplier, f"{SUPPLIER}/accepted", "Merge the acceptance test of Solvang Journal")
    with tell.waiting("production sees the submission"):
        await stage_reached(stage, JOURNAL, "Submitted", PRODUCTION)
    tell.fact(
        "supplier",
        f"runs the acceptance test for real ({len(passed)} cases) and submits it, signed",
        shown="\n".join(passed),
    )

    mail = await mailed(stage, "kundesenter@nhn.example", "Submitted", JOURNAL)
    tell.fact("reviewer", f"is told that a decision is waited for: {mail.message['Subject']}")

    own = ("approve", JOURNAL, "--type", "acceptance", "--key", str(stage.signing_key(MAINTAINER)), "--yes")
    refused = await asyncio.to_thread(stage.supplier.sluse, *own)
    expect(refused.code == 2, "the submitter's own key cannot decide", refused.said)
    tell.fact("supplier", "tries to accept its own test and is refused", shown=refused.said)

    await _forge(stage, tell)

    await decided(stage, FURU, ("approve", JOURNAL, "--type", "acceptance"))
    with tell.waiting("production is configured"):
        page = await stage_reached(stage, JOURNAL, "Configured", PRODUCTION)
    client_id = client_of(page, "sync")["clientId"]
    expect(at_authority(stage, client_id, PRODUCTION) is not None, f"production's authority has client {client_id}")
    tell.fact(
        "reviewer",
        "accepts exactly what was tested, with one command; production is configured, its client ids are published",
    )

    key = stage.keys[f"{JOURNAL}.sync.{PRODUCTION.value}"]
    answer = await service(stage, client_id, key, PRODUCTION).token(SCOPES)
    expect(answer.status in {400, 401}, "the client is withheld until its day", answer.error)
    tell.fact("authority", f"of production lets nobody in yet: {answer.error}")


async def _forge(stage: Stage, tell: Narrator) -> None:
    """Let somebody smuggle in a decision that says it is the reviewer's, and see that it moves nothing."""
    await on_branch(stage.supplier, f"{SUPPLIER}/forged")
    statement = Statement.model_validate(_made_up(stage))
    spec = signed_by(statement, FURU).model_copy(update={"signatures": signed_by(statement, MAINTAINER).signatures})
    forged = SignedSpec.model_validate(spec.model_dump())
    stage.supplier.write(FORGED, text(IntegrationKey(SUPPLIER, "journal-9-acceptance"), forged).decode())
    stage.supplier.commit("Accept it already")
    head = await sent(stage, stage.supplier, f"{SUPPLIER}/forged", "Merge without looking")
    with tell.waiting("production looks at the forged decision"):
        page = await page_says(stage, JOURNAL, "a decision that does not count", _names_forged, PRODUCTION)
    expect(page["stage"] == "Submitted", "a forged decision moves nothing", page["stage"])
    count = stage.authority(PRODUCTION).admin.count()
    expect(count == 0, "nothing is registered in production", count)
    why = next(
        row["message"] for row in page["waiting"] if FORGED in row["message"] or "9-acceptance" in row["message"]
    )
    tell.fact("stranger", f"smuggles in a forged decision; production does not move: {why}")
    await asyncio.to_thread(stage.reviewer.git, "revert", "--no-edit", "-m", "1", head)
    await asyncio.to_thread(stage.push_main)


def _names_forged(page: dict[str, Any]) -> bool:
    return any("9-acceptance" in row["message"] for row in page.get("waiting", ()))


def _made_up(stage: Stage) -> dict[str, object]:
    record: Any = plain(
        (stage.supplier.path / f"integrations/{SUPPLIER}/acceptance/journal-test-1/acceptance-test.yaml").read_text()
    )
    submission = record["spec"]["statement"]
    plan: Any = plain((stage.supplier.path / f"integrations/{SUPPLIER}/decisions/journal/3-plan.yaml").read_text())
    base = json.loads(json.dumps(plan["spec"]["statement"], default=str))
    for name in ("plan",):
        base.pop(name)
    return {
        **base,
        "type": "acceptance",
        "issuedAt": stage.sandbox.clock.now().replace(microsecond=0),
        "signer": FURU.key_id,
        "nonce": "forged-forged-forged-forged",
        "acceptance": {
            "acceptanceTest": "journal-test-1",
            "tested": submission["submission"]["tested"],
            "production": submission["submission"]["tested"],
            "evidence": [each["sha256"] for each in submission["submission"]["evidence"]],
        },
    }
