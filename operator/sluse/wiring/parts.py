"""Settings -> the adapters of one operator process, opened together and closed together."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sluse.catalog.git.source import Source
from sluse.catalog.reader import Reader
from sluse.catalog.yaml import Unreadable, plain
from sluse.cluster.access import Access, access_from_kubeconfig, access_in_cluster
from sluse.cluster.client import Cluster
from sluse.cluster.lease import LeaseObject
from sluse.delivery.embedded import EmbeddedEngine
from sluse.delivery.engine import Engine
from sluse.errors import SettingsError
from sluse.leadership.apart import Apart, LeadingApart
from sluse.leadership.election import Terms
from sluse.leadership.fence import Deadline, Fence, unfenced
from sluse.leadership.leading import Leading
from sluse.ledger.branch.branch import StatusBranch
from sluse.ledger.journal import ClusterJournal
from sluse.model.names import Environment
from sluse.model.settings import EngineName, Settings
from sluse.notify.smtp import SmtpServer
from sluse.registrar.dynamic.client import DynamicRegistrar
from sluse.registrar.federation.keycloak import KeycloakFederations
from sluse.registrar.federation.port import FederationRegistrar
from sluse.registrar.port import Registrar
from sluse.wiring.clock import Now, elapsed, utc_now
from sluse.wiring.identity import identity
from sluse.wiring.settings import VARIABLE, secret

LEASE = "sluse-operator"
"""Name of the Lease, in the environment's namespace."""


@dataclass(frozen=True)
class Parts:
    """What one operator process is made of. Everything that writes does so through `fence`."""

    settings: Settings
    leading: LeadingApart
    fence: Deadline
    access: Access
    cluster: Cluster
    registrar: Registrar
    federations: FederationRegistrar | None
    journal: ClusterJournal
    branch: StatusBranch
    engine: Engine
    source: Source
    reader: Reader
    mail: SmtpServer | None
    now: Now


@asynccontextmanager
async def opened(settings: Settings, now: Now = utc_now) -> AsyncIterator[Parts]:
    """Open everything. SettingsError where something named in the settings is missing or not built yet."""
    if settings.environment is Environment.PRODUCTION and settings.roots is None:
        # Fail closed: without roots nobody could say what production may hold.
        raise SettingsError(
            "production needs root keys: they sign policies/, which decides what production may hold",
            hint="pin them in the settings: roots: {threshold, keys}",
        )
    access, fence = kubernetes_access(settings), Deadline(elapsed)
    async with AsyncExitStack() as stack:
        me = stack.enter_context(identity(settings.remote.cache))
        # A loop and connections of its own: a renewal must not queue behind the work, and passes no fence.
        apart = await stack.enter_async_context(Apart("election"))
        electing = await stack.enter_async_context(apart.entered(Cluster(access, connections=2, replica=me)))
        cluster = await stack.enter_async_context(
            Cluster(access, connections=settings.kubernetes.connections, fence=fence, replica=me)
        )
        registrar = await stack.enter_async_context(_registrar(settings, fence))
        federations = _federations(settings, fence)
        if federations is not None:
            await stack.enter_async_context(federations)
        source = Source(
            url=settings.remote.url,
            branch=settings.remote.branch,
            cache=settings.remote.cache / "integrations",
            environment=git_environment(settings),
        )
        stack.push_async_callback(asyncio.to_thread, source.close)
        yield Parts(
            settings=settings,
            leading=LeadingApart(_leading(settings, electing, me, fence, now), apart),
            fence=fence,
            access=access,
            cluster=cluster,
            registrar=registrar,
            federations=federations,
            journal=ClusterJournal(cluster, settings.environment, now, telling=settings.mail is not None),
            branch=status_branch(settings, fence),
            engine=await stack.enter_async_context(_engine(settings, cluster, fence)),
            source=source,
            reader=Reader(),
            mail=_mail(settings, fence),
            now=now,
        )


def kubernetes_access(settings: Settings) -> Access:
    """Return how to reach the API server: a kubeconfig, else the pod's own service account."""
    path = settings.kubernetes.kubeconfig
    if path is None:
        return access_in_cluster()
    try:
        document = plain(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, Unreadable):
        raise SettingsError(f"cannot read the kubeconfig {path}") from None
    if not isinstance(document, Mapping):
        raise SettingsError(f"the kubeconfig {path} is not a mapping")
    return access_from_kubeconfig(document, folder=path.parent)


def _leading(settings: Settings, cluster: Cluster, me: str, fence: Deadline, now: Now) -> Leading:
    terms = settings.leadership
    return Leading(
        me=me,
        terms=Terms(duration=terms.duration, renew=terms.renew, retry=terms.retry),
        leases=LeaseObject(cluster, settings.environment.namespace, LEASE, duration=terms.duration),
        fence=fence,
        clock=elapsed,
        now=now,
    )


def status_branch(settings: Settings, fence: Fence = unfenced) -> StatusBranch:
    """Return the status branch of this environment."""
    return StatusBranch(
        url=settings.remote.url,
        cache=settings.remote.cache / "status",
        environment=settings.environment,
        environment_variables=git_environment(settings),
        signing_key=settings.ledger.signing_key_file,
        author=settings.ledger.author,
        fence=fence,
    )


def git_environment(settings: Settings) -> dict[str, str]:
    """Return git's environment: the token stands in no command line, no URL and no config file."""
    remote = settings.remote
    configuration = {"http.followRedirects": "false"}  # the header would follow to wherever an answer points
    if remote.token_file is not None:
        configuration["http.extraHeader"] = f"Authorization: Bearer {secret(remote.token_file).get_secret_value()}"
    numbered = {
        variable: value
        for number, setting in enumerate(configuration.items())
        for variable, value in zip((f"GIT_CONFIG_KEY_{number}", f"GIT_CONFIG_VALUE_{number}"), setting, strict=True)
    }
    authority = {}
    if remote.ca_file is not None:
        # That bundle and no other: git would trust the system's CAs beside it, and read all of them at each connection.
        authority = {"GIT_SSL_CAINFO": str(remote.ca_file), "GIT_SSL_CAPATH": os.devnull}
    return {**authority, "GIT_CONFIG_COUNT": str(len(configuration)), **numbered}


def _registrar(settings: Settings, fence: Fence) -> DynamicRegistrar:
    authority = settings.authority
    if authority.initial_access_token_file is None:
        raise SettingsError("authority.initialAccessTokenFile is required for the registrar `dynamic`")
    return DynamicRegistrar(
        issuer=authority.issuer,
        registration_endpoint=authority.registration_endpoint,
        initial_access_token=secret(authority.initial_access_token_file),
        tls=_tls(authority.ca_file),
        fence=fence,
    )


def _mail(settings: Settings, fence: Fence) -> SmtpServer | None:
    mail = settings.mail
    if mail is None:
        return None
    if (mail.username is None) is not (mail.password_file is None):
        raise SettingsError("mail.username and mail.passwordFile go together")
    return SmtpServer(
        host=mail.host,
        port=mail.port,
        tls=_tls(mail.ca_file) if mail.starttls else None,
        username=mail.username,
        password=secret(mail.password_file) if mail.password_file is not None else None,
        fence=fence,
    )


def _federations(settings: Settings, fence: Fence) -> KeycloakFederations | None:
    """Return the admin API of identity providers; None where the settings name none, and people do the work."""
    authority, api = settings.authority, settings.authority.federation
    if api is None:
        return None
    return KeycloakFederations(
        issuer=authority.issuer,
        instances=api.instances,
        token=secret(api.token_file),
        client_id=api.client_id,
        tls=_tls(authority.ca_file),
        fence=fence,
    )


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError:
        raise SettingsError(f"cannot read the CA bundle {ca_file}") from None


@asynccontextmanager
async def _engine(settings: Settings, cluster: Cluster, fence: Deadline) -> AsyncIterator[Engine]:
    match settings.engine:
        case EngineName.EMBEDDED:
            yield EmbeddedEngine(cluster)
        case EngineName.PULUMI:
            async with _pulumi(settings, cluster, fence) as engine:
                yield engine


def _pulumi(settings: Settings, cluster: Cluster, fence: Deadline) -> AbstractAsyncContextManager[Engine]:
    """Return the engine that lives outside this package. Imported here alone, and only where the settings name it."""
    if settings.pulumi is None:
        raise SettingsError("engine: pulumi needs to know where its state is", hint="give the settings pulumi: {...}")
    if (settings.pulumi.passphrase_file is None) is (settings.pulumi.secrets_provider is None):
        raise SettingsError("pulumi needs one of passphraseFile and secretsProvider")
    for file in (settings.pulumi.passphrase_file, settings.pulumi.credentials_file):
        if file is not None:
            secret(file)
    try:
        from sluse_stacks.engine import opened as opened_pulumi
    except ImportError as error:
        raise SettingsError(
            f"engine: pulumi needs the package {error.name}", hint="install sluse with its extra: sluse[pulumi]"
        ) from None
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    return opened_pulumi(settings.pulumi, cluster, settings.kubernetes.kubeconfig, environment, fence)
