"""What is wrong with a discovery document that an identity provider publishes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sluse.model.identity_provider import IdentityProviderSpec, ProviderValues, ResponseType
from sluse.words.said import say

WELL_KNOWN = "/.well-known/openid-configuration"


def faults(metadata: Mapping[str, Any], spec: IdentityProviderSpec, values: ProviderValues) -> Iterator[str]:
    """Yield where it says otherwise than the file, of one environment."""
    if metadata.get("issuer") != values.issuer:
        yield say("it names another issuer")
    if metadata.get("jwks_uri") != values.jwks_uri:
        yield say("its jwks_uri is not the jwksUri of the file")
    for name in ("authorization_endpoint", "token_endpoint"):
        address = metadata.get(name)
        if not isinstance(address, str) or not address.startswith("https://"):
            yield say("it has no https address for {name}", name=name)
    for name, value in (
        ("response_types_supported", ResponseType(spec.protocol.response_type).value),
        ("code_challenge_methods_supported", "S256"),
        ("token_endpoint_auth_methods_supported", spec.protocol.client_authentication.value),
    ):
        if value not in listed(metadata, name):
            yield say("{name} lacks {value}", name=name, value=value)


def offers(metadata: Mapping[str, Any], agreed: Sequence[str]) -> bool:
    """Tell whether ID tokens are signed with one of the agreed algorithms."""
    return not set(agreed).isdisjoint(listed(metadata, "id_token_signing_alg_values_supported"))


def listed(metadata: Mapping[str, Any], name: str) -> Sequence[str]:
    """Return the words of a list of the document; empty where there are none."""
    found = metadata.get(name)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
