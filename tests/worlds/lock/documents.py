"""What a supplier and an identity provider write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import IntegrationKey
from sluse.model.organisation import Organisation
from sluse.model.service_integration import ServiceIntegration
from worlds.lock.people import API, MAINTAINER, NUMBER, OTHER_NUMBER, PROVIDER, SERVICE, SUPPLIER
from worlds.ssh import Signer


def organisation(slug: str = SUPPLIER, keys: Iterable[Signer] = (MAINTAINER,), **changes: Any) -> Organisation:
    spec = {
        "title": slug,
        "numbers": (NUMBER if slug == SUPPLIER else OTHER_NUMBER,),
        "domains": (f"{slug}.example",),
        "maintainers": tuple({"label": f"desk {index}", "key": each.public.line} for index, each in enumerate(keys)),
        "contact": {"mailbox": f"drift@{slug}.example"},
        **changes,
    }
    return Organisation.model_validate(
        {"api_version": API, "kind": "Organisation", "metadata": {"name": slug, "organisation": slug}, "spec": spec}
    )


def service(
    *,
    scopes: Sequence[str] = ("nhn:msh/api",),
    providers: Sequence[Mapping[str, Any]] = (),
    host: str = "www.fjordlegen.example",
    opens: datetime = datetime(2026, 11, 1, 8),  # noqa: DTZ001 - local time
    of: IntegrationKey = SERVICE,
    number: str = NUMBER,
    **plan: Any,
) -> ServiceIntegration:
    values = {"organisation_number": number, "redirect_uris": (f"https://{host}/signin",)}
    spec = {
        "service": {
            "title": "Journal", "configuration_owner": NUMBER, "users": "Doctors", "platform": "Python",
            "structure": "web-with-backend",
        },
        "plan": {"test_from": date(2026, 9, 1), "production_not_before": opens, **plan},
        "clients": (
            {
                "name": "web", "grants": ("authorization_code",), "scopes": tuple(scopes),
                "login": {"minimum_level": "high", "identity_providers": tuple(providers)},
                "test": values, "production": values,
            },
        ),
    }  # fmt: skip
    metadata = {"name": of.name, "organisation": of.organisation}
    return ServiceIntegration.model_validate({"api_version": API, "kind": "ServiceIntegration", "metadata": metadata, "spec": spec})  # fmt: skip


def provider(*, existing: bool = False, of: IntegrationKey = PROVIDER) -> IdentityProvider:
    where = {"issuer": "https://login.polar-id.example", "jwks_uri": "https://login.polar-id.example/jwks"}
    spec = {
        "title": "Polar", "existing": existing, "test": where, "production": where,
        "plan": {"test_from": date(2026, 9, 1), "production_not_before": datetime(2026, 11, 1, 8)},  # noqa: DTZ001
        "protocol": {"algorithms": ("PS256",)},
        "claims": {"identifier": "pid", "identifier_kinds": ("fnr",), "levels": ({"value": "high", "level": "high"},)},
    }  # fmt: skip
    metadata = {"name": of.name, "organisation": of.organisation}
    return IdentityProvider.model_validate({"api_version": API, "kind": "IdentityProvider", "metadata": metadata, "spec": spec})  # fmt: skip
