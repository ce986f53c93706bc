"""A tree made ready for judging: who declares what, looked up in dicts, so that the rules stay linear in its size."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sluse.model.envelope import Document
from sluse.model.names import Environment, IntegrationKey
from sluse.model.organisation import Organisation
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Place
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Sourced, Tree


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
    """The tree, and what is declared in it. `policies` is None where they are not at hand."""

    tree: Tree
    policies: PolicyFiles | None = None

    @cached_property
    def owners_of_numbers(self) -> Mapping[str, tuple[str, ...]]:
        """Organisation number -> slugs that declare it, in order."""
        return self._declared(lambda organisation: organisation.spec.numbers)

    @cached_property
    def owners_of_domains(self) -> Mapping[str, tuple[str, ...]]:
        """Domain -> slugs that declare exactly it, in order."""
        return self._declared(lambda organisation: organisation.spec.domains)

    @cached_property
    def owners_of_providers(self) -> Mapping[str, tuple[IntegrationKey, ...]]:
        """Name of an identity provider -> who declares it, in order."""
        owners: dict[str, tuple[IntegrationKey, ...]] = defaultdict(tuple)
        for key in sorted(self.tree.providers):
            owners[key.name] += (key,)
        return dict(owners)

    @cached_property
    def broken_paths(self) -> frozenset[str]:
        """Paths that reading found fault with: nothing more is said about what they hold."""
        return frozenset(problem.place.path for problem in self.tree.problems)

    def known(self, slug: str) -> bool:
        """Tell whether the organisation's own file could be read."""
        return slug in self.tree.organisations

    def integrations(self) -> Iterator[tuple[Sourced[ServiceIntegration], Organisation]]:
        """Yield integrations of readable organisations: without one there is nothing to judge them against."""
        for document in self.tree.integrations.values():
            organisation = self.tree.organisations.get(document.content.metadata.organisation)
            if organisation is not None:
                yield document, organisation.content

    def _declared(self, values: Callable[[Organisation], tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        owners: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for slug in sorted(self.tree.organisations):
            for value in values(self.tree.organisations[slug].content):
                owners[value] += (slug,)
        return dict(owners)


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
