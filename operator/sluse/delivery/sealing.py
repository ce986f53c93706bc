"""Signing `policies/`: one root after the other, each over the same manifest. Pure but for the signature it is given.

The version moves when a file has changed since the manifest, and only then: the next root that signs the same files
adds its signature to the same version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sluse.catalog.policies import DATA, FOLDER, MANIFEST, PolicyReading, lacking
from sluse.errors import DecisionRefused
from sluse.model.digests import canonical, sha256
from sluse.model.names import Digest
from sluse.model.policy.bundle import Manifest, Roots, SignedManifest
from sluse.model.statement import MANIFEST_NAMESPACE
from sluse.model.tree import errors
from sluse.trust import keys, manifest
from sluse.trust.keys import PublicKey
from sluse.trust.sshsig import BadSignature
from sluse.words.said import say, several

Sign = Callable[[bytes, str], str]
"""Message and namespace -> armoured signature."""

_NEW, _CHANGED, _GONE = say("new"), say("changed"), say("gone")


@dataclass(frozen=True)
class Draft:
    """What is to be signed. `signatures` are by those who signed this very manifest before."""

    manifest: Manifest
    signatures: tuple[str, ...]
    signers: tuple[PublicKey, ...]
    changes: tuple[str, ...]

    @property
    def message(self) -> bytes:
        """The octets that are signed."""
        return canonical(self.manifest.wire())

    @property
    def digest(self) -> Digest:
        """What is shown to whoever signs, and what an operator remembers."""
        return sha256(self.manifest.wire())

    def sealed(self, sign: Sign) -> Mapping[str, bytes]:
        """Return the files to write, by path from the repository's root."""
        signatures = (*self.signatures, sign(self.message, MANIFEST_NAMESPACE))
        return files(SignedManifest(manifest=self.manifest, signatures=signatures))


def files(signed: SignedManifest) -> Mapping[str, bytes]:
    """Return a manifest and its copy, as they are kept."""
    body = {"manifest": signed.manifest.wire(), "signatures": list(signed.signatures)}
    content = (json.dumps(body, indent=2) + "\n").encode()
    copy = manifest.history_copy(signed.manifest.version)
    return {f"{FOLDER}/{MANIFEST}": content, f"{FOLDER}/{copy}": content}


def draft(reading: PolicyReading, key: PublicKey, roots: Roots | None = None) -> Draft:
    """Return what `key` is to sign. DecisionRefused where the files cannot be read, or its signature adds nothing."""
    unread = [
        say("{place}: {message}", place=each.place, message=each.message)
        for each in errors(reading.problems)
        if _is_data(each.place.path)
    ]
    missing = [say("there is no {folder}/{name}", folder=FOLDER, name=name) for name in lacking(reading)]
    if unread or missing:
        raise DecisionRefused(several((*unread, *missing)), hint=say("only whole policies are signed"))
    if roots is not None and key not in {keys.parse(line) for line in roots.keys}:
        raise DecisionRefused(
            say("{key} is not one of the pinned roots, so its signature would not count", key=key.key_id)
        )
    current = reading.manifest
    if current is None or dict(current.manifest.files) != _listed(reading):
        return _next(reading)
    signers = _signers(current)
    if key in signers:
        raise DecisionRefused(
            say("{key} has signed version {version} already", key=key.key_id, version=current.manifest.version)
        )
    return Draft(current.manifest, current.signatures, signers, ())


def roots_that_signed(reading: PolicyReading, roots: Roots) -> tuple[str, ...]:
    """Return the pinned roots that signed: fingerprint and comment."""
    signed = set(_signers(reading.manifest)) if reading.manifest else set()
    pinned = {keys.parse(line): line.strip().partition(" ")[2].partition(" ")[2] for line in roots.keys}
    return tuple(f"{key.key_id} {comment}".rstrip() for key, comment in pinned.items() if key in signed)


def _next(reading: PolicyReading) -> Draft:
    versions = [*reading.models.history, *([reading.manifest.manifest.version] if reading.manifest else [])]
    before, now = reading.manifest.manifest.files if reading.manifest else {}, _listed(reading)
    changes = [
        say(
            "{change}: {path}",
            change=_GONE if path not in now else _CHANGED if path in before else _NEW,
            path=f"{FOLDER}/{path}",
        )
        for path in sorted(before.keys() | now.keys())
        if before.get(path) != now.get(path)
    ]
    version = max(versions, default=0) + 1
    return Draft(Manifest(version=version, files=now), (), (), tuple(changes))


def _listed(reading: PolicyReading) -> dict[str, str]:
    return {path: digest for path, digest in reading.digests.items() if manifest.is_listed(path)}


def _is_data(path: str) -> bool:
    return path.removeprefix(f"{FOLDER}/") in DATA


def _signers(signed: SignedManifest) -> tuple[PublicKey, ...]:
    try:
        return manifest.signers(signed)
    except BadSignature as error:
        raise DecisionRefused(
            say("a signature of {file} does not hold: {why}", file=MANIFEST, why=error.message),
            hint=say("remove that signature and sign anew"),
        ) from None
