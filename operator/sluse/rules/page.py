"""The rules for people: one of them told in a terminal, and the page with all of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sluse.rules.rule import Certainty, Rule, Subject

_SUBJECTS = {
    Subject.FILE: "Reading a file",
    Subject.DOCUMENT: "One document",
    Subject.KEYS: "A key file",
    Subject.TREE: "Documents against each other",
    Subject.POLICIES: "The data of policies/",
}
_CERTAINTIES = {
    Certainty.VERIFIED: "read in the source",
    Certainty.PARTLY: "read in the source in part",
    Certainty.ASSUMED: "assumed: reasoned, and no public page confirms it",
    Certainty.OWN: "a convention of Sluse's own files",
}

_PREFACE = """\
# Rules

Everything that `sluse check` can say of a file, why, and what to do. `sluse explain RULE` prints one of them.
An error holds its document back; a warning is told and holds nothing.
This page is generated from the table that the command itself uses (`make examples`).
"""


def facts(rule: Rule) -> dict[str, str]:
    """Return what there is to say of a rule, by name."""
    return {
        "rule": rule.id,
        "why": rule.why,
        "remedy": rule.hint,
        "source": rule.source,
        "certainty": _CERTAINTIES[rule.certainty],
    }


def told(rule: Rule) -> Iterator[str]:
    """Yield a rule's lines for a terminal."""
    for name, value in facts(rule).items():
        yield f"{f'{name}:':<10} {value}"


def page(rules: Iterable[Rule]) -> str:
    """Return the page in Markdown: a heading a subject, below it the rules in the table's order."""
    found = list(rules)
    parts = [_PREFACE]
    for subject, title in _SUBJECTS.items():
        parts.append(f"## {title}\n")
        parts += (_section(rule) for rule in found if rule.subject is subject)
    return "\n".join(parts)


def _section(rule: Rule) -> str:
    listed = (f"- {name}: {_markdown(value)}" for name, value in facts(rule).items() if name not in {"rule", "why"})
    return "\n".join((f"### {rule.id}\n", f"{_markdown(rule.why)}\n", *listed, ""))


def _markdown(text: str) -> str:
    """Return text with what Markdown would take for HTML escaped, but in code, where it is shown as it is."""
    parts = text.split("`")
    return "`".join(
        part if index % 2 else part.replace("<", "\\<").replace("*", "\\*") for index, part in enumerate(parts)
    )
