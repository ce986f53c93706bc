"""The sandbox put together: one directory, one CA, one clock, and a port each for the API, the authorities and git.

Everything secret in it is random and dies with it. What it does not imitate stands in the README.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sluse.acceptance.reach import Reach
from sluse.cluster.access import access_from_kubeconfig
from sluse.desired.environment import Installation
from sluse.desired.environment import environment as environment_manifests
from sluse.desired.stack import Manifest
from sluse.model.names import Environment
from sluse.model.policy.bundle import Roots
from sluse.model.resources.integration_repository import IntegrationRepositorySpec
from sluse.model.settings import (
    AuthoritySettings,
    EngineName,
    FederationSettings,
    KubernetesSettings,
    LedgerSettings,
    MailSettings,
    PulumiSettings,
    RemoteSettings,
    Settings,
    Timing,
)
from sluse.sandbox import people
from sluse.sandbox.authority import provider_endpoint
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.clock import Clock
from sluse.sandbox.control import control
from sluse.sandbox.given import GivenCluster
from sluse.sandbox.idp.application import IdentityProvider
from sluse.sandbox.install import admin_session, install, uninstall
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.identity import Identity
from sluse.sandbox.kube.kubeconfig import kubeconfig
from sluse.sandbox.mail import MailCatcher
from sluse.sandbox.remote import Remote, git_settings
from sluse.sandbox.remote.people import Pusher
from sluse.sandbox.scopes import API_SCOPES
from sluse.sandbox.server import Served
from sluse.sandbox.tls import issue

REPOSITORY_ID = "sandbox.sluse.example"
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Trust:
    """What operators of a sandbox are installed with: the roots they pin, and the private keys that sign their branches."""

    roots: Roots
    signing_keys: Mapping[Environment, str]


class Sandbox:
    """Use as a context manager. `directory` must exist and be private to the user; it holds tokens and keys.

    Without `trust` the operators sign with random keys, and production has no roots: its operator will not start.
    `providers`: host names of identity providers, each with a server of its own; `reach` finds them.
    `cluster`: an administrator's kubeconfig of a cluster that takes the place of the sandbox's own API.
    `engine`: which one the operators' settings name; its programs are not looked for here.
    `guards`: the admission policies of an environment, which this room does not know; none by default.
    `tenants`: namespaces of others that the story makes; a given one must not have them, and has them no more after `leave`.
    """

    def __init__(  # noqa: PLR0913 - each is something in which sandboxes differ
        self,
        directory: Path,
        *,
        suppliers: tuple[str, ...] = (),
        providers: tuple[str, ...] = (),
        poll: str = "1s",
        trust: Trust | None = None,
        cluster: Path | None = None,
        engine: EngineName = EngineName.EMBEDDED,
        guards: Callable[[Environment], tuple[Manifest, ...]] = lambda _: (),
        tenants: tuple[str, ...] = (),
    ) -> None:
        self.directory = directory
        self._trust = trust
        self._guards = guards
        self._engine = engine
        self._tenants = tenants
        self._given = GivenCluster(cluster, tenants) if cluster is not None else None
        self.clock = Clock(directory / "clock")
        self.certificates = issue(directory, providers)
        self._hosts: dict[str, tuple[str, int]] = {"localhost": (_LOOPBACK, 0)}
        self.reach = Reach(self.certificates.client(), self._hosts)
        self.people = people.invite(suppliers)
        self._poll = poll
        identities = (self.people.admin, *self.people.operators.values())
        self.kubernetes = KubernetesAPI(identities, self.clock)
        self.authorities = {environment: self._authority(environment) for environment in Environment}
        self.remote = Remote(directory, self.people.pushers)
        tls = self.certificates.server
        self.api = Served(self.kubernetes.application, tls=tls, name="kubernetes")
        self.git = Served(self.remote.application, tls=tls, name="git")
        self.mail = MailCatcher(tls, folder=directory / "mail")
        self.control = Served(lambda: control(self.clock), tls=tls, name="control")
        self.issuers = {environment: authority.served(tls) for environment, authority in self.authorities.items()}
        self.providers = {
            host: IdentityProvider(host, clock=self.clock, reach=self.reach, host=host) for host in providers
        }
        self._logins = {host: provider.served(tls) for host, provider in self.providers.items()}

    @property
    def remote_url(self) -> str:
        """Where the integrations' repository is."""
        return f"{self.git.url}/integrations.git"

    def __enter__(self) -> Self:
        for server in self._servers:
            server.start()
        self._hosts |= {host: (_LOOPBACK, served.port) for host, served in self._logins.items()}
        self._write_access()
        asyncio.run(self._install())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in reversed(self._servers):
            server.close()

    async def leave(self) -> None:
        """Take Sluse away from a cluster that was given; the operators have ended. The sandbox's own goes by itself."""
        if self._given is not None:
            async with admin_session(self._given.access) as session:
                tenants = [
                    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in self._tenants
                ]
                await uninstall(session, [*self._all_manifests(), *tenants])

    def kubeconfig(self, environment: Environment | None = None) -> Path:
        """Return the kubeconfig of an environment's operator, or of the admin."""
        return self.directory / f"kubeconfig-{environment.value if environment else 'admin'}.json"

    def settings(self, environment: Environment) -> Path:
        """Return the settings file of an environment's operator."""
        return self.directory / f"settings-{environment.value}.json"

    def git_environment(self, person: Pusher) -> dict[str, str]:
        """Return the environment with which this person's git reaches the remote."""
        return git_settings(self.certificates.ca_file, person.token)

    @property
    def kubernetes_url(self) -> str:
        """Where the Kubernetes API is."""
        return self._given.url if self._given is not None else self.api.url

    @property
    def _servers(self) -> tuple[Served | MailCatcher, ...]:
        own = () if self._given is not None else (self.api,)
        return (*own, *self.issuers.values(), *self._logins.values(), self.git, self.mail, self.control)

    def _authority(self, environment: Environment) -> Authority:
        token = self.people.initial_access_tokens[environment]
        return Authority(
            environment.value,
            clock=self.clock,
            initial_access_tokens={token: f"operator-{environment.value}"},
            scopes=API_SCOPES,
            reach=self.reach,
        )

    def _manifests(self, environment: Environment) -> tuple[Manifest, ...]:
        repository = IntegrationRepositorySpec(url=self.remote_url, interval=self._poll)
        settings, guards = self._settings(environment), self._guards(environment)
        return environment_manifests(Installation(settings, "sluse:not-run-here", repository, guards))

    def _all_manifests(self) -> list[Manifest]:
        return [each for place in Environment for each in self._manifests(place)]

    async def _install(self) -> None:
        """Install both environments as a platform person does, and let their operators in."""
        own = self._kubeconfig(self.people.admin, "default") if self._given is None else self._given.document
        self._private("kubeconfig-admin.json", json.dumps(own, indent=1))
        access = self._given.access if self._given is not None else access_from_kubeconfig(own)
        async with admin_session(access) as session:
            if self._given is not None:
                await self._given.require_unused(session)
            await install(session, self._all_manifests())
            for place in Environment:
                operator = (
                    self._kubeconfig(self.people.operators[place], place.namespace)
                    if self._given is None
                    else await self._given.operator(session, place)
                )
                self._private(f"kubeconfig-{place.value}.json", json.dumps(operator, indent=1))

    def _write_access(self) -> None:
        for environment in Environment:
            name = environment.value
            self._private(f"initial-access-{name}.token", self.people.initial_access_tokens[environment])
            self._private(f"git-{name}.token", self.people.operator_pushers[environment].token)
            self._private(f"passphrase-{name}", secrets.token_urlsafe())
            (self.directory / f"pulumi-{name}").mkdir(mode=0o700, exist_ok=True)
            self._private(f"signing-{name}", self._trust.signing_keys[environment] if self._trust else _ssh_key())
            self._private(f"settings-{name}.json", self._settings(environment).model_dump_json(by_alias=True, indent=1))

    def _kubeconfig(self, identity: Identity, namespace: str) -> dict[str, Any]:
        return kubeconfig(self.api.url, self.certificates.ca_file, identity, namespace)

    def _settings(self, environment: Environment) -> Settings:
        name, ca_file = environment.value, self.certificates.ca_file
        issuer = self.issuers[environment].url
        return Settings(
            environment=environment,
            repository_id=REPOSITORY_ID,
            engine=self._engine,
            pulumi=PulumiSettings(
                backend=f"file://{self.directory / f'pulumi-{name}'}",
                home=self.directory / f"pulumi-home-{name}",
                passphrase_file=self.directory / f"passphrase-{name}",
            ),
            kubernetes=KubernetesSettings(kubeconfig=self.kubeconfig(environment)),
            remote=RemoteSettings(
                url=self.remote_url,
                token_file=self.directory / f"git-{name}.token",
                ca_file=ca_file,
                cache=self.directory / f"cache-{name}",
            ),
            authority=AuthoritySettings(
                registrar="dynamic",
                issuer=issuer,
                registration_endpoint=f"{issuer}/connect/register",
                initial_access_token_file=self.directory / f"initial-access-{name}.token",
                ca_file=ca_file,
                federation=FederationSettings(
                    registrar="keycloak",
                    instances=f"{issuer}{provider_endpoint.PATH}",
                    token_file=self.directory / f"initial-access-{name}.token",
                    client_id="sts",
                ),
            ),
            ledger=LedgerSettings(signing_key_file=self.directory / f"signing-{name}"),
            roots=self._trust.roots if self._trust else None,
            mail=MailSettings(
                host="localhost",
                port=self.mail.port,
                sender=f"sluse-{name}@nhn.example",
                reviewers="kundesenter@nhn.example",
                every=0,
                ca_file=ca_file,
            ),
            timing=Timing(drift=2, retry_first=1, retry_most=10),
        )

    def _private(self, name: str, content: str) -> None:
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(content)


def _ssh_key() -> str:
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
        .decode()
    )
