"""What is known of the authority, for people: a table for the page of rules, and lines for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from pydantic import BaseModel

from sluse.model.policy.authority import SHIPPED, AuthorityProfile, Sureness
from sluse.rules.authority import Told, told
from sluse.rules.markdown import escaped
from sluse.words.said import Translate, say

TITLE = say("What is known of HelseID")
_PREFACE = say(
    "The facts that the rules judge by, with where each was read. A fact with a field can be given in `policies/authority.yaml`, which"
    " the roots sign; what that file leaves out is as here."
)
SURE = {
    Sureness.VERIFIED: say("read in the source"),
    Sureness.PARTLY: say("read in the source in part"),
    Sureness.ASSUMED: say("assumed: reasoned, and no public page confirms it"),
}
_ORIGINS = {
    "code": say("in the code"),
    "shipped": say("as shipped"),
    "file": say("policies/authority.yaml, other than shipped"),
}


def section(words: Translate) -> Iterator[str]:
    """Yield what is shipped as a section in Markdown; fields, values and sources stand as they are."""
    yield f"## {words(TITLE)}\n"
    yield words(_PREFACE) + "\n"
    heads = (say("fact"), say("field"), say("value"), say("source"), say("certainty"))
    yield f"| {' | '.join(map(words, heads))} |\n|---|---|---|---|---|"
    for each in told(SHIPPED):
        cells = (
            words(each.about),
            f"`{each.field}`" if each.field else "",
            value(each.fact.value),
            escaped(each.fact.source),
            words(SURE[each.fact.certainty]),
        )
        yield f"| {' | '.join(cells)} |"


def lines(known: AuthorityProfile, words: Translate) -> Iterator[str]:
    """Yield everything that is known as lines of a terminal, a fact after the other."""
    yield words(TITLE)
    for each in told(known):
        yield ""
        yield f"{each.field + ': ' if each.field else ''}{words(each.about)}"
        yield f"  {value(each.fact.value)}"
        origin = words(_ORIGINS[_origin(each)])
        yield f"  {each.fact.source}; {words(SURE[each.fact.certainty])} ({origin})"


def wire(known: AuthorityProfile, words: Translate) -> list[dict[str, object]]:
    """Return everything that is known in a JSON-able form."""
    return [
        {
            "field": each.field,
            "about": words(each.about),
            **each.fact.model_dump(mode="json", by_alias=True),
            "from": _origin(each),
        }
        for each in told(known)
    ]


def _origin(each: Told) -> str:
    return "code" if each.field is None else "shipped" if each.shipped else "file"


def value(found: object) -> str:
    """Return a value as it stands in a cell of a table."""
    match found:
        case BaseModel():
            return " = ".join(value(each) for _, each in found)
        case Mapping():
            return "; ".join(f"{name}: {value(each)}" for name, each in found.items())
        case tuple():
            return ", ".join(map(value, found)) or "-"
        case Enum():
            return f"`{found.value}`"
    return f"`{found}`".replace("|", "\\|")
