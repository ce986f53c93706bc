from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sluse.demo.signers import maintainer
from sluse.errors import SigningError
from sluse.signing.key_file import load
from sluse.signing.ssh_keygen import sign
from sluse.trust import sshsig
from worlds.key_files import PASSPHRASE, new_key, secrets_of, typed
from worlds.ssh import MESSAGE, NAMESPACE, SshKeygen


def refusal(path: Path) -> SigningError:
    with pytest.raises(SigningError) as refused:
        sign(load(path), MESSAGE, NAMESPACE)
    return refused.value


def test_a_key_file_signs_and_ssh_keygen_agrees(tmp_path: Path) -> None:
    key = load(new_key(tmp_path / "key"))
    armoured = sign(key, MESSAGE, NAMESPACE)
    assert sshsig.verify(armoured, namespace=NAMESPACE, message=MESSAGE) == key.public
    assert SshKeygen(tmp_path).accepts(armoured, key.public.line)


def test_ssh_keygen_signs_what_the_demo_signs_to_the_letter(tmp_path: Path) -> None:
    somebody = maintainer("fjordlegen")
    (tmp_path / "key").write_text(somebody.pem)
    (tmp_path / "key").chmod(0o600)
    assert sign(load(tmp_path / "key"), MESSAGE, NAMESPACE) == somebody.sign(MESSAGE, NAMESPACE)


@pytest.mark.usefixtures("agent")
def test_an_agent_signs_for_a_public_file(tmp_path: Path) -> None:
    path = new_key(tmp_path / "key")
    subprocess.run(["ssh-add", "-q", path], check=True)
    path.unlink()
    public = load(tmp_path / "key.pub")
    assert sshsig.verify(sign(public, MESSAGE, NAMESPACE), namespace=NAMESPACE, message=MESSAGE) == public.public


@pytest.mark.usefixtures("agent")
def test_an_agent_saves_typing_the_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = new_key(tmp_path / "key", passphrase=PASSPHRASE)
    typed(PASSPHRASE, tmp_path, monkeypatch)
    subprocess.run(["ssh-add", "-q", path], check=True, capture_output=True)
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "never")
    assert sign(load(path), MESSAGE, NAMESPACE).startswith("-----BEGIN SSH SIGNATURE-----")


@pytest.mark.usefixtures("agent")
def test_an_agent_without_the_key_is_told(tmp_path: Path) -> None:
    path = new_key(tmp_path / "key")
    subprocess.run(["ssh-add", "-q", new_key(tmp_path / "other")], check=True)
    path.unlink()
    said = refusal(tmp_path / "key.pub")
    assert said.message.startswith("ssh-agent does not have the private half of")
    assert load(tmp_path / "key.pub").public.key_id in said.message


def test_no_agent_at_all_is_told_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_key(tmp_path / "key").unlink()
    assert refusal(tmp_path / "key.pub").message.startswith("ssh-agent does not have")
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    assert refusal(tmp_path / "key.pub").message.startswith("ssh-agent does not have")


def test_the_right_passphrase_signs_and_a_wrong_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = new_key(tmp_path / "key", passphrase=PASSPHRASE)
    typed(PASSPHRASE, tmp_path, monkeypatch)
    assert sign(load(path), MESSAGE, NAMESPACE)
    typed("feil", tmp_path, monkeypatch)
    assert refusal(path).message == f"the passphrase of {path} is wrong, or nobody was there to type it"


def test_a_file_that_others_can_read_is_told(tmp_path: Path) -> None:
    path = new_key(tmp_path / "key")
    path.chmod(0o644)
    said = refusal(path)
    assert (said.message, said.hint) == (f"others can read the key file {path}", f"chmod 600 {path}")


def test_a_program_that_signs_with_another_key_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, other = new_key(tmp_path / "key"), new_key(tmp_path / "other")
    program = tmp_path / "bin" / "ssh-keygen"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh-keygen")} -Y sign -n "$4" -f {other}\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.defpath}")
    assert refusal(path).message.startswith(f"ssh-keygen signed with {load(other).public.key_id}, not with")


def test_without_ssh_keygen_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = new_key(tmp_path / "key")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(path).hint == "install OpenSSH 8.2 or newer"


@pytest.mark.parametrize("mode", [0o600, 0o644])
@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_no_message_ever_holds_anything_of_a_private_key(
    tmp_path: Path, mode: int, passphrase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = new_key(tmp_path / "key", passphrase=passphrase)
    secrets = secrets_of(path)
    typed("feil", tmp_path, monkeypatch)
    content = path.read_text()
    path.write_text(content if mode == 0o644 or passphrase else content.replace(secrets[0], secrets[0][::-1]))
    path.chmod(mode)
    said = refusal(path)
    assert not [line for line in secrets if line in said.message + (said.hint or "")]
