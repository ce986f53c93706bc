"""What others did to the branch since our last publication, and the files that undo it.

What is ours is told by the signature and not by the form of a path: a newer version of ourselves may have published files that
this one knows nothing of, and signed them with the same key. So nothing of ours is ever taken for somebody else's.
"""

from __future__ import annotations

from collections.abc import Mapping

from sluse.errors import BadSignature
from sluse.ledger.branch.bare import Bare, blob_of
from sluse.ledger.branch.chain import HEAD
from sluse.trust.keys import PublicKey


def last_of(bare: Bare, tip: str, key: PublicKey) -> str | None:
    """Return the newest commit up to `tip` that this key signed; None where none of those that are here is."""
    return next((commit for commit in bare.history(tip) if _signed(bare, commit, key)), None)


def undoing(bare: Bare, ids: Mapping[str, str], ours: str) -> dict[str, bytes | None]:
    """Return the files that make a tree with these blobs the one of our commit again; None removes. The head is left out."""
    before = bare.blobs(ours)
    changed = {path for path in before.keys() | ids.keys() if before.get(path) != ids.get(path)} - {HEAD}
    ours_there = {path: blob_of(before[path]) for path in changed & before.keys()}
    texts = bare.read(sorted(set(ours_there.values())))
    return {path: texts[ours_there[path]] if path in before else None for path in changed}


def _signed(bare: Bare, commit: str, key: PublicKey) -> bool:
    try:
        return bare.signer(commit) == key
    except (BadSignature, ValueError):
        return False
