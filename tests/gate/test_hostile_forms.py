"""What a stranger writes, or one reviewer signs, is a reason and never an error: an error would end production for everybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.gate.entitled import entitled
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitlement, NotEntitled
from sluse.model import digests
from sluse.model.service_integration import ServiceIntegration
from sluse.model.statement import StatementType
from sluse.model.tree import AcceptedFile
from worlds import lock
from worlds.lock import FURU, NOW, SERVICE, SUPPLIER, Lock

JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(("identityProviders", "name", "redirectUris", "scopes")), inner, max_size=3)
    ),
    max_leaves=8,
)


def verdict(world: Lock) -> Entitlement:
    return entitled(GateSurvey(world.tree(), lock.policy()), SERVICE, NOW)


@pytest.mark.parametrize("address", ["https://[x/cb", "https://ex\N{ACCOUNT OF}mple.com/cb"])
def test_an_address_that_is_none_is_a_reason_and_no_error(address: str) -> None:
    world = lock.prepared()
    file = world.documents[SERVICE].model_dump(mode="json", by_alias=True)
    file["spec"]["clients"][0]["production"]["redirectUris"] = [address]
    world.documents[SERVICE] = ServiceIntegration.model_validate(file)
    world.submit()
    found = verdict(world)
    assert isinstance(found, NotEntitled)
    assert "DomainNotBound" in {reason.check for reason in found.reasons}


@given(JSON, JSON)
def test_no_accepted_bytes_are_an_error(clients: object, login: object) -> None:
    """Whoever decides alone may sign for whatever hashes to its name."""
    world = lock.accepted()
    said = list(world.decisions.values())[-1].content.spec.statement.acceptance
    assert said is not None
    bodies = []
    for part in ("tested", "production"):
        inside = {"clients": [{"name": clients, "login": login, "production": login, "scopes": clients}, clients]}
        body = {"digestVersion": 1, "kind": "ServiceIntegration", "integration": str(SERVICE), part: inside}
        bodies.append(digests.sha256(body))
        world.accepted[SUPPLIER, bodies[-1]] = AcceptedFile(SUPPLIER, bodies[-1], body)
    changed = said.model_copy(update={"tested": bodies[0], "production": bodies[1]})
    world.decide(StatementType.ACCEPTANCE, str(SERVICE), FURU, acceptance=changed)
    assert isinstance(verdict(world), NotEntitled)
