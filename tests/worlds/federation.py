"""An authority and an identity provider that know each other, a service and its private keys, all on loopback."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from joserfc import jwk

from sluse.acceptance.login import Visitor
from sluse.acceptance.proofs import ClientKey
from sluse.acceptance.reach import Reach
from sluse.acceptance.trials import Held
from sluse.model.identity_provider import IdentifierKind, IdentityProvider
from sluse.model.service_integration import Client, ServiceIntegration
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.authority.provider_rules import accept as accept_provider
from sluse.sandbox.authority.registration_rules import accept
from sluse.sandbox.clock import Clock
from sluse.sandbox.idp.application import IdentityProvider as SandboxProvider
from sluse.sandbox.idp.identifiers import synthetic
from sluse.sandbox.idp.relying_party import RelyingParty
from sluse.sandbox.tls import Certificates

Json = dict[str, Any]
TOKEN = "operators-token"
SCOPES = ("nhn:journal/read", "nhn:journal/write", "fhi:register/api")
ALIAS = "polar-login"
LEVELS = {"Betydelig": "substantial", "Høyt": "high"}
IDENTITY = ["openid", "helseid://scopes/identity/pid", "helseid://scopes/identity/security_level"]
VALUES = {"organisationNumber": "310448176", "redirectUris": ["https://journal.fjordlegen.example/signin"]}
MACHINE = {"name": "sync", "grants": ["client_credentials"], "scopes": list(SCOPES[:2]), "test": {"organisationNumber": "310448176"}}  # fmt: skip
WEB = {
    "name": "web",
    "grants": ["authorization_code", "refresh_token"],
    "scopes": [*IDENTITY, "offline_access", SCOPES[0]],
    "login": {"minimumLevel": "high", "identityProviders": [{"name": ALIAS, "required": True}]},
    "test": VALUES,
}
USERS = [
    {"alias": "smartcard-high", "identifier": "fnr", "method": "smartcard", "level": "high"},
    {"alias": "d-number", "identifier": "d-number", "method": "app", "level": "substantial"},
]


def instance(issuer: str, alias: str = ALIAS, /, **config: str | None) -> Json:
    """An identity-provider instance; a member of config given as None is left out."""
    stated: dict[str, str | None] = {
        "issuer": issuer,
        "jwksUrl": f"{issuer}/.well-known/jwks",
        "useJwksUrl": "true",
        "validateSignature": "true",
        "clientId": "sts",
        "clientAuthMethod": "private_key_jwt",
        "responseType": "code",
        "pkceEnabled": "true",
        "pkceMethod": "S256",
        "algorithms": "ES256",
        "identifierClaim": "pid",
        "identifierKinds": "fnr d-number",
        "methodClaim": "amr",
        "levelClaim": "acr",
        "levels": json.dumps(LEVELS),
        "owner": "suite",
        **config,
    }
    kept = {name: value for name, value in stated.items() if value is not None}
    return {"alias": alias, "displayName": "Polar-ID", "providerId": "oidc", "enabled": True, "config": kept}


def service(*clients: Mapping[str, Any]) -> ServiceIntegration:
    plan = {"testFrom": "2026-12-01", "productionNotBefore": "2027-02-01T08:00"}
    about = {
        "title": "Fjordlegen Journal",
        "configurationOwner": "310448176",
        "users": "Doctors.",
        "platform": "Linux",
        "structure": "web-with-backend",
    }
    return ServiceIntegration.model_validate(
        {
            "apiVersion": "sluse.nhn.no/v1alpha1",
            "kind": "ServiceIntegration",
            "metadata": {"name": "journal", "organisation": "fjordlegen"},
            "spec": {"service": about, "plan": plan, "clients": list(clients)},
        }
    )


def provider(issuer: str, **changes: Any) -> IdentityProvider:
    return IdentityProvider.model_validate(
        {
            "apiVersion": "sluse.nhn.no/v1alpha1",
            "kind": "IdentityProvider",
            "metadata": {"name": ALIAS, "organisation": "polar-id"},
            "spec": {
                "title": "Polar-ID",
                "plan": {"testFrom": "2026-12-01", "productionNotBefore": "2027-04-01T08:00"},
                "protocol": {"algorithms": ["ES256"]},
                "claims": {
                    "identifier": "pid",
                    "identifierKinds": ["fnr", "d-number"],
                    "levels": [{"value": value, "level": level} for value, level in LEVELS.items()],
                },
                "test": {"issuer": issuer, "jwksUri": f"{issuer}/.well-known/jwks", "users": USERS},
                **changes,
            },
        }
    )


def of_the_other_series() -> str:
    """An identifier with a month from 41 to 52 and right control digits: synthetic elsewhere, and not with HelseID."""
    while True:
        number = synthetic(IdentifierKind.NATIONAL)
        shifted = f"{number[:2]}{int(number[2:4]) - 40:02}{number[4:9]}"
        for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)):
            shifted += str(-sum(weight * int(digit) for weight, digit in zip(weights, shifted, strict=False)) % 11)
        if len(shifted) == 11:  # a control digit of 10 makes it longer: no such number is given out
            return shifted


def new_key() -> ClientKey:
    private = jwk.ECKey.generate_key("P-256", private=True).as_dict(private=True)
    return ClientKey({**private, "alg": "ES256", "kid": secrets.token_hex(8)})


@dataclass
class Federation:
    """Both parties, up and running. `held` grows with what is registered."""

    authority: Authority
    issuer: str
    login: SandboxProvider
    login_issuer: str
    reach: Reach
    clock: Clock
    held: dict[str, Held] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.clock.now()

    def register(self, client: Client) -> Held:
        """Register a client as its document says; keep its key."""
        key = new_key()
        document = {
            "client_name": client.name,
            "grant_types": [grant.value for grant in client.grants],
            "redirect_uris": list(client.test.redirect_uris),
            "jwks": {"keys": [key.public()]},
            "scope": " ".join(client.scopes),
            "token_endpoint_auth_method": "private_key_jwt",
            "dpop_bound_access_tokens": True,
            "helseid_orgnr": client.test.organisation_number,
            "helseid_tenancy": client.tenancy.value,
        }
        registration, _ = self.authority._store.add(accept(document, self.authority._habits), "suite", 0)
        self.held[client.name] = Held(registration.client_id, key)
        return self.held[client.name]

    @property
    def visitors(self) -> dict[str, Visitor]:
        return {user.alias: Visitor(user.alias, user.password) for user in self.login.users}

    @property
    def identifiers(self) -> list[str]:
        return [user.identifier for user in self.login.users]

    @property
    def party(self) -> RelyingParty:
        jwks = f"{self.issuer}/.well-known/openid-configuration/jwks"
        return RelyingParty("sts", f"{self.issuer}/signin-{ALIAS}", jwks)


@contextmanager
def federation(certificates: Certificates, kind: type[Authority] = Authority) -> Iterator[Federation]:
    """A good world, or one with an authority of another kind."""
    clock = Clock()
    reach = Reach(certificates.client(), {"localhost": ("127.0.0.1", 0)})
    authority = kind("test", clock=clock, initial_access_tokens={TOKEN: "suite"}, scopes=SCOPES, reach=reach)
    login = SandboxProvider("Polar-ID", clock=clock, reach=reach)
    with authority.served(certificates.server) as served, login.served(certificates.server) as there:
        world = Federation(authority, served.url, login, there.url, reach, clock)
        authority.providers.add(accept_provider(instance(there.url)))
        login.admit(world.party)
        words = {level: word for word, level in LEVELS.items()}
        for user in provider(there.url).spec.test.users:
            login.users.invite_expected(user, words[user.level.value])
        yield world
