"""A clone that lost something: what cannot be judged is untold, and said with its name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sluse.model.names import ClientKey, IntegrationKey
from worlds import lock
from worlds.lock import SERVICE, SUPPLIER
from worlds.production import Production, jwk
from worlds.publishing import CONFIGURED, OPENS, Publishing, git, reasons

LEDGER = f"_ledger/{SUPPLIER}.json"


def without(world: Publishing, named: str) -> tuple[Path, str]:
    """Return a clone that lost a file, and the file's id."""
    clone, lost = world.clone("--bare"), world.folder / "lost"
    blob = git(clone, "rev-parse", named)
    git(world.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(lost))
    kept = [each for each in git(clone, "rev-list", "--objects", "--no-object-names", "--all").split() if each != blob]
    pack = "\n".join(kept) + "\n"
    git(clone, "pack-objects", "--quiet", str(lost / "objects/pack/pack"), given=pack)
    for ref in ("refs/heads/main", "refs/heads/sluse/production"):
        git(lost, "update-ref", ref, git(clone, "rev-parse", ref))
    return lost, blob


async def test_an_object_that_the_clone_lost(world: Publishing) -> None:
    lost, blob = without(world, f"sluse/production:{LEDGER}")
    found = world.verify(lost)
    assert (found.verdict, reasons(found)) == ("untold", ["ObjectsLost"])
    assert blob in found.findings[0].message


async def test_a_step_of_which_the_clone_lost_a_file_is_named(world: Publishing) -> None:
    lost, blob = without(world, f"main:integrations/{SUPPLIER}/organisation.yaml")
    found = world.verify(lost)
    assert (found.verdict, set(reasons(found))) == ("untold", {"ObjectsLost"})
    assert found.findings[0].message.startswith(f"{SERVICE}: nothing -> ")
    assert found.findings[0].message.endswith(f": the object {blob} is not in the clone, or is damaged there")


async def test_who_declares_a_number_is_known_again_behind_a_commit_that_lost_a_file(tmp_path: Path) -> None:
    production = Production.accepted(at=CONFIGURED)
    for slug, number in (("tind", "311500036"), ("vidde", "311500058")):
        production.lock.organisations[slug] = lock.organisation(slug, numbers=(number,))
    production.lock.bind("tind")
    world = Publishing.begun(tmp_path, production)
    await world.genesis()
    await world.step()
    for slug in ("tind", "vidde"):  # what is read before what is lost, and what is lost
        path = world.work / f"integrations/{slug}/organisation.yaml"
        path.write_text(path.read_text().replace("3115000", "3115001"))
    git(world.work, "commit", "--quiet", "--all", "--message", "other numbers")
    world.push()
    production.commit = git(world.work, "rev-parse", "HEAD")
    await world.step(OPENS)
    acting = IntegrationKey(SUPPLIER, "portal")
    production.lock.clock = OPENS + timedelta(hours=1)
    production.lock.documents[acting] = lock.service(of=acting, number="311500036")
    production.lock.agree(acting)
    production.lock.accept(production.lock.submit(acting), acting)
    production.keys[ClientKey(SUPPLIER, "portal", "web")] = (jwk("first"),)
    production.vouch(ClientKey(SUPPLIER, "portal", "web"))
    at_loss = production.commit
    world.commit()
    await world.step(production.lock.clock + timedelta(hours=1))
    found = world.verify(without(world, f"{at_loss}:integrations/vidde/organisation.yaml")[0])
    assert (found.steps, reasons(found)) == (3, ["ObjectsLost"])
