"""An organisation's identity providers -> the federations wanted of it in test, and what is left as it is. Pure.

Test follows HEAD: a file that can be read and has no errors makes an enabled federation, a deleted one ends it, and
anything in doubt is kept. Production's counterpart is `production/federations.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sluse.delivery.share import Share
from sluse.desired.federations import federation
from sluse.desired.stack import ObjectKey
from sluse.model.federation import Federation
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import IntegrationKey
from sluse.model.registration import Use
from sluse.model.resources.identity_federation import IdentityFederationSpec


@dataclass(frozen=True)
class OrganisationFederations:
    """One organisation's share. `kept` are left exactly as they are."""

    specs: Mapping[IntegrationKey, IdentityFederationSpec] = field(default_factory=dict)
    kept: frozenset[IntegrationKey] = frozenset()

    @property
    def keep(self) -> frozenset[ObjectKey]:
        """What the stack keeps."""
        return frozenset(ObjectKey("IdentityFederation", str(key)) for key in self.kept)

    def holding(self, held: Collection[object]) -> OrganisationFederations:
        """Return the same with these left as they are."""
        mine = frozenset(key for key in self.specs if key in held)
        if not mine:
            return self
        specs = {key: spec for key, spec in self.specs.items() if key not in mine}
        return OrganisationFederations(specs, self.kept | mine)


def in_test(share: Share, fused: Collection[object]) -> OrganisationFederations:
    """Return what is wanted in test. `fused`: retirements that the fuse holds."""
    specs: dict[IntegrationKey, IdentityFederationSpec] = {}
    for sourced in share.providers:
        document = sourced.content
        if not share.held_back(document) and not document.spec.existing:
            specs[document.key] = federation_spec(document.key, Use.OPEN, _of_test(document))
    specs.update({key: federation_spec(key, Use.RETIRED) for key in sorted(share.ending) if key not in fused})
    return OrganisationFederations(specs, frozenset(key for key in share.federations if key not in specs))


def federation_spec(key: IntegrationKey, use: Use, federation: Federation | None = None) -> IdentityFederationSpec:
    """Return the spec of a federation's resource."""
    return IdentityFederationSpec(organisation=key.organisation, provider=key.name, use=use, federation=federation)


def _of_test(document: IdentityProvider) -> Federation:
    spec = document.spec
    return federation(document.metadata.name, spec.title, spec.protocol, spec.claims, spec.test)
