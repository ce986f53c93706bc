"""What git's words on a remote mean to a person. Neither the token nor a URL's user-info gets into a message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from sluse.errors import CatalogError, RemoteUnavailable
from sluse.words.said import say

_SHORTEST_SECRET = 8  # shorter values of the environment are words, not secrets
_LONGEST_QUOTE = 300

_MEANINGS = {
    r"returned error: 40[13]|Authentication failed|could not read (Username|Password)|Permission denied \(": (
        say("refuses our credential"),
        say("check that the token or key is valid and may read this repository"),
    ),
    r"[Rr]epository .*not found|returned error: 404|does not appear to be a git repository|could not be found": (
        say("is not a git repository, or one that our credential may not see"),
        say("check the address"),
    ),
    r"[Cc]ertificate|SSL": (
        say("shows a certificate that is not trusted"),
        say("set the CA bundle of the remote, or correct its certificate"),
    ),
    r"returned error: 30\d|redirect": (
        say("answers with another address"),
        say("set the address that it names; none is followed, for the token would go there too"),
    ),
    r"transport '.*' not allowed|is not a git command|Unable to find remote helper": (
        say("uses a transport that is not allowed"),
        say("use https, ssh or a file path"),
    ),
    r"unable to access|Could not read from remote|hung up|early EOF|disconnect|RPC failed|Could not resolve": (
        say("does not answer"),
        say("check the address and the network"),
    ),
}
"""What git says, as a pattern -> what we say of the URL, and a hint; the first that matches counts."""


def plain(url: str) -> str:
    """Return the URL without user-info, query and fragment, fit for a message."""
    if "://" not in url:
        return url.rpartition("@")[2]
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def check(url: str, branch: str) -> None:
    """Raise CatalogError for a URL or branch name that must not reach git."""
    if not url or url.startswith("-") or not url.isprintable():
        raise CatalogError(
            say("the remote's address is empty or not an address"), hint=say("use https, ssh or a file path")
        )
    if re.match(r"https?://[^/]*@", url):
        raise CatalogError(
            say("the address of {url} carries a user or password", url=plain(url)),
            hint=say(
                "take it out of the address: others on the machine could read it; hand over a token in the settings"
            ),
        )
    if not re.fullmatch(r"[^\x00-\x20\x7f~^:?*\[\\]+", branch) or branch[0] in "-/" or ".." in branch:
        raise CatalogError(say("{branch} is not the name of a branch", branch=repr(branch)))


def refusal(url: str, said: str) -> RemoteUnavailable | None:
    """Return what git's words mean, or None where they are not about the remote."""
    said = said.replace(url, "").replace(plain(url), "")  # a repository may be named "not found"
    for pattern, (meaning, hint) in _MEANINGS.items():
        if re.search(pattern, said):
            return RemoteUnavailable(say("{url} {meaning}", url=plain(url), meaning=meaning), hint=hint)
    return None


def unexplained(url: str, said: str, environment: Mapping[str, str]) -> RemoteUnavailable:
    """Return an error that quotes git, for words that nobody foresaw."""
    quote = " ".join(said.replace(url, plain(url)).split())
    for value in environment.values():
        for word in {value, *value.split()}:
            if len(word) >= _SHORTEST_SECRET:
                quote = quote.replace(word, "***")
    return RemoteUnavailable(
        say("{url} cannot be fetched: git says: {said}", url=plain(url), said=quote[-_LONGEST_QUOTE:] or say("nothing"))
    )
