"""What documents are judged by that lies in other folders: what each folder declares, asked one question at a time.

A rule that looks beyond the document's own folder asks here and nowhere else. So a verdict on one folder holds for as
long as its files and the answers it was given are the same, and who remembers verdicts (`sluse.checking`) needs
neither the other folders' documents nor a list of what depends on what.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from sluse.model.tree import Tree

Answer = tuple[str, ...]
"""Sorted, each once."""

Answers = Mapping[tuple["Question", str], Answer]
"""What was asked, and said."""


class Question(StrEnum):
    """What may be asked, each about one thing; `SERVICES`, `PROVIDERS` and `UNREADABLE` also about nothing: all there are."""

    SPEAKERS = "speakers"
    """Who declares an organisation number."""
    OVERLAPPING = "overlapping"
    """Who declares a domain, one it lies within, or one that lies within it."""
    PROVIDERS = "providers"
    """Who declares an identity provider of a name; or the names."""
    SERVICES = "services"
    """The service of a full name, if there is one; or the names."""
    UNREADABLE = "unreadable"
    """The organisation of a slug, if something of it cannot be read; or such slugs."""


@dataclass(frozen=True)
class Declared:
    """What one folder declares; or several, by folder where that matters. `services` are `<organisation>.<name>`."""

    numbers: Mapping[str, Answer]
    domains: Mapping[str, Answer]
    providers: Mapping[str, Answer]
    services: Answer
    unreadable: Answer

    @classmethod
    def by(cls, tree: Tree) -> Self:
        """Return what the documents of a tree declare; numbers, domains and names of providers by organisation."""
        providers: dict[str, list[str]] = defaultdict(list)
        for key in sorted(tree.providers):
            providers[key.organisation].append(key.name)
        return cls(
            {slug: tuple(each.content.spec.numbers) for slug, each in tree.organisations.items()},
            {slug: tuple(each.content.spec.domains) for slug, each in tree.organisations.items()},
            {slug: tuple(names) for slug, names in providers.items()},
            tuple(sorted(map(str, tree.integrations))),
            tuple(sorted(tree.unreadable)),
        )


class World(Protocol):
    """Whoever answers the questions."""

    def ask(self, question: Question, about: str = "") -> Answer:
        """Return the answer."""
        ...


class Register:
    """Everything that is declared, looked up in dicts, so that the rules stay linear."""

    def __init__(self, declared: Iterable[Declared]) -> None:
        all_of_them = list(declared)
        self._numbers: dict[str, set[str]] = defaultdict(set)
        self._domains: dict[str, set[str]] = defaultdict(set)
        self._within: dict[str, set[str]] = defaultdict(set)
        self._providers: dict[str, set[str]] = defaultdict(set)
        self._services = frozenset[str]().union(*(each.services for each in all_of_them))
        self._unreadable = frozenset[str]().union(*(each.unreadable for each in all_of_them))
        for each in all_of_them:
            _gather(each.numbers, self._numbers)
            _gather(each.domains, self._domains)
            _gather(each.providers, self._providers)
        for name, slugs in self._domains.items():
            for parent in _parents(name):
                self._within[parent] |= slugs

    def ask(self, question: Question, about: str = "") -> Answer:
        """Return the answer."""
        match question:
            case Question.OVERLAPPING:
                return _sorted(self._overlapping(about))
            case Question.SERVICES:
                return _named(self._services, about)
            case Question.UNREADABLE:
                return _named(self._unreadable, about)
            case Question.SPEAKERS:
                declared = self._numbers
            case _:
                declared = self._providers
        return _sorted(declared.get(about, ()) if about else declared)

    def _overlapping(self, domain: str) -> Iterator[str]:
        yield from self._within.get(domain, ())
        for name in (domain, *_parents(domain)):
            yield from self._domains.get(name, ())


class Asked:
    """Another world, with a memory of what it was asked and said."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.answers: dict[tuple[Question, str], Answer] = {}

    def ask(self, question: Question, about: str = "") -> Answer:
        """Return the answer."""
        known = self.answers.get((question, about))
        if known is None:
            known = self.answers[question, about] = self._world.ask(question, about)
        return known


def outdated(verdicts: Mapping[str, Answers], world: World) -> frozenset[str]:
    """Return whose verdicts, with the answers that each rests on, need not hold in a world.

    What many have asked is asked once, and dicts are compared as wholes: so it costs little even where all have to be.
    """
    asked: dict[tuple[Question, str], Answer] = {}
    for answers in verdicts.values():
        asked.update(answers)
    now = {question: world.ask(*question) for question in asked}
    return frozenset(name for name, answers in verdicts.items() if not answers.items() <= now.items())


def _gather(declared: Mapping[str, Answer], into: dict[str, set[str]]) -> None:
    for slug, values in declared.items():
        for value in values:
            into[value].add(slug)


def _named(known: frozenset[str], name: str) -> Answer:
    """Return a name if it is known; without one, all of them."""
    if not name:
        return tuple(sorted(known))
    return (name,) if name in known else ()


def _sorted(found: Iterable[str]) -> Answer:
    return tuple(sorted(set(found)))


def _parents(host: str) -> Iterator[str]:
    while "." in host:
        host = host.split(".", 1)[1]
        yield host
