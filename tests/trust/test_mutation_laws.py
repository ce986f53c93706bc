"""A signature has one form: whatever is changed in it, or in its armour, it is refused, and never by an accident."""

from __future__ import annotations

import base64

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sluse.errors import BadKey
from sluse.trust import keys, sshsig
from sluse.trust.keys import PublicKey
from sluse.trust.sshsig import BadSignature
from worlds.ssh import MESSAGE, NAMESPACE, Signer, SshKeygen

SIGNERS = st.sampled_from([Signer(b"plain"), Signer(b"touched", b"ssh:"), Signer(b"x", b"ssh:work")])
WITH_ORACLE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def changed(draw: st.DrawFn, original: bytes) -> bytes:
    """The same octets with some replaced, removed, put in or repeated."""
    content = bytearray(original)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 4)))
        content[start:end] = draw(st.binary(max_size=4))
    return bytes(content)


def encoded(blob: bytes) -> str:
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def signer_of(armoured: str) -> PublicKey | None:
    try:
        return sshsig.verify(armoured, namespace=NAMESPACE, message=MESSAGE)
    except BadSignature:
        return None


@WITH_ORACLE
@given(st.data(), SIGNERS)
def test_a_changed_signature_counts_for_nobody(ssh_keygen: SshKeygen, data: st.DataObject, signer: Signer) -> None:
    original = signer.parts().blob
    blob = data.draw(changed(original))
    assume(blob != original)
    armoured = sshsig.armour(blob)
    assert signer_of(armoured) is None
    if ssh_keygen.holds(armoured):  # only where we are stricter: the room's page
        assert blob[6:10] == bytes(4) or sshsig_reserved(blob, signer)


def sshsig_reserved(blob: bytes, signer: Signer) -> bool:
    """Tell whether something stands in the reserved part."""
    at = 10 + 4 + len(signer.public.blob) + 4 + len(NAMESPACE)
    return blob[at : at + 4] != bytes(4)


@settings(deadline=None)
@given(st.data(), SIGNERS)
def test_changed_armour_counts_for_nobody(data: st.DataObject, signer: Signer) -> None:
    original = signer.parts().armoured
    text = data.draw(changed(original.encode())).decode(errors="replace")
    assume(text not in {original, original.rstrip("\n")})
    assert signer_of(text) is None


@settings(deadline=None)
@given(st.text() | st.binary().map(sshsig.armour))
def test_anything_else_is_refused_and_nothing_breaks(text: str) -> None:
    assert signer_of(text) is None


@settings(deadline=None)
@given(st.text() | st.from_regex(r"ssh-ed25519 [A-Za-z0-9+/=]{0,80}( .*)?") | st.binary().map(encoded))
def test_any_line_is_a_key_of_one_form_or_refused(line: str) -> None:
    try:
        key = keys.parse(line)
    except BadKey:
        return
    assert keys.parse(key.line) == key
    assert line.strip().startswith(key.line)


@settings(deadline=None)
@given(SIGNERS, st.data())
def test_a_changed_key_is_another_key_or_none(signer: Signer, data: st.DataObject) -> None:
    original = signer.public.blob
    blob = data.draw(changed(original))
    assume(blob != original)
    try:
        assert keys.from_blob(blob).key_id != signer.public.key_id
    except BadKey:
        return


@WITH_ORACLE
@given(
    message=st.binary(max_size=200),
    purpose=st.from_regex(r"[a-z]{1,20}@sluse\.nhn\.no", fullmatch=True),
    data=st.data(),
)
def test_whatever_is_signed_is_accepted_by_both(
    ssh_keygen: SshKeygen, message: bytes, purpose: str, data: st.DataObject
) -> None:
    signer = data.draw(SIGNERS)
    hashed = data.draw(st.sampled_from(["sha512", "sha256"]))
    armoured = signer.parts(
        message, namespace=purpose, hash_algorithm=hashed, flags=1 | data.draw(st.integers(0, 255))
    ).armoured
    assert sshsig.verify(armoured, namespace=purpose, message=message) == signer.public
    assert ssh_keygen.accepts(armoured, signer.public.line, namespace=purpose, message=message)


@settings(deadline=None)
@given(SIGNERS)
def test_a_signature_taken_apart_and_armoured_again_is_the_same_text(signer: Signer) -> None:
    armoured = signer.parts().armoured
    assert sshsig.parse(armoured).key == signer.public
    assert sshsig.armour(signer.parts().blob) == armoured
