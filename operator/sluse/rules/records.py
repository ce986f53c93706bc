"""Signed records: that a statement has the one group its type has, and is about what its path says.

Whether a signature is good, and whether its signer may say so, is for `sluse.trust` and the gate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sluse.model.names import Digest
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.statement import GROUP_OF, Statement, StatementType, Verdict
from sluse.model.tree import Sourced
from sluse.rules.rule import Certainty, DocumentRule, Finding, TreeRule
from sluse.rules.shown import shown
from sluse.rules.survey import Source, Survey
from sluse.words.said import say

Record = AcceptanceTest | Decision
_STATEMENT = "spec.statement"


def group(record: Record) -> Iterator[Finding]:
    """Find types that do not belong in the file, missing groups, and groups of other types."""
    statement = record.spec.statement
    wanted = GROUP_OF[statement.type]
    there = [name for name in dict.fromkeys(GROUP_OF.values()) if getattr(statement, name)]
    if (statement.type is StatementType.SUBMISSION) != isinstance(record, AcceptanceTest):
        yield Finding(
            f"{_STATEMENT}.type",
            say("{type} is not what a record of kind {kind} states", type=shown(statement.type), kind=record.kind),
        )
    elif isinstance(record, Decision) and not record.metadata.name.endswith(f"-{statement.type}"):
        message = say(
            "The statement's type is {type}, and its file is named {name}",
            type=shown(statement.type),
            name=shown(record.metadata.name),
        )
        yield Finding(f"{_STATEMENT}.type", message)
    elif wanted not in there:
        yield Finding(
            _STATEMENT,
            say("A statement of type {type} needs {wanted}", type=shown(statement.type), wanted=shown(wanted)),
        )
    else:
        for name in there:
            if name != wanted:
                message = say(
                    "{name} does not belong in a statement of type {type}", name=shown(name), type=shown(statement.type)
                )
                yield Finding(f"{_STATEMENT}.{name}", message)


def verdict(record: Record) -> Iterator[Finding]:
    """Find decisions without a verdict, submissions with one, and rejections that do not say why."""
    statement = record.spec.statement
    if isinstance(record, AcceptanceTest):
        if statement.verdict is not None:
            yield Finding(f"{_STATEMENT}.verdict", say("Nobody decides on their own submission: it has no verdict"))
    elif statement.verdict is None:
        yield Finding(_STATEMENT, say("`verdict` is missing"))
    elif statement.verdict is Verdict.REJECTED and not statement.findings:
        yield Finding(f"{_STATEMENT}.verdict", say("A rejection says what was found, in `findings`"))


def subject(record: Record) -> Iterator[Finding]:
    """Find statements about something else than their path says."""
    statement = record.spec.statement
    organisation, _, name = statement.subject.partition(".")
    if organisation != record.metadata.organisation:
        message = say(
            "The statement is about {subject}, and lies with `{organisation}`",
            subject=shown(statement.subject),
            organisation=record.metadata.organisation,
        )
        yield Finding(f"{_STATEMENT}.subject", message)
    elif isinstance(record, AcceptanceTest):
        if not name:
            yield Finding(
                f"{_STATEMENT}.subject", say("An acceptance test is of one integration, not of an organisation")
            )
    elif not re.fullmatch(rf"{re.escape(name or 'organisation')}-[0-9]+-[a-z]+", record.metadata.name):
        message = say(
            "The statement is about {subject}, and its file is named {name}",
            subject=shown(statement.subject),
            name=shown(record.metadata.name),
        )
        yield Finding(f"{_STATEMENT}.subject", message)


def evidence(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find submissions whose evidence is not beside them as it was signed."""
    for key, test in survey.tree.acceptance_tests.items():
        submission = test.content.spec.statement.submission
        for index, listed in enumerate(submission.evidence if submission is not None else ()):
            found = survey.tree.evidence.get((key, listed.name))
            path = f"{test.path.rpartition('/')[0]}/{listed.name}"
            if path in survey.broken_paths or (found is not None and found.digest == listed.sha256):
                continue
            message = say("{name} is not beside the acceptance test", name=shown(listed.name))
            if found is not None:
                message = say("{name} is not the file that was signed: its SHA-256 differs", name=shown(listed.name))
            yield Source.of(test), Finding(f"{_STATEMENT}.submission.evidence[{index}]", message)


def accepted(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find records that bind a digest whose bytes are not there."""
    records: Iterable[Sourced[Any]] = (*survey.tree.acceptance_tests.values(), *survey.tree.decisions.values())
    for record in records:
        slug = record.content.metadata.organisation
        for path, digest in _bound(record.content.spec.statement):
            file = f"{record.path.rsplit('/', 3)[0]}/accepted/{digest}.json"
            if (slug, Digest(digest)) not in survey.tree.accepted and file not in survey.broken_paths:
                yield Source.of(record), Finding(f"{_STATEMENT}.{path}", say("There is no file {file}", file=file))


def _bound(statement: Statement) -> Iterator[tuple[str, str]]:
    if statement.submission is not None:
        yield "submission.tested", statement.submission.tested
    if statement.verdict is not Verdict.APPROVED:
        return
    if statement.organisation is not None:
        yield "organisation", statement.organisation
    if statement.acceptance is not None:
        yield "acceptance.tested", statement.acceptance.tested
        yield "acceptance.production", statement.acceptance.production


RULES = (
    DocumentRule[Record](
        id="record-group",
        judges=(AcceptanceTest, Decision),
        why="A signature covers what stands there; what is missing was not signed, and what is too much is ambiguous.",
        source="Sluse: a statement has the one group of its type",
        certainty=Certainty.OWN,
        hint="Let the command write the record anew: editing it breaks its signature.",
        check=group,
    ),
    DocumentRule[Record](
        id="record-verdict",
        judges=(AcceptanceTest, Decision),
        why="A decision says yes or no, and whoever is told no must learn what to mend.",
        source="Sluse: decisions have a verdict, rejections have findings",
        certainty=Certainty.OWN,
        hint="Let the command write the record anew: editing it breaks its signature.",
        check=verdict,
    ),
    DocumentRule[Record](
        id="record-subject",
        judges=(AcceptanceTest, Decision),
        why="A decision under another's name would be looked for where it is not, and heeded where it should not be.",
        source="Sluse: decisions/<subject>/<n>-<type>.yaml",
        certainty=Certainty.OWN,
        hint="Put the record back where the command wrote it.",
        check=subject,
    ),
    TreeRule(
        id="evidence-differs",
        why="What was signed must be what a reviewer reads.",
        source="Sluse: acceptance/<name>/ holds the evidence of an acceptance test",
        certainty=Certainty.OWN,
        hint="Commit the evidence files exactly as the run wrote them.",
        check=evidence,
    ),
    TreeRule(
        id="accepted-missing",
        why="Production gets the bytes that were tested and decided on, so they must be in git themselves.",
        source="Sluse: accepted/<digest>.json",
        certainty=Certainty.OWN,
        hint="Commit the accepted file that the command wrote beside the record.",
        check=accepted,
    ),
)
