"""Who signed a record: every signature over the statement, in the namespace of its type, by a key of its own."""

from __future__ import annotations

from functools import lru_cache

from sluse.model.records import SignedSpec
from sluse.model.statement import namespace
from sluse.trust import sshsig
from sluse.trust.keys import PublicKey
from sluse.trust.sshsig import BadSignature
from sluse.words.said import say

_MOST_REMEMBERED = 50_000


def signers(spec: SignedSpec) -> tuple[PublicKey, ...]:
    """Return the keys that signed, the statement's `signer` first. Raises BadSignature where any signature is bad.

    Whether these keys may say so is not asked here, nor whether they are demo keys (`demo_keys.is_demo`).
    """
    statement = spec.statement
    came = _signers(statement.signed_bytes, namespace(statement.type), spec.signatures)
    if isinstance(came, str):
        raise BadSignature(came)
    if came[0].key_id != statement.signer:
        raise BadSignature(
            say(
                "the first signature is by {key_id}, and the statement says {signer}",
                key_id=came[0].key_id,
                signer=statement.signer,
            )
        )
    return came


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
