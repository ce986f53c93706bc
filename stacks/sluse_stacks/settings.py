"""The typed settings of an environment's stack, `stacks/Pulumi.<environment>.yaml`, and what they are rendered to.

Those files are the one place where test and production differ. Everything that follows from the environment itself
(namespace, status branch, where files lie in the pod) is derived, so that it cannot be set wrong. No secret stands
here: credentials are files of the Secret `sluse-credentials`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from sluse.desired.environment import (
    INITIAL_ACCESS_TOKEN,
    MAIL_PASSWORD,
    PULUMI_CREDENTIALS,
    PULUMI_PASSPHRASE,
    REMOTE_TOKEN,
    SIGNING_KEY,
    Installation,
)
from sluse.desired.isolation import Reached
from sluse.desired.pod import CACHE, MEMORY
from sluse.errors import SettingsError
from sluse.model.names import Environment
from sluse.model.policy.bundle import Roots
from sluse.model.resources.integration_repository import IntegrationRepositorySpec
from sluse.model.settings import (
    AuthoritySettings,
    Backend,
    EngineName,
    KubernetesSettings,
    LeadershipSettings,
    LedgerSettings,
    MailSettings,
    PulumiSettings,
    RemoteSettings,
    Settings,
    Timing,
)
from sluse.model.value import Count, Flag, Line, Mailbox, Sha256, Slug, Unique, Url, Value
from sluse_policies.admission import admission

PROJECT = "sluse"
"""Name of the Pulumi project, and the namespace of its config keys."""

_Image = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[a-z0-9./:@_-]+$")]
_Memory = Annotated[int, Field(ge=192, le=16_384)]
"""Not strict: of a key that holds no object Pulumi gives, and writes, the text."""
_Remote = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^https://[^\s@]+$")]


class Repository(Value):
    """The integrations' remote."""

    id: Line = Field(description="Id of the repository; part of every ownership mark, never changed once live.")
    url: _Remote = Field(description="Its https address, without user or password.")
    branch: Line = Field("main", description="Branch whose HEAD says everything.")
    path: Line = Field("integrations", description="Folder of the authored files.")
    poll: Annotated[str, StringConstraints(max_length=10, pattern=r"^[0-9]+(s|m|h)$")] = Field(
        "1m", description="Time between two looks at the remote."
    )
    organisations: Annotated[tuple[Slug, ...], Unique] = Field(
        (), max_length=2000, description="Organisations it may speak for; none listed means all."
    )


class Authority(Value):
    """The authority of this environment."""

    registrar: Literal["dynamic"] = Field("dynamic", description="Which registrar adapter.")
    issuer: Url = Field(description="Issuer, without trailing slash.")
    registration_endpoint: Url = Field(description="RFC 7591 endpoint.")


class Mail(Value):
    """How notifications leave. With a user, the password is the key `mail-password` of the Secret."""

    host: Line = Field(description="SMTP server; it must offer STARTTLS.")
    port: Count = Field(587, description="Its port.")
    sender: Mailbox = Field(description="Sender of notifications.")
    reviewers: Mailbox = Field(description="Function mailbox of NHN's reviewers.")
    every: Count = Field(300, description="Fewest seconds between two mails to one mailbox.")
    username: Line | None = Field(None, description="User of the server, where it asks for one.")


class PulumiState(Value):
    """Where the engine `pulumi` keeps its state. Without a key of a cloud, the passphrase is a file of the Secret."""

    backend: Backend = Field(
        description="Address of the state: s3://..., azblob://... or gs://...; file:///... of a volume."
    )
    secrets_provider: Line | None = Field(None, description="A cloud's key that encrypts secrets in the state.")
    credentials: Flag = Field(
        False,
        description="Whether the key `pulumi-credentials` of the Secret is the cloud's file of credentials for both. "
        "Without, the role of the pod's service account is what counts.",
    )
    at_once: Count = Field(2, description="Most updates at once.")


class StackSettings(Value):
    """Every key of `sluse:` in a stack's config file."""

    image: _Image = Field(description="The operator's image, by digest where the registry allows.")
    engine: EngineName = Field(description="Which engine declares the organisations' stacks.")
    repository: Repository
    authority: Authority
    author: Mailbox = Field(description="Committer of the status branch.")
    trusted_head: Sha256 | None = Field(
        None, description="Head of the status branch that a person confirmed, for a cluster that lost every ledger."
    )
    roots: Roots | None = Field(None, description="Keys that sign the manifest of policies/; production needs them.")
    memory: _Memory = Field(
        MEMORY,
        description="MiB that an operator may take at most, half of which is asked for; 1024 for 10,000 integrations. "
        "Pulumi's updates come on top.",
    )
    pulumi: PulumiState | None = Field(None, description="How `engine: pulumi` works; that engine needs it.")
    mail: Mail | None = Field(None, description="How notifications leave; without it none do.")
    timing: Timing = Timing()
    leadership: LeadershipSettings = LeadershipSettings()
    network: Reached = Reached()


def parse(config: Mapping[str, Any]) -> StackSettings:
    """Return the settings from the config keys of the project, given without the prefix `sluse:`.

    Raises `SettingsError` that names every wrong key.
    """
    try:
        return StackSettings.model_validate(dict(config))
    except ValidationError as error:
        wrong = "; ".join(
            f"{PROJECT}:{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
        raise SettingsError(
            f"the stack's config is not right: {wrong}", hint="compare with stacks/Pulumi.test.yaml"
        ) from None


def installation(environment: Environment, stack: StackSettings) -> Installation:
    """Return what the environment is installed from: settings as the pod sees them, image, repository."""
    return Installation(
        settings=Settings(
            environment=environment,
            repository_id=stack.repository.id,
            engine=stack.engine,
            kubernetes=KubernetesSettings(),
            remote=RemoteSettings(
                url=stack.repository.url,
                branch=stack.repository.branch,
                path=stack.repository.path,
                token_file=REMOTE_TOKEN.path,
                cache=CACHE,
            ),
            authority=AuthoritySettings(
                registrar=stack.authority.registrar,
                issuer=stack.authority.issuer,
                registration_endpoint=stack.authority.registration_endpoint,
                initial_access_token_file=INITIAL_ACCESS_TOKEN.path,
            ),
            ledger=LedgerSettings(
                signing_key_file=SIGNING_KEY.path, author=stack.author, trusted_head=stack.trusted_head
            ),
            pulumi=_pulumi(stack.pulumi),
            roots=stack.roots,
            mail=_mail(stack.mail),
            timing=stack.timing,
            leadership=stack.leadership,
        ),
        image=stack.image,
        repository=IntegrationRepositorySpec(
            url=stack.repository.url,
            branch=stack.repository.branch,
            path=stack.repository.path,
            interval=stack.repository.poll,
            organisations=stack.repository.organisations,
        ),
        guards=admission(environment),
        reached=stack.network,
        memory=stack.memory,
    )


def _pulumi(state: PulumiState | None) -> PulumiSettings | None:
    if state is None:
        return None
    return PulumiSettings(
        backend=state.backend,
        home=CACHE / "pulumi",
        secrets_provider=state.secrets_provider,
        passphrase_file=PULUMI_PASSPHRASE.path if state.secrets_provider is None else None,
        credentials_file=PULUMI_CREDENTIALS.path if state.credentials else None,
        at_once=state.at_once,
    )


def _mail(mail: Mail | None) -> MailSettings | None:
    if mail is None:
        return None
    return MailSettings(
        host=mail.host,
        port=mail.port,
        sender=mail.sender,
        reviewers=mail.reviewers,
        every=mail.every,
        username=mail.username,
        password_file=MAIL_PASSWORD.path if mail.username is not None else None,
    )
