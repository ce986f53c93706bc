"""A key file -> whose key it is. A private file of OpenSSH has its public half in clear, before anything encrypted."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from sluse.errors import BadKey, SigningError
from sluse.trust import keys
from sluse.trust.keys import PublicKey
from sluse.trust.wire import Malformed, Octets
from sluse.words.said import say

_BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----"
_END = "-----END OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\0"
_MOST_BYTES = 16_384
_LONGEST_PATH = 1024


@dataclass(frozen=True)
class KeyFile:
    """A file that ssh-keygen can sign with. `private` tells whether the private half is in it, not in an agent."""

    path: Path
    public: PublicKey
    private: bool


def load(path: Path) -> KeyFile:
    """Return whose key it is. Raises SigningError."""
    text = _read(path)
    try:
        if text.startswith(_BEGIN):
            public = keys.from_blob(_public_half(text))
            _demand_its_own(path, public)
            return KeyFile(path, public, private=True)
        if "PRIVATE KEY" in text:
            raise SigningError(
                say("{path} is not in OpenSSH's own format", path=path),
                hint=say("convert a copy of it: ssh-keygen -p -f FILE"),
            )
        return KeyFile(path, keys.parse(text), private=False)
    except BadKey as error:
        raise SigningError(
            say("{path} cannot sign: {message}", path=path, message=error.message),
            hint=say("make a key: ssh-keygen -t ed25519"),
        ) from None
    except (Malformed, binascii.Error, ValueError):
        raise SigningError(say("{path} is a damaged private key", path=path)) from None


def _read(path: Path) -> str:
    named = str(path)
    if "PRIVATE KEY" in named or "\n" in named or len(named) > _LONGEST_PATH:
        raise SigningError(say("--key takes the path of a key file, not the key itself"))
    try:
        with path.open("rb") as opened:
            return opened.read(_MOST_BYTES).decode()
    except FileNotFoundError:
        raise SigningError(say("there is no key file {path}", path=path)) from None
    except OSError as error:
        raise SigningError(
            say("the key file {path} cannot be read: {reason}", path=path, reason=error.strerror)
        ) from None
    except UnicodeDecodeError:
        raise SigningError(say("{path} is no key file of OpenSSH", path=path)) from None


def _demand_its_own(path: Path, public: PublicKey) -> None:
    """A .pub file beside a private one is what ssh-keygen believes, so it has to be that key's."""
    beside = path.with_name(f"{path.name}.pub")
    if beside.is_file() and keys.parse(_read(beside)) != public:
        raise SigningError(
            say("{beside} is another key's", beside=beside),
            hint=say("write the right one: ssh-keygen -y -f {path} > {beside}", path=path, beside=beside),
        )


def _public_half(text: str) -> bytes:
    encoded = text.partition(_BEGIN)[2].partition(_END)[0]
    octets = Octets(base64.b64decode("".join(encoded.split()), validate=True))
    if octets.take(len(_MAGIC), "magic") != _MAGIC:
        raise Malformed("its magic is wrong")
    for member in ("cipher", "key derivation", "options"):
        octets.string(member)
    if octets.number("count") != 1:
        raise Malformed("it holds several keys")
    return octets.string("public half")
