"""`ssh-keygen -Y sign`, with its reasons in words that a person can act on.

Its surroundings are inherited on purpose: it is the person's terminal, agent and askpass program that are asked.
"""

from __future__ import annotations

import shutil
import subprocess

from sluse.errors import BadSignature, SigningError
from sluse.signing.key_file import KeyFile
from sluse.trust import sshsig
from sluse.words.said import say


def sign(key: KeyFile, message: bytes, namespace: str) -> str:
    """Return the armoured signature over `message`. May wait for a passphrase or a touch. Raises SigningError."""
    ran = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [_program(), "-Y", "sign", "-n", namespace, "-f", str(key.path)],
        input=message,
        capture_output=True,
        check=False,
    )
    if ran.returncode:
        raise _refusal(key, ran.stderr.decode(errors="replace"))
    armoured = ran.stdout.decode(errors="replace")
    try:
        signer = sshsig.verify(armoured, namespace=namespace, message=message)
    except BadSignature as error:
        raise SigningError(say("ssh-keygen's signature does not hold: {message}", message=error.message)) from None
    if signer != key.public:
        raise SigningError(
            say("ssh-keygen signed with {key}, not with {wanted}", key=signer.key_id, wanted=key.public.key_id)
        )
    return armoured


def _program() -> str:
    found = shutil.which("ssh-keygen")
    if found is None:
        raise SigningError(say("ssh-keygen is not installed"), hint=say("install OpenSSH 8.2 or newer"))
    return found


def _refusal(key: KeyFile, said: str) -> SigningError:
    """Return why ssh-keygen did not sign. Its own words are looked at, and never passed on."""
    if "incorrect passphrase" in said:
        return SigningError(say("the passphrase of {path} is wrong, or nobody was there to type it", path=key.path))
    if "are too open" in said:
        return SigningError(say("others can read the key file {path}", path=key.path), hint=f"chmod 600 {key.path}")
    if not key.private:
        return SigningError(
            say(
                "ssh-agent does not have the private half of {path} ({key_id})", path=key.path, key_id=key.public.key_id
            ),
            hint=say("add it with ssh-add, or give the private key's file"),
        )
    if "device not found" in said or "requires" in said or "FIDO" in said:
        return SigningError(
            say("the security key of {path} does not answer", path=key.path),
            hint=say("plug it in, and touch it when it blinks"),
        )
    return SigningError(
        say("ssh-keygen does not sign with {path}", path=key.path),
        hint=say("see why: ssh-keygen -Y sign -n x -f {path}", path=key.path),
    )
