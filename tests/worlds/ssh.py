"""SSH signatures of every shape, good and bad, and ssh-keygen as the one who knows."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sluse.trust import sshsig
from sluse.trust.keys import ED25519, SK_ED25519, PublicKey
from sluse.trust.wire import string

NAMESPACE = "decision@sluse.nhn.no"
MESSAGE = b'{"type":"acceptance"}'


@dataclass(frozen=True)
class Parts:
    """A signature's members, each of which a test can replace."""

    key: bytes
    inner: bytes
    magic: bytes = b"SSHSIG"
    version: int = 1
    namespace: bytes = NAMESPACE.encode()
    reserved: bytes = b""
    hash_algorithm: bytes = b"sha512"
    tail: bytes = b""

    @property
    def blob(self) -> bytes:
        members = (self.key, self.namespace, self.reserved, self.hash_algorithm, self.inner)
        return self.magic + self.version.to_bytes(4) + b"".join(map(string, members)) + self.tail

    @property
    def armoured(self) -> str:
        return sshsig.armour(self.blob)

    def but(self, **changes: object) -> Parts:
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Signer:
    """A key in memory. With an application it is a security key, and what it saw can be chosen."""

    seed: bytes
    application: bytes = b""

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(self.seed).digest())

    @property
    def public(self) -> PublicKey:
        point = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return PublicKey(SK_ED25519 if self.application else ED25519, point, self.application)

    def parts(
        self,
        message: bytes = MESSAGE,
        *,
        namespace: str = NAMESPACE,
        hash_algorithm: str = "sha512",
        flags: int = 1,
        counter: int = 7,
    ) -> Parts:
        """Sign as ssh-keygen, or as a security key, does."""
        signed = sshsig.to_be_signed(message, namespace=namespace, hash_algorithm=hash_algorithm)
        seen = bytes([flags]) + counter.to_bytes(4) if self.application else b""
        if self.application:
            signed = hashlib.sha256(self.application).digest() + seen + hashlib.sha256(signed).digest()
        value = self.private.sign(signed)
        return Parts(
            self.public.blob,
            string(self.public.algorithm.encode()) + string(value) + seen,
            namespace=namespace.encode(),
            hash_algorithm=hash_algorithm.encode(),
        )


@dataclass(frozen=True)
class SshKeygen:
    """The oracle. `folder` is for its files."""

    folder: Path

    def accepts(self, armoured: str, line: str, *, namespace: str = NAMESPACE, message: bytes = MESSAGE) -> bool:
        """Tell whether `ssh-keygen -Y verify` takes the signature to be by the key of this line."""
        (self.folder / "allowed").write_text(f"somebody {line}\n")
        allowed = ("-f", str(self.folder / "allowed"), "-I", "somebody")
        return self._runs("verify", *allowed, armoured=armoured, namespace=namespace, message=message)

    def holds(self, armoured: str, *, namespace: str = NAMESPACE, message: bytes = MESSAGE) -> bool:
        """Tell whether `ssh-keygen -Y check-novalidate` takes it to be a signature by the key that is in it."""
        return self._runs("check-novalidate", armoured=armoured, namespace=namespace, message=message)

    def _runs(self, verb: str, *options: str, armoured: str, namespace: str, message: bytes) -> bool:
        signature = self.folder / "signature"
        signature.write_bytes(armoured.encode())
        command = ["ssh-keygen", "-Y", verb, *options, "-n", namespace, "-s", str(signature)]
        return subprocess.run(command, input=message, capture_output=True, check=False).returncode == 0
