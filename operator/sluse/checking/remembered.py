"""What is remembered of one folder: what it declares, what was found in it, and the answers that this rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sluse.checking import wire
from sluse.checking.verdict import Verdict
from sluse.model.problem import Problem
from sluse.rules.world import Answer, Answers, Declared, Question

_FOREIGN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What reading a text raises that was not packed here."""
_MOST = 1 << 31


@dataclass(frozen=True)
class Remembered:
    """One folder's part of a verdict. It holds in every world that gives the same answers (`world.outdated`)."""

    declared: Declared
    verdict: Verdict
    answers: Answers


def packed(folder: Remembered) -> bytes:
    """Return it as text."""
    verdict = folder.verdict
    made = {
        "declared": asdict(folder.declared),
        "problems": [wire.wire(problem) for problem in verdict.problems],
        "readable": verdict.readable,
        "counts": dict(verdict.counts),
        "answers": [[question.value, about, answer] for (question, about), answer in folder.answers.items()],
    }
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")


def unpacked(text: bytes) -> Remembered | None:
    """Return what was packed; None for any other text."""
    try:
        data = json.loads(text.decode(errors="surrogatepass"))
        declared = data["declared"]
        return Remembered(
            Declared(
                _by_slug(declared["numbers"]),
                _by_slug(declared["domains"]),
                _by_slug(declared["providers"]),
                _texts(declared["services"]),
                _texts(declared["unreadable"]),
            ),
            Verdict(_problems(data["problems"]), _count(data["readable"]), _counts(data["counts"])),
            {(Question(question), str(about)): _texts(answer) for question, about, answer in data["answers"]},
        )
    except _FOREIGN:
        return None


def packed_problems(problems: tuple[Problem, ...]) -> bytes:
    """Return problems as text."""
    return json.dumps([wire.wire(problem) for problem in problems]).encode()


def unpacked_problems(text: bytes) -> tuple[Problem, ...] | None:
    """Return the problems that were packed; None for any other text."""
    try:
        return _problems(json.loads(text))
    except _FOREIGN:
        return None


def _problems(data: Any) -> tuple[Problem, ...]:
    return tuple(wire.problem(each) for each in data)


def _counts(data: Any) -> Mapping[str, int]:
    return {str(name): _count(each) for name, each in data.items()}


def _count(data: Any) -> int:
    if not isinstance(data, int) or not 0 <= data < _MOST:
        raise ValueError(data)
    return data


def _by_slug(data: Any) -> Mapping[str, Answer]:
    return {str(slug): _texts(each) for slug, each in data.items()}


def _texts(data: Any) -> Answer:
    return tuple(str(each) for each in data)
