"""The keys of the examples in `integrations/`, made from public labels, and the command that writes their public halves.

Anybody who reads this file can make the private halves: that is the point, since demo, sandbox and tests need them
and a repository must hold none. So every demo key says what it is in its `kid` or comment, and nothing real may
ever use one. `python -m sluse.demo.examples [--check]` rebuilds the key files, and the manifest of `policies/`; the
documents are written by hand. SSH keys are in `signers.py`.

Only RSA needs work here: a key generator takes no seed. Rejected: a committed private key for that one example.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sluse.demo.example_policies import policy_files
from sluse.demo.primes import prime
from sluse.model.names import ClientKey, Environment

DEMO = "demo-"
"""Every demo key's `kid`, and every demo SSH key's comment, begins with this."""

PUBLIC_MEMBERS = ("kty", "kid", "alg", "use", "crv", "x", "y", "n", "e")

_CURVES: Mapping[str, tuple[ec.EllipticCurve, int]] = {
    "ES256": (ec.SECP256R1(), 32),
    "ES384": (ec.SECP384R1(), 48),
}
_ORDERS = {
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}
_RSA_BITS = 3072

CLIENTS: Mapping[str, str] = {
    "fjordlegen.journal.web": "ES256",
    "fjordlegen.journal-solbakken.web": "ES256",
    "fjordlegen.meldinger.agent": "ES256",
    "nordlys.samhandling.portal": "ES384",
    "nordlys.samhandling.henting": "ES256",
    "havblikk-apotek.reseptkasse.kasse": "ES256",
    "tind-kommune.velferdsteknologi.responssenter": "ES256",
    "breheim-sykehus.legemidler.journal": "ES384",
    "breheim-sykehus.legemidler.mellomledd": "PS256",
}
"""Clients of the examples, and the algorithm each has chosen."""


def label(client: ClientKey, environment: Environment) -> str:
    """Return the public label of a client's demo key."""
    return f"{client}.{environment.value}"


@functools.cache
def _members(name: str) -> tuple[tuple[str, str], ...]:
    algorithm = CLIENTS.get(name.rpartition(".")[0], "ES256")
    members = _rsa(name) if algorithm == "PS256" else _elliptic(name, algorithm)
    return tuple({"kid": f"{DEMO}{name}", "alg": algorithm, "use": "sig", **members}.items())


def demo_client_key(name: str) -> dict[str, str]:
    """Return the private JWK of a label such as `fjordlegen.journal.web.test`: the same one every time.

    Labels that no example has get an ES256 key. A `kid` has at most 64 characters, so a label at most 59.
    """
    return dict(_members(name))


def public(private: Mapping[str, str]) -> dict[str, str]:
    """Return the public half of a JWK."""
    return {member: private[member] for member in PUBLIC_MEMBERS if member in private}


def key_files() -> Iterator[tuple[str, str]]:
    """Yield every key file of the examples: its path below the repository's root, and its text."""
    for name in CLIENTS:
        client = ClientKey(*name.split("."))
        for environment in Environment:
            jwks = {"keys": [public(demo_client_key(label(client, environment)))]}
            folder = f"integrations/{client.organisation}/keys/{client.integration}"
            yield (
                f"{folder}/{client.client}.{environment.value}.jwks.json",
                json.dumps(jwks, indent=2, sort_keys=True) + "\n",
            )


def _stream(name: str, length: int) -> bytes:
    return hashlib.shake_256(f"sluse demo key, worthless: {name}".encode()).digest(length)


def _elliptic(name: str, algorithm: str) -> dict[str, str]:
    curve, octets = _CURVES[algorithm]
    # Sixteen octets too many make the bias of the remainder immaterial, not that it mattered.
    secret = int.from_bytes(_stream(name, octets + 16)) % (_ORDERS[algorithm] - 1) + 1
    point = ec.derive_private_key(secret, curve).public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": f"P-{curve.key_size}",
        "x": _base64url(point.x, octets),
        "y": _base64url(point.y, octets),
        "d": _base64url(secret, octets),
    }


def _rsa(name: str) -> dict[str, str]:
    exponent = 65537
    p, q = (prime(f"{name} {which}", _RSA_BITS // 2, exponent) for which in "pq")
    d = pow(exponent, -1, (p - 1) * (q - 1))
    numbers = {
        "n": p * q,
        "e": exponent,
        "d": d,
        "p": p,
        "q": q,
        "dp": rsa.rsa_crt_dmp1(d, p),
        "dq": rsa.rsa_crt_dmq1(d, q),
        "qi": rsa.rsa_crt_iqmp(p, q),
    }
    return {"kty": "RSA", **{member: _base64url(value) for member, value in numbers.items()}}


def _base64url(value: int, octets: int | None = None) -> str:
    raw = value.to_bytes(octets or (value.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and name every file that differs.")
@click.option(
    "--root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".", help="Root of the repository."
)
def main(*, check: bool, root: Path) -> None:
    """Rebuild the public keys of the examples, and the manifest of policies/."""
    differing = [
        (root / path, text)
        for path, text in (*key_files(), *policy_files(root))
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]
    for path, text in differing:
        click.echo(path)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if check and differing:
        click.echo(f"{len(differing)} files differ\n\nhint: run python -m sluse.demo.examples", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
