"""Which identity providers the clients offer: whose terms apply, and whom production waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sluse.gate.case import Case
from sluse.gate.submitted import clients


@dataclass(frozen=True, order=True)
class Offered:
    """An identity provider that some client offers; `required` where one of them waits for it."""

    name: str
    required: bool


def offered(case: Case) -> tuple[Offered, ...]:
    """Return the identity providers of what is judged, by name."""
    required: dict[str, bool] = {}
    for name, needed in _named(case):
        required[name] = required.get(name, False) or needed
    return tuple(Offered(name, needed) for name, needed in sorted(required.items()))


def _named(case: Case) -> Iterator[tuple[str, bool]]:
    document = case.document
    if case.is_provider:
        return
    if case.named is None:
        for client in document.spec.clients if document is not None and document.kind == "ServiceIntegration" else ():
            for each in client.login.identity_providers if client.login is not None else ():
                yield each.name, each.required
        return
    for body in clients(case.tested_body, "tested"):
        login = body.get("login")
        found = login.get("identityProviders") if isinstance(login, dict) else None
        for item in found if isinstance(found, list) else ():
            if not isinstance(item, dict):
                continue  # of no known form, which is said elsewhere
            yield str(item.get("name")), bool(item.get("required", False))
