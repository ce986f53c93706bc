"""A tree, its problems and what is held -> what is wanted in one environment. Pure.

One organisation at a time, so a broken one never blocks another, and remembered by identity of its inputs, so that
a change of one file costs one organisation's work. What a broken or unreadable file says is not known: its objects
are kept as they are. A mistake never retires anything, and a sync that would retire many is held by the fuse.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sluse.delivery.compiled import Compiled, OrganisationCompiled, Summary
from sluse.desired import organisation as desired_organisation
from sluse.desired.registrations import registrations
from sluse.desired.stack import ObjectKey
from sluse.model.digests import sha256, tested
from sluse.model.held import OrganisationLedger
from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.problem import Problem
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.integration import IntegrationSpec
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import KeyFile, Sourced, Tree, errors

FUSE_COUNT = 5
FUSE_SHARE = 0.2


@dataclass(frozen=True)
class _Share:
    """One organisation's input. Compared by identity of its parts: the reader returns the same object for the same blob."""

    documents: tuple[Sourced[ServiceIntegration], ...]
    keys: tuple[tuple[KeyFile, Sourced[Jwks]], ...]
    problems: tuple[Problem, ...]
    unreadable: bool
    ledger: OrganisationLedger
    held_retirements: frozenset[ClientKey]

    def same(self, other: _Share) -> bool:
        return (
            self.ledger is other.ledger
            and self.unreadable == other.unreadable
            and self.problems == other.problems
            and self.held_retirements == other.held_retirements
            and len(self.documents) == len(other.documents)
            and len(self.keys) == len(other.keys)
            and all(mine is theirs for mine, theirs in zip(self.documents, other.documents, strict=True))
            and all(mine[1] is theirs[1] for mine, theirs in zip(self.keys, other.keys, strict=True))
        )


@dataclass
class Compiler:
    """Compiles trees of one environment, remembering each organisation's last result."""

    environment: Environment
    _memory: dict[str, tuple[_Share, OrganisationCompiled]] = field(default_factory=dict)

    def compile(
        self,
        tree: Tree,
        problems: tuple[Problem, ...],
        ledgers: Mapping[str, OrganisationLedger],
        *,
        commit: str,
        fuse_released: bool = False,
    ) -> Compiled:
        """Return what is wanted at `commit`. `problems` are those of reading and of the rules together."""
        shares = self._shares(tree, problems, ledgers, frozenset())
        organisations = {slug: self._organisation(slug, share) for slug, share in shares.items()}
        retiring = frozenset(
            key for share in organisations.values() for key, spec in share.clients.items() if spec.use is Use.RETIRED
        )
        if fuse_released or not _blows(retiring, ledgers):
            return Compiled(commit, organisations, problems)
        for slug in {key.organisation for key in retiring}:
            held = frozenset(key for key in retiring if key.organisation == slug)
            share = shares[slug]
            shares[slug] = _Share(share.documents, share.keys, share.problems, share.unreadable, share.ledger, held)
            organisations[slug] = self._organisation(slug, shares[slug])
        return Compiled(commit, organisations, problems, retiring)

    def _shares(
        self,
        tree: Tree,
        problems: tuple[Problem, ...],
        ledgers: Mapping[str, OrganisationLedger],
        held_retirements: frozenset[ClientKey],
    ) -> dict[str, _Share]:
        documents: dict[str, list[Sourced[ServiceIntegration]]] = defaultdict(list)
        for key, sourced in sorted(tree.integrations.items()):
            documents[key.organisation].append(sourced)
        keys: dict[str, list[tuple[KeyFile, Sourced[Jwks]]]] = defaultdict(list)
        for file, jwks in sorted(tree.keys.items(), key=lambda item: item[0].client):
            if file.environment is self.environment:
                keys[file.client.organisation].append((file, jwks))
        held_back: dict[str, list[Problem]] = defaultdict(list)
        for problem in errors(problems):
            if problem.holds:
                held_back[problem.holds.partition(".")[0]].append(problem)
        slugs = {*tree.organisations, *documents, *ledgers, *held_back}
        return {
            slug: _Share(
                tuple(documents[slug]),
                tuple(keys[slug]),
                tuple(held_back[slug]),
                slug in tree.unreadable,
                ledgers.get(slug) or _empty(slug),
                held_retirements,
            )
            for slug in sorted(slugs)
        }

    def _organisation(self, slug: str, share: _Share) -> OrganisationCompiled:
        remembered = self._memory.get(slug)
        if remembered is not None and remembered[0].same(share):
            return remembered[1]
        result = _compile(self.environment, slug, share)
        self._memory[slug] = (share, result)
        return result


_EMPTY: dict[str, OrganisationLedger] = {}


def _empty(slug: str) -> OrganisationLedger:
    """Return the one empty ledger of an organisation: the same object each time, since identity is what is compared."""
    return _EMPTY.setdefault(slug, OrganisationLedger(organisation=slug))


def _compile(environment: Environment, slug: str, share: _Share) -> OrganisationCompiled:
    stuck = share.unreadable or any(problem.holds == slug for problem in share.problems)
    jwks = {file.client: sourced.content for file, sourced in share.keys}
    clients: dict[ClientKey, HelseIDClientSpec] = {}
    summaries: dict[IntegrationKey, Summary] = {}
    kept: set[ClientKey] = set(share.held_retirements)
    present: dict[IntegrationKey, IntegrationSpec] = {}
    for sourced in share.documents:
        document = sourced.content
        key = document.key
        held_back = tuple(problem for problem in share.problems if problem.holds in {slug, str(key)})
        summaries[key] = _summary(sourced, held_back)
        present[key] = _integration(document)
        if held_back:
            kept.update(_held(share.ledger, key))
            continue
        wanted = registrations(document, jwks, environment)
        clients.update({client: _spec(client, Use.OPEN, wanted[client]) for client in wanted})
        keyless = {ClientKey(slug, key.name, client.name) for client in document.spec.clients} - wanted.keys()
        kept.update(client for client in _held(share.ledger, key) if client in keyless)
    for name in share.ledger.integrations:
        for client in _held(share.ledger, IntegrationKey(slug, name)):
            if client in clients or client in kept:
                continue
            if stuck:
                kept.add(client)
            else:
                clients[client] = HelseIDClientSpec(
                    organisation=client.organisation,
                    integration=client.integration,
                    client=client.client,
                    use=Use.RETIRED,
                )
    stack = desired_organisation.stack(
        environment,
        slug,
        clients=clients,
        integrations=present,
        keep=_keep(kept, present, {client.integration_key for client in clients}),
    )
    return OrganisationCompiled(stack, clients, frozenset(kept), summaries)


def _keep(
    kept: Iterable[ClientKey], present: Mapping[IntegrationKey, IntegrationSpec], retiring: Iterable[IntegrationKey]
) -> set[ObjectKey]:
    """Return the objects to leave alone: kept clients, and summaries of integrations that are not at HEAD but not done."""
    clients = set(kept)
    integrations = ({client.integration_key for client in clients} | set(retiring)) - present.keys()
    return {ObjectKey("HelseIDClient", str(key)) for key in clients} | {
        ObjectKey("Integration", str(key)) for key in integrations
    }


def _held(ledger: OrganisationLedger, key: IntegrationKey) -> tuple[ClientKey, ...]:
    """Return the clients of an integration that the authority may still hold something of."""
    entry = ledger.integration(key)
    if entry is None:
        return ()
    return tuple(
        ClientKey(key.organisation, key.name, name) for name, held in entry.clients.items() if not held.retired
    )


def _blows(retiring: frozenset[ClientKey], ledgers: Mapping[str, OrganisationLedger]) -> bool:
    held = sum(
        not client.retired
        for ledger in ledgers.values()
        for entry in ledger.integrations.values()
        for client in entry.clients.values()
    )
    return len(retiring) > max(FUSE_COUNT, FUSE_SHARE * held)


def _spec(key: ClientKey, use: Use, registration: object) -> HelseIDClientSpec:
    return HelseIDClientSpec.model_validate(
        {
            "organisation": key.organisation,
            "integration": key.integration,
            "client": key.client,
            "use": use,
            "registration": registration,
        }
    )


def _integration(document: ServiceIntegration) -> IntegrationSpec:
    return IntegrationSpec(
        organisation=document.metadata.organisation,
        name=document.metadata.name,
        kind=document.kind,
        title=document.spec.service.title,
        tested=sha256(tested(document)),
        clients=tuple(sorted(client.name for client in document.spec.clients)),
    )


def _summary(sourced: Sourced[ServiceIntegration], held_back: tuple[Problem, ...]) -> Summary:
    document = sourced.content
    return Summary(
        title=document.spec.service.title,
        path=sourced.path,
        tested=sha256(tested(document)),
        clients=tuple(sorted(client.name for client in document.spec.clients)),
        held_back=held_back,
    )
