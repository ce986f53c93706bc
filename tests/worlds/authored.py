"""Files of suppliers by name alone, for tests of what comes of files; a test breaks them itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from worlds.documents import READ, Files, Supplier


def organisation(slug: str, position: int = 0) -> Files:
    return Supplier(slug, position).organisation()


def integration(
    slug: str,
    name: str = "journal",
    *,
    position: int = 0,
    clients: Sequence[str] = ("sync",),
    scopes: Sequence[str] = (READ,),
) -> Files:
    """Return the document of machine-to-machine clients, without their keys."""
    return Supplier(slug, position).integration(name, clients, scopes)


def keys(slug: str, name: str = "journal", *, clients: Sequence[str] = ("sync",)) -> Files:
    """Return one fresh key for each client; nobody keeps the private half."""
    return Supplier(slug, 0).keys(name, clients)


def key_path(slug: str, name: str = "journal", client: str = "sync") -> str:
    return Supplier(slug, 0).key_path(name, client)


def supplier(slug: str, name: str = "journal", *, position: int = 0, clients: Sequence[str] = ("sync",)) -> Files:
    """Return an organisation with one integration, whole; no two of different `position` claim the same."""
    return Supplier(slug, position).everything(name, clients)


def suppliers(how_many: int) -> Iterator[Files]:
    """Yield so many organisations."""
    for position in range(how_many):
        yield supplier(f"supplier-{position:03}", position=position)
