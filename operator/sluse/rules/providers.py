"""Identity providers: HelseID's requirements T-1 to T-13 as far as a file can show them.

What only a live provider can show (its tokens, its keys, its TLS) is for the acceptance test.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sluse.model.change import Change, Kind
from sluse.model.identity_provider import (
    ClaimMapping,
    IdentityProvider,
    ProviderValues,
)
from sluse.model.policy.authority import AuthorityProfile
from sluse.model.problem import Severity
from sluse.model.service_integration import SecurityLevel
from sluse.rules import redirects
from sluse.rules.rule import Certainty, DocumentRule, Finding, Rule, TreeRule
from sluse.rules.shown import listed, shown
from sluse.rules.survey import Source, Survey
from sluse.words.said import say, several

_T = "NHN, HelseID tekniske krav til identitetstilbydere"


def address(document: IdentityProvider) -> Iterator[Finding]:
    """Find addresses without TLS, and issuers that discovery and tokens could not agree on."""
    for path, value in _addresses(document):
        parts = redirects.split(value)
        if parts is None or parts.has_user or "#" in value:
            yield Finding(path, say("{value} is not a plain address with a host", value=shown(value)))
        elif parts.scheme != "https":
            yield Finding(path, say("{value} is not https", value=shown(value)), hint=say("Use https."))
        elif path.endswith(".issuer") and ("?" in value or value.endswith("/")):
            bare = value.rstrip("/")
            yield Finding(
                path,
                say("{value} ends with a slash or has a query, which an issuer may not", value=shown(value)),
                change=None if "?" in value else Change(Kind.REPLACE, path, bare),
            )
    production = document.spec.production
    if production is not None and production.issuer == document.spec.test.issuer:
        yield Finding(
            "spec.production.issuer", say("Production has the issuer of test"), hint=say("Give each its own.")
        )


def domain(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find addresses on hosts that the organisation does not own."""
    for document in survey.tree.providers.values():
        organisation = survey.tree.organisations.get(document.content.metadata.organisation)
        for path, value in _addresses(document.content):
            parts = redirects.split(value)
            if organisation is None or parts is None or redirects.owns(organisation.content, parts.host):
                continue
            slug = document.content.metadata.organisation
            yield (
                Source.of(document),
                Finding(path, say("{host} is outside the domains of {slug}", host=shown(parts.host), slug=shown(slug))),
            )


def algorithms(known: AuthorityProfile, document: IdentityProvider) -> Iterator[Finding]:
    """Find signature algorithms that HelseID refuses."""
    for index, name in enumerate(document.spec.protocol.algorithms):
        if name in known.refused_signatures.value:
            message = say("HelseID refuses ID tokens that are signed with {name}", name=shown(name.value))
            yield Finding(f"spec.protocol.algorithms[{index}]", message)


def authentication(known: AuthorityProfile, document: IdentityProvider) -> Iterator[Finding]:
    """Find shared secrets in the place of keys."""
    method = document.spec.protocol.client_authentication
    if method in known.refused_authentication.value:
        message = say("HelseID does not authenticate with {method}", method=shown(method.value))
        yield Finding("spec.protocol.clientAuthentication", message)


def pkce(document: IdentityProvider) -> Iterator[Finding]:
    """Find providers without PKCE."""
    if not document.spec.protocol.pkce:
        yield Finding("spec.protocol.pkce", say("HelseID requires PKCE with S256"))


def claims(known: AuthorityProfile, document: IdentityProvider) -> Iterator[Finding]:
    """Find level and method in other claims than HelseID reads, and values that mean two things or another level."""
    mapping = document.spec.claims
    low, levels = known.refused_level.value, {each.value: each.level for each in known.levels.value}
    for path, claim, wanted in _wanted(known, mapping):
        if claim != wanted:
            yield Finding(
                f"spec.claims.{path}",
                say(
                    "HelseID reads the {path} from `{wanted}`, not from {claim}",
                    path=path,
                    wanted=wanted,
                    claim=shown(claim),
                ),
                change=Change(Kind.REPLACE, f"spec.claims.{path}", wanted),
            )
    seen: set[str] = set()
    for index, each in enumerate(mapping.levels):
        path = f"spec.claims.levels[{index}]"
        if each.value in seen:
            yield Finding(f"{path}.value", say("{value} stands for two levels", value=shown(each.value)))
        elif each.value == low:
            yield Finding(
                f"{path}.value", say("{low} is a level that no service accepts", low=shown(low)), say("Leave it out.")
            )
        elif levels.get(each.value, each.level) is not each.level:
            level = levels[each.value]
            yield Finding(
                f"{path}.level",
                say("{value} means {level}", value=shown(each.value), level=level),
                change=Change(Kind.REPLACE, f"{path}.level", level.value),
            )
        elif each.value not in levels:
            message = say(
                "{value} is none of the values that HelseID names: {values}",
                value=shown(each.value),
                values=several([shown(value) for value in levels], ", "),
            )
            yield Finding(f"{path}.value", message, severity=Severity.WARNING)
        seen.add(each.value)


def _wanted(known: AuthorityProfile, mapping: ClaimMapping) -> Iterator[tuple[str, str, str]]:
    """Yield (field, the claim it names, the claim that HelseID reads)."""
    yield "level", mapping.level, known.level_claim.value
    yield "method", mapping.method, known.method_claim.value


def users(document: IdentityProvider) -> Iterator[Finding]:
    """Find test users that share an alias or expect what the mapping cannot give, and what no user covers."""
    mapping = document.spec.claims
    levels = {each.level for each in mapping.levels}
    aliases: set[str] = set()
    for index, user in enumerate(document.spec.test.users):
        path = f"spec.test.users[{index}]"
        if user.alias in aliases:
            yield Finding(f"{path}.alias", say("Another test user is called {alias} too", alias=shown(user.alias)))
        if user.identifier not in mapping.identifier_kinds:
            yield Finding(
                f"{path}.identifier",
                say("`identifierKinds` does not have {identifier}", identifier=shown(user.identifier)),
            )
        if user.level not in levels:
            yield Finding(f"{path}.level", say("No value of the level claim means {level}", level=shown(user.level)))
        aliases.add(user.alias)
    yield from _uncovered(document, levels)


def _uncovered(document: IdentityProvider, levels: set[SecurityLevel]) -> Iterator[Finding]:
    existing = document.spec.test.users
    missing = [
        *(level for level in SecurityLevel if level in levels - {user.level for user in existing}),
        *(kind for kind in document.spec.claims.identifier_kinds if kind not in {user.identifier for user in existing}),
    ]
    if missing:
        where = "spec.test.users" if existing else "spec.test"
        yield Finding(
            where,
            say("No test user covers {words}", words=listed([shown(each) for each in missing])),
            severity=Severity.WARNING,
        )


def _addresses(document: IdentityProvider) -> Iterator[tuple[str, str]]:
    environments: tuple[tuple[str, ProviderValues | None], ...] = (
        ("test", document.spec.test),
        ("production", document.spec.production),
    )
    for environment, values in environments:
        if values is not None:
            yield f"spec.{environment}.issuer", values.issuer
            yield f"spec.{environment}.jwksUri", values.jwks_uri


def rules(known: AuthorityProfile) -> tuple[Rule, ...]:
    """Return the rules, by what is known of the authority."""
    return (
        DocumentRule(
            id="provider-address",
            judges=(IdentityProvider,),
            why="Tokens are believed because of the keys at this address; without TLS anybody on the way could be the issuer.",
            source=f"{_T}, T-1: TLS on all endpoints; OpenID Connect Discovery section 4.3",
            certainty=Certainty.PARTLY,
            hint="Write the address as https://login.example, without query, fragment or trailing slash.",
            check=address,
        ),
        TreeRule(
            id="provider-domain",
            why="Whoever answers at this address decides who people are.",
            source="Sluse: an organisation declares the domains it may use",
            certainty=Certainty.OWN,
            hint="Correct the address, or add the domain to `spec.domains` of your organisation.yaml.",
            check=domain,
        ),
        DocumentRule(
            id="provider-algorithm",
            judges=(IdentityProvider,),
            why="HelseID refuses ID tokens that are signed otherwise.",
            source=f"{_T}, T-6 to T-9: PS256 or ES256, no RSASSA-PKCS1-v1_5, never `none`",
            certainty=Certainty.PARTLY,
            hint="Sign ID tokens with PS256 or ES256.",
            check=partial(algorithms, known),
        ),
        DocumentRule(
            id="provider-client-authentication",
            judges=(IdentityProvider,),
            why="A secret that both sides know can be used by either, and lost by either.",
            source=f"{_T}, T-10 and T-11: private_key_jwt, or mutual TLS",
            certainty=Certainty.PARTLY,
            hint="Use private_key_jwt or tls_client_auth.",
            check=partial(authentication, known),
        ),
        DocumentRule(
            id="provider-pkce",
            judges=(IdentityProvider,),
            why="Without PKCE a stolen authorisation code is a login.",
            source=f"{_T}: PKCE is mandatory; RFC 7636",
            certainty=Certainty.PARTLY,
            hint="Support PKCE with S256, and leave `pkce` out or write true.",
            check=pkce,
        ),
        DocumentRule(
            id="provider-claims",
            judges=(IdentityProvider,),
            why="HelseID tells services how sure a login was; it can only pass on what it can read.",
            source=f"{_T}, T-4 and T-5: the level in `acr` (Lavt, Betydelig, Høyt), the mechanism in `amr`",
            certainty=Certainty.PARTLY,
            hint="Put the level into `acr` and the method into `amr`; a value means one level.",
            check=partial(claims, known),
        ),
        DocumentRule(
            id="provider-test-users",
            judges=(IdentityProvider,),
            why="NHN runs the acceptance test with these users, so each level and kind of identifier needs one.",
            source="Kom i gang med HelseID: the identity provider supplies a set of test users",
            certainty=Certainty.PARTLY,
            hint="Add a synthetic user under `spec.test.users`: an alias, and what its login must give.",
            check=users,
        ),
    )
