"""A draft: the files that the answers become, judged as `sluse check` judges them once they lie there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sluse.catalog.excerpts import with_excerpts
from sluse.catalog.files import INTEGRATIONS, Files
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.catalog.yaml import dump
from sluse.checking import part
from sluse.checking.over import Over
from sluse.model.envelope import Document
from sluse.model.names import API_VERSION
from sluse.model.organisation import Organisation
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Problem
from sluse.model.value import SLUG
from sluse.order.form import NAME, WHO, Form, organisation_document
from sluse.order.question import Answers, Question, one
from sluse.rules.judge import check

_SCHEMA = "# yaml-language-server: $schema=../schema.json\n"


class Desk:
    """Where a draft is judged: among the files that are there. What was read once is remembered."""

    def __init__(self, root: Path, policies: PolicyFiles | None) -> None:
        self.root = root
        self.policies = policies
        self._reader = Reader()

    def is_known(self, slug: str) -> bool:
        """Whether the organisation has its file already."""
        return bool(slug) and (self.root / INTEGRATIONS / slug / "organisation.yaml").is_file()

    def problems(self, files: Mapping[str, bytes]) -> tuple[Problem, ...]:
        """Return what is wrong with these files, and with no other."""

        def opened(only: Collection[str] | None) -> Files:
            return Over(WorkTree(self.root, INTEGRATIONS, only=only), files)

        only = frozenset(path.split("/")[1] for path in files)
        tree = part.read(self._reader, opened, INTEGRATIONS, only, self.policies)
        found = [problem for problem in check(tree, self.policies) if problem.place.path in files]
        return with_excerpts(tree, found, self.policies)


@dataclass(frozen=True)
class Draft:
    """The answers so far to one form. `is_known`: the organisation has its file already."""

    form: Form
    answers: Answers
    is_known: bool

    @property
    def name(self) -> str:
        """`<organisation>.<name>`."""
        return f"{one(self.answers, WHO.id)}.{one(self.answers, NAME.id)}"

    def files(self) -> dict[str, bytes]:
        """Return path -> content, with examples where a question is open."""
        return {path: _text(made) for path, _, made in self._documents()}

    def finished(self) -> dict[str, bytes]:
        """Return path -> content as it is written: in the models' order, defaults left out. Every question is answered."""
        return {
            path: _text(
                {"apiVersion": API_VERSION, "kind": made["kind"]} | _typed(model.model_validate(made).wire(), made)
            )
            for path, model, made in self._documents()
        }

    def _documents(self) -> Iterator[tuple[str, type[Document], dict[str, Any]]]:
        folder = f"{INTEGRATIONS}/{one(self.answers, WHO.id) or WHO.example}"
        if not self.is_known:
            yield f"{folder}/organisation.yaml", Organisation, organisation_document(self.answers)
        made = self.form.document(self.answers)
        name = made["metadata"]["name"]
        # What is no name makes no path either: it is refused where it stands, in the document.
        yield f"{folder}/{name if re.fullmatch(SLUG, name) else NAME.example}.yaml", self.form.model, made


def about(question: Question, problems: Sequence[Problem], before: Sequence[Problem]) -> list[Problem]:
    """Return what is wrong with the answer to a question: at its field, or new and of the file as a whole."""
    known = {(problem.rule, problem.message) for problem in before}
    found = {
        (problem.rule, problem.message): problem
        for problem in problems
        if _is_at(problem.path, question.field) or (not problem.path and (problem.rule, problem.message) not in known)
    }
    return list(found.values())


def _is_at(path: str, field: str) -> bool:
    return path == field or path.startswith((f"{field}.", f"{field}["))


def _typed(wire: Any, made: Any) -> Any:
    """Return the wire form with the values as they were typed: a model writes 08:00 as 08:00:00."""
    if isinstance(wire, dict):
        return {name: _typed(value, made[name]) for name, value in wire.items()}
    if isinstance(wire, list):
        return [_typed(value, each) for value, each in zip(wire, made, strict=True)]
    return made


def _text(document: Mapping[str, object]) -> bytes:
    return (_SCHEMA + dump(document)).encode()
