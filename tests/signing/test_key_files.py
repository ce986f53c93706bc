from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sluse.demo.signers import maintainer
from sluse.errors import SigningError
from sluse.signing.key_file import load
from sluse.trust import keys
from sluse.trust.wire import string
from worlds.key_files import PASSPHRASE, new_key, secrets_of
from worlds.ssh import Signer


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_a_private_file_tells_its_public_half_without_its_passphrase(tmp_path: Path, passphrase: str) -> None:
    path = new_key(tmp_path / "key", passphrase=passphrase)
    public = keys.parse((tmp_path / "key.pub").read_text())
    (tmp_path / "key.pub").unlink()
    assert (load(path).public, load(path).private) == (public, True)


def test_a_public_file_stands_for_a_key_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "sk.pub").write_text(Signer(b"x", b"ssh:").public.line + " on my keyring\n")
    found = load(tmp_path / "sk.pub")
    assert (found.public, found.private) == (Signer(b"x", b"ssh:").public, False)


def test_a_demo_keys_file_is_one_of_openssh(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(maintainer("fjordlegen").pem)
    assert load(tmp_path / "key").public.key_id == maintainer("fjordlegen").key_id


def pkcs8() -> str:
    private = Ed25519PrivateKey.generate()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def several() -> str:
    header = (
        b"openssh-key-v1\0" + string(b"none") * 2 + string(b"") + (2).to_bytes(4) + string(Signer(b"x").public.blob)
    )
    return (
        f"-----BEGIN OPENSSH PRIVATE KEY-----\n{base64.b64encode(header).decode()}\n-----END OPENSSH PRIVATE KEY-----\n"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot sign"),
        (b"junk\n", "cannot sign"),
        (b"\xff\xfe", "no key file of OpenSSH"),
        (pkcs8().encode(), "not in OpenSSH's own format"),
        (maintainer("x").pem[:90].encode(), "damaged private key"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\n*\n-----END OPENSSH PRIVATE KEY-----\n", "damaged private key"),
        (several().encode(), "damaged private key"),
    ],
    ids=["empty", "junk", "octets", "PKCS #8", "cut short", "not base64", "several keys"],
)
def test_what_is_no_key_file_is_told(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(SigningError, match=reason):
        load(tmp_path / "key")


def test_a_key_of_another_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="'ecdsa-sha2-nistp256', and only ssh-ed25519"):
        load(new_key(tmp_path / "key", kind="ecdsa"))


def test_another_keys_pub_file_beside_a_private_one_is_told(tmp_path: Path) -> None:
    path = new_key(tmp_path / "key")
    (tmp_path / "key.pub").write_text(Signer(b"other").public.line)
    with pytest.raises(SigningError, match=r"key\.pub is another key's") as refused:
        load(path)
    assert refused.value.hint == f"write the right one: ssh-keygen -y -f {path} > {path}.pub"


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="there is no key file"):
        load(tmp_path / "none")
    with pytest.raises(SigningError, match="cannot be read: Is a directory"):
        load(tmp_path)


def test_a_key_given_in_place_of_its_path_is_not_repeated(tmp_path: Path) -> None:
    path = new_key(tmp_path / "key")
    for given in (path.read_text(), path.read_text().replace("\n", " "), secrets_of(path)[0] * 40):
        with pytest.raises(SigningError) as refused:
            load(Path(given))
        assert refused.value.message == "--key takes the path of a key file, not the key itself"
