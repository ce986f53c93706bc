"""What was accepted -> the identity provider of production. HEAD has no say here, but for its title.

As with `accepted.py`, a form that today's models cannot read is a `ValueError`, so that nothing is ever guessed.
"""

from __future__ import annotations

from sluse.desired.accepted import Body, require_known
from sluse.desired.federations import federation
from sluse.model.federation import Federation
from sluse.model.identity_provider import ClaimMapping, Protocol, ProviderValues
from sluse.model.value import Value


class _Tested(Value):
    protocol: Protocol
    claims: ClaimMapping


class _Production(Value):
    production: ProviderValues


def accepted_provider(alias: str, title: str, tested: Body, production: Body) -> Federation:
    """Return the federation that both bodies make. Raises ValueError where a body is not of a known form."""
    shared = _Tested.model_validate(require_known(tested).get("tested"))
    values = _Production.model_validate(require_known(production).get("production"))
    return federation(alias, title, shared.protocol, shared.claims, values.production)
