"""What was planted is found, for the reason that it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sluse.model.held import OrganisationLedger
from sluse.model.names import Environment
from sluse.model.registration import Use
from worlds.lock import SERVICE, SUPPLIER
from worlds.production import Production
from worlds.publishing import CONFIGURED, OPENS, Publishing, edited, git, reasons

LEDGER = f"_ledger/{SUPPLIER}.json"


def title(ledger: dict[str, Any]) -> None:
    ledger["integrations"]["journal"]["title"] = "Something else"


def snapshot(**changes: Any) -> Callable[[OrganisationLedger], OrganisationLedger]:
    """Return what a lying operator does to what production holds; without changes it is taken out."""

    def change(ledger: OrganisationLedger) -> OrganisationLedger:
        entry = ledger.integrations[SERVICE.name]
        held = entry.snapshot.model_copy(update=changes) if entry.snapshot and changes else None
        entries = {**ledger.integrations, SERVICE.name: entry.model_copy(update={"snapshot": held})}
        return ledger.model_copy(update={"integrations": entries})

    return change


async def test_a_ledger_edited_by_a_stranger(world: Publishing) -> None:
    planted = world.plant(edited(LEDGER, title), "stranger")
    found = world.verify()
    assert (found.verdict, reasons(found)) == ("disagrees", ["SignerUnknown"])
    assert found.findings[0].place == f"sluse/production@{planted[:12]}"
    assert "does not list for production" in found.findings[0].message


async def test_a_commit_that_nobody_signed(world: Publishing) -> None:
    world.plant(edited(LEDGER, title), None)
    assert reasons(world.verify()) == ["Unsigned"]


async def test_an_amended_commit_of_a_stranger(world: Publishing) -> None:
    world.plant(edited(LEDGER, title), "stranger", "--amend", "--no-edit")
    assert reasons(world.verify()) == ["SignerUnknown"]


async def test_a_signature_over_another_commit(world: Publishing) -> None:
    scratch = world.clone("--branch", "sluse/production", name="scratch")
    raw = git(scratch, "cat-file", "commit", "HEAD")
    forged = git(scratch, "hash-object", "-t", "commit", "-w", "--stdin", given=raw.replace("Publish", "Forged") + "\n")
    git(scratch, "push", "--quiet", "--force", "origin", f"{forged}:refs/heads/sluse/production")
    assert reasons(world.verify()) == ["SignatureBad"]


async def test_the_key_of_the_other_environments_operator(world: Publishing) -> None:
    world.plant(edited(LEDGER, title), "test")
    found = world.verify()
    assert reasons(found) == ["SignerOfAnotherEnvironment"]
    assert "a key of the operator of test" in found.findings[0].message


async def test_a_revoked_key_of_the_operator(world: Publishing) -> None:
    world.sign_policies(revoked_since=world.production.at + timedelta(minutes=1))
    assert world.verify(world.clone(name="before")).findings == (), "what it signed before its revocation stands"
    await world.step(world.production.at + timedelta(minutes=2))
    world.production.retire(after_days=1)
    world.commit()
    await world.step()
    found = world.verify()
    assert set(reasons(found)) == {"KeyOutOfForce"}
    assert "revoked since" in found.findings[0].message


async def test_a_commit_that_the_operator_itself_amended_shows_to_who_remembers(world: Publishing) -> None:
    remembered = world.verify(world.clone(name="before"))
    assert remembered.commit is not None
    world.plant(lambda _: None, "production", "--amend", "--message", "Publish something")
    clone = world.clone(name="after")
    assert world.verify(clone).verdict == "agrees", "by itself a rewriting by the operator does not show"
    found = world.verify(clone, remembered.commit)
    assert (found.verdict, reasons(found)) == ("disagrees", ["HeadNotThere"])


async def test_a_dropped_commit(world: Publishing) -> None:
    scratch = world.clone("--branch", "sluse/production", name="scratch")
    git(scratch, "reset", "--quiet", "--soft", "HEAD~2")
    world.signed(scratch, "production", at=world.production.at)
    git(scratch, "push", "--quiet", "--force", "origin", "HEAD:sluse/production")
    found = world.verify()
    assert (found.verdict, reasons(found)) == ("disagrees", ["ChainBroken", "ChainBroken"])
    assert "publication 2 follows publication 0" in found.findings[0].message
    assert "as the head before it" in found.findings[1].message


async def test_a_branch_that_was_set_back_shows_to_who_remembers_a_head(world: Publishing) -> None:
    head = world.verify(world.clone(name="before")).head
    assert head is not None
    git(world.remote, "update-ref", "refs/heads/sluse/production", "sluse/production^")
    assert world.verify(world.clone(name="after")).verdict == "agrees"
    found = world.verify(world.folder / "after", head)
    assert (found.verdict, reasons(found)) == ("disagrees", ["HeadNotThere"])


async def test_opened_a_day_early(configured: Publishing) -> None:
    early = OPENS - timedelta(days=1)
    configured.production.at = early
    await configured.publish(snapshot(use=Use.OPEN, since=early))
    found = configured.verify()
    assert (found.verdict, reasons(found)) == ("disagrees", ["StepNotAllowed"])
    said = found.findings[0].message
    assert "fjordlegen.journal: Withheld" in said
    assert "-> Open" in said
    assert f"at 2026-10-31 07:00:00Z: by commit {configured.production.commit[:12]}" in said
    assert said.endswith("the gate allowed no move: nothing moves before 2026-11-01 07:00:00Z")


async def test_opened_early_and_dated_later(configured: Publishing) -> None:
    configured.production.at = OPENS - timedelta(days=1)
    await configured.publish(snapshot(use=Use.OPEN, since=OPENS))
    assert reasons(configured.verify()) == ["StepInFuture"]


async def test_something_else_than_was_accepted(configured: Publishing) -> None:
    accepted = configured.production.held.tested[:12]
    configured.production.at = OPENS
    await configured.publish(snapshot(tested="7" * 64, use=Use.OPEN, since=OPENS))
    found = configured.verify()
    assert reasons(found) == ["StepNotAllowed"]
    assert f"the decision allowed {accepted} (T), and not this" in found.findings[0].message


async def test_a_live_service_that_became_something_else(world: Publishing) -> None:
    await world.publish(snapshot(production="7" * 64))
    found = world.verify()
    assert reasons(found) == ["StepNotAllowed"]
    assert "what was held was to stay" in found.findings[0].message


async def test_a_decision_that_nobody_took(world: Publishing) -> None:
    await world.publish(snapshot(decision="7" * 64))
    assert reasons(world.verify()) == ["StepNotAllowed"]


async def test_another_manifest_than_the_commit_has(configured: Publishing) -> None:
    configured.production.at = OPENS
    await configured.publish(snapshot(use=Use.OPEN, since=OPENS, policy_version=7))
    assert reasons(configured.verify()) == ["PolicyDiffers"]


async def test_policies_that_the_roots_did_not_sign(configured: Publishing) -> None:
    (configured.work / "policies/calendar.yaml").write_text("zone: Europe/Paris\n")
    git(configured.work, "commit", "--quiet", "--all", "--message", "a calendar of our own")
    configured.push()
    configured.production.commit = git(configured.work, "rev-parse", "HEAD")
    await configured.step(OPENS)
    found = configured.verify()
    assert "PolicyDiffers" in reasons(found)
    assert "calendar.yaml is not what was signed" in found.findings[-1].message


async def test_a_snapshot_taken_out_of_the_ledger(world: Publishing) -> None:
    await world.publish(snapshot())
    found = world.verify()
    assert reasons(found) == ["SnapshotRemoved"]
    assert "fjordlegen.journal: Open" in found.findings[0].message


async def test_an_older_ledger_published_over_a_newer_one(world: Publishing) -> None:
    for revision in (9, 8):
        await world.publish(lambda ledger, revision=revision: ledger.model_copy(update={"revision": revision}))
    found = world.verify()
    assert (found.verdict, reasons(found)) == ("disagrees", ["LedgerSetBack"])
    assert "revision 9 -> 8" in found.findings[0].message


async def test_a_branch_that_was_lost_and_begun_again_shows_to_who_remembers_a_head(world: Publishing) -> None:
    head = world.verify(world.clone(name="before")).head
    git(world.remote, "update-ref", "-d", "refs/heads/sluse/production")
    shutil.rmtree(world.folder / "cache-production")
    await world.genesis()
    await world.publish()
    assert "HeadNotThere" not in reasons(world.verify(world.clone(name="after")))
    found = world.verify(world.folder / "after", head)
    assert (found.verdict, "HeadNotThere" in reasons(found)) == ("disagrees", True)


async def test_a_moment_of_first_sight_that_was_changed(world: Publishing) -> None:
    first = next(iter(world.production.ledgers[SUPPLIER].seen))

    def later(ledger: OrganisationLedger) -> OrganisationLedger:
        return ledger.model_copy(update={"seen": {**ledger.seen, first: world.production.at}})

    await world.publish(later)
    assert reasons(world.verify()) == ["SeenRewritten"]


async def test_a_branch_of_another_repository(tmp_path: Path) -> None:
    world = Publishing.begun(tmp_path, Production.accepted(at=CONFIGURED))
    await world.genesis("another.example")
    found = world.verify()
    assert reasons(found) == ["GenesisOfAnother"]
    assert "begun for the repository another.example, and policies/repository.yaml says sluse-test" in found.findings[0].message  # fmt: skip


async def test_an_edited_page(world: Publishing) -> None:
    page = f"{SUPPLIER}/journal.md"

    def edit(folder: Path) -> None:
        (folder / page).write_text((folder / page).read_text().replace("Journal", "Journey"))

    world.plant(edit, "production", "--amend", "--no-edit")
    found = world.verify()
    assert reasons(found) == ["PageDiffers"]
    assert found.findings[0].place.endswith(f":{page}")


async def test_a_page_that_no_ledger_explains(world: Publishing) -> None:
    for path in ("notice.md", f"{SUPPLIER}/extra/notice.md", "unknown/notice.md"):

        def edit(folder: Path, path: str = path) -> None:
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text("call this number")

        world.plant(edit, "production", "--amend", "--no-edit")
    assert reasons(world.verify()) == ["PageUnexplained"] * 3


async def test_a_damaged_ledger_is_untold_and_placed(world: Publishing) -> None:
    world.plant(lambda folder: (folder / LEDGER).write_text("{") and None, "production", "--amend", "--no-edit")
    found = world.verify()
    assert (found.verdict, reasons(found)) == ("untold", ["LedgerUnreadable"])
    assert found.findings[0].place.endswith(f":{LEDGER}")


async def test_a_removed_ledger(world: Publishing) -> None:
    world.plant(lambda folder: (folder / LEDGER).unlink(), "production", "--amend", "--no-edit")
    assert reasons(world.verify()) == ["LedgerRemoved"]


async def test_a_removed_genesis_and_a_removed_head(world: Publishing) -> None:
    world.plant(lambda folder: (folder / "genesis.json").unlink(), "production", "--amend", "--no-edit")
    world.plant(lambda folder: (folder / "head.json").unlink(), "production", "--amend", "--no-edit")
    assert set(reasons(world.verify())) == {"GenesisChanged", "HeadUnreadable"}


async def test_a_merge_into_the_branch(world: Publishing) -> None:
    def merge(folder: Path) -> None:
        git(
            folder,
            "merge",
            "--quiet",
            "--no-commit",
            "--no-ff",
            "--strategy=ours",
            "--allow-unrelated-histories",
            "origin/main",
        )

    world.plant(merge, "production")
    assert "HistoryForked" in reasons(world.verify())


async def test_a_missing_branch_is_untold(world: Publishing) -> None:
    world.environment = Environment.TEST
    found = world.verify()
    assert (found.verdict, reasons(found)) == ("untold", ["BranchMissing"])
