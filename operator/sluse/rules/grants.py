"""Grants, and what each needs beside it; and that the clients of an integration can be told apart."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.model.change import Change, Kind
from sluse.model.service_integration import Client, ClientValues, Grant, ServiceIntegration, Tenancy
from sluse.rules import fields
from sluse.rules.rule import Certainty, DocumentRule, Finding
from sluse.rules.shown import shown
from sluse.words.said import say

_OFFLINE = "offline_access"


def consistent(document: ServiceIntegration) -> Iterator[Finding]:
    """Find grants without what they need, and what no grant of the client uses."""
    for path, client in fields.clients(document):
        if Grant.AUTHORIZATION_CODE in client.grants:
            yield from _login_is_complete(path, client)
        else:
            yield from _login_is_absent(path, client)
        yield from _refresh_is_complete(path, client)


def _login_is_complete(path: str, client: Client) -> Iterator[Finding]:
    if client.login is None:
        yield Finding(
            f"{path}.grants[{client.grants.index(Grant.AUTHORIZATION_CODE)}]",
            say("authorization_code needs `login`"),
            hint=say("Add `login:` with `minimumLevel: high` or `substantial` to the client."),
        )
    for place, values in _environments(path, client):
        if not values.redirect_uris:
            yield Finding(
                place,
                say("authorization_code needs `redirectUris`"),
                hint=say("Add the address that HelseID sends the browser back to."),
            )


def _login_is_absent(path: str, client: Client) -> Iterator[Finding]:
    without = say("this client has no authorization_code")
    if client.login is not None:
        yield Finding(f"{path}.login", say("Nobody logs in here: {without}", without=without))
    for place, values in _environments(path, client):
        if values.redirect_uris:
            yield Finding(f"{place}.redirectUris", say("Nobody is sent back here: {without}", without=without))
        elif values.post_logout_redirect_uris:
            yield Finding(
                f"{place}.postLogoutRedirectUris", say("Nobody is sent back here: {without}", without=without)
            )


def _refresh_is_complete(path: str, client: Client) -> Iterator[Finding]:
    refreshes = Grant.REFRESH_TOKEN in client.grants
    if refreshes and Grant.AUTHORIZATION_CODE not in client.grants:
        place = f"{path}.grants[{client.grants.index(Grant.REFRESH_TOKEN)}]"
        yield Finding(place, say("refresh_token needs authorization_code"))
    elif refreshes and _OFFLINE not in client.scopes:
        place = f"{path}.grants[{client.grants.index(Grant.REFRESH_TOKEN)}]"
        yield Finding(
            place,
            say("refresh_token needs the scope `offline_access`"),
            hint=say("Add `offline_access` to `scopes`."),
            change=Change(Kind.APPEND, f"{path}.scopes", _OFFLINE),
        )
    elif not refreshes and _OFFLINE in client.scopes and Grant.AUTHORIZATION_CODE in client.grants:
        yield Finding(
            f"{path}.scopes[{client.scopes.index(_OFFLINE)}]",
            say("`offline_access` asks for refresh tokens, but the client lacks refresh_token"),
            hint=say("Add `refresh_token` to `grants`, or remove `offline_access`."),
        )


def client_names(document: ServiceIntegration) -> Iterator[Finding]:
    """Find clients that share a name within their integration."""
    seen: set[str] = set()
    for path, client in fields.clients(document):
        if client.name in seen:
            yield Finding(
                f"{path}.name", say("Another client of this integration is named {name} too", name=shown(client.name))
            )
        seen.add(client.name)


def children_of_many(document: ServiceIntegration) -> Iterator[Finding]:
    """Find sub-units listed on clients that serve many organisations through delegation."""
    for path, client in fields.clients(document):
        if client.tenancy is Tenancy.MULTI:
            for place, values in _environments(path, client):
                if values.child_organisation_numbers:
                    yield Finding(f"{place}.childOrganisationNumbers", say("A multi-tenant client lists no sub-units"))


def _environments(path: str, client: Client) -> Iterator[tuple[str, ClientValues]]:
    yield f"{path}.test", client.test
    if client.production is not None:
        yield f"{path}.production", client.production


RULES = (
    DocumentRule(
        id="grants-inconsistent",
        judges=(ServiceIntegration,),
        why="The authority would refuse the client, or accept a part of it that can never be used.",
        source="RFC 6749 sections 3.1.2 and 6; OpenID Connect Core section 11 (offline_access); NHN utviklerportal,"
        " HelseID token endpoint",
        certainty=Certainty.PARTLY,
        hint="Remove what the grants do not use, or add the grant that uses it.",
        check=consistent,
    ),
    DocumentRule(
        id="client-named-twice",
        judges=(ServiceIntegration,),
        why="A client's name is what its keys, its registration and its client id are found by.",
        source="Sluse: a client's name is unique in its integration",
        certainty=Certainty.OWN,
        hint="Rename one of them; its key files follow the name.",
        check=client_names,
    ),
    DocumentRule(
        id="sub-units-of-multi-tenant",
        judges=(ServiceIntegration,),
        why="HelseID checks a multi-tenant client's organisations against delegation in Altinn, not against a list.",
        source="NHN, HelseID claims: the sub-unit is not listed for multi-tenant clients",
        certainty=Certainty.PARTLY,
        hint="Remove the list; the parent organisation delegates in Altinn.",
        check=children_of_many,
    ),
)
