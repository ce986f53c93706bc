"""A private key in base64 is found however it is wrapped and however often encoded, and nothing that is public is taken for one."""

from __future__ import annotations

import base64
import json
import textwrap
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, RSAKey

from sluse.catalog import sensitive
from sluse.rules import hidden_keys

_RSA = rsa.generate_private_key(65537, 2048)
_EC = ec.generate_private_key(ec.SECP256R1())
_ED = ed25519.Ed25519PrivateKey.generate()
_X = x25519.X25519PrivateKey.generate()
_JWKS = [
    ECKey.import_key(_EC.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())),
    RSAKey.generate_key(2048),
]


def _private() -> list[bytes]:
    der = [
        (_RSA, PrivateFormat.PKCS8),
        (_RSA, PrivateFormat.TraditionalOpenSSL),
        (_EC, PrivateFormat.PKCS8),
        (_EC, PrivateFormat.TraditionalOpenSSL),
        (_ED, PrivateFormat.PKCS8),
        (_X, PrivateFormat.PKCS8),
    ]
    pem = [
        _RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
        _EC.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        _ED.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
    ]
    jwks = [json.dumps(key.as_dict(private=True), indent=indent).encode() for key in _JWKS for indent in (None, 2)]
    return [*(key.private_bytes(Encoding.DER, form, NoEncryption()) for key, form in der), *pem, *jwks]


def _public() -> list[bytes]:
    keys = (_RSA, _EC, _ED, _X)
    der = [key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in keys]
    pem = [key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in keys]
    jwks = [json.dumps({"keys": [key.as_dict(private=False)]}).encode() for key in _JWKS]
    return [*der, *pem, *jwks]


PRIVATE, PUBLIC = _private(), _public()

WRAPPINGS: dict[str, Callable[[str], str]] = {
    "one line": lambda text: f"key: {text}\n",
    "a block": lambda text: "key: |\n  " + "\n  ".join(textwrap.wrap(text, 64)) + "\n",
    "CRLF": lambda text: "key: |\r\n  " + "\r\n  ".join(textwrap.wrap(text, 76)) + "\r\n",
    "short lines": lambda text: "key: >-\n" + "".join(f"  {each}\n" for each in textwrap.wrap(text, 8)),
    "shortest lines": lambda text: "key: >-\n" + "".join(f"      {each}\n" for each in textwrap.wrap(text, 4)),
    "a comment": lambda text: "".join(f"# {each}\n" for each in textwrap.wrap(text, 20)),
    "a list": lambda text: "key:\n" + "".join(f"  - {each}\n" for each in textwrap.wrap(text, 30)),
    "a quoted list": lambda text: "key: [" + ", ".join(f'"{each}"' for each in textwrap.wrap(text, 30)) + "]\n",
    "JSON with ends of lines": lambda text: json.dumps({"key": "\n".join(textwrap.wrap(text, 10))}),
    "words": lambda text: "key: " + " ".join(textwrap.wrap(text, 6)) + "\n",
    "behind text": lambda text: f"key: prefix/{text}\n",
}


def encoded(octets: bytes, times: int, *, url: bool, lines: bool) -> str:
    for _ in range(times):
        made = (
            base64.urlsafe_b64encode(octets)
            if url
            else base64.encodebytes(octets)
            if lines
            else base64.b64encode(octets)
        )
        octets = made
    return octets.decode()


@given(
    st.sampled_from(PRIVATE),
    st.integers(1, hidden_keys.DEPTH),
    st.sampled_from(sorted(WRAPPINGS)),
    st.booleans(),
    st.booleans(),
)
def test_a_private_key_in_base64_is_found(key: bytes, times: int, wrapping: str, url: bool, lines: bool) -> None:  # noqa: FBT001 - hypothesis fills it
    text = WRAPPINGS[wrapping]("".join(encoded(key, times, url=url, lines=lines).split()))
    (fault,) = sensitive.scan(text, keys=False)
    assert fault.rule.id == "private-key"
    assert key.decode("latin-1") not in fault.message


@given(st.sampled_from(PUBLIC), st.integers(1, hidden_keys.DEPTH), st.sampled_from(sorted(WRAPPINGS)), st.booleans())
def test_what_is_public_is_no_private_key(key: bytes, times: int, wrapping: str, url: bool) -> None:  # noqa: FBT001 - hypothesis fills it
    assert hidden_keys.found(WRAPPINGS[wrapping](encoded(key, times, url=url, lines=False))) is None


@given(st.binary(min_size=40, max_size=600), st.sampled_from(sorted(WRAPPINGS)))
def test_octets_that_mean_nothing_are_no_private_key(octets: bytes, wrapping: str) -> None:
    assert hidden_keys.found(WRAPPINGS[wrapping](encoded(octets, 1, url=False, lines=False))) is None


@given(st.text(max_size=400))
def test_no_text_is_one_and_none_stops_the_look(text: str) -> None:
    assert hidden_keys.found(text) is None


def test_it_begins_where_it_is_told_to() -> None:
    text = "a: b\nkey: " + encoded(PRIVATE[0], 1, url=False, lines=False)
    assert hidden_keys.found(text) == len("a: b\nkey: ")
