"""What git's words on a remote mean to a person. Neither the token nor a URL's user-info gets into a message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from sluse.errors import CatalogError, RemoteUnavailable

_SHORTEST_SECRET = 8  # shorter values of the environment are words, not secrets
_LONGEST_QUOTE = 300

# (what git says, what we say of the URL, hint); the first that matches counts.
_MEANINGS = tuple(
    (re.compile(said), meaning, hint)
    for said, meaning, hint in (
        (
            r"returned error: 40[13]|Authentication failed|could not read (Username|Password)|Permission denied \(",
            "refuses our credential",
            "check that the token or key is valid and may read this repository",
        ),
        (
            r"[Rr]epository .*not found|returned error: 404|does not appear to be a git repository|could not be found",
            "is not a git repository, or one that our credential may not see",
            "check the address",
        ),
        (
            r"[Cc]ertificate|SSL",
            "shows a certificate that is not trusted",
            "set the CA bundle of the remote, or correct its certificate",
        ),
        (
            r"returned error: 30\d|redirect",
            "answers with another address",
            "set the address that it names; none is followed, for the token would go there too",
        ),
        (
            r"transport '.*' not allowed|is not a git command|Unable to find remote helper",
            "uses a transport that is not allowed",
            "use https, ssh or a file path",
        ),
        (
            r"unable to access|Could not read from remote|hung up|early EOF|disconnect|RPC failed|Could not resolve",
            "does not answer",
            "it is asked again at the next sync; check the address and the network",
        ),
    )
)


def plain(url: str) -> str:
    """Return the URL without user-info, query and fragment, fit for a message."""
    if "://" not in url:
        return url.rpartition("@")[2]
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def check(url: str, branch: str) -> None:
    """Raise CatalogError for a URL or branch name that must not reach git."""
    if not url or url.startswith("-") or not url.isprintable():
        raise CatalogError("the remote's address is empty or not an address", hint="use https, ssh or a file path")
    if re.match(r"https?://[^/]*@", url):
        raise CatalogError(
            f"the address of {plain(url)} carries a user or password",
            hint="take it out of the address: others on the machine could read it; hand over a token in the settings",
        )
    if not re.fullmatch(r"[^\x00-\x20\x7f~^:?*\[\\]+", branch) or branch[0] in "-/" or ".." in branch:
        raise CatalogError(f"{branch!r} is not the name of a branch")


def refusal(url: str, said: str) -> RemoteUnavailable | None:
    """Return what git's words mean, or None where they are not about the remote."""
    said = said.replace(url, "").replace(plain(url), "")  # a repository may be named "not found"
    for pattern, meaning, hint in _MEANINGS:
        if pattern.search(said):
            return RemoteUnavailable(f"{plain(url)} {meaning}", hint=hint)
    return None


def unexplained(url: str, said: str, environment: Mapping[str, str]) -> RemoteUnavailable:
    """Return an error that quotes git, for words that nobody foresaw."""
    quote = " ".join(said.replace(url, plain(url)).split())
    for value in environment.values():
        for word in {value, *value.split()}:
            if len(word) >= _SHORTEST_SECRET:
                quote = quote.replace(word, "***")
    return RemoteUnavailable(f"{plain(url)} cannot be fetched: git says: {quote[-_LONGEST_QUOTE:] or 'nothing'}")
