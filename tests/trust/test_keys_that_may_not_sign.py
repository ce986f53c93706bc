from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from sluse.errors import BadKey
from sluse.trust import keys, sshsig
from sluse.trust.keys import ED25519
from sluse.trust.sshsig import BadSignature
from sluse.trust.wire import string
from worlds.ssh import MESSAGE, NAMESPACE, Parts, Signer, SshKeygen

FIELD = 2**255 - 19
SMALL_ORDER = {
    "order 1": 1,
    "order 2": FIELD - 1,
    "order 4": 0,
    "order 8": 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    "order 8, the other": FIELD - 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
}
PLAIN, TOUCHED = Signer(b"plain"), Signer(b"touched", b"ssh:")


def blob(point: bytes) -> bytes:
    return string(ED25519.encode()) + string(point)


def line(octets: bytes, algorithm: str = ED25519) -> str:
    return f"{algorithm} {base64.b64encode(octets).decode()}"


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_other_kinds_of_key_sign_for_ssh_keygen_only(kind: str, tmp_path: Path, ssh_keygen: SshKeygen) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", key], check=True)
    signing = ["ssh-keygen", "-Y", "sign", "-q", "-n", NAMESPACE, "-f", key]
    armoured = subprocess.run(signing, input=MESSAGE, capture_output=True, check=True).stdout.decode()
    public = key.with_suffix(".pub").read_text()
    assert ssh_keygen.accepts(armoured, public)
    with pytest.raises(BadSignature, match=r"only ssh-ed25519 and sk-ssh-ed25519@openssh\.com may sign"):
        sshsig.verify(armoured, namespace=NAMESPACE, message=MESSAGE)
    with pytest.raises(BadKey):
        keys.parse(public)


def test_a_certificate_signs_for_ssh_keygen_only(tmp_path: Path, ssh_keygen: SshKeygen) -> None:
    for name in ("authority", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    certifying = ["ssh-keygen", "-q", "-s", tmp_path / "authority", "-I", "x", "-n", "somebody", tmp_path / "key.pub"]
    subprocess.run(certifying, check=True, capture_output=True)
    certificate = base64.b64decode((tmp_path / "key-cert.pub").read_text().split()[1])
    private = tmp_path / "key"
    signing = ["ssh-keygen", "-Y", "sign", "-q", "-n", NAMESPACE, "-f", private]
    armoured = subprocess.run(signing, input=MESSAGE, capture_output=True, check=True).stdout.decode()
    inner = sshsig.parse(armoured).signature
    certified = Parts(certificate, string(ED25519.encode()) + string(inner)).armoured
    assert ssh_keygen.holds(certified)
    with pytest.raises(BadSignature, match=r"ssh-ed25519-cert-v01@openssh\.com"):
        sshsig.verify(certified, namespace=NAMESPACE, message=MESSAGE)


def test_anybody_signs_with_the_key_of_order_one_and_ssh_keygen_believes_it(ssh_keygen: SshKeygen) -> None:
    neutral = (1).to_bytes(32, "little")
    anybodys = Parts(blob(neutral), string(ED25519.encode()) + string(neutral + bytes(32))).armoured
    assert ssh_keygen.accepts(anybodys, line(blob(neutral)))
    with pytest.raises(BadSignature, match="of small order"):
        sshsig.verify(anybodys, namespace=NAMESPACE, message=MESSAGE)


def test_a_point_that_is_not_encoded_canonically_is_refused(ssh_keygen: SshKeygen) -> None:
    neutral, otherwise = (1).to_bytes(32, "little"), (FIELD + 1).to_bytes(32, "little")
    anybodys = Parts(blob(otherwise), string(ED25519.encode()) + string(neutral + bytes(32))).armoured
    assert ssh_keygen.accepts(anybodys, line(blob(otherwise)))
    with pytest.raises(BadSignature, match="not encoded canonically"):
        sshsig.verify(anybodys, namespace=NAMESPACE, message=MESSAGE)


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("order", SMALL_ORDER)
def test_no_key_of_small_order_is_a_key(order: str, sign: int) -> None:
    point = (SMALL_ORDER[order] | sign << 255).to_bytes(32, "little")
    with pytest.raises(BadKey, match="of small order"):
        keys.parse(line(blob(point)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{ED25519} AAAA*", "not base64"),
        (f"{ED25519}", "ends in the middle of its algorithm"),
        (line(PLAIN.public.blob).rstrip("=") + "\u00e6", "not base64"),
        (line(PLAIN.public.blob + b"\0"), "1 octets follow its last member"),
        (line(PLAIN.public.blob[:-1]), "ends in the middle of its point"),
        (line(blob(bytes(31))), "31 octets"),
        (line(TOUCHED.public.blob), "the line says 'ssh-ed25519'"),
        (line(PLAIN.public.blob, "sk-ssh-ed25519@openssh.com"), "the line says 'sk-ssh-ed25519@openssh.com'"),
    ],
)
def test_a_line_that_is_no_key_is_told_why(text: str, reason: str) -> None:
    with pytest.raises(BadKey) as refused:
        keys.parse(text)
    assert reason in refused.value.message


@pytest.mark.parametrize("signer", [PLAIN, TOUCHED], ids=["plain", "security key"])
def test_a_key_is_called_what_openssh_calls_it_whatever_its_comment(signer: Signer, tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text(f"{signer.public.line} release desk\n")
    told = subprocess.run(["ssh-keygen", "-l", "-f", tmp_path / "key.pub"], capture_output=True, check=True, text=True)
    assert told.stdout.split()[1] == signer.public.key_id
    assert keys.parse(f"{signer.public.line} release desk") == keys.parse(signer.public.line) == signer.public
