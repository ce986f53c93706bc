"""DPoP proofs (RFC 9449): that who sends a request holds the key that its token is bound to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sluse.sandbox.authority import compact
from sluse.sandbox.authority.keys import KeyRefused, public_key, require_fit
from sluse.sandbox.authority.once import Seen
from sluse.sandbox.authority.profile import LONGEST_JTI, PROOF_LIFETIME, SKEW


class BadProof(ValueError):
    """The proof is missing or proves nothing; the message says why."""


@dataclass(frozen=True)
class Proof:
    """`jkt`: SHA-256 thumbprint of the key (RFC 7638). `nonce` is as the proof has it, unchecked."""

    jkt: str
    nonce: object


class Proofs:
    """Judges proofs. A proof is spent as soon as it is judged good, also where its nonce is then refused."""

    def __init__(self) -> None:
        self._seen = Seen()

    def judge(self, headers: Sequence[str], method: str, url: str, now: float, token: str | None = None) -> Proof:
        """Return the proof in the request's DPoP headers; `token` is the access token it must be for, if any."""
        if len(headers) != 1:
            raise BadProof("exactly one DPoP header is required")
        try:
            return self._judge(compact.read(headers[0]), method, url, now, token)
        except (compact.Malformed, KeyRefused) as refused:
            raise BadProof(f"the DPoP proof: {refused}") from None

    def _judge(self, proof: compact.Compact, method: str, url: str, now: float, token: str | None) -> Proof:
        if proof.header.get("typ") != "dpop+jwt":
            raise BadProof("the proof's typ must be dpop+jwt")
        key = public_key(proof.header.get("jwk"))
        require_fit(key, proof.header["alg"])
        if not proof.signed_by(key):
            raise BadProof("the proof's signature does not hold")
        if proof.claims.get("htm") != method:
            raise BadProof(f"the proof's htm must be {method}")
        if _without_query(proof.claims.get("htu")) != url:
            raise BadProof(f"the proof's htu must be {url}")
        if token is not None and proof.claims.get("ath") != access_token_hash(token):
            raise BadProof("the proof's ath is not the hash of the access token")
        issued, jti, jkt = proof.moment("iat"), proof.claims.get("jti"), key.thumbprint()
        if issued is None or not now - PROOF_LIFETIME <= issued <= now + SKEW:
            raise BadProof("the proof's iat is missing, too old or in the future")
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
            raise BadProof("the proof's jti is missing")
        if not self._seen.first((jkt, jti), issued + PROOF_LIFETIME + SKEW, now):
            raise BadProof("the proof was used before")
        return Proof(jkt, proof.claims.get("nonce"))


def access_token_hash(token: str) -> str:
    """Return RFC 9449's `ath`: base64url of the SHA-256 of the token."""
    return (
        base64.urlsafe_b64encode(hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()).decode().rstrip("=")
    )


def _without_query(htu: object) -> str | None:
    """RFC 9449 4.3: query and fragment do not count."""
    try:
        return urlsplit(htu)._replace(query="", fragment="").geturl() if isinstance(htu, str) else None
    except ValueError:
        return None
