"""Who signed a record: every signature over the statement, in the namespace of its type, by a key of its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from sluse.model.names import Digest
from sluse.model.records import SignedSpec
from sluse.model.statement import namespace
from sluse.trust import sshsig
from sluse.trust.keys import PublicKey
from sluse.trust.sshsig import BadSignature
from sluse.words.said import say

_MOST_REMEMBERED = 50_000


@dataclass(frozen=True)
class Looked:
    """A record looked at: its statement's id, and the keys that signed, the statement's `signer` first.

    Without a good signature there are no `keys`, and `flaw` says what is wrong.
    """

    id: Digest
    keys: tuple[PublicKey, ...]
    flaw: str = ""


def look(spec: SignedSpec) -> Looked:
    """Return who signed a record. Its bytes are made once, for the id and for every signature.

    Whether these keys may say so is not asked here, nor whether they are demo keys (`demo_keys.is_demo`).
    """
    statement = spec.statement
    message = statement.signed_bytes
    digest = Digest(hashlib.sha256(message).hexdigest())
    came = _signers(message, namespace(statement.type), spec.signatures)
    if isinstance(came, str):
        return Looked(digest, (), came)
    if came[0].key_id != statement.signer:
        flaw = say(
            "the first signature is by {key_id}, and the statement says {signer}",
            key_id=came[0].key_id,
            signer=statement.signer,
        )
        return Looked(digest, (), flaw)
    return Looked(digest, came)


def signers(spec: SignedSpec) -> tuple[PublicKey, ...]:
    """Return the keys that signed, the statement's `signer` first. Raises BadSignature where any signature is bad."""
    looked = look(spec)
    if looked.flaw:
        raise BadSignature(looked.flaw)
    return looked.keys


@lru_cache(maxsize=_MOST_REMEMBERED)
def _signers(message: bytes, purpose: str, signatures: tuple[str, ...]) -> tuple[PublicKey, ...] | str:
    """Return the keys, or why not: a refusal is remembered too, so that nobody can make us work by a bad signature."""
    keys: list[PublicKey] = []
    for armoured in signatures:
        try:
            key = sshsig.verify(armoured, namespace=purpose, message=message)
        except BadSignature as error:
            return error.message
        if key in keys:
            return say("{key_id} signed twice", key_id=key.key_id)
        keys.append(key)
    return tuple(keys)
