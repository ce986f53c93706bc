"""An acceptance test from a clone: which document, its clients' ids, whose keys; then the trial itself.

What test holds must be what is tested: the digest that the test operator published is compared with the working
directory's. An identity provider of which nothing is published yet is let through, since its login shows by itself
whether the authority knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sluse.acceptance import handed_over, trials
from sluse.acceptance.login import Visitor
from sluse.acceptance.reach import Reach
from sluse.acceptance.trial import Trial, Watch
from sluse.acceptance.trials import Ground, Held
from sluse.catalog import policies
from sluse.catalog.files import INTEGRATIONS
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.errors import AcceptanceError
from sluse.ledger.shown import Page
from sluse.model.digests import Gated, sha256, tested
from sluse.model.evidence import Evidence
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import ClientKey, IntegrationKey
from sluse.model.service_integration import Client, ServiceIntegration
from sluse.model.tree import Tree, errors
from sluse.words.said import behind, say


@dataclass(frozen=True)
class Asked:
    """`keys`: files of private keys by client; `users`: files of logins by alias; `through`: a tester's client."""

    integration: str
    keys: Mapping[str, Path]
    users: Mapping[str, Path]
    through: str = ""


@dataclass(frozen=True)
class Prepared:
    """All that is needed, read and found fit. `held`: clients by name."""

    document: Gated
    repository: str
    issuer: str
    held: Mapping[str, Held]
    visitors: Mapping[str, Visitor]
    tester: Client | None


async def carry_out(
    prepared: Prepared, reach: Reach, now: Callable[[], datetime], watch: Watch
) -> tuple[Trial, tuple[Evidence, ...]]:
    """Carry the trial out against the test authority."""
    async with reach.session() as session:
        ground = Ground(session, reach, prepared.issuer, now)
        document = prepared.document
        if isinstance(document, IdentityProvider):
            assert prepared.tester is not None
            tester = (prepared.held[prepared.tester.name], prepared.tester)
            trial = trials.of_provider(document, ground, tester, prepared.visitors)
        else:
            trial = trials.of_service(document, ground, prepared.held, prepared.visitors)
        return trial, await trial.carry_out(now, watch)


def prepare(root: Path, pages: Mapping[str, Page], asked: Asked) -> Prepared:
    """Return what is to be tested; `pages` is what the test operator published. AcceptanceError says what is amiss."""
    through = _client_key(asked.through) if asked.through else None
    organisations = {asked.integration.partition(".")[0], *([through.organisation] if through else [])}
    tree = Reader().tree(WorkTree(root, INTEGRATIONS, only=organisations), INTEGRATIONS)
    document = _document(tree, asked.integration)
    if isinstance(document, IdentityProvider):
        if through is None:
            raise AcceptanceError(
                say("{key} is an identity provider, tested through a client of the tester's own", key=document.key),
                hint=say("name it: --through ORGANISATION.INTEGRATION.CLIENT"),
            )
        page, tester = _page(pages, through.integration_key), _client(tree, through)
        wanted: tuple[Client, ...] = (tester,)
    else:
        page, tester, wanted = _page(pages, document.key), None, document.spec.clients
    _require_tested(document, pages)
    visitors = {alias: handed_over.visitor(file) for alias, file in asked.users.items()}
    return Prepared(document, _repository(root), page.issuer, _held(page, wanted, asked), visitors, tester)


def _held(page: Page, clients: tuple[Client, ...], asked: Asked) -> dict[str, Held]:
    unknown = sorted(asked.keys.keys() - {client.name for client in clients})
    if unknown:
        raise AcceptanceError(
            say(
                "--key names no client of {integration}: {unknown}",
                integration=page.integration,
                unknown=", ".join(unknown),
            )
        )
    ids = {shown.client: shown.client_id for shown in page.clients if shown.client_id}
    waiting = [client.name for client in clients if client.name not in ids]
    if waiting:
        raise AcceptanceError(
            say(
                "{integration} is not ready for its test: no client id yet for {waiting}",
                integration=page.integration,
                waiting=", ".join(waiting),
            ),
            hint=say("see on whom it waits: sluse status {integration}", integration=page.integration),
        )
    missing = [client.name for client in clients if client.name not in asked.keys]
    if missing:
        options = " ".join(f"--key {name}=FILE" for name in missing)
        raise AcceptanceError(
            say("the private keys of all clients are needed: {missing}", missing=", ".join(missing)),
            hint=say("add {options}", options=options),
        )
    return {name: Held(ids[name], handed_over.private_key(file)) for name, file in asked.keys.items()}


def _document(tree: Tree, named: str) -> Gated:
    key = _key(named)
    found = tree.integrations.get(key) or tree.providers.get(key)
    if found is None:
        mine = [problem for problem in errors(tree.problems) if problem.holds in {str(key), key.organisation}]
        why = behind(f": {mine[0].place}: ", mine[0].message) if mine else ""
        raise AcceptanceError(
            say(
                "there is no readable {named} in {integrations}/{why}", named=named, integrations=INTEGRATIONS, why=why
            ),
            hint=say("see all: sluse check"),
        )
    return found.content


def _client(tree: Tree, through: ClientKey) -> Client:
    document = _document(tree, str(through.integration_key))
    clients = document.spec.clients if isinstance(document, ServiceIntegration) else ()
    for client in clients:
        if client.name == through.client:
            return client
    raise AcceptanceError(
        say("{integration_key} has no client {client}", integration_key=through.integration_key, client=through.client)
    )


def _page(pages: Mapping[str, Page], key: IntegrationKey) -> Page:
    page = pages.get(str(key))
    if page is None:
        raise AcceptanceError(
            say("the test operator has published nothing of {key}", key=key),
            hint=say("merge it first; then see: sluse status"),
        )
    return page


def _require_tested(document: Gated, pages: Mapping[str, Page]) -> None:
    page = pages.get(str(document.key))
    if page is not None and page.tested is not None and page.tested != sha256(tested(document)):
        raise AcceptanceError(
            say("test holds another configuration of {key} than this working directory", key=document.key),
            hint=say("bring the working directory to what is merged, or wait until test has it"),
        )


def _repository(root: Path) -> str:
    found = policies.read_alone("repository.yaml", policies.contents_in(root)).models.repository
    if found is None:
        raise AcceptanceError(
            say("{folder}/repository.yaml cannot be read, and every signature names it", folder=policies.FOLDER)
        )
    return found.content.id


def _key(named: str) -> IntegrationKey:
    key = IntegrationKey.parse(named)
    if key is None:
        raise AcceptanceError(say("{named} is no ORGANISATION.NAME", named=named))
    return key


def _client_key(named: str) -> ClientKey:
    key = ClientKey.parse(named)
    if key is None:
        raise AcceptanceError(say("{named} is no ORGANISATION.INTEGRATION.CLIENT", named=named))
    return key
