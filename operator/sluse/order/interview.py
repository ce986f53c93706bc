"""Going through a form: the next open question, and what is wrong with an answer as soon as it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sluse.catalog.files import INTEGRATIONS
from sluse.model.problem import Place, Problem, Severity
from sluse.order import organisation
from sluse.order.draft import Desk, Draft, about
from sluse.order.form import NAME, WHO, Form, open_questions
from sluse.order.key_pair import KeyPair, key_pair
from sluse.order.question import Answer, Question, one
from sluse.rules import reading
from sluse.words.said import say


@dataclass
class Interview:
    """The answers so far. An answer with an error is not taken; a warning is told and held against nobody."""

    form: Form
    desk: Desk
    answers: dict[str, Answer | None] = field(default_factory=dict)
    """None: passed over."""
    _judged: tuple[Mapping[str, bytes], tuple[Problem, ...]] | None = field(default=None, repr=False)
    """The files that the answers came to when they were last judged, and what was wrong with them."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """All there may be: those about the organisation only where it has no file."""
        theirs = () if self.desk.is_known(self._slug) or WHO.id not in self.answers else organisation.QUESTIONS
        return (WHO, *theirs, NAME, *self.form.questions)

    @property
    def next(self) -> Question | None:
        """The question to ask now; None at the end."""
        return next(open_questions(self.questions, self.answers), None)

    @property
    def draft(self) -> Draft:
        """What the answers come to."""
        return Draft(self.form, self._given, self.desk.is_known(self._slug))

    def suggestion(self, question: Question) -> Answer:
        """Return what is probably meant, or nothing."""
        return question.suggests(self._given)

    def answer(self, question: Question, text: str) -> list[Problem]:
        """Take an answer, and return what is to say of it; where that is an error it is not taken."""
        given = question.read(text)
        if not given:
            return self._pass_over(question)
        before = self._before()
        self.answers[question.id] = given
        files = self.draft.files()
        after = self.desk.problems(files)
        found = [_here(problem, question) for problem in about(question, after, before)]
        if any(problem.severity is Severity.ERROR for problem in found):
            del self.answers[question.id]
        else:
            self._judged = files, after
        return found

    def back(self) -> bool:
        """Take the last answer away, so that its question is the next; False where none is given."""
        if not self.answers:
            return False
        self.answers.popitem()
        return True

    def files(self) -> tuple[dict[str, bytes], KeyPair | None]:
        """Return the files, with the public half of a new key pair where a client needs one, and the pair."""
        files = self.draft.finished()
        if self.form.client is None:
            return files, None
        pair = key_pair()
        return {**files, self.key_file(): pair.public}, pair

    def key_file(self) -> str:
        """Return the path of the client's key file for test."""
        assert self.form.client is not None, "only a client has keys"
        client = self.form.client(self._given)
        return f"{INTEGRATIONS}/{self._slug}/keys/{one(self._given, NAME.id)}/{client}.test.jwks.json"

    @property
    def private_name(self) -> str:
        """What the file of the private key is called."""
        assert self.form.client is not None, "only a client has keys"
        return f"{self._slug}.{one(self._given, NAME.id)}.{self.form.client(self._given)}.test.private.jwk.json"

    def _before(self) -> tuple[Problem, ...]:
        """Return what is wrong without the next answer: what the last one was judged by, unless a question was passed over since."""
        files = self.draft.files()
        if self._judged is None or self._judged[0] != files:
            self._judged = files, self.desk.problems(files)
        return self._judged[1]

    def _pass_over(self, question: Question) -> list[Problem]:
        if question.optional:
            self.answers[question.id] = None
            return []
        return [reading.MISSING_FIELD.problem(Place(question.id), say("An answer is needed"), hint=question.asks)]

    @property
    def _given(self) -> Mapping[str, Answer]:
        return {key: value for key, value in self.answers.items() if value is not None}

    @property
    def _slug(self) -> str:
        return one(self._given, WHO.id)


def _here(problem: Problem, question: Question) -> Problem:
    """Return a problem as it is told of an answer: where a folder cannot have its name, not all the names that files may have."""
    if problem.rule != reading.FILE_NAME.id:
        return problem
    return replace(problem, hint=say("For example {example}.", example=question.example))
