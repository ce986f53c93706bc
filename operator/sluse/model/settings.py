"""Where and how one operator process works: one file, rendered from `stacks/Pulumi.<environment>.yaml`.

What decides *whether* anything may happen is not here but in `policies/`, under signature.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from sluse.model.names import Environment
from sluse.model.policy.bundle import Roots
from sluse.model.value import Count, Flag, Line, Mailbox, Sha256, Url, Value


class EngineName(StrEnum):
    """Which engine declares the stacks. Required, never guessed from what is on PATH."""

    EMBEDDED = "embedded"
    PULUMI = "pulumi"


class KubernetesSettings(Value):
    """How to reach the API server."""

    kubeconfig: Path | None = Field(None, description="Kubeconfig file; none means the pod's own service account.")
    connections: Count = Field(32, description="Most connections to the API server at once; bounds memory and 429s.")


class RemoteSettings(Value):
    """How to reach the integrations' git remote. The address itself is in the IntegrationRepository."""

    url: Line = Field(description="The git remote, https or file; without user or password.")
    branch: Line = Field("main", description="Branch whose HEAD says everything.")
    path: Line = Field("integrations", description="Folder of the authored files in the remote.")
    token_file: Path | None = Field(None, description="File with the bearer token; it may push only the status branch.")
    ca_file: Path | None = Field(None, description="CA bundle for the remote; none means the system's.")
    cache: Path = Field(description="Folder for the bare clone; may be lost at any time.")


class FederationSettings(Value):
    """How to reach the authority's admin API of identity providers."""

    registrar: Literal["keycloak"] = Field(description="Which registrar adapter: an API in Keycloak's shape.")
    instances: Url = Field(description="Address of all identity-provider instances.")
    token_file: Path = Field(description="File with the bearer token of that API.")
    client_id: Line = Field(description="What the authority is called at identity providers, as their client.")


class AuthoritySettings(Value):
    """How to reach the authority of this environment."""

    registrar: Literal["dynamic"] = Field(description="Which registrar adapter.")
    issuer: Url = Field(description="Issuer of the authority, without trailing slash.")
    registration_endpoint: Url = Field(description="RFC 7591 endpoint.")
    initial_access_token_file: Path | None = Field(None, description="File with the initial access token.")
    ca_file: Path | None = Field(None, description="CA bundle for the authority; none means the system's.")
    federation: FederationSettings | None = Field(
        None, description="Its admin API of identity providers; without one, people type in what is wanted."
    )


class LedgerSettings(Value):
    """How the status branch is signed."""

    signing_key_file: Path = Field(description="SSH private key (mode 0600) that signs the status branch's commits.")
    author: Mailbox = Field("sluse@localhost.invalid", description="Committer of the status branch.")
    trusted_head: Sha256 | None = Field(
        None, description="Head of the status branch that a person confirmed, for a cluster that lost every ledger."
    )


class MailSettings(Value):
    """How notifications leave: one SMTP server. No server: none are sent, and the status branch still says everything."""

    host: Line = Field(description="SMTP server.")
    port: Count = Field(587, description="Port of the server.")
    sender: Mailbox = Field(description="Sender of notifications.")
    reviewers: Mailbox = Field(description="Function mailbox of NHN's reviewers.")
    every: Count = Field(
        300, description="Fewest seconds between two mails to one mailbox; what happens meanwhile is one mail."
    )
    starttls: Flag = Field(True, description="Whether TLS is demanded before anything is said.")
    ca_file: Path | None = Field(None, description="CA bundle for the server; none means the system's.")
    username: Line | None = Field(None, description="User of the server, where it asks for one.")
    password_file: Path | None = Field(None, description="File with the password.")


def _without_user(address: str) -> str:
    if "@" in urlsplit(address).netloc:
        raise ValueError("it carries a user or password: hand those over as the credentials of the pod")
    return address


Backend = Annotated[Url, AfterValidator(_without_user)]
"""Address of Pulumi's state. It is quoted whole to who has to do something there, so it holds no secret."""


class PulumiSettings(Value):
    """Where the engine `pulumi` keeps its state, and who can read secrets in it. One of the last two is needed."""

    backend: Backend = Field(
        description="Address of the state: file:///..., s3://..., azblob://... or gs://...; no secret."
    )
    home: Path = Field(description="Folder for workspaces and logs of Pulumi; may be lost at any time.")
    passphrase_file: Path | None = Field(
        None, description="File with the passphrase that encrypts secrets in the state."
    )
    secrets_provider: Line | None = Field(
        None,
        description="Address of a cloud's key instead: awskms://..., azurekeyvault://..., gcpkms://... or hashivault://...",
    )
    credentials_file: Path | None = Field(
        None,
        description="File with the credentials for both, in the form that s3 and awskms, or gs and gcpkms, have for it; "
        "none: what the environment or the machine's own role gives.",
    )
    policy_pack: Path | None = Field(
        None, description="Folder of the policy pack that judges every update; none: no pack."
    )
    at_once: Count = Field(2, description="Most updates at once; each is a process that uses a core and 300 MB.")


class Timing(Value):
    """Intervals, in seconds."""

    drift: Count = Field(600, description="Between two looks at an object that is as wanted.")
    compare: Count = Field(3600, description="Between two comparisons of a whole stack with the cluster.")
    retry_first: Count = Field(
        2, description="First wait after the authority did not answer; doubles up to `retry_most`."
    )
    retry_most: Count = Field(300, description="Longest wait after the authority did not answer.")


class LeadershipSettings(Value):
    """How replicas agree on who writes, in seconds. One replica alone does the same, and never waits."""

    duration: Count = Field(8, description="How long the others wait after the last sign of the one that leads.")
    renew: Count = Field(5, description="How long one renewal lets it lead; less than `duration`.")
    retry: Count = Field(1, description="Between two renewals, and between two looks of the others; less than `renew`.")

    @model_validator(mode="after")
    def _one_after_the_other(self) -> Self:
        if not 0 < self.retry < self.renew < self.duration:
            raise ValueError("must hold: 0 < retry < renew < duration")
        return self


class Settings(Value):
    """Everything one operator process needs to know about where it stands."""

    environment: Environment
    repository_id: Line = Field(description="Id of the integrations' repository; part of every ownership mark.")
    engine: EngineName
    kubernetes: KubernetesSettings
    remote: RemoteSettings
    authority: AuthoritySettings
    ledger: LedgerSettings
    pulumi: PulumiSettings | None = Field(None, description="How the engine `pulumi` works; that engine needs it.")
    roots: Roots | None = Field(None, description="Keys that sign the manifest of policies/; production needs them.")
    mail: MailSettings | None = None
    timing: Timing = Timing()
    leadership: LeadershipSettings = LeadershipSettings()
