"""Asking the questions of a form on a terminal, and keeping the answers of whoever leaves in the middle.

A way back, since an answer is often seen to be wrong by the next question; and nothing typed is ever lost: what was kept
before is never written over. The file with the answers holds what the order's files would, so no private key.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from sluse.words.said import say

if TYPE_CHECKING:
    from sluse.delivery.checkout import Checkout
    from sluse.model.problem import Problem
    from sluse.order.answers import FilledIn
    from sluse.order.interview import Interview
    from sluse.order.question import Question
    from sluse.words.said import Translate

BACK = "<"


def asked(interview: Interview, given: FilledIn | None, words: Translate, *, interactive: bool) -> bool:
    """Go through the form; return whether every question has an answer. Only on a terminal is anybody asked."""
    from sluse.model.problem import Severity

    whole = True
    if interactive:
        click.echo(
            words(say("{back} goes back to the question before; Ctrl-C leaves, and keeps the answers.", back=BACK)),
            err=True,
        )
    while (question := interview.next) is not None:
        filled_in = given.take(question) if given is not None else ""
        text = filled_in or (_ask(interview, question, words) if interactive else _suggested(interview, question))
        if interactive and text.strip() == BACK:
            if not interview.back():
                click.echo(words(say("  this is the first question")), err=True)
            continue
        found = interview.answer(question, text)
        _tell(
            found,
            words,
            f"{given.place(question)}: {question.id}: " if given and (filled_in or not interactive) else "",
            asked=question.asks if interactive else "",
        )
        if not interactive and any(problem.severity is Severity.ERROR for problem in found):
            whole = False
            interview.answers[question.id] = None
    return whole


@contextmanager
def interrupted_once() -> Iterator[None]:
    """Let the first Ctrl-C end the asking, and no other end what follows it: what was made is taken away, and answers are kept.

    Nor does git hear of the others: a signal that is ignored stays so in what is started.
    """
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # as whatever a shell starts in the background
    if ignored or threading.current_thread() is not threading.main_thread():
        yield
        return

    def heard(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def keep(interview: Interview, given: FilledIn | None, checkout: Checkout, kind: str, words: Translate) -> None:
    """Write the answers so far to a file outside of every repository, and say how to go on with them.

    To them belongs what stands in the file of `given` and was not come to yet.
    """
    from sluse.order.answers import written

    if not any(interview.answers.values()):
        return
    answers = {**(given.texts if given is not None else {}), **interview.answers}
    text = written(answers, interview.form)
    try:
        file = _kept(checkout, interview.draft.name.strip(".") or kind, text)
    except OSError as error:
        reason = say("The answers so far cannot be kept ({reason}). They are:", reason=error.strerror)
        click.echo(f"\n{words(reason)}\n{text}", err=True)
        return
    click.echo("\n" + words(say("The answers so far are in {file}. To go on:", file=file)), err=True)
    click.echo(f"  sluse new {kind} --from {file}", err=True)


def _kept(checkout: Checkout, name: str, text: str) -> Path:
    """Write a file that was not there, for its owner alone, and return where. Raises OSError."""
    folder = Path(click.get_app_dir("sluse"), "orders")
    if checkout.holds(folder):
        folder = Path(tempfile.mkdtemp(prefix="sluse-order-"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = (folder / (f"{name}.{number}.yaml" if number > 1 else f"{name}.yaml") for number in count(1))
    file = next(each for each in files if not os.path.lexists(each))
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:  # noqa: PTH123 - an open handle
        opened.write(text)
    return file


def _ask(interview: Interview, question: Question, words: Translate) -> str:
    default = _suggested(interview, question)
    if question.choices:
        click.echo(f"  {', '.join(question.choices)}", err=True)
    ending = say("may be left out") if question.optional else say("several: space between") if question.many else ""
    asks = f"{words(question.asks)} ({words(ending)})" if ending else words(question.asks)
    return str(click.prompt(asks, default=default, show_default=bool(default), err=True))


def _suggested(interview: Interview, question: Question) -> str:
    suggested = interview.suggestion(question)
    return suggested if isinstance(suggested, str) else " ".join(suggested)


def _tell(found: list[Problem], words: Translate, place: str, *, asked: str) -> None:
    """Say what is wrong with an answer; no hint that is the question itself, which is asked again."""
    from sluse.rules.printing import HINT, SEVERITIES

    for problem in found:
        click.echo(f"  {place}{words(SEVERITIES[problem.severity])} {problem.rule}: {words(problem.message)}", err=True)
        if problem.hint and problem.hint != asked:
            click.echo(f"  {words(HINT)} {words(problem.hint)}", err=True)
