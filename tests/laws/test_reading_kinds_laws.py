"""Laws of reading for the kinds beside services and for records: both ways agree, and what is written is read back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from laws import kinds
from laws.strategies import Held, service_integrations
from sluse.catalog import fast, nodes
from sluse.catalog.document import Reading, read, read_fast, read_slowly
from sluse.catalog.layout import Spot, spot
from sluse.catalog.reader import Reader
from sluse.catalog.yaml import dump, plain
from sluse.model import digests
from sluse.model.envelope import Document
from sluse.model.evidence import Evidence
from sluse.model.problem import Severity
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.service_integration import ServiceIntegration
from sluse.rules.table import BY_ID

GOOD = Path(__file__).parent.parent / "fixtures" / "good" / "integrations" / "fjordlegen"
DECISION = (GOOD / "decisions" / "timebok" / "2-acceptance.yaml").read_text(encoding="utf-8")
EVIDENCE = (GOOD / "acceptance" / "timebok-2027" / "web.json").read_text(encoding="utf-8")
SIGNATURE = "- |\n  -----BEGIN SSH SIGNATURE-----\n  {}\n  -----END SSH SIGNATURE-----\n"

relaxed = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
documents = kinds.identity_providers() | kinds.client_installations() | kinds.user_organisations()
records = kinds.decisions() | kinds.acceptance_tests()


def place(path: str) -> Spot:
    return spot(f"integrations/{kinds.ORGANISATION}/{path}", "integrations")


def where(document: Document) -> Spot:
    name = document.metadata.name
    if isinstance(document, Decision):
        return place(f"decisions/journal/{name.removeprefix('journal-')}.yaml")
    return place(f"acceptance/{name}/acceptance-test.yaml" if isinstance(document, AcceptanceTest) else "file.yaml")


def agree(quick: Reading | None, slow: Reading) -> None:
    assert slow.problems == ()
    assert slow.document is not None
    if quick is not None:
        assert quick.document is not None
        assert quick.document.content == slow.document.content


@relaxed
@given(documents | records)
def test_a_written_document_is_read_back_by_either_way(document: Document) -> None:
    content = dump(document.wire()).encode()
    slow = read_slowly(where(document), content)
    agree(read_fast(where(document), content), slow)
    assert slow.document is not None
    assert slow.document.content == document


@relaxed
@given(kinds.evidence())
def test_evidence_is_read_back_with_the_digest_of_its_bytes(evidence: Evidence) -> None:
    content = json.dumps(evidence.wire(), ensure_ascii=False, indent=2).encode()
    spotted = place("acceptance/spring/web.json")
    slow = read_slowly(spotted, content)
    agree(read_fast(spotted, content), slow)
    assert slow.document is not None
    assert slow.document.content.evidence == evidence
    assert slow.document.content.digest == hashlib.sha256(content).hexdigest()


@relaxed
@given(service_integrations())
def test_what_digests_make_is_an_accepted_file_and_any_other_byte_is_not(document: ServiceIntegration) -> None:
    content = digests.canonical({**digests.tested(document), "integration": f"{kinds.ORGANISATION}.journal"})
    spotted = place(f"accepted/{hashlib.sha256(content).hexdigest()}.json")
    agree(read_fast(spotted, content), read_slowly(spotted, content))
    for other in (content + b"\n", content[:-1], content.replace(b":", b": ", 1), b""):
        reading = read(spotted, other)
        assert reading.document is None
        assert reading.problems


@settings(relaxed, max_examples=150)
@given(st.data())
def test_a_damaged_record_is_read_alike_or_not_at_all(data: st.DataObject) -> None:
    text = DECISION
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        piece = data.draw(
            st.sampled_from(["", " ", "\n", "|", "- ", ": ", "#", "0", "e", "'", "-----END", "  ", "a: b\n"])
        )
        text = text[:at] + piece + text[at + data.draw(st.integers(0, 6)) :]
    alike(text)
    reading = read(place("decisions/timebok/2-acceptance.yaml"), text.encode())
    errors = [problem for problem in reading.problems if problem.severity is Severity.ERROR]
    assert (reading.document is None) == bool(errors)
    assert {problem.holds for problem in errors} <= {"fjordlegen.timebok"}
    assert {problem.rule for problem in reading.problems} <= BY_ID.keys()


FILES = {
    path.relative_to(GOOD.parents[1]).as_posix(): path.read_bytes()
    for path in GOOD.parent.rglob("*")
    if path.is_file() and path.name != "README.md"
}


@relaxed
@given(st.permutations(sorted(FILES)))
def test_a_tree_with_every_kind_is_read_the_same_in_any_order(order: list[str]) -> None:
    assert Reader().tree(Held(FILES, order)) == Reader().tree(Held(FILES))


@relaxed
@given(st.sampled_from(sorted(FILES)), st.binary(max_size=40) | st.just(b"a: [b") | st.just(b"{}"))
def test_damage_to_a_record_leaves_the_rest_and_a_decision_holds_its_integration(path: str, damage: bytes) -> None:
    before, after = Reader().tree(Held(FILES)), Reader().tree(Held({**FILES, path: damage}))
    assert after.unreadable == {path.split("/")[1]}
    assert after.readable == before.readable - 1
    held = {problem.holds for problem in after.problems}
    if "/decisions/" in path:
        assert held == {"fjordlegen" if "_organisation" in path else "fjordlegen.timebok"}


CODE = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"


@settings(relaxed, max_examples=300)
@given(st.text("01234567890123456789eb_-x", min_size=22, max_size=64) | st.text(CODE, min_size=22, max_size=64))
@example("0b0101010101010101010101")
@example("1234567890123456789012e5")
@example("1_000_000_000_000_000_000_000")
@example("0x0123456789abcdef01234567")
def test_a_code_without_quotes_is_text_to_every_reader_or_in_doubt(code: str) -> None:
    text = f"a: {code}\nb:\n  - {code}\n"
    try:
        quick = fast.read_yaml(text)
    except fast.Doubt:
        return
    assert quick == plain(text)
    alike(text)
    if code[0].isdigit():
        assert quick == {"a": code, "b": [code]}


@pytest.mark.parametrize(
    "text",
    [
        f"a:\n{SIGNATURE.format('AAAA')}b: c\n",
        f"a:\n{SIGNATURE.format('AAAA')}\n\nb: c\n",
        f"a:\n{SIGNATURE.format('AAAA')}  b: c\n",
        f"a:\n{SIGNATURE.format('AAAA')}  # c\nb: c\n",
        f"a:\n{SIGNATURE.format('AAAA').replace('|', '|-')}b: c\n",
        f"a:\n{SIGNATURE.format('AAAA').replace('|', '|+')}b: c\n",
        f"a:\n{SIGNATURE.format('AAAA').replace('|', '|2')}b: c\n",
        f"{SIGNATURE.format('0123')}{SIGNATURE.format('12=')}",
    ],
)
def test_a_signature_is_read_alike(text: str) -> None:
    alike(text)


def test_records_as_the_commands_write_them_go_the_fast_way() -> None:
    """The laws of agreement would be empty if nothing were accepted."""
    assert read_fast(place("decisions/timebok/2-acceptance.yaml"), DECISION.encode()) is not None
    assert read_fast(place("acceptance/timebok-2027/web.json"), EVIDENCE.encode()) is not None


def alike(text: str) -> None:
    try:
        quick = fast.read_yaml(text)
    except fast.Doubt:
        return
    root, faults = nodes.compose(text)
    assert faults == []
    doubts: list[Any] = []
    assert (nodes.value(root, doubts) if root is not None else None) == quick
    assert doubts == []
