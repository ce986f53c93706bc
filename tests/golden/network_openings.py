"""The openings of one town of the examples in every format: file name -> text.

`python tests/golden/network_openings.py` rebuilds `tests/golden/network/`; `make examples` runs it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.catalog.yaml import dump
from sluse.delivery.network_catalogue import catalogue_in
from sluse.model.names import Environment
from sluse.network.derive import Derived
from sluse.network.export import Format, manifests, text
from sluse.network.scope import of_organisation

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "network"
PLACE = Environment.PRODUCTION
SOURCES = ("10.20.0.0/16", "2001:db8:20::/48")
FILES = {
    Format.CSV: "openings.csv",
    Format.NFTABLES: "openings.nft",
    Format.JSON: "openings.json",
    Format.KUBERNETES: "kubernetes.yaml",
    Format.CILIUM: "cilium.yaml",
}


def town() -> tuple[Derived, ...]:
    """Return what the files of the examples' town ask for."""
    return of_organisation(Reader().tree(WorkTree(ROOT)), catalogue_in(ROOT), PLACE, "tind-kommune")


def page(form: Format, found: Sequence[Derived]) -> str:
    """Return what `sluse network export` prints."""
    if form in {Format.KUBERNETES, Format.CILIUM}:
        return dump(*manifests(form, PLACE, found))
    return text(form, PLACE, found, SOURCES if form is Format.NFTABLES else ())


if __name__ == "__main__":
    openings = town()
    FOLDER.mkdir(exist_ok=True)
    for each, name in FILES.items():
        (FOLDER / name).write_text(page(each, openings), encoding="utf-8")
