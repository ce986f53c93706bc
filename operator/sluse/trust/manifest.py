"""The manifest of `policies/`: whether k of n roots signed exactly the files that are there, and nothing older.

Our own JSON with SSH signatures, not TUF's metadata: one kind of key everywhere, and TUF's mandatory expiry would turn
a forgotten renewal into a standstill.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sluse.errors import BadKey
from sluse.model.digests import canonical, sha256
from sluse.model.names import Digest
from sluse.model.policy.bundle import Roots, SignedManifest
from sluse.model.statement import MANIFEST_NAMESPACE
from sluse.trust import demo_keys, keys, sshsig
from sluse.trust.keys import PublicKey
from sluse.trust.sshsig import BadSignature
from sluse.words.said import say

FILE = "manifest.json"
HISTORY = "history/"
_BESIDE = frozenset({FILE, "README.md"})


def is_listed(path: str) -> bool:
    """Tell whether a manifest must list the file: all below `policies/` but itself, its history and the README."""
    return path not in _BESIDE and not path.startswith(HISTORY)


def history_copy(version: int) -> str:
    """Return the path of a version's copy."""
    return f"{HISTORY}{version}.json"


def check(
    signed: SignedManifest,
    digests: Mapping[str, str],
    roots: Roots,
    least_version: int,
    least_digest: Digest | None = None,
) -> tuple[str, ...]:
    """Return every reason why the manifest does not count; none where it does.

    `digests` has the SHA-256 of the octets of every file that is read of `policies/`, by its path there, manifest and
    history included. `least_version` is the highest that was ever seen, and `least_digest` what it was: a lower version, or
    another manifest of the same version, is a rollback.
    """
    return (
        *_rolled_back(signed, least_version, least_digest),
        *_listed(signed, digests),
        *_copied(signed, digests),
        *_signed(signed, roots),
    )


def digest(signed: SignedManifest) -> Digest:
    """Return what a manifest is known by. Signatures are no part of it."""
    return sha256(signed.manifest.wire())


def signers(signed: SignedManifest) -> tuple[PublicKey, ...]:
    """Return the different keys that signed. Raises BadSignature where any signature is bad."""
    message = canonical(signed.manifest.wire())
    found = (sshsig.verify(each, namespace=MANIFEST_NAMESPACE, message=message) for each in signed.signatures)
    return tuple(dict.fromkeys(found))


def _rolled_back(signed: SignedManifest, least_version: int, least_digest: Digest | None) -> Iterator[str]:
    version = signed.manifest.version
    if version < least_version:
        yield say(
            "the manifest is version {version}, and version {least_version} was seen already",
            version=version,
            least_version=least_version,
        )
    elif version == least_version and least_digest is not None and digest(signed) != least_digest:
        yield say("another manifest of version {version} was seen already", version=version)


def _listed(signed: SignedManifest, digests: Mapping[str, str]) -> Iterator[str]:
    listed = signed.manifest.files
    there = {path: value for path, value in digests.items() if is_listed(path)}
    for path in sorted(listed.keys() | there.keys()):
        if not is_listed(path):
            yield say("{path} cannot be listed", path=path)
        elif path not in there:
            yield say("{path} is in the manifest, and is not there", path=path)
        elif path not in listed:
            yield say("{path} is not in the manifest", path=path)
        elif listed[path] != there[path]:
            yield say("{path} is not what was signed", path=path)


def _copied(signed: SignedManifest, digests: Mapping[str, str]) -> Iterator[str]:
    copy = history_copy(signed.manifest.version)
    if copy not in digests:
        yield say("{copy} is missing", copy=copy)
    elif digests[copy] != digests.get(FILE):
        yield say("{copy} differs from {file}", copy=copy, file=FILE)


def _signed(signed: SignedManifest, roots: Roots) -> Iterator[str]:
    try:
        pinned = frozenset(keys.parse(line) for line in roots.keys)
        signed_by = frozenset(signers(signed))
    except (BadKey, BadSignature) as error:
        yield error.message
        return
    if not roots.demo:
        yield from demo_keys.refusals(roots.keys)
    found = len(signed_by & pinned)
    if found < roots.threshold:
        strangers = say("; {others} others signed too", others=len(signed_by - pinned)) if signed_by - pinned else ""
        yield say(
            "{found} of the {pinned} roots signed, and {threshold} must{strangers}",
            found=found,
            pinned=len(pinned),
            threshold=roots.threshold,
            strangers=strangers,
        )
