"""What an honest operator published agrees: in every kind of clone, after every step, and when git forgot something."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sluse.ledger.branch.history import publication
from sluse.model.held import OrganisationLedger
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.statement import StatementType
from worlds import lock
from worlds.lock import LIND, PROVIDER, SERVICE, SUPPLIER
from worlds.production import Production, jwk
from worlds.publishing import CONFIGURED, Publishing, git, reasons


async def test_a_service_that_was_configured_and_opened_agrees(world: Publishing) -> None:
    found = world.verify()
    assert (found.verdict, found.findings) == ("agrees", ())
    assert (found.commits, found.steps, found.first, found.sequence) == (3, 2, 0, 2)


async def test_a_retirement_and_a_suspension_are_steps_like_others(world: Publishing) -> None:
    production = world.production
    production.lock.clock = production.at + timedelta(hours=1)
    production.lock.decide(StatementType.SUSPENSION, str(SERVICE), LIND, suspension={"reason": "a stolen key"})
    world.commit()
    await world.step(production.lock.clock + timedelta(minutes=1))
    await world.step(production.at + timedelta(days=2))  # a suspension by one person alone has ended
    production.lock.clock = production.at
    production.retire(after_days=30)
    world.commit()
    await world.step()
    await world.step(production.at + timedelta(days=31))
    assert [production.held.use.value, production.entry.stage] == ["Retired", "Retired"]
    found = world.verify()
    assert (found.verdict, found.findings, found.steps) == ("agrees", (), 6)


async def test_steps_that_were_published_together_are_told_and_agree(world: Publishing) -> None:
    world.production.retire(after_days=1)
    world.commit()
    world.production.sync()  # the remote was away: nothing is published
    await world.step(world.production.at + timedelta(days=2))
    found = world.verify()
    assert (found.verdict, reasons(found)) == ("agrees", ["StepBetween"])


async def test_a_new_manifest_counts_from_the_commit_that_has_it(world: Publishing) -> None:
    world.sign_policies()
    world.production.retire(after_days=1)
    world.commit()
    await world.step()
    assert world.production.held.policy_version == 2
    assert world.verify().findings == ()


@pytest.mark.parametrize("options", [(), ("--bare",), ("--mirror",)], ids=["working", "bare", "mirror"])
async def test_any_clone_will_do(world: Publishing, options: tuple[str, ...]) -> None:
    assert world.verify(world.clone(*options)).findings == ()


async def test_in_a_shallow_clone_what_is_there_is_judged_by_head_and_that_is_said(world: Publishing) -> None:
    world.commit()
    clone = world.clone("--depth", "1", "--no-single-branch")
    found = world.verify(clone)
    assert (found.verdict, found.commits, found.first) == ("agrees", 1, 2)
    assert sorted(reasons(found)) == ["HistoryCut", "JudgedByHead"]
    assert found.head is not None
    assert world.verify(clone, found.head).continues == 2


async def test_a_decision_that_was_removed_agrees_while_its_commit_is_there(world: Publishing) -> None:
    for path in (world.work / "integrations/fjordlegen/decisions/journal").glob("*-acceptance.yaml"):
        path.unlink()
    git(world.work, "commit", "--quiet", "--all", "--message", "tidied up")
    world.push()
    assert world.verify().findings == ()
    shallow = world.verify(world.clone("--depth", "1", "--no-single-branch", name="shallow"))
    assert (shallow.verdict, sorted(reasons(shallow))) == ("untold", ["HistoryCut", "JudgedByHead", "StepNotShown"])
    (said,) = [each for each in shallow.findings if each.reason == "StepNotShown"]
    assert "by HEAD" in said.message
    assert "NotDecided" in said.message


async def test_a_rewritten_history_of_the_integrations_is_judged_by_head(world: Publishing) -> None:
    git(world.work, "commit", "--quiet", "--amend", "--message", "rewritten")
    world.push("--force")
    found = world.verify()
    assert (found.verdict, set(reasons(found))) == ("agrees", {"JudgedByHead"})


async def test_a_service_that_acts_for_another_organisation_and_offers_the_login_of_a_third(tmp_path: Path) -> None:
    production = Production.accepted(at=CONFIGURED)
    world, key = production.lock, IntegrationKey(SUPPLIER, "portal")
    lock.with_provider(world)
    world.organisations["tind"] = lock.organisation("tind", numbers=("311500036",))
    world.bind("tind")
    logins = ({"name": "polar", "required": True},)
    world.documents[key] = lock.service(of=key, number="311500036", providers=logins)
    world.agree(key)
    world.accept(world.submit(key), key)
    production.keys[ClientKey(SUPPLIER, "portal", "web")] = (jwk("first"),)
    production.vouch(ClientKey(SUPPLIER, "portal", "web"))
    published = Publishing.begun(tmp_path, production)
    await published.genesis()
    await published.step(world.clock + timedelta(hours=1))
    found = published.verify()
    assert (found.verdict, found.findings, found.steps) == ("agrees", (), 2)


async def test_a_file_that_lies_astray_with_a_provider_is_no_decision_about_another_organisation(
    tmp_path: Path,
) -> None:
    production = Production.accepted(at=CONFIGURED)
    lock.with_provider(production.lock)
    astray = tmp_path / "work/integrations" / PROVIDER.organisation / f"notes/{SUPPLIER}/decisions/1-terms.yaml"
    published = Publishing.begun(tmp_path, production)
    astray.parent.mkdir(parents=True)
    astray.write_text("kind: Decision\n")
    published.commit()
    await published.genesis()
    await published.step()
    found = published.verify()
    assert (found.verdict, found.findings, found.steps) == ("agrees", (), 1)


async def test_without_roots_policies_are_believed(world: Publishing) -> None:
    assert world.verify(roots=None).verdict == "agrees"


async def test_test_has_no_steps_and_an_operator_of_its_own(tmp_path: Path) -> None:
    world = Publishing.begun(tmp_path, Production.accepted(at=CONFIGURED))
    world.environment = Environment.TEST
    await world.genesis()
    world.production.sync()
    world.production.ledgers = {SUPPLIER: OrganisationLedger(organisation=SUPPLIER)}
    await world.publish()
    found = world.verify()
    assert (found.findings, found.commits, found.steps) == ((), 2, 0)


async def test_git_itself_says_who_signed_the_same(world: Publishing, tmp_path: Path) -> None:
    key = (tmp_path / "production.pub").read_text()
    (tmp_path / "allowed").write_text(f'operator namespaces="git" {key}')
    clone = world.clone("--bare")
    for commit in git(clone, "rev-list", "sluse/production").split():
        git(clone, "-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'allowed'}", "verify-commit", commit)
        content = git(clone, "cat-file", "commit", commit).encode()
        assert publication(commit, content).signer().line == " ".join(key.split()[:2])
