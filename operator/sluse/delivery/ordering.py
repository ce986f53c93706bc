"""An order put where it belongs: a branch, the files, and the private key outside of the repository; all of it or nothing."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from sluse.delivery.base import Base
from sluse.delivery.checkout import Checkout
from sluse.errors import CatalogError
from sluse.order.interview import Interview
from sluse.order.key_pair import KeyPair
from sluse.words.said import say


def private_key_file(interview: Interview, checkout: Checkout, folder: Path) -> Path | None:
    """Return where the private key of the order's client is kept; None without one. CatalogError inside the repository."""
    if interview.form.client is None:
        return None
    if checkout.holds(folder):
        raise CatalogError(
            say("{folder} lies in a repository", folder=folder),
            hint=say("give a folder outside of any with --private-keys"),
        )
    return folder / interview.private_name


def place(
    checkout: Checkout,
    name: str,
    files: dict[str, bytes],
    kept: tuple[KeyPair, Path] | None,
    *,
    branch: bool,
    base: Base | None = None,
) -> tuple[str, ...]:
    """Write an order, on a branch from `base` and committed where `branch` says so, and return the paths.

    CatalogError where that cannot be, also where git refuses the commit: then everything that was made is taken away again.
    """
    with ExitStack() as undone:
        if branch:
            undone.callback(checkout.branch(f"order/{name}", base.commit if base is not None else None))
        if kept is not None:
            pair, private = kept
            pair.keep(private)
            undone.callback(private.unlink)  # the other half is nowhere
        undone.callback(checkout.unwritten(files))
        paths = checkout.write(files)
        if branch:
            _commit(checkout, paths, name, undone)
        undone.pop_all()
    return paths


def _commit(checkout: Checkout, paths: tuple[str, ...], name: str, undone: ExitStack) -> None:
    began = checkout.head
    try:
        checkout.commit(paths, f"Order {name}", failing=say("git does not commit the order"))
    except BaseException as error:
        if checkout.head != began:  # it did, and was interrupted afterwards
            undone.pop_all()
        if isinstance(error, CatalogError):
            hint = say("branch, files and key were taken away again; put right what git says, and order again")
            raise CatalogError(error.message, hint=hint) from None
        raise
