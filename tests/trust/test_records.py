from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sluse.demo.signers import DemoSigner, maintainer, reviewer, signed
from sluse.model.names import Environment
from sluse.model.records import SignedSpec
from sluse.model.statement import MANIFEST_NAMESPACE, Statement, StatementType, namespace
from sluse.trust.records import signers
from sluse.trust.sshsig import BadSignature
from worlds.ssh import SshKeygen

ALM, FURU = reviewer("alm"), reviewer("furu")


def statement(signer: DemoSigner = ALM, kind: StatementType = StatementType.ACKNOWLEDGEMENT) -> Statement:
    return Statement(
        type=kind,
        version=1,
        repository="integrations.sluse.example",
        environment=Environment.PRODUCTION,
        subject="fjordlegen.journal",
        issued_at=datetime(2027, 1, 4, 9, 0, tzinfo=UTC),
        signer=signer.key_id,
        nonce="a" * 22,
    )


@pytest.mark.parametrize("kind", StatementType)
def test_each_type_is_signed_in_its_namespace_and_ssh_keygen_agrees(kind: StatementType, ssh_keygen: SshKeygen) -> None:
    spec = signed(statement(kind=kind), ALM)
    assert signers(spec) == (ALM.public,)
    message = spec.statement.signed_bytes
    assert ssh_keygen.accepts(spec.signatures[0], ALM.line, namespace=namespace(kind), message=message)


def test_no_two_purposes_share_a_namespace_save_those_in_one_chain() -> None:
    chained = {kind for kind in StatementType if namespace(kind) == "decision@sluse.nhn.no"}
    others = [namespace(kind) for kind in StatementType if kind not in chained]
    assert len({*others, "decision@sluse.nhn.no", MANIFEST_NAMESPACE}) == len(others) + 2
    assert chained.isdisjoint(
        {StatementType.SUBMISSION, StatementType.TERMS, StatementType.KEYS, StatementType.SUSPENSION}
    )


def test_a_signature_for_one_type_counts_for_no_other() -> None:
    as_terms = signed(statement(kind=StatementType.TERMS), ALM)
    moved = SignedSpec(statement=statement(), signatures=as_terms.signatures)
    with pytest.raises(BadSignature, match=r"made for 'terms@sluse\.nhn\.no'"):
        signers(moved)


def test_the_signer_comes_first_and_others_may_follow() -> None:
    assert signers(signed(statement(), ALM, FURU)) == (ALM.public, FURU.public)
    with pytest.raises(BadSignature, match=f"the statement says {ALM.key_id}".replace("+", r"\+")):
        signers(signed(statement(), FURU, ALM))


def test_nobody_signs_twice() -> None:
    with pytest.raises(BadSignature, match="signed twice"):
        signers(signed(statement(), ALM, ALM))


def test_one_bad_signature_spoils_the_record_each_time_it_is_asked() -> None:
    good, bad = signed(statement(), ALM), signed(statement(maintainer("fjordlegen")), FURU)
    spoilt = SignedSpec(statement=good.statement, signatures=(*good.signatures, *bad.signatures))
    for _ in range(2):
        with pytest.raises(BadSignature, match="over this text"):
            signers(spoilt)


def test_a_statement_changed_after_it_was_signed_has_no_signers() -> None:
    spec = signed(statement(), ALM)
    changed = spec.statement.model_copy(update={"subject": "fjordlegen.meldinger"})
    with pytest.raises(BadSignature, match="over this text"):
        signers(SignedSpec(statement=changed, signatures=spec.signatures))
