"""The rules for people: one of them told in a terminal, and the page with all of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sluse.model.policy.authority import Sureness
from sluse.rules import known
from sluse.rules.markdown import escaped
from sluse.rules.rule import Certainty, Rule, Subject
from sluse.words.said import Translate, say

_SUBJECTS = {
    Subject.FILE: say("Reading a file"),
    Subject.DOCUMENT: say("One document"),
    Subject.KEYS: say("A key file"),
    Subject.TREE: say("Documents against each other"),
    Subject.POLICIES: say("The data of policies/"),
    Subject.RESOURCE: say("An object of a cluster"),
    Subject.REQUEST: say("A write of a cluster"),
    Subject.ADDRESS: say("What answers at an address, with --live"),
}
_CERTAINTIES = {
    Certainty.VERIFIED: known.SURE[Sureness.VERIFIED],
    Certainty.PARTLY: known.SURE[Sureness.PARTLY],
    Certainty.ASSUMED: known.SURE[Sureness.ASSUMED],
    Certainty.OWN: say("a convention of Sluse's own files"),
}
_PREFACE = (
    say(
        "Everything that `sluse check` can say of a file, why, and what to do. `sluse explain RULE` tells one of them."
    ),
    say("An error holds its document back; a warning is told and holds nothing."),
    say("This page is generated from the table that the command itself uses (`make examples`)."),
)


def facts(rule: Rule, words: Translate) -> dict[str, str]:
    """Return what there is to say of a rule, by name."""
    return {
        "rule": rule.id,
        "why": words(rule.why),
        "remedy": words(rule.hint),
        "source": rule.source,
        "certainty": words(_CERTAINTIES[rule.certainty]),
    }


def told(rule: Rule, words: Translate) -> Iterator[str]:
    """Yield a rule's lines for a terminal."""
    names = {name: words(label) for name, label in _LABELS.items()}
    width = max(map(len, names.values())) + 1
    for name, value in facts(rule, words).items():
        yield f"{f'{names[name]}:':<{width}} {value}"


def page(rules: Iterable[Rule], words: Translate) -> str:
    """Return the page in Markdown: a heading a subject, below it the rules in the table's order."""
    found = list(rules)
    parts = [f"# {words(_TITLE)}\n", *(words(line) for line in _PREFACE), ""]
    for subject, title in _SUBJECTS.items():
        parts.append(f"## {words(title)}\n")
        parts += (_section(rule, words) for rule in found if rule.subject is subject)
    return "\n".join([*parts, *known.section(words), ""])


_TITLE = say("Rules")
_LABELS = {
    "rule": say("rule"),
    "why": say("why"),
    "remedy": say("remedy"),
    "source": say("source"),
    "certainty": say("certainty"),
}


def _section(rule: Rule, words: Translate) -> str:
    found = facts(rule, words)
    listed = (f"- {words(_LABELS[name])}: {escaped(found[name])}" for name in ("remedy", "source", "certainty"))
    return "\n".join((f"### {rule.id}\n", f"{escaped(found['why'])}\n", *listed, ""))
