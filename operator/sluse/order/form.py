"""A form: which questions there are, which of them are open, and the documents that the answers become."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sluse.model.envelope import Document
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import API_VERSION
from sluse.model.organisation import Organisation
from sluse.model.service_integration import ServiceIntegration
from sluse.order import organisation, provider, service
from sluse.order.question import Answer, Answers, Question, one
from sluse.words.said import say

_STEP = re.compile(r"([A-Za-z]+)|\[(\d+)\]")

WHO = Question(
    id="organisation",
    field="metadata.organisation",
    asks=say("Short name of the organisation, its folder (a-z, 0-9 and -)"),
    example="varden",
)
NAME = Question(
    id="name", field="metadata.name", asks=say("Short name of what is ordered (a-z, 0-9 and -)"), example="laboratorium"
)


@dataclass(frozen=True)
class Form:
    """What is ordered. `client` names the client that needs a key pair, where there is one."""

    model: type[Document]
    questions: tuple[Question, ...]
    spec: Callable[[Answers], Mapping[str, object]]
    client: Callable[[Answers], str] | None = None

    def document(self, answers: Answers) -> dict[str, Any]:
        """Return the document as far as it is answered; where a question is open, its example stands."""
        name = one(answers, NAME.id) or NAME.example
        return _document(self.model, self.questions, self.spec, answers, name)


def organisation_document(answers: Answers) -> dict[str, Any]:
    """Return the file of an organisation that has none yet."""
    slug = one(answers, WHO.id) or WHO.example
    return _document(Organisation, organisation.QUESTIONS, organisation.spec, answers, slug)


def open_questions(questions: tuple[Question, ...], answers: Mapping[str, Answer | None]) -> Iterator[Question]:
    """Yield what is neither answered nor passed over, in order; what applies may change with each answer."""
    given = {key: value for key, value in answers.items() if value is not None}
    yield from (each for each in questions if each.id not in answers and each.applies(given))


FORMS: Mapping[str, Form] = {
    "service": Form(ServiceIntegration, service.QUESTIONS, service.spec, service.client_of),
    "identity-provider": Form(IdentityProvider, provider.QUESTIONS, provider.spec),
}


def _document(
    model: type[Document],
    questions: tuple[Question, ...],
    spec: Callable[[Answers], Mapping[str, object]],
    answers: Answers,
    name: str,
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": model.__name__,
        "metadata": {"name": name, "organisation": one(answers, WHO.id) or WHO.example},
        "spec": spec(answers),
    }
    for question in questions:
        value = question.value(answers) if question.applies(answers) and not question.derived else None
        if value is not None:
            _put(made, question.field, value)
    return made


def _put(document: dict[str, Any], field: str, value: object) -> None:
    """Set the value of `spec.clients[0].scopes`, making the groups on the way; a list on the way is there already."""
    steps = [name or int(index) for name, index in _STEP.findall(field)]
    group: Any = document
    for step in steps[:-1]:
        group = group.setdefault(step, {}) if isinstance(step, str) else group[step]
    group[steps[-1]] = value
