"""Rooms whose sentences reach people say them with `say`: one that is written out would be English for ever."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

OPERATOR = Path(__file__).parents[2] / "operator" / "sluse"
TALKING = (
    "acceptance",
    "approve",
    "asking",
    "check",
    "confirming",
    "deciding",
    "explain",
    "gate",
    "help",
    "lang",
    "ledger",
    "network",
    "new",
    "policies",
    "preview",
    "reject",
    "retire",
    "status",
    "suspend",
    "verify",
)
"""Commands that have --lang, and what they share."""
TELLING = sorted(
    path
    for place in (
        "acceptance",
        "catalog",
        *(f"cli/{name}.py" for name in TALKING),
        "checking",
        "gate",
        "order",
        "plan/preview",
        "registrar/http",
        "signing",
        "trust",
        "delivery/acceptance_run.py",
        "delivery/deciding",
        "delivery/previewing",
        "delivery/verdicts.py",
        "delivery/verifying",
        "delivery/explanation.py",
        "delivery/policy.py",
        "delivery/checkout.py",
        "delivery/record_commit.py",
        "delivery/sealing.py",
        "network/derive.py",
        "network/export.py",
        "network/scope.py",
        "ledger/overview.py",
        "notify/message.py",
    )
    for path in ([OPERATOR / place] if place.endswith(".py") else (OPERATOR / place).rglob("*.py"))
)
SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
SAYS = {"say", "counted"}
REFUSING = {"fail", "UsageError", "BadParameter"}
"""How click refuses a command line, which it does in English."""
NOT_TOLD = {
    "ValueError",
    "cast",
    "compile",
    "execute",
    "executemany",
    "startswith",
    "removeprefix",
    "Malformed",
    *REFUSING,
}
"""Programming errors, types, patterns, what is asked of SQLite, and what is looked for in the words of others."""
HELP = {"help", "short_help", "metavar"}
"""Arguments of options: `--help` is in the catalogue by its paragraphs, see `tests/golden/words.py`."""
CONSTANTS = {"CHECKS", "_EFFECT", "MARKER", "LABELS", "_SETTINGS", "_README"}
"""Tables whose texts are translated by themselves, or told to nobody, what git is configured with, and an exported file."""
NAMES = {
    "last member",
    "reserved part",
    "hash algorithm",
    "release desk",
    "only a client has keys",
    " (English below.)",
    "acceptance test",
    "symbolic link",
    "does not support shallow",
    "couldn't find remote ref",
    "key derivation",
    "public half",
    "no answer",
    "  sluse new ",
    "Submit the acceptance test ",
    "Sign version ",
    " of policies/",
    "\n\\ No newline at end of file\n",
}
"""Parts of a signature or a key file, what the form writes into a file, a failed assertion, what stands in a mail in both
languages, names of kinds, git's own words, what a log and a commit say, a command to copy, and the form of a unified diff."""


def written_out(source: str) -> Iterator[str]:
    """Yield the sentences of a module that nothing can translate."""
    yield from _of(ast.parse(source))


def _of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SAYS | NOT_TOLD:
            return
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]) if name in CONSTANTS:
            return
        case ast.Expr(value=ast.Constant()) | ast.Compare():
            return  # a docstring; what is looked for
        case ast.keyword(arg=name) if name in HELP:
            return
        case ast.Dict():
            yield from (sentence for value in node.values for sentence in _of(value))
            return  # a key is looked up
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
