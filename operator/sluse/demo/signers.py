"""The SSH keys of the examples, and signatures by them, all from public labels: see `examples.py` on why and on never.

A label is `root a`, `reviewer alm`, `operator test` or `maintainer fjordlegen`. Ed25519 signs deterministically, so a
rebuilt signature is the same text every time, and the same that ssh-keygen writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from sluse.model.digests import canonical
from sluse.model.policy.bundle import Manifest, Roots, SignedManifest
from sluse.model.policy.people import Role
from sluse.model.records import SignedSpec
from sluse.model.statement import MANIFEST_NAMESPACE, Statement, namespace
from sluse.trust import keys, sshsig
from sluse.trust.demo_keys import PREFIX
from sluse.trust.wire import string

ROOTS = ("root a", "root b", "root c")
THRESHOLD = 2

REVIEWERS: Mapping[str, tuple[Role, ...]] = {
    "alm": (Role.ONBOARDING,),
    "furu": (Role.ONBOARDING, Role.SECURITY),
    "hassel": (Role.TESTER,),
    "lind": (Role.DUTY,),
}
"""Persons at NHN, by alias, and their roles."""

OPERATORS = ("test", "production")


@dataclass(frozen=True)
class DemoSigner:
    """A key made from a public label: worthless."""

    label: str

    @property
    def private(self) -> Ed25519PrivateKey:
        """The private half, which anybody can make."""
        return Ed25519PrivateKey.from_private_bytes(_stream(self.label))

    @property
    def line(self) -> str:
        """The line of its .pub file. Its comment says what it is."""
        public = self.private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        return f"{public} {PREFIX}{self.label.removeprefix('maintainer ').replace(' ', '-')}"

    @property
    def public(self) -> keys.PublicKey:
        """The public half."""
        return keys.parse(self.line)

    @property
    def key_id(self) -> str:
        """What statements call it."""
        return self.public.key_id

    @property
    def pem(self) -> str:
        """The private half as ssh-keygen reads it from a file."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()

    def sign(self, message: bytes, purpose: str) -> str:
        """Return an armoured signature for a namespace, as ssh-keygen would write it."""
        signature = self.private.sign(sshsig.to_be_signed(message, namespace=purpose))
        algorithm = keys.ED25519.encode()
        members = (self.public.blob, purpose.encode(), b"", b"sha512", string(algorithm) + string(signature))
        return sshsig.armour(sshsig.MAGIC + (1).to_bytes(4) + b"".join(map(string, members)))


def maintainer(organisation: str) -> DemoSigner:
    """Return who signs for an organisation of the examples."""
    return DemoSigner(f"maintainer {organisation}")


def reviewer(person: str) -> DemoSigner:
    """Return a person at NHN, by alias."""
    return DemoSigner(f"reviewer {person}")


def operator(environment: str) -> DemoSigner:
    """Return who signs the status branch of an environment."""
    return DemoSigner(f"operator {environment}")


def signed(statement: Statement, *signers: DemoSigner) -> SignedSpec:
    """Return the statement with a signature by each signer. The first should be the one it names."""
    purpose = namespace(statement.type)
    return SignedSpec(
        statement=statement,
        signatures=tuple(signer.sign(statement.signed_bytes, purpose) for signer in signers),
    )


def signed_manifest(manifest: Manifest, *labels: str) -> SignedManifest:
    """Return the manifest, signed by as many roots as must, or by those that are named."""
    message = canonical(manifest.wire())
    by = (DemoSigner(label) for label in labels or ROOTS[:THRESHOLD])
    return SignedManifest(manifest=manifest, signatures=tuple(each.sign(message, MANIFEST_NAMESPACE) for each in by))


def roots() -> Roots:
    """Return what a sandbox pins."""
    return Roots(threshold=THRESHOLD, keys=tuple(DemoSigner(label).line for label in ROOTS), demo=True)


def _stream(label: str) -> bytes:
    return hashlib.shake_256(f"sluse demo key, worthless: {label}".encode()).digest(32)
