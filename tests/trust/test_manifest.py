from __future__ import annotations

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
FILES = {"policies/gate.yaml": "1" * 64, "policies/reviewers.yaml": "2" * 64}


def signed(
    *by: Signer, version: int = 3, files: Mapping[str, str] = FILES, purpose: str = MANIFEST_NAMESPACE
) -> SignedManifest:
    said = Manifest(version=version, files=files)
    message = canonical(said.wire())
    return SignedManifest(
        manifest=said, signatures=tuple(each.parts(message, namespace=purpose).armoured for each in by)
    )


def reasons(found: SignedManifest, digests: Mapping[str, str] | None = None, least: int = 0) -> tuple[str, ...]:
    return manifest.check(found, found.manifest.files if digests is None else digests, ROOTS, least)


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
    assert manifest.check(found, found.manifest.files, twice, 0) == ("1 of the 1 roots signed, and 2 must",)


def test_every_file_is_listed_and_none_beside() -> None:
    found, gate = signed(A, B), "policies/gate.yaml"
    lacking = {path: value for path, value in FILES.items() if path != gate}
    assert reasons(found, lacking) == (f"{gate} is in the manifest, and is not there",)
    more = {**FILES, "policies/calendar.yaml": "3" * 64}
    assert reasons(found, more) == ("policies/calendar.yaml is not in the manifest",)
    assert reasons(found, {**FILES, gate: "3" * 64}) == (f"{gate} is not what was signed",)


def test_an_older_one_is_refused_and_another_of_the_same_version() -> None:
    found = signed(A, B)
    assert reasons(found, least=3) == ()
    assert reasons(found, least=4) == ("the manifest is version 3, and version 4 was seen already",)
    seen = manifest.digest(signed(A, B, files={"policies/gate.yaml": "9" * 64}))
    assert manifest.check(found, found.manifest.files, ROOTS, 3, seen) == (
        "another manifest of version 3 was seen already",
    )
    assert manifest.check(found, found.manifest.files, ROOTS, 3, manifest.digest(signed(A, C))) == ()


def test_all_reasons_are_told_at_once() -> None:
    assert len(reasons(signed(A), {"policies/gate.yaml": "3" * 64}, least=9)) == 4


def test_demo_keys_are_roots_in_the_sandbox_only() -> None:
    found = demo.signed_manifest(Manifest(version=1, files=FILES))
    assert manifest.check(found, found.manifest.files, demo.roots(), 0) == ()
    real = demo.roots().model_copy(update={"demo": False})
    told = manifest.check(found, found.manifest.files, real, 0)
    assert [each.partition(":")[0] for each in told] == ["demo-key"] * 3


def test_a_root_that_is_no_key_is_told() -> None:
    found = signed(A, B)
    broken = Roots(threshold=1, keys=("ssh-ed25519 AAAA",))
    assert manifest.check(found, found.manifest.files, broken, 0) == (
        "the key is damaged: it ends in the middle of its algorithm",
    )
