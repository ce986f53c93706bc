"""What is held: the ledger's values. One `OrganisationLedger` per stack, one `HeldClient` per client.

Order of a creation: intent (durable) -> POST with a throwaway key -> credential and anchor (durable) -> PUT with
the real keys. A crash between leaves nothing usable, and an intent without an anchor names a possible orphan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field

from sluse.model.client_installation import InstallationValues, IntegrationName
from sluse.model.federation import Handed
from sluse.model.keys import PublicJwk
from sluse.model.names import ClientId, IntegrationKey
from sluse.model.registration import Use
from sluse.model.told import Told
from sluse.model.value import Count, Flag, Line, OrganisationNumber, Sha256, Slug, Text, Url, Value


class Intent(Value):
    """Written before a registration is asked for; `id` is part of nothing but our own books."""

    id: Line
    since: datetime


class Anchor(Value):
    """Where the registration is. `credential` never stands here: it is in the Secret `sluse-anchor-<name>`."""

    client_id: ClientId
    uri: Url
    since: datetime


class HeldClient(Value):
    """What the authority holds for one client, as far as we know."""

    intent: Intent | None = None
    anchor: Anchor | None = None
    digest: Sha256 | None = Field(None, description="Digest of the registration last written, with its real keys.")
    use: Use | None = None
    since: datetime | None = None
    keys: tuple[PublicJwk, ...] = Field((), max_length=10, description="The real keys last written or withheld.")
    possible_orphans: tuple[Intent, ...] = Field((), max_length=20)
    retired: bool = False


class HeldFederation(Value):
    """What the authority holds for an identity provider, as far as we know. Its alias and our mark there are its anchor."""

    digest: Sha256 | None = Field(None, description="Digest of the federation last written.")
    use: Use | None = None
    since: datetime | None = None
    handed: Handed | None = Field(None, description="What the provider must type in on its side.")
    retired: bool = False


FEDERATION = "federation"
"""What an identity provider's federation is called where the clients of a service have names."""


class WaitingOn(Value):
    """Who is waited for, for what, since when. `client` is empty where the whole integration waits."""

    on: Line
    reason: Line
    message: Text
    since: datetime
    client: str = Field("", max_length=40)
    norwegian: str = Field("", max_length=2000, description="The message in bokmål; empty where it is not known.")


class HeldInstallation(Value):
    """What an installation in production was last brought to: its file may be gone, and its service may have moved on."""

    service: IntegrationName
    service_production: Sha256 = Field(description="Digest P of its service, in whose scopes it lives.")
    client: Slug
    customer: OrganisationNumber
    values: InstallationValues


class HeldSnapshot(Value):
    """What production was last brought to, and by what right: enough for anybody to judge the step again.

    `use` is the last step taken: Withheld after *configure*, Open after *open*, Retired after a signed retirement.
    """

    tested: Sha256
    production: Sha256
    decision: Sha256 = Field(description="Id of the statement that allowed the step.")
    use: Use
    since: datetime
    commit: str = Field(max_length=40, description="Commit of the integrations that was read.")
    policy_version: Count
    policy_digest: Sha256
    installed: HeldInstallation | None = Field(
        None, description="Of an installation: `tested` is its service's, `production` the digest of this."
    )


class HeldIntegration(Value):
    """What is held for one integration, and what was last said of it."""

    kind: Line = "ServiceIntegration"
    title: Line
    path: str = Field("", max_length=512, description="Path of its file when last seen.")
    tested: Sha256 | None = Field(None, description="Digest T at HEAD when last seen.")
    stage: Line = "Ordered"
    snapshot: HeldSnapshot | None = Field(None, description="In production only: what it was last brought to.")
    since: datetime | None = None
    pending_change: Flag = Field(False, description="In production: HEAD differs from what is held.")
    waiting: tuple[WaitingOn, ...] = Field((), max_length=40)
    told: Told | None = Field(None, description="What was told of it by mail; none where no news are told.")
    clients: dict[Slug, HeldClient] = Field(default_factory=dict, max_length=40)
    federation: HeldFederation | None = Field(None, description="Of an identity provider, which has no clients.")

    @property
    def parts(self) -> Mapping[str, HeldClient | HeldFederation]:
        """Everything that is registered for it, by name."""
        return self.clients if self.federation is None else {**self.clients, FEDERATION: self.federation}


class HeldOpening(Value):
    """A NetworkOpening as last wanted. `asked`: digest of what its files ask for, before any catalogue is asked."""

    asked: Sha256
    digest: Sha256


class OrganisationLedger(Value):
    """The ConfigMap `sluse-ledger-<organisation>`, and the same in git."""

    organisation: Slug
    revision: Count = Field(0, description="Rises with every change: of two copies the higher is the newer.")
    engine: Line | None = Field(None, description="Engine that declared this stack; changing it is a migration.")
    declared: Sha256 | None = Field(None, description="Digest of what the stack last declared.")
    commit: str | None = Field(None, max_length=40, description="Commit that was declared.")
    policy_version: Count = Field(0, description="Highest manifest version seen; a lower one is refused.")
    policy_digest: Sha256 | None = Field(None, description="What it was; another one of that version is refused.")
    seen: dict[Sha256, datetime] = Field(
        default_factory=dict, max_length=2000, description="When each signed statement was first seen."
    )
    telling: Flag = Field(False, description="Whether news are told by mail: what is not in `told` is news then.")
    integrations: dict[Slug, HeldIntegration] = Field(default_factory=dict, max_length=500)
    openings: dict[Slug, HeldOpening] = Field(default_factory=dict, max_length=500)

    @property
    def untold(self) -> OrganisationLedger:
        """The ledger without who was told what: as others may read it. The same object where nothing is told."""
        if not self.telling:
            return self
        entries = {name: entry.model_copy(update={"told": None}) for name, entry in self.integrations.items()}
        return self.model_copy(update={"telling": False, "integrations": entries})

    def integration(self, key: IntegrationKey) -> HeldIntegration | None:
        """Return what is held for an integration of this organisation."""
        return self.integrations.get(key.name)

    def client(self, integration: str, client: str) -> HeldClient:
        """Return what is held for a client; an empty value where nothing is."""
        entry = self.integrations.get(integration)
        return entry.clients.get(client, HeldClient()) if entry else HeldClient()

    def federation(self, provider: str) -> HeldFederation:
        """Return what is held for an identity provider; an empty value where nothing is."""
        entry = self.integrations.get(provider)
        return entry.federation or HeldFederation() if entry else HeldFederation()


def first_seen(ledgers: Iterable[OrganisationLedger]) -> dict[Sha256, datetime]:
    """Return when any of the ledgers first saw each signed statement.

    The earliest counts: whoever copies a statement into a folder of their own must not make it look late.
    """
    found: dict[Sha256, datetime] = {}
    for ledger in ledgers:
        for statement, moment in ledger.seen.items():
            found[statement] = min(moment, found.get(statement, moment))
    return found
