"""One table: what we say of a signature, and what ssh-keygen says of the same."""

from __future__ import annotations

import string as string_constants
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from sluse.trust import sshsig
from sluse.trust.sshsig import BadSignature
from sluse.trust.wire import string
from worlds.ssh import MESSAGE, NAMESPACE, Signer, SshKeygen

PLAIN, OTHER = Signer(b"plain"), Signer(b"other")
TOUCHED = Signer(b"touched", b"ssh:")
ALPHABET = string_constants.ascii_uppercase + string_constants.ascii_lowercase + string_constants.digits + "+/"
ORDER = 2**252 + 27742317777372353535851937790883648493

INNER = PLAIN.parts().inner
VALUE = INNER[-64:]


def inner(value: bytes, algorithm: bytes = b"ssh-ed25519", tail: bytes = b"") -> bytes:
    return string(algorithm) + string(value) + tail


def with_s_plus_order() -> str:
    s = int.from_bytes(VALUE[32:], "little") + ORDER
    return PLAIN.parts().but(inner=inner(VALUE[:32] + s.to_bytes(32, "little"))).armoured


def edited(edit: Callable[[str], str]) -> str:
    return edit(PLAIN.parts().armoured)


def body(change: Callable[[str], str]) -> str:
    """Change what stands between the armour's first and last line."""
    begin, *lines, end, _ = PLAIN.parts().armoured.split("\n")
    return "\n".join((begin, change("\n".join(lines)), end, ""))


def rewrapped(lines: str, width: int) -> str:
    encoded = lines.replace("\n", "")
    return "\n".join(encoded[start : start + width] for start in range(0, len(encoded), width))


def spare_bits(lines: str) -> str:
    """Set the lowest of the bits that the last letter before the padding does not use."""
    at = lines.index("=") - 1
    return lines[:at] + ALPHABET[ALPHABET.index(lines[at]) + 1] + lines[at + 1 :]


@dataclass(frozen=True)
class Case:
    armoured: str
    reason: str
    oracle_accepts: bool = False
    signer: Signer = PLAIN


ACCEPTED: Mapping[str, tuple[str, Signer]] = {
    "ssh-ed25519 over SHA-512": (PLAIN.parts().armoured, PLAIN),
    "ssh-ed25519 over SHA-256": (PLAIN.parts(hash_algorithm="sha256").armoured, PLAIN),
    "a security key that was touched": (TOUCHED.parts().armoured, TOUCHED),
    "a security key that was touched and asked for a PIN": (TOUCHED.parts(flags=5).armoured, TOUCHED),
    "a security key over SHA-256": (TOUCHED.parts(hash_algorithm="sha256").armoured, TOUCHED),
    "a security key of another relying party": (
        Signer(b"x", b"ssh:work").parts(counter=2**32 - 1).armoured,
        Signer(b"x", b"ssh:work"),
    ),
    "without the last line end": (PLAIN.parts().armoured.rstrip("\n"), PLAIN),
    "lines of 76": (body(lambda lines: rewrapped(lines, 76)), PLAIN),
}

REFUSED: Mapping[str, Case] = {
    "another text": Case(PLAIN.parts(b"{}").armoured, "not by SHA256:"),
    "another namespace": Case(PLAIN.parts(namespace="manifest@sluse.nhn.no").armoured, "made for 'manifest@"),
    "a namespace written over": Case(
        PLAIN.parts(namespace="manifest@sluse.nhn.no").but(namespace=NAMESPACE.encode()).armoured, "not by SHA256:"
    ),
    "another key written over": Case(PLAIN.parts().but(key=OTHER.public.blob).armoured, "not by SHA256:", signer=OTHER),
    "a namespace that is not text": Case(PLAIN.parts().but(namespace=b"\xff").armoured, "namespace is not text"),
    "an empty namespace": Case(PLAIN.parts().but(namespace=b"").armoured, "made for ''"),
    "another magic": Case(PLAIN.parts().but(magic=b"SSHSIX").armoured, "its magic is wrong"),
    "version 2": Case(PLAIN.parts().but(version=2).armoured, "version 2"),
    "version 0": Case(PLAIN.parts().but(version=0).armoured, "version 0", oracle_accepts=True),
    "a reserved part": Case(PLAIN.parts().but(reserved=b"x").armoured, "reserved part", oracle_accepts=True),
    "SHA-1": Case(PLAIN.parts().but(hash_algorithm=b"sha1").armoured, "hashes with 'sha1'"),
    "another hash algorithm written over": Case(PLAIN.parts().but(hash_algorithm=b"sha256").armoured, "not by SHA256:"),
    "octets after its end": Case(PLAIN.parts().but(tail=b"\0").armoured, "1 octets follow its signature"),
    "octets after the value": Case(PLAIN.parts().but(inner=INNER + b"\0").armoured, "1 octets follow its value"),
    "a value of 63 octets": Case(PLAIN.parts().but(inner=inner(VALUE[:63])).armoured, "63 octets"),
    "a value of 65 octets": Case(PLAIN.parts().but(inner=inner(VALUE + b"\0")).armoured, "65 octets"),
    "S not below the order": Case(with_s_plus_order(), "not by SHA256:", oracle_accepts=True),
    "another algorithm in the value": Case(
        PLAIN.parts().but(inner=inner(VALUE, b"ssh-rsa")).armoured, "'ssh-rsa', and its key ssh-ed25519"
    ),
    "nobody touched": Case(TOUCHED.parts(flags=0).armoured, "nobody touched", oracle_accepts=True, signer=TOUCHED),
    "only a PIN, no touch": Case(
        TOUCHED.parts(flags=4).armoured, "nobody touched", oracle_accepts=True, signer=TOUCHED
    ),
    "a touch written in": Case(
        TOUCHED.parts(flags=0).but(inner=TOUCHED.parts(flags=0).inner[:-5] + b"\x01" + b"\0\0\0\x07").armoured,
        "not by SHA256:",
        signer=TOUCHED,
    ),
    "a counter written over": Case(
        TOUCHED.parts().but(inner=TOUCHED.parts().inner[:-1] + b"\x08").armoured, "not by SHA256:", signer=TOUCHED
    ),
    "a security key without flags": Case(
        TOUCHED.parts().but(inner=TOUCHED.parts().inner[:-5]).armoured, "middle of its flags", signer=TOUCHED
    ),
    "another relying party written over": Case(
        TOUCHED.parts().but(key=Signer(b"touched", b"ssh:x").public.blob).armoured,
        "not by SHA256:",
        signer=Signer(b"touched", b"ssh:x"),
    ),
    "no armour": Case(edited(lambda text: text.split("\n")[1]), "no armoured SSH signature"),
    "armour of something else": Case(edited(lambda text: text.replace("SSH", "PGP")), "no armoured SSH signature"),
    "nothing in the armour": Case("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", "no armoured"),
    "text before the armour": Case(edited(lambda text: "\n" + text), "no armoured SSH signature"),
    "text after the armour": Case(edited(lambda text: text + "x\n"), "no armoured SSH signature", oracle_accepts=True),
    "carriage returns": Case(body(lambda lines: lines.replace("\n", "\r\n")), "not base64", oracle_accepts=True),
    "a space in a line": Case(body(lambda lines: lines[:5] + " " + lines[5:]), "not base64", oracle_accepts=True),
    "a letter of no base64": Case(body(lambda lines: "!" + lines[1:]), "not base64"),
    "a line broken early": Case(
        body(lambda lines: lines[:5] + "\n" + lines[5:]), "not of one length", oracle_accepts=True
    ),
    "one long line": Case(body(lambda lines: lines.replace("\n", "")), "not of one length", oracle_accepts=True),
    "cut short": Case(PLAIN.parts().but(inner=INNER[:-20]).armoured, "it ends in the middle"),
    "an empty signature": Case(PLAIN.parts().but(inner=b"").armoured, "it ends in the middle"),
    "spare bits of the base64 set": Case(body(spare_bits), "not canonical"),
    "padding left out": Case(body(lambda lines: lines.rstrip("=")), "not base64"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_accepted_is_accepted_by_ssh_keygen(name: str, ssh_keygen: SshKeygen) -> None:
    armoured, signer = ACCEPTED[name]
    assert sshsig.verify(armoured, namespace=NAMESPACE, message=MESSAGE) == signer.public
    assert ssh_keygen.accepts(armoured, signer.public.line)
    assert ssh_keygen.holds(armoured)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_for_its_own_reason(name: str, ssh_keygen: SshKeygen) -> None:
    case = REFUSED[name]
    with pytest.raises(BadSignature) as refused:
        sshsig.verify(case.armoured, namespace=NAMESPACE, message=MESSAGE)
    assert case.reason in refused.value.message
    assert ssh_keygen.accepts(case.armoured, case.signer.public.line) is case.oracle_accepts
    assert ssh_keygen.holds(case.armoured) is case.oracle_accepts
