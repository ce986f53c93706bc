"""An organisation's stack as the working tree says it: for a person who previews or applies one by hand.

The operator knows more than a working tree does: what is held at the authority. So this refuses wherever that
would matter. A file with an error is not known, and without a ledger its objects could not be kept; production
holds what the gate entitles it to, and that is not a matter of a working tree at all.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sluse.catalog.policies import contents_in
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.delivery import authority
from sluse.delivery.compile import Compiler
from sluse.delivery.head import Head
from sluse.delivery.network_catalogue import unsigned
from sluse.delivery.policy import Untrusted
from sluse.desired.stack import Stack
from sluse.errors import CatalogError, SettingsError
from sluse.model.names import Environment
from sluse.model.tree import errors
from sluse.rules.again import Judge


def stack(root: Path, place: Environment, organisation: str) -> Stack:
    """Return what `root`/integrations says of an organisation.

    Raises `SettingsError` for production and for an organisation that is not there, `CatalogError` for files with
    errors.
    """
    if place is not Environment.TEST:
        raise SettingsError(
            f"what {place.value} holds is decided by the gate, not by a working tree",
            hint=f"preview test.{organisation}; {place.value} is the operator's",
        )
    tree = Reader().tree(WorkTree(root))
    if organisation not in tree.organisations and organisation not in tree.unreadable:
        raise SettingsError(
            f"there is no organisation {organisation!r} in {root / 'integrations'}",
            hint=f"known are {', '.join(sorted(tree.organisations)) or 'none'}",
        )
    contents = contents_in(root)
    problems = Judge().check(tree, known=authority.unsigned(contents))
    wrong = [
        f"{problem.place}: {problem.message}"
        for problem in errors(problems)
        if problem.holds.partition(".")[0] == organisation
        or problem.place.path.startswith(f"integrations/{organisation}/")
    ]
    if wrong or organisation in tree.unreadable:
        raise CatalogError(
            "\n".join((f"the files of {organisation} have errors, so what it should be is not known", *wrong)),
            hint="sluse check says how to mend them",
        )
    untrusted = Untrusted(("a working tree is nobody's policy",))
    head = Head("", "integrations", tree, problems, untrusted, unsigned(contents))
    return Compiler(place).compile(head, {}, at=datetime.now(UTC)).organisations[organisation].stack
