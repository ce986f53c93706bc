"""Files that must be there for others to mean anything, and files that belong to nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from sluse.model.names import ClientKey, Environment
from sluse.model.problem import Severity
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import KeyFile, Sourced
from sluse.rules import installations
from sluse.rules.rule import Certainty, Finding, TreeRule
from sluse.rules.shown import shown
from sluse.rules.survey import Source, Survey, key_file_path
from sluse.words.said import say


def organisation(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find folders with integrations and no organisation.yaml; one finding a folder."""
    told: set[str] = set()
    for document in survey.tree.documents.values():
        slug = document.content.metadata.organisation
        path = f"{posixpath.dirname(document.path)}/organisation.yaml"
        if not survey.known(slug) and slug not in told and path not in survey.broken_paths:
            told.add(slug)
            yield (
                Source.whole(path, slug),
                Finding("", say("The organisation {slug} has no organisation.yaml", slug=shown(slug))),
            )


def test_keys(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find clients without a key file for test."""
    for document, _ in survey.integrations():
        for index, path in _lacking(survey, document):
            name = document.content.spec.clients[index].name
            message = say("The client {name} has no public key for test", name=shown(name))
            hint = say("Put its public keys (a JWK Set) into {path}; the private ones stay with you.", path=path)
            yield Source.of(document), Finding(f"spec.clients[{index}].name", message, hint=hint)


def installation_keys(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find installations without a key file for an environment that they are in."""
    for document, client in installations.installed(survey):
        for environment, _ in installations.environments(document.content):
            path = key_file_path(document, client.name, environment)
            key = document.content.key
            wanted = KeyFile(ClientKey(key.organisation, key.name, client.name), environment)
            if wanted not in survey.tree.keys and path not in survey.broken_paths:
                hint = say(
                    "Put its public keys (a JWK Set) into {path}; the private ones stay with whoever runs it.",
                    path=path,
                )
                message = say("The installation has no public key for {environment}", environment=environment)
                yield Source.of(document), Finding(f"spec.{environment}", message, hint=hint)


def stray_keys(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find key files that name no client; not where a client lacks its own, since then that is the one to repair."""
    real = {installed.document.content.key for installed in installations.installed(survey)}
    for key_file, keys in survey.tree.keys.items():
        client = key_file.client
        if survey.unreadable(client.organisation):
            continue  # the file that would name the client may be the unreadable one
        document = survey.tree.integrations.get(client.integration_key)
        installation = survey.tree.installations.get(client.integration_key)
        if installation is not None and (
            installation.content.spec.client == client.client or client.integration_key not in real
        ):
            continue
        if document is not None:
            named = client.client in {each.name for each in document.content.spec.clients}
            if named or any(_lacking(survey, document)):
                continue
        message = say(
            "No integration here has a client {client}", client=shown(f"{client.integration}/{client.client}")
        )
        source = Source.whole(keys.path, str(client.integration_key))
        yield source, Finding("", message, severity=Severity.WARNING)


def _lacking(survey: Survey, document: Sourced[ServiceIntegration]) -> Iterator[tuple[int, str]]:
    """Yield (index, path of the key file) of each client that has no keys for test."""
    key = document.content.key
    for index, client in enumerate(document.content.spec.clients):
        wanted = KeyFile(ClientKey(key.organisation, key.name, client.name), Environment.TEST)
        if wanted not in survey.tree.keys:
            path = key_file_path(document, client.name, Environment.TEST)
            if path not in survey.broken_paths:
                yield index, path


RULES = (
    TreeRule(
        id="organisation-missing",
        why="Without it nobody knows which numbers and domains its integrations may use.",
        source="Sluse: integrations/<organisation>/organisation.yaml",
        certainty=Certainty.OWN,
        hint="Write organisation.yaml with `kind: Organisation` into the folder.",
        check=organisation,
    ),
    TreeRule(
        id="test-keys-missing",
        why="A client authenticates with private_key_jwt only, so without a public key it cannot be registered.",
        source="NHN utviklerportal, HelseID sikkerhetsprofil: client authentication by private_key_jwt",
        certainty=Certainty.PARTLY,
        hint="Put the client's public keys (a JWK Set) into its key file.",
        check=test_keys,
    ),
    TreeRule(
        id="installation-keys-missing",
        why="Each customer's installation has keys of its own, so that one that is lost is not everybody's.",
        source="NHN utviklerportal, HelseID sikkerhetsprofil: client authentication by private_key_jwt",
        certainty=Certainty.PARTLY,
        hint="Put the installation's public keys (a JWK Set) into its key file.",
        check=installation_keys,
    ),
    TreeRule(
        id="key-file-without-client",
        why="A key under a mistyped name is a key that nobody uses.",
        source="Sluse: keys/<integration>/<client>.<environment>.jwks.json",
        certainty=Certainty.OWN,
        hint="Rename the file after its integration and client, or delete it.",
        check=stray_keys,
    ),
)
