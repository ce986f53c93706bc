"""The order form as a file: refused with place and remedy, mended, merged."""

from __future__ import annotations

from sluse.demo.expect import expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import SUPPLIER, Stage
from sluse.demo.story.seen import merge, pushed

FILE = f"integrations/{SUPPLIER}/journal.yaml"


async def order(stage: Stage, tell: Narrator) -> None:
    """A supplier orders by writing one file."""
    tell.chapter("A supplier orders: one file, one branch")
    good = stage.material(f"{SUPPLIER}/journal.yaml")
    broken = good.replace("redirectUris:", "redirectUri:", 1).replace("minimumLevel: high", "minimumLevel: hihg", 1)
    stage.supplier.write(FILE, broken)
    for client in ("web", "sync"):
        stage.add_key(SUPPLIER, "journal", client, stage.supplier)
    checked = stage.supplier.sluse("check")
    expect(checked.code == 1, "`sluse check` refuses the file with exit code 1", checked.said)
    for place in (_place(broken, "redirectUri:"), _place(broken, "hihg")):
        expect(f"{FILE}:{place}" in checked.said, f"a problem at {FILE}:{place}", checked.said)
    expect("redirectUris" in checked.said and "hint:" in checked.said, "a hint that names redirectUris", checked.said)
    tell.fact(
        "supplier",
        "writes one file with two mistakes; `sluse check` refuses it, with place and remedy",
        shown=checked.out,
    )

    stage.supplier.write(FILE, good)
    checked = stage.supplier.sluse("check")
    expect(checked.code == 0, "`sluse check` accepts the mended file", checked.said)
    tell.fact("supplier", "mends them; `sluse check` finds nothing")

    pushed(stage, f"{SUPPLIER}/journal", "Order HelseID for Solvang Journal")
    refused = stage.supplier.try_git("push", "origin", f"{SUPPLIER}/journal:main")
    expect(refused.code != 0, "the remote refuses a supplier's push to main", refused.said)
    tell.fact("supplier", f"pushes the branch {SUPPLIER}/journal (a push to main is refused: that is the reviewer's)")

    head = merge(stage, f"{SUPPLIER}/journal", "Merge the order of Solvang Journal")
    tell.fact("reviewer", f"merges it: main is at {head[:10]}")


def _place(text: str, word: str) -> str:
    before = text[: text.index(word)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
