"""Hypothesis strategies for the kinds beside services, and for signed records. Signatures have their form and verify nothing."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from laws.strategies import API_VERSION, lines, organisation_numbers, plans, slugs
from sluse.model.client_installation import ClientInstallation
from sluse.model.evidence import Evidence
from sluse.model.identity_provider import IdentityProvider
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.statement import GROUP_OF, Statement, StatementType, Verdict
from sluse.model.user_organisation import UserOrganisation

ORGANISATION = "fjordlegen"
sha256s = st.integers(0, 2**64).map(lambda number: hashlib.sha256(str(number).encode()).hexdigest())
# Whole seconds: a statement's moment has no need of more.
moments = st.integers(1_767_225_600, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC))
days = st.dates(date(2026, 1, 1), date(2030, 1, 1)).map(date.isoformat)
nonces = st.binary(min_size=16, max_size=40).map(lambda octets: base64.urlsafe_b64encode(octets).rstrip(b"=").decode())
key_ids = st.binary(min_size=32, max_size=32).map(
    lambda octets: "SHA256:" + base64.b64encode(octets).rstrip(b"=").decode()
)
services = st.tuples(slugs, slugs).map(".".join)


@st.composite
def armoured(draw: st.DrawFn) -> str:
    """Octets in the armour of a signature."""
    text = base64.b64encode(draw(st.binary(min_size=1, max_size=120))).decode()
    body = "\n".join(text[at : at + 70] for at in range(0, len(text), 70))
    return f"-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----" + draw(st.sampled_from(["", "\n"]))


@st.composite
def identity_providers(draw: st.DrawFn) -> IdentityProvider:
    """A provider at `<slug>.example` that keeps HelseID's requirements."""
    host = f"{draw(slugs)}.example"
    values = {"issuer": f"https://{host}", "jwks_uri": f"https://{host}/jwks"}
    level = draw(st.sampled_from(["substantial", "high"]))
    user = {"alias": draw(slugs), "identifier": "fnr", "method": draw(lines), "level": level}
    return IdentityProvider.model_validate(
        _document(draw(slugs), "IdentityProvider")
        | {
            "spec": {
                "title": draw(lines),
                "plan": draw(plans()),
                "protocol": {"algorithms": draw(st.sampled_from([["PS256"], ["ES256"], ["PS256", "ES256"]]))},
                "claims": {
                    "identifier": "pid",
                    "identifier_kinds": ["fnr"],
                    "levels": [{"value": {"substantial": "Betydelig", "high": "Høyt"}[level], "level": level}],
                },
                "test": values | {"users": [user]},
                "existing": draw(st.booleans()),
            }
        }
    )


@st.composite
def client_installations(draw: st.DrawFn) -> ClientInstallation:
    """An installation of any service."""
    spec = {
        "service": draw(services),
        "client": draw(slugs),
        "customer": draw(organisation_numbers()),
        "not_before": draw(days),
        "confirmed_by": draw(lines),
        "production": {"redirect_uris": [f"https://{draw(slugs)}.example/in"]},
    }
    return ClientInstallation.model_validate(_document(draw(slugs), "ClientInstallation") | {"spec": spec})


@st.composite
def user_organisations(draw: st.DrawFn) -> UserOrganisation:
    """A user of any services."""
    used = draw(st.lists(services, min_size=1, max_size=3, unique=True))
    spec = {
        "title": draw(lines),
        "services": [{"service": each, "needed_by": draw(days)} for each in used],
        "zones": ["internet"],
        "notice_days": draw(st.integers(0, 90)),
    }
    return UserOrganisation.model_validate(_document(draw(slugs), "UserOrganisation") | {"spec": spec})


@st.composite
def statements(draw: st.DrawFn, kind: StatementType) -> Statement:
    """A statement with the group of its type."""
    groups: dict[StatementType, Any] = {
        StatementType.SUBMISSION: {
            "tested": draw(sha256s),
            "suite": draw(slugs),
            "suite_version": 1,
            "ended": draw(moments),
            "evidence": [{"name": "web.json", "sha256": draw(sha256s)}],
        },
        StatementType.PLAN: {"production_not_before": draw(moments).replace(tzinfo=None), "zone": "Europe/Oslo"},
        StatementType.RETIREMENT: {"delete_after_days": draw(st.integers(0, 90))},
        StatementType.REVOCATION: draw(sha256s),
        StatementType.ACKNOWLEDGEMENT: draw(lines),
    }
    return Statement.model_validate(
        {
            "type": kind,
            "version": 1,
            "repository": draw(lines),
            "environment": "production",
            "subject": f"{ORGANISATION}.journal",
            "issued_at": draw(moments),
            "signer": draw(key_ids),
            "nonce": draw(nonces),
            "previous": draw(st.lists(sha256s, max_size=2, unique=True)),
            "verdict": None if kind is StatementType.SUBMISSION else draw(st.sampled_from(Verdict)),
            "findings": draw(st.lists(lines, min_size=1, max_size=2)) if kind is not StatementType.SUBMISSION else [],
            GROUP_OF[kind]: groups[kind],
        }
    )


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    """A decision on `fjordlegen.journal`, the first one of its chain by name."""
    types = (
        StatementType.PLAN,
        StatementType.RETIREMENT,
        StatementType.REVOCATION,
        StatementType.ACKNOWLEDGEMENT,
    )
    kind = draw(st.sampled_from(types))
    spec = {"statement": draw(statements(kind)), "signatures": draw(st.lists(armoured(), min_size=1, max_size=2))}
    return Decision.model_validate(_document(f"journal-1-{kind.value}", "Decision") | {"spec": spec})


@st.composite
def acceptance_tests(draw: st.DrawFn) -> AcceptanceTest:
    """A submission for `fjordlegen.journal`."""
    spec = {"statement": draw(statements(StatementType.SUBMISSION)), "signatures": [draw(armoured())]}
    return AcceptanceTest.model_validate(_document(draw(slugs), "AcceptanceTest") | {"spec": spec})


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    """What one run saw of the client `web`."""
    case = {"witness": "self", "passed": draw(st.booleans()), "expected": draw(lines), "seen": draw(lines)}
    return Evidence.model_validate(
        {
            "version": 1,
            "suite": draw(slugs),
            "suite_version": draw(st.integers(0, 9)),
            "subject": f"{ORGANISATION}.journal",
            "part": "web",
            "environment": "test",
            "tested": draw(sha256s),
            "started": draw(moments),
            "ended": draw(moments),
            "cases": [{"case": draw(slugs), **case}],
        }
    )


def _document(name: str, kind: str) -> dict[str, Any]:
    return {"api_version": API_VERSION, "kind": kind, "metadata": {"name": name, "organisation": ORGANISATION}}
