"""Scopes: their form, who may ask for which, and that production asks for nothing that was not tested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from sluse.model.change import Change, Kind
from sluse.model.policy.authority import AuthorityProfile
from sluse.model.service_integration import Client, Grant, ServiceIntegration
from sluse.rules import authority, fields, near
from sluse.rules.rule import Certainty, DocumentRule, Finding, Rule
from sluse.rules.shown import shown
from sluse.words.said import say

_NEAR = 0.75
_FORM = re.compile(authority.SCOPE_FORM.value)


def form(known: AuthorityProfile, document: ServiceIntegration) -> Iterator[Finding]:
    """Find scopes that are neither an identity scope nor `<owner>:<api>/<scope>`."""
    for path, client in fields.clients(document):
        for place, scope in _scopes(path, client):
            if scope not in known.identity_scopes.value and not _FORM.fullmatch(scope):
                about_people = known.identity_scopes.value
                nearest, meant = (find(scope, about_people, cutoff=_NEAR) for find in (near.nearest, near.meant))
                hint = say("Did you mean {near}?", near=shown(nearest)) if nearest is not None else ""
                message = say("{scope} does not look like a scope of HelseID", scope=shown(scope))
                change = Change(Kind.REPLACE, place, meant) if meant is not None else None
                yield Finding(place, message, hint, change=change)


def identity_without_login(known: AuthorityProfile, document: ServiceIntegration) -> Iterator[Finding]:
    """Find scopes about a person on clients that no person logs in to."""
    for path, client in fields.clients(document):
        if set(client.grants) == {Grant.CLIENT_CREDENTIALS}:
            for place, scope in _scopes(path, client):
                if scope in known.identity_scopes.value or scope.startswith(known.identity_scope_prefixes.value):
                    message = say(
                        "{scope} is about a person who logs in, but this client has client_credentials only",
                        scope=shown(scope),
                    )
                    yield Finding(place, message)


def production_subset(document: ServiceIntegration) -> Iterator[Finding]:
    """Find scopes in production that the client's own list, which is what gets tested, does not have."""
    for path, client in fields.clients(document):
        if client.production is not None:
            for index, scope in enumerate(client.production.scopes or ()):
                if scope not in client.scopes:
                    message = say(
                        "{scope} is asked for in production but not in the client's own scopes", scope=shown(scope)
                    )
                    yield Finding(f"{path}.production.scopes[{index}]", message)


def _scopes(path: str, client: Client) -> Iterator[tuple[str, str]]:
    for index, scope in enumerate(client.scopes):
        yield f"{path}.scopes[{index}]", scope
    for index, scope in enumerate(client.test.scopes or ()):
        if scope not in client.scopes:
            yield f"{path}.test.scopes[{index}]", scope


def rules(known: AuthorityProfile) -> tuple[Rule, ...]:
    """Return the rules, by what is known of the authority."""
    return (
        DocumentRule(
            id="scope-form",
            judges=(ServiceIntegration,),
            why="A mistyped scope is refused by the authority only after everything else was done.",
            source="Scopes in NHN's public samples: openid, profile, offline_access, `<owner>:<api>/<scope>`; the grammar"
            " itself is not public",
            certainty=Certainty.ASSUMED,
            hint="Write the scope as its API's owner gives it, for example `nhn:msh/api`.",
            check=partial(form, known),
        ),
        DocumentRule(
            id="identity-scope-without-login",
            judges=(ServiceIntegration,),
            why="HelseID answers invalid_scope to identity scopes in client_credentials.",
            source="NHN utviklerportal, HelseID feilmeldinger: identity scopes are refused in client_credentials",
            certainty=Certainty.PARTLY,
            hint="Remove the scope, or give the client authorization_code and a `login`.",
            check=partial(identity_without_login, known),
        ),
        DocumentRule(
            id="production-scopes",
            judges=(ServiceIntegration,),
            why="Production is configured the same way as test, so it can ask for less but never for more.",
            source="Kom i gang med HelseID: production is configured in the same way as test",
            certainty=Certainty.PARTLY,
            hint="Add the scope to the client's `scopes`, so that it is tested, or remove it here.",
            check=production_subset,
        ),
    )
