"""Laws of reading: nothing crashes it, the fast way and the slow way agree, and what is written is read back."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from laws.strategies import Held, lines, organisations, service_integrations, trees, wire, written
from sluse.catalog import fast, nodes
from sluse.catalog.document import read, read_fast, read_slowly
from sluse.catalog.layout import spot
from sluse.catalog.reader import Reader
from sluse.catalog.yaml import dump, plain
from sluse.model.organisation import Organisation
from sluse.model.problem import Severity
from sluse.model.service_integration import ServiceIntegration
from sluse.rules.judge import check
from sluse.rules.table import BY_ID

GOOD = Path(__file__).parent.parent / "fixtures" / "good" / "integrations" / "fjordlegen"
DOCUMENT = spot("integrations/fjordlegen/journal-web.yaml", "integrations")
KEYS = spot("integrations/fjordlegen/keys/journal-web/web.test.jwks.json", "integrations")
JOURNAL = (GOOD / "journal-web.yaml").read_text()
KEY_FILE = (GOOD / "keys/journal-web/web.test.jwks.json").read_text()

relaxed = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
thorough = settings(relaxed, max_examples=150)

# Pieces that YAML readers are known to disagree about, and those that glue them into something readable.
PIECES = (
    *("a", "b: ", "no", "on", "~", "null", "true", "0123", "1_000", "1:30", "0x1f", "1e3", ".5", "2026-12-01"),
    *(" ", "  ", "\n", "\n  ", "\n- ", "- ", ": ", ":", ",", ", ", "#", " # c", "'", '"', "[", "]", "{", "}", "|", ">"),
    *("&a ", "*a", "!t ", "? ", "---\n", "...\n", "%", "<<: ", "\\", "\\x41", "\t", "\r\n", "æ", "\u00a0", "\u2028"),
)
snippets = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """A text with a few pieces put in, or taken out, anywhere."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(PIECES) | st.just("")) + text[at + draw(st.integers(0, 4)) :]
    return text


@thorough
@given(st.binary(max_size=200) | snippets.map(str.encode) | damaged(JOURNAL).map(str.encode))
@example(b"")
@example(b"[" * 60_000)
@example(b"- " * 30_000)
@example(b'{"a":' * 10_000)
@example(b"a: " + b"9" * 5_000)
def test_any_bytes_are_a_document_or_a_problem(content: bytes) -> None:
    for place in (DOCUMENT, KEYS):
        reading = read(place, content)
        errors = [problem for problem in reading.problems if problem.severity is Severity.ERROR]
        assert (reading.document is None) == bool(errors)
        assert {problem.rule for problem in reading.problems} <= BY_ID.keys()
        assert bool(errors) == ("fjordlegen" in reading.claims)


@thorough
@given(snippets | damaged(JOURNAL))
@example("a: x\n  - y\n")
@example("a:\n- b\n-  c: d\n   e: f\n")
@example("- - a\n  - b\n- c: 'd'\n")
@example("a: [b:c, 'd', \"e\"]\nf: {g: h}\n")
@example("a: b#c\nd: e # f\n# g\n")
@example("a: b\n c: d\n")
@example("a:\n b\n")
def test_what_the_fast_reader_accepts_the_slow_one_reads_the_same(text: str) -> None:
    try:
        quick = fast.read_yaml(text)
    except fast.Doubt:
        return
    root, faults = nodes.compose(text)
    assert faults == []
    doubts: list[Any] = []
    assert (nodes.value(root, doubts) if root is not None else None) == quick
    assert doubts == []


@relaxed
@given(damaged(KEY_FILE) | snippets)
@example('{"keys": [], "keys": []}')
@example('{"keys": [{"kty": 12345678901234567890}]}')
@example('{"keys": [{"kty": "\\ud83d\\ude00"}]}')
@example('{"keys": [{"kty": NaN}]}')
@example(KEY_FILE.replace("  ", "\t"))
@example(KEY_FILE.replace('":', '"\n \t\n:'))
@example(f"\t{KEY_FILE}")
def test_a_key_file_that_the_fast_way_accepts_the_slow_one_reads_the_same(text: str) -> None:
    quick = read_fast(KEYS, text.encode())
    if quick is not None and quick.document is not None:
        slow = read_slowly(KEYS, text.encode())
        assert slow.problems == ()
        assert slow.document is not None
        assert slow.document.content == quick.document.content


@relaxed
@given(service_integrations())
def test_a_written_integration_is_read_back_by_either_way(document: ServiceIntegration) -> None:
    slug = document.metadata.organisation
    place = spot(f"integrations/{slug}/x.yaml", "integrations")
    slow = read_slowly(place, written(document))
    assert slow.problems == ()
    assert slow.document is not None
    assert slow.document.content == document
    quick = read_fast(place, written(document))
    assert quick is None or (quick.document is not None and quick.document.content == document)


@relaxed
@given(organisations())
def test_a_written_organisation_is_read_back(document: Organisation) -> None:
    reading = read(
        spot(f"integrations/{document.metadata.organisation}/organisation.yaml", "integrations"), written(document)
    )
    assert reading.document is not None
    assert reading.document.content == document


@relaxed
@given(service_integrations())
def test_what_is_written_means_the_same_to_a_reader_of_yaml_1_1(document: ServiceIntegration) -> None:
    assert yaml.safe_load(dump(wire(document))) == wire(document)


@relaxed
@given(
    st.dictionaries(
        lines, lines | st.integers(-(10**9), 10**9) | st.booleans() | st.none() | st.lists(lines), max_size=5
    )
)
def test_any_text_survives_being_written(document: dict[str, object]) -> None:
    text = dump(document)
    assert plain(text) == document
    root, faults = nodes.compose(text)
    assert faults == []
    assert root is not None
    doubts: list[Any] = []
    assert nodes.value(root, doubts) == document
    assert doubts == []


@settings(relaxed, max_examples=15)
@given(trees(), st.randoms(use_true_random=False))
def test_a_tree_is_read_the_same_in_any_order_and_breaks_no_rule(
    files: dict[str, bytes], shuffler: random.Random
) -> None:
    order = list(files)
    shuffler.shuffle(order)
    tree, again = Reader().tree(Held(files)), Reader().tree(Held(files, order))
    assert tree == again
    problems = [
        problem for problem in check(tree) if problem.rule not in {"ambiguous-value", "sub-units-of-multi-tenant"}
    ]
    assert problems == []


@settings(relaxed, max_examples=15)
@given(trees(), st.data())
def test_damage_to_one_file_leaves_every_other_organisation_as_it_was(
    files: dict[str, bytes], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(sorted(files)))
    broken = {**files, path: data.draw(st.binary(max_size=40) | st.just(b"a: [b"))}
    before, after = Reader().tree(Held(files)), Reader().tree(Held(broken))
    slug = path.split("/")[1]
    others = {key: document.content for key, document in before.integrations.items() if key.organisation != slug}
    assert {key: after.integrations[key].content for key in others} == others
    assert slug in after.unreadable


@relaxed
@given(service_integrations())
def test_every_field_has_a_place_inside_its_file(document: ServiceIntegration) -> None:
    content = written(document)
    reading = read(spot(f"integrations/{document.metadata.organisation}/x.yaml", "integrations"), content)
    assert reading.document is not None
    text = content.decode().split("\n")
    for index, client in enumerate(document.spec.clients):
        place = reading.document.locate(f"spec.clients[{index}].name")
        line = text[place.line - 1][place.column - 1 :]
        assert line.strip("'\"") == client.name


def test_pieces_reach_both_ways() -> None:
    """The law of agreement would be empty if nothing were accepted."""
    with pytest.raises(fast.Doubt):
        fast.read_yaml("a: 0123\n")
    assert fast.read_yaml(JOURNAL)["kind"] == "ServiceIntegration"  # type: ignore[call-overload, index]
