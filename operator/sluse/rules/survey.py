"""A tree made ready for judging: who declares what, looked up in dicts, so that the rules stay linear in its size."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sluse.model.envelope import Document
from sluse.model.names import Environment
from sluse.model.organisation import Organisation
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Place
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Sourced, Tree
from sluse.rules.world import Answer, Declared, Question, Register, World


@dataclass(frozen=True)
class Source:
    """Where a finding lies and whom it holds back."""

    path: str
    holds: str
    locate: Callable[[str], Place]

    @classmethod
    def of(cls, document: Sourced[Any]) -> Source:
        """Return the source of a document: an organisation holds all its own, a record what it is about."""
        content: Document = document.content
        holds = str(content.key)
        if isinstance(content, Organisation):
            holds = content.metadata.organisation
        elif isinstance(content, AcceptanceTest | Decision):
            holds = about(content)
        return cls(document.path, holds, document.locate)

    @classmethod
    def whole(cls, path: str, holds: str) -> Source:
        """Return the source that is a whole file, also one that does not exist."""
        return cls(path, holds, lambda _: Place(path))


@dataclass(frozen=True)
class Survey:
    """The tree, and what is declared in it and beyond. `policies` is None where they are not at hand.

    `beyond` is what all folders declare where the tree is one of several; None where it is the whole.
    """

    tree: Tree
    policies: PolicyFiles | None = None
    beyond: World | None = None

    @cached_property
    def world(self) -> World:
        """What all folders declare."""
        return self.beyond or Register([Declared.by(self.tree)])

    @cached_property
    def broken_paths(self) -> frozenset[str]:
        """Paths that reading found fault with: nothing more is said about what they hold."""
        return frozenset(problem.place.path for problem in self.tree.problems)

    def speakers(self, number: str) -> Answer:
        """Return who declares an organisation number."""
        return self.world.ask(Question.SPEAKERS, number)

    def overlapping(self, domain: str) -> Answer:
        """Return who declares a domain, one that it lies within, or one that lies within it."""
        return self.world.ask(Question.OVERLAPPING, domain)

    def providers(self, name: str = "") -> Answer:
        """Return who declares an identity provider of that name; without one, all names."""
        return self.world.ask(Question.PROVIDERS, name)

    def services(self, name: str = "") -> Answer:
        """Return the service of that full name if there is one; without a name, all of them."""
        return self.world.ask(Question.SERVICES, name)

    def unreadable(self, slug: str = "") -> Answer:
        """Return the slug if something of that organisation cannot be read; without one, all such slugs."""
        return self.world.ask(Question.UNREADABLE, slug)

    def known(self, slug: str) -> bool:
        """Tell whether the organisation's own file could be read."""
        return slug in self.tree.organisations

    def integrations(self) -> Iterator[tuple[Sourced[ServiceIntegration], Organisation]]:
        """Yield integrations of readable organisations: without one there is nothing to judge them against."""
        for document in self.tree.integrations.values():
            organisation = self.tree.organisations.get(document.content.metadata.organisation)
            if organisation is not None:
                yield document, organisation.content


def about(record: AcceptanceTest | Decision) -> str:
    """Return what a record holds back: its subject where its name agrees with that, else all of its organisation."""
    organisation, _, name = record.spec.statement.subject.partition(".")
    agrees = organisation == record.metadata.organisation and (
        isinstance(record, AcceptanceTest) or record.metadata.name.startswith(f"{name or 'organisation'}-")
    )
    return record.spec.statement.subject if agrees else record.metadata.organisation


def key_file_path(document: Sourced[Any], client: str, environment: Environment) -> str:
    """Return where the key file of a client lies, given the document beside it."""
    metadata = document.content.metadata
    folder = posixpath.dirname(document.path)
    return f"{folder}/keys/{metadata.name}/{client}.{environment}.jwks.json"
