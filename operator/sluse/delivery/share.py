"""One organisation's share of a tree: everything that decides what is wanted for it, and what may be retired.

Compared by identity of its parts, since the reader returns the same object for the same blob: so a change of one file
costs one organisation's work. Of the ledger only names are in it; what else is noted there decides nothing here.
`shares.py` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import is_

from sluse.model.client_installation import ClientInstallation
from sluse.model.identity_provider import IdentityProvider
from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, IntegrationKey
from sluse.model.problem import Problem
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import KeyFile, Sourced
from sluse.model.user_organisation import UserOrganisation


@dataclass(frozen=True, eq=False)
class Share:
    """`problems` hold something of the organisation back; `held` are the clients that the authority may hold.

    `known` are the names of the ledger's integrations, where some file may be one of them and cannot be read.
    `federations` are the identity providers that the authority may hold.
    """

    slug: str
    documents: tuple[Sourced[ServiceIntegration], ...]
    keys: tuple[tuple[KeyFile, Sourced[Jwks]], ...]
    problems: tuple[Problem, ...]
    stuck: bool
    held: tuple[ClientKey, ...]
    known: tuple[str, ...]
    providers: tuple[Sourced[IdentityProvider], ...] = ()
    federations: tuple[IntegrationKey, ...] = ()
    installations: tuple[Sourced[ClientInstallation], ...] = ()
    users: tuple[Sourced[UserOrganisation], ...] = ()

    def same(self, other: Share) -> bool:
        """Tell whether both say the same."""
        return self is other or (self._told == other._told and all(map(_same, self._documents, other._documents)))

    @property
    def _documents(self) -> tuple[tuple[object, ...], ...]:
        keys = tuple(sourced for _, sourced in self.keys)
        return self.documents, keys, self.providers, self.installations, self.users

    @property
    def _told(self) -> tuple[object, ...]:
        return self.stuck, self.problems, self.held, self.known, self.federations

    def held_back(self, document: ServiceIntegration | IdentityProvider | ClientInstallation) -> tuple[Problem, ...]:
        """Return the errors that keep an integration as it is: its own and those of the whole organisation."""
        return tuple(problem for problem in self.problems if problem.holds in {self.slug, str(document.key)})

    @cached_property
    def retiring(self) -> frozenset[ClientKey]:
        """Held clients that no file names any more; none while a file that may name them is wrong."""
        if self.stuck:
            return frozenset()
        documents: dict[IntegrationKey, ServiceIntegration | ClientInstallation] = {
            **{sourced.content.key: sourced.content for sourced in self.documents},
            **{sourced.content.key: sourced.content for sourced in self.installations},
        }
        return frozenset(key for key in self.held if not self._named(key, documents.get(key.integration_key)))

    @cached_property
    def ending(self) -> frozenset[IntegrationKey]:
        """Held identity providers that have no file any more; none while a file that may be theirs is wrong."""
        if self.stuck:
            return frozenset()
        named = {sourced.content.key for sourced in self.providers}
        return frozenset(key for key in self.federations if key not in named)

    def _named(self, key: ClientKey, document: ServiceIntegration | ClientInstallation | None) -> bool:
        if document is None:
            return False
        if isinstance(document, ClientInstallation):
            names = {document.spec.client}
        else:
            names = {client.name for client in document.spec.clients}
        return key.client in names or bool(self.held_back(document))


def _same(mine: tuple[object, ...], theirs: tuple[object, ...]) -> bool:
    return mine is theirs or (len(mine) == len(theirs) and all(map(is_, mine, theirs)))
