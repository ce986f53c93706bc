"""A clone that lost something: what cannot be judged is untold, and said with its name."""

from __future__ import annotations

from pathlib import Path

from worlds.lock import SERVICE, SUPPLIER
from worlds.publishing import Publishing, git, reasons

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
