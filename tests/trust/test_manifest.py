from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest

from sluse.demo import signers as demo
from sluse.model.digests import canonical
from sluse.model.policy.bundle import Manifest, Roots, SignedManifest
from sluse.model.statement import MANIFEST_NAMESPACE
from sluse.trust import manifest
from worlds.ssh import Signer, SshKeygen

A, B, C, STRANGER = (Signer(name) for name in (b"root a", b"root b", b"root c", b"stranger"))
ROOTS = Roots(threshold=2, keys=tuple(signer.public.line for signer in (A, B, C)))
FILES = {"gate.yaml": "1" * 64, "reviewers.yaml": "2" * 64}


def signed(
    *by: Signer, version: int = 3, files: Mapping[str, str] = FILES, purpose: str = MANIFEST_NAMESPACE
) -> SignedManifest:
    said = Manifest(version=version, files=files)
    message = canonical(said.wire())
    return SignedManifest(
        manifest=said, signatures=tuple(each.parts(message, namespace=purpose).armoured for each in by)
    )


def there(found: SignedManifest, **more: str) -> dict[str, str]:
    """What lies in the folder: what is listed, the manifest, its copy and the README."""
    octets = hashlib.sha256(found.model_dump_json().encode()).hexdigest()
    copy = manifest.history_copy(found.manifest.version)
    return {**found.manifest.files, "manifest.json": octets, copy: octets, "README.md": "f" * 64, **more}


def reasons(found: SignedManifest, digests: Mapping[str, str] | None = None, least: int = 0) -> tuple[str, ...]:
    return manifest.check(found, there(found) if digests is None else digests, ROOTS, least)


@pytest.mark.parametrize("by", [(A, B), (C, A), (A, B, C)])
def test_enough_roots_make_it_count(by: tuple[Signer, ...], ssh_keygen: SshKeygen) -> None:
    found = signed(*by)
    assert reasons(found) == ()
    message = canonical(found.manifest.wire())
    for signer, signature in zip(by, found.signatures, strict=True):
        assert ssh_keygen.accepts(signature, signer.public.line, namespace=MANIFEST_NAMESPACE, message=message)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (signed(), "0 of the 3 roots signed, and 2 must"),
        (signed(A), "1 of the 3 roots signed, and 2 must"),
        (signed(A, A), "1 of the 3 roots signed, and 2 must"),
        (signed(A, STRANGER), "1 of the 3 roots signed, and 2 must; 1 others signed too"),
        (signed(A, B, purpose="decision@sluse.nhn.no"), "the signature was made for 'decision@sluse.nhn.no', not for"),
        (
            SignedManifest(manifest=signed().manifest, signatures=signed(A, B, version=4).signatures),
            f"the signature is not by {A.public.key_id} over this text",
        ),
    ],
    ids=["nobody", "one", "one twice", "one and a stranger", "for another purpose", "another manifest"],
)
def test_too_few_signatures_are_told(found: SignedManifest, reason: str) -> None:
    assert [each[: len(reason)] for each in reasons(found)] == [reason]


def test_a_root_listed_twice_is_one_root() -> None:
    twice = Roots(threshold=2, keys=(A.public.line, f"{A.public.line} again"))
    found = signed(A)
    assert manifest.check(found, there(found), twice, 0) == ("1 of the 1 roots signed, and 2 must",)


def test_every_file_is_listed_and_none_beside() -> None:
    found = signed(A, B)
    lacking = {path: value for path, value in there(found).items() if path != "gate.yaml"}
    assert reasons(found, lacking) == ("gate.yaml is in the manifest, and is not there",)
    assert reasons(found, there(found, **{"calendar.yaml": "3" * 64})) == ("calendar.yaml is not in the manifest",)
    assert reasons(found, there(found, **{"sub/x.yaml": "3" * 64})) == ("sub/x.yaml is not in the manifest",)
    assert reasons(found, there(found, **{"gate.yaml": "3" * 64})) == ("gate.yaml is not what was signed",)
    assert reasons(found, there(found, **{"README.md": "3" * 64})) == ()


def test_a_manifest_cannot_list_itself_or_its_history() -> None:
    found = signed(A, B, files={**FILES, "README.md": "f" * 64, "history/1.json": "e" * 64})
    assert reasons(found) == ("README.md cannot be listed", "history/1.json cannot be listed")


def test_an_older_one_is_refused_and_another_of_the_same_version() -> None:
    found = signed(A, B)
    assert reasons(found, least=3) == ()
    assert reasons(found, least=4) == ("the manifest is version 3, and version 4 was seen already",)
    seen = manifest.digest(signed(A, B, files={"gate.yaml": "9" * 64}))
    assert manifest.check(found, there(found), ROOTS, 3, seen) == ("another manifest of version 3 was seen already",)
    assert manifest.check(found, there(found), ROOTS, 3, manifest.digest(signed(A, C))) == ()


def test_its_copy_must_be_the_same_to_the_octet() -> None:
    found = signed(A, B)
    assert reasons(found, there(found, **{"history/3.json": "0" * 64})) == (
        "history/3.json differs from manifest.json",
    )
    lacking = {path: value for path, value in there(found).items() if not path.startswith("history/")}
    assert reasons(found, lacking) == ("history/3.json is missing",)


def test_all_reasons_are_told_at_once() -> None:
    assert len(reasons(signed(A), {"gate.yaml": "3" * 64}, least=9)) == 5


def test_demo_keys_are_roots_in_the_sandbox_only() -> None:
    found = demo.signed_manifest(Manifest(version=1, files=FILES))
    assert manifest.check(found, there(found), demo.roots(), 0) == ()
    real = demo.roots().model_copy(update={"demo": False})
    told = manifest.check(found, there(found), real, 0)
    assert [each.partition(":")[0] for each in told] == ["demo-key"] * 3


def test_a_root_that_is_no_key_is_told() -> None:
    found = signed(A, B)
    broken = Roots(threshold=1, keys=("ssh-ed25519 AAAA",))
    assert manifest.check(found, there(found), broken, 0) == (
        "the key is damaged: it ends in the middle of its algorithm",
    )
