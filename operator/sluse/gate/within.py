"""Checks of what production gets: complete, within what was tested, and within what NHN has bound of the organisation.

An organisation's file at HEAD has no say: numbers, domains and keys count for production only as they were bound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sluse.desired.accepted import accepted_clients
from sluse.gate.case import Case
from sluse.gate.check import Check
from sluse.gate.submitted import client_names, clients
from sluse.model.outcome import Party
from sluse.model.service_integration import Structure
from sluse.rules.redirects import split
from sluse.words.said import say

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _bound(case: Case) -> str | None:
    bound = case.view.bound
    if bound is None:
        return say(
            "NHN has not bound the numbers, domains and keys of {organisation}", organisation=case.key.organisation
        )
    if not bound.known:
        return say("what NHN has bound is lost: restore accepted/{digest}.json", digest=bound.digest)
    return None


def _complete(case: Case) -> str | None:
    if not _is_judged(case) or case.tested_body is None or case.production_body is None:
        return None
    if case.is_provider:
        return None if _part(case, "production") else say("it has no values of production")
    missing = sorted(
        set(client_names(case.tested_body, "tested")) - set(client_names(case.production_body, "production"))
    )
    return say("there are no values of production for {missing}", missing=", ".join(missing)) if missing else None


def _form(case: Case) -> str | None:
    if case.named is None or case.is_provider or case.tested_body is None or case.production_body is None:
        return None
    try:
        accepted_clients(case.tested_body, case.production_body)
    except ValueError:
        return say("what was accepted is of a form that this version does not know")
    return None


def _scopes(case: Case) -> str | None:
    if not _is_judged(case):
        return None
    tested = {str(client.get("name")): _texts(client.get("scopes")) for client in clients(case.tested_body, "tested")}
    for name, values in _values(case):
        beyond = sorted(_texts(values.get("scopes")) - tested.get(name, frozenset()))
        if beyond:
            return say(
                "production of {name} has scopes that were not tested: {beyond}", name=name, beyond=", ".join(beyond)
            )
    return None


def numbers(case: Case) -> frozenset[str]:
    """Return the organisation numbers that production acts for."""
    return frozenset(str(values.get("organisationNumber")) for _, values in _values(case)) if _is_judged(case) else frozenset()  # fmt: skip


def _domains(case: Case) -> str | None:
    if not _is_judged(case) or case.view.bound is None:
        return None
    for address in _addresses(case):
        if host(address) in _LOOPBACK and _is_native(case):
            continue
        if not is_within(address, case.view.bound.domains):
            return say(
                "{host} is in no domain that NHN has bound to {organisation}",
                host=host(address) or address,
                organisation=case.key.organisation,
            )
    return None


def is_within(address: str, domains: Collection[str]) -> bool:
    """Tell whether an address is in one of these domains."""
    found = host(address)
    return any(found == domain or found.endswith(f".{domain}") for domain in domains)


def host(address: str) -> str:
    """Return the host of an address; empty where it has none that can be compared. A stranger wrote it: nothing is raised."""
    found = split(address)
    return found.host if found is not None and not found.has_user else ""


def _is_judged(case: Case) -> bool:
    """Bodies of HEAD are made only where somebody wants them judged: making them costs more than all else."""
    return case.named is not None or case.test is not None


def _values(case: Case) -> Iterator[tuple[str, dict[str, object]]]:
    for client in clients(case.production_body, "production"):
        values = client.get("production")
        if isinstance(values, dict):
            yield str(client.get("name")), values


def _addresses(case: Case) -> Iterator[str]:
    if case.is_provider:
        values = _part(case, "production")
        yield from (str(each) for each in (values or {}).values())
    for _, values in _values(case):
        yield from sorted(_texts(values.get("redirectUris")) | _texts(values.get("postLogoutRedirectUris")))


def _part(case: Case, name: str) -> dict[str, object] | None:
    inside = case.production_body.get("production") if case.production_body is not None else None
    found = inside.get(name) if isinstance(inside, dict) else None
    return found if isinstance(found, dict) else None


def _is_native(case: Case) -> bool:
    inside = case.tested_body.get("tested") if case.tested_body is not None else None
    service = inside.get("service") if isinstance(inside, dict) else None
    return isinstance(service, dict) and service.get("structure") == Structure.NATIVE


def _texts(value: object) -> frozenset[str]:
    return frozenset(str(each) for each in value) if isinstance(value, list | tuple) else frozenset()


CHECKS: tuple[Check[Case], ...] = (
    Check("OrganisationNotBound", "NHN has bound what the organisation owns.", _bound, Party.REVIEWER),
    Check("ProductionIncomplete", "Every client has values of production.", _complete),
    Check("FormUnknown", "What was accepted can be read.", _form, Party.CLUSTER_OPERATOR),
    Check("ScopesNotTested", "Production has no scope that was not tested.", _scopes),
    Check("DomainNotBound", "Addresses are in domains that are bound to this organisation.", _domains),
)
