"""Rooms whose sentences reach people say them with `say`: one that is written out would be English for ever."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

OPERATOR = Path(__file__).parents[2] / "operator" / "sluse"
TELLING = sorted(
    path
    for place in (
        "gate",
        "trust",
        "order",
        "plan/preview",
        "delivery/previewing",
        "delivery/verdicts.py",
        "delivery/explanation.py",
        "delivery/policy.py",
        "delivery/checkout.py",
        "ledger/overview.py",
        "notify/message.py",
        *(f"acceptance/{name}.py" for name in ("live", "published", "published_keys", "fetch", "places", "reach")),
    )
    for path in ([OPERATOR / place] if place.endswith(".py") else (OPERATOR / place).rglob("*.py"))
)
SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
SAYS = {"say", "counted"}
NOT_TOLD = {"ValueError", "compile"}
"""Programming errors, and patterns."""
CONSTANTS = {"CHECKS", "_EFFECT", "MARKER", "LABELS"}
"""Tables whose texts are translated by themselves, or told to nobody."""
NAMES = {
    "last member",
    "reserved part",
    "hash algorithm",
    "release desk",
    "only a client has keys",
    " (English below.)",
}
"""Parts of a signature, what the form writes into a file, a failed assertion, and what stands in a mail in both languages."""


def written_out(source: str) -> Iterator[str]:
    """Yield the sentences of a module that nothing can translate."""
    yield from _of(ast.parse(source))


def _of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in SAYS | NOT_TOLD:
            return
        case ast.Call(func=ast.Attribute(attr=name)) if name in NOT_TOLD:
            return
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]) if name in CONSTANTS:
            return
        case ast.Expr(value=ast.Constant()):
            return  # a docstring
        case ast.JoinedStr():
            texts = (each.value for each in node.values if isinstance(each, ast.Constant))
            yield from (str(each) for each in texts if SENTENCE.search(str(each)) and each not in NAMES)
        case ast.Constant(value=str(text)) if SENTENCE.search(text) and text not in NAMES:
            yield text
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
            yield from _of(child)


@pytest.mark.parametrize("path", TELLING, ids=lambda path: str(path.relative_to(OPERATOR)))
def test_no_sentence_is_written_out_that_people_are_told(path: Path) -> None:
    assert list(written_out(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "wrong", ['return "it is late"', 'yield f"{who} must act"', 'Reason("Late", f"it is {late} now", on)']
)
def test_one_that_is_written_out_is_found(wrong: str) -> None:
    assert len(list(written_out(wrong))) == 1
