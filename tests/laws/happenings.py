"""What happens to a repository of several organisations and to what is known of it, for laws over sequences of commits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from laws.commits import What, read
from sluse.catalog.git.tree import Mode
from sluse.delivery.compiled import Compiled
from sluse.delivery.network_catalogue import catalogue_in
from sluse.delivery.notes import declared, noted
from sluse.ledger.stages import settle
from sluse.model.held import OrganisationLedger
from sluse.model.policy.network import NetworkCatalogue
from worlds.compiling import outcome

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
BAD = sorted(path for path in [*FIXTURES.glob("bad-*"), *(FIXTURES / "kinds").glob("bad-*")] if path.is_file())
CATALOGUE = catalogue_in(ROOT)
CATALOGUES = (None, CATALOGUE, CATALOGUE.model_copy(update={"destinations": CATALOGUE.destinations[:3]}))

PROVIDERS = (b"idporten", b"bankid", b"polar-id")

# Words that tie one organisation's files to another's; each may take the place of any other, anywhere.
TIES = (
    *("312088347", "310448176", "310550515", "fjordlegen.example", "nordlys.example", "sub.nordlys.example"),
    *("polar-id", "fjordlegen.journal", "nordlys.samhandling", "journal", "samhandling"),
    *("login", "nordlys", "fjordlegen", "tind-kommune", "existing: true", "helsenettet", "internet"),
)

EXAMPLES, GOOD = read(ROOT), read(FIXTURES / "good")


@dataclass
class World:
    """What changes: files, catalogue, ledgers. `spoken` are the organisations that the repository speaks for.

    `settles`: the ledgers are told what was registered, too, and the fuse is released: what it let through a process remembers.
    """

    files: dict[str, What]
    catalogue: NetworkCatalogue | None = CATALOGUE
    ledgers: dict[str, OrganisationLedger] = field(default_factory=dict)
    spoken: tuple[str, ...] = ()
    settles: bool = False
    compiled: Compiled = field(default_factory=lambda: Compiled("", {}, ()))
    """What was last made of it."""


class Edit(NamedTuple):
    """Something that happens: to which files (by any number), and with which content or words."""

    happens: Callable[[World, Edit], None]
    at: int
    to: int
    bad: Path
    old: str
    new: str


def _path(world: World, which: int) -> str:
    return sorted(world.files)[which % len(world.files)] if world.files else "integrations/none.yaml"


def _content(world: World, which: int) -> bytes:
    what = world.files.get(_path(world, which), b"")
    return what if isinstance(what, bytes) else b""


def _put(world: World, path: str, what: What) -> None:
    """Put a file where it can be: nothing is both a file and a folder."""
    parts = path.split("/")
    above = {"/".join(parts[:depth]) for depth in range(2, len(parts))}
    for each in [each for each in world.files if each in above or each.startswith(f"{path}/")]:
        del world.files[each]
    world.files[path] = what


def tie(world: World, edit: Edit) -> None:
    path = _path(world, edit.at)
    _put(world, path, _content(world, edit.at).replace(edit.old.encode(), edit.new.encode()))


def tie_everywhere(world: World, edit: Edit) -> None:
    for path, what in world.files.items():
        if isinstance(what, bytes):
            world.files[path] = what.replace(edit.old.encode(), edit.new.encode())


def spoil(world: World, edit: Edit) -> None:
    _put(world, _path(world, edit.at), edit.bad.read_bytes())


def remove(world: World, edit: Edit) -> None:
    world.files.pop(_path(world, edit.at), None)


def remove_folder(world: World, edit: Edit) -> None:
    folder = _folder(world, edit.at)
    world.files = {path: what for path, what in world.files.items() if not path.startswith(f"{folder}/")}


def replace_folder(world: World, edit: Edit) -> None:
    kinds: tuple[What, ...] = (b"a file", Mode.SYMLINK, Mode.SUBMODULE)
    _put(world, _folder(world, edit.at), kinds[edit.to % 3])


def rename_folder(world: World, edit: Edit) -> None:
    """A folder under another's name, with or without what its documents say: another's is laid over, or it is new."""
    old, new = _folder(world, edit.at), f"integrations/{edit.new.partition('.')[0]}"
    moved = {path: what for path, what in world.files.items() if path.startswith(f"{old}/")}
    for path, what in moved.items():
        del world.files[path]
        renamed = old.split("/")[1].encode(), new.split("/")[1].encode()
        _put(
            world,
            path.replace(old, new, 1),
            what.replace(*renamed) if isinstance(what, bytes) and edit.to % 2 else what,
        )


def move(world: World, edit: Edit) -> None:
    path = _path(world, edit.at)
    _put(world, f"{_folder(world, edit.to)}/{path.split('/')[-1]}", world.files.pop(path, b""))


def copy(world: World, edit: Edit) -> None:
    _put(world, f"{_folder(world, edit.to)}/copy.yaml", _content(world, edit.at))


def stray(world: World, edit: Edit) -> None:
    _put(world, f"integrations/{'README.md' if edit.at % 2 else 'stray.yaml'}", _content(world, edit.to))


def link(world: World, edit: Edit) -> None:
    _put(world, _path(world, edit.at), Mode.SYMLINK)


def speak_of(world: World, edit: Edit) -> None:
    """A file that cannot be read and says that it is another's: of that one nothing counts as deleted."""
    text = f"kind: Organisation\nmetadata:\n  organisation: {edit.new}\n"
    _put(world, f"{_folder(world, edit.at)}/of-another.yaml", text.encode())


def offer(world: World, edit: Edit) -> None:
    """Other logins in every service of a folder: what those need who use it, in other folders."""
    folder = _folder(world, edit.at)
    for path, what in world.files.items():
        if path.startswith(f"{folder}/") and isinstance(what, bytes):
            world.files[path] = what.replace(b"idporten", PROVIDERS[edit.to % 3]).replace(
                b"bankid", PROVIDERS[edit.to % 2]
            )


def back(world: World, edit: Edit) -> None:
    world.files = dict(EXAMPLES if edit.at % 2 else GOOD)


def note(world: World, edit: Edit) -> None:
    """What the ledger is told after a sync; of some organisations only, as when others' cannot be written."""
    for number, (slug, share) in enumerate(sorted(world.compiled.organisations.items())):
        if (number + edit.at) % 3:
            ledger = noted(world.ledgers.get(slug) or OrganisationLedger(organisation=slug), share, engine="e", now=NOW)
            for key, spec in share.clients.items() if world.settles else ():
                entry = settle(ledger.integrations[key.integration], key.client, outcome(spec), NOW)
                ledger = ledger.model_copy(update={"integrations": {**ledger.integrations, key.integration: entry}})
            world.ledgers[slug] = declared(ledger, share.stack.digest, "c", engine="e")


def forget(world: World, edit: Edit) -> None:
    for slug in sorted(world.ledgers)[edit.at % 3 :: 3]:
        del world.ledgers[slug]


def other_catalogue(world: World, edit: Edit) -> None:
    world.catalogue = CATALOGUES[edit.at % len(CATALOGUES)]


def speak_for(world: World, edit: Edit) -> None:
    world.spoken = ("nordlys", "tind-kommune") if edit.at % 2 else ()


def _folder(world: World, which: int) -> str:
    return "/".join(_path(world, which).split("/")[:2])


HAPPENINGS = (
    *(
        tie,
        tie_everywhere,
        spoil,
        remove,
        remove_folder,
        replace_folder,
        rename_folder,
        move,
        copy,
        stray,
        link,
        speak_of,
        offer,
        offer,
    ),
    *(back, note, note, forget, other_catalogue, speak_for),
)
edits = st.builds(
    Edit,
    st.sampled_from(HAPPENINGS),
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.sampled_from(BAD),
    st.sampled_from(TIES),
    st.sampled_from(TIES),
)
