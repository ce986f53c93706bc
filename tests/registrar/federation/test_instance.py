"""A federation as an instance in Keycloak's shape, and back: nothing is lost, nothing is left out, nothing is believed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.model.identity_provider import (
    ClaimMapping,
    ClientAuthentication,
    IdentifierKind,
    LevelValue,
    Protocol,
    ResponseType,
    SigningAlgorithm,
)
from sluse.model.service_integration import SecurityLevel
from sluse.registrar.federation.instance import Form
from sluse.registrar.federation.port import Instance, differing
from sluse.registrar.port import Mark
from worlds.federating import federation

FORM = Form("sts")
MARK = Mark("integrations.example/test/polar-id.polar-login")
TOLD = {
    "relyingParty": {
        "clientId": "sts",
        "redirectUri": "https://authority.example/signin-polar-login",
        "jwksUri": "https://authority.example/jwks",
    }
}
WANTED = Instance(federation(), enabled=True, mark=MARK)

words = st.text(st.characters(min_codepoint=33, codec="utf-8"), min_size=1, max_size=20).filter(
    lambda word: len(word.split()) == 1 and word == word.strip()
)
lines = st.text(st.characters(exclude_characters="\r\n\t", codec="utf-8"), min_size=1, max_size=40)
protocols = st.fixed_dictionaries(
    {
        "response_type": st.sampled_from(ResponseType),
        "pkce": st.booleans(),
        "algorithms": st.lists(st.sampled_from(SigningAlgorithm), min_size=1, unique=True).map(tuple),
        "client_authentication": st.sampled_from(ClientAuthentication),
    }
).map(lambda fields: Protocol(**fields))
claims = st.fixed_dictionaries(
    {
        "identifier": words,
        "identifier_kinds": st.lists(st.sampled_from(IdentifierKind), min_size=1, unique=True).map(tuple),
        "method": words,
        "level": words,
        "levels": st.dictionaries(lines, st.sampled_from(SecurityLevel), min_size=1, max_size=4).map(
            lambda levels: tuple(LevelValue(value=value, level=level) for value, level in levels.items())
        ),
    }
).map(lambda fields: ClaimMapping(**fields))
instances = st.builds(
    lambda title, protocol, mapping, enabled: Instance(
        federation(title=title, protocol=protocol, claims=mapping), enabled=enabled, mark=MARK
    ),
    lines,
    protocols,
    claims,
    st.booleans(),
)


@given(instances)
def test_there_and_back_is_no_difference(instance: Instance) -> None:
    observed = FORM.read({**FORM.written(instance), **TOLD})
    assert observed is not None
    assert differing(instance, observed) == ()


@given(instances, instances)
def test_two_that_differ_are_told_apart(one: Instance, other: Instance) -> None:
    observed = FORM.read({**FORM.written(other), **TOLD})
    assert observed is not None
    same = FORM.written(one) == FORM.written(other)
    assert (differing(one, observed) == ()) is same


@given(instances)
def test_every_member_is_text_and_what_guards_a_login_is_always_sent(instance: Instance) -> None:
    config = FORM.written(instance)["config"]
    assert all(isinstance(value, str) and value for value in config.values())
    assert (config["validateSignature"], config["useJwksUrl"]) == ("true", "true")
    assert config["issuer"]
    assert config["jwksUrl"]


@pytest.mark.parametrize("member", sorted(FORM.written(WANTED)["config"]))
@pytest.mark.parametrize("change", [None, "", "other", 7], ids=["missing", "empty", "other", "number"])
def test_whatever_a_hand_does_to_a_member_is_seen(member: str, change: object) -> None:
    document = copy.deepcopy({**FORM.written(WANTED), **TOLD})
    if change is None:
        del document["config"][member]
    else:
        document["config"][member] = change
    observed = FORM.read(document)
    assert observed is not None
    assert differing(WANTED, observed)


@pytest.mark.parametrize(
    "changes",
    [
        {"displayName": "Other"},
        {"enabled": False},
        {"providerId": "saml"},
        {"config": None},
        {"config": {"guiOrder": "1", **FORM.written(WANTED)["config"]}},
    ],
    ids=str,
)
def test_so_is_what_is_beside_them(changes: dict[str, Any]) -> None:
    observed = FORM.read({**FORM.written(WANTED), **TOLD, **changes})
    assert observed is not None
    assert differing(WANTED, observed)


@pytest.mark.parametrize(
    "changes",
    [{"relyingParty": None}, {"relyingParty": {"clientId": "sts"}}, {"enabled": "yes"}, {"enabled": None}],
    ids=str,
)
def test_half_an_answer_is_none(changes: dict[str, Any]) -> None:
    assert FORM.read({**FORM.written(WANTED), **TOLD, **changes}) is None


@pytest.mark.parametrize("owner", [None, "", 7, ["x"]])
def test_what_is_no_mark_is_nobodys(owner: object) -> None:
    document = FORM.written(WANTED)
    observed = FORM.read({**document, **TOLD, "config": {**document["config"], "owner": owner}})
    assert observed is not None
    assert observed.mark is None
