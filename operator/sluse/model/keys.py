"""Public keys as JWK (RFC 7517). Private members have no field here: a private key cannot be modelled at all."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sluse.model.value import Value

_Base64Url = Annotated[str, StringConstraints(min_length=1, max_length=1400, pattern=r"^[A-Za-z0-9_-]+$")]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")]

PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class PublicJwk(Value):
    """One public key. `alg` is required because HelseID's own tools require it."""

    kty: Literal["EC", "RSA"]
    kid: _Name
    alg: _Name
    use: Literal["sig"] = "sig"
    crv: _Name | None = None
    x: _Base64Url | None = None
    y: _Base64Url | None = None
    n: _Base64Url | None = None
    e: _Base64Url | None = None

    def wire(self) -> dict[str, object]:
        """Return the JWK with `use` always stated, since authorities treat its absence differently."""
        return {**super().wire(), "use": self.use}


class Jwks(Value):
    """A key file: `keys/<integration>/<client>.<environment>.jwks.json`."""

    keys: tuple[PublicJwk, ...] = Field(min_length=1, max_length=10)
