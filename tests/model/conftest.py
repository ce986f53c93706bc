"""Documents: the examples, and strategies for any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def examples() -> dict[str, dict[str, Any]]:
    """The example documents as plain data, by path below `integrations/`."""
    folder = ROOT / "integrations"
    paths = sorted(folder.glob("*/*.yaml"))
    return {str(path.relative_to(folder)): yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}


Anything = st.SearchStrategy[Any]

SLUGS = st.text("abcxyz019", min_size=1, max_size=6)
LINES = st.text("Aaæø é-:#\u4e2d\U0001f600", min_size=1, max_size=8)
NUMBERS = st.integers(100_000_000, 999_999_999).map(str)
SCOPES = SLUGS.map("nhn:{}/api".format)
URLS = SLUGS.map("https://a.example/{}".format)


def _set(items: st.SearchStrategy[Any], least: int = 0, most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(items, min_size=least, max_size=most, unique_by=str)


VALUES: Anything = st.fixed_dictionaries(
    {"organisationNumber": NUMBERS},
    optional={
        "redirectUris": _set(URLS),
        "postLogoutRedirectUris": _set(URLS),
        "childOrganisationNumbers": _set(NUMBERS),
        "claims": _set(st.fixed_dictionaries({"type": SCOPES, "value": LINES})),
        "scopes": _set(SCOPES),
    },
)
LOGIN: Anything = st.fixed_dictionaries(
    {"minimumLevel": st.sampled_from(["substantial", "high"])},
    optional={
        "identityProviders": st.lists(
            st.fixed_dictionaries({"name": SLUGS}, optional={"required": st.booleans()}),
            max_size=3,
            unique_by=lambda provider: provider["name"],  # a default written out is no other provider
        ),
    },
)
CLIENTS: Anything = st.fixed_dictionaries(
    {
        "name": SLUGS,
        "grants": _set(st.sampled_from(["authorization_code", "client_credentials", "refresh_token"]), least=1),
        "scopes": _set(SCOPES, least=1),
        "test": VALUES,
    },
    optional={
        "tenancy": st.sampled_from(["single-tenant", "multi-tenant"]),
        "login": LOGIN,
        "production": VALUES,
    },
)
SERVICES: Anything = st.fixed_dictionaries(
    {
        "title": LINES,
        "configurationOwner": NUMBERS,
        "users": LINES,
        "platform": LINES,
        "structure": st.sampled_from(["web-with-backend", "machine-to-machine", "native", "api"]),
    }
)
PLANS: Anything = st.fixed_dictionaries(
    {
        "testFrom": st.integers(1, 9).map("2027-01-0{}".format),
        "productionNotBefore": st.integers(1, 9).map("2027-02-0{}T08:00".format),
    },
    optional={"zone": st.sampled_from(["Europe/Oslo", "UTC"])},
)
SPECS: Anything = st.fixed_dictionaries(
    {
        "service": SERVICES,
        "plan": PLANS,
        "clients": st.lists(CLIENTS, min_size=1, max_size=3, unique_by=lambda client: client["name"]),
    },
    optional={"network": st.fixed_dictionaries({"zones": _set(st.sampled_from(["internet", "helsenettet"]), least=1)})},
)


@pytest.fixture(scope="session")
def integrations() -> st.SearchStrategy[dict[str, Any]]:
    """Any ServiceIntegration, as an author may write it."""
    return st.fixed_dictionaries(
        {
            "apiVersion": st.just("sluse.nhn.no/v1alpha1"),
            "kind": st.just("ServiceIntegration"),
            "metadata": st.fixed_dictionaries({"name": SLUGS, "organisation": SLUGS}),
            "spec": SPECS,
        }
    )
