"""Redirect and post-logout redirect URIs: where a browser carries what only the client may see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from sluse.model.organisation import Organisation
from sluse.model.service_integration import ServiceIntegration, Structure
from sluse.rules import fields
from sluse.rules.rule import Certainty, DocumentRule, Finding, TreeRule
from sluse.rules.shown import shown
from sluse.rules.survey import Source, Survey
from sluse.words.said import say

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_NAME = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?"
_HOST = re.compile(rf"{_NAME}|[0-9a-f:]+")
_USUAL = re.compile(rf"https://(?P<host>{_NAME})(/[A-Za-z0-9/_.-]*)?")


class Address(NamedTuple):
    """What is compared of an address."""

    scheme: str
    host: str
    has_user: bool


def form(document: ServiceIntegration) -> Iterator[Finding]:
    """Find addresses that cannot be compared character by character."""
    for path, address in fields.redirects(document):
        parts = split(address)
        if parts is None:
            yield Finding(path, say("{address} is not an address with a host", address=shown(address)))
        elif "#" in address:
            yield Finding(path, say("{address} has a fragment", address=shown(address)))
        elif parts.has_user:
            yield Finding(path, say("{address} has a user name in front of the host", address=shown(address)))


def https(document: ServiceIntegration) -> Iterator[Finding]:
    """Find addresses that are not https; a native application may listen on loopback."""
    native = document.spec.service.structure is Structure.NATIVE
    for path, address in fields.redirects(document):
        parts = split(address)
        if parts is None or parts.scheme == "https":
            continue
        if parts.scheme == "http" and parts.host in _LOOPBACK:
            if not native:
                yield Finding(
                    path,
                    say("{address} is loopback, which only a native application may use", address=shown(address)),
                    hint=say("Use an https address of the service, or set `spec.service.structure: native`."),
                )
        else:
            yield Finding(path, say("{address} is not https", address=shown(address)))


def domain(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find addresses on hosts that the organisation does not own."""
    for document, organisation in survey.integrations():
        slots = ((path, slot.replace("*.", "", 1)) for path, slot in fields.slots(document.content))
        for path, address in (*fields.redirects(document.content), *slots):
            parts = split(address)
            if parts is None or parts.host in _LOOPBACK:
                continue
            if not owns(organisation, parts.host):
                yield (
                    Source.of(document),
                    Finding(
                        path,
                        say(
                            "{host} is outside the domains of {slug}",
                            host=shown(parts.host),
                            slug=shown(_slug(organisation)),
                        ),
                    ),
                )


def domain_claimed_twice(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find domains that lie within another organisation's; every claimant is held."""
    for slug, organisation in survey.tree.organisations.items():
        for index, name in enumerate(organisation.content.spec.domains):
            others = [other for other in survey.overlapping(name) if other != slug]
            if others:
                message = say("{name} overlaps with a domain of {others}", name=shown(name), others=shown(others[0]))
                yield Source.of(organisation), Finding(f"spec.domains[{index}]", message)


def owns(organisation: Organisation, host: str) -> bool:
    """Tell whether a host lies within an organisation's domains."""
    return any(host == name or host.endswith(f".{name}") for name in organisation.spec.domains)


def _slug(organisation: Organisation) -> str:
    return organisation.metadata.organisation


@lru_cache(maxsize=1 << 16)
def split(address: str) -> Address | None:
    """Return the parts of an address, or None where it has no host that can be compared."""
    usual = _USUAL.fullmatch(address)
    return Address("https", usual["host"], False) if usual else _split(address)


def _split(address: str) -> Address | None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if host is None or not _HOST.fullmatch(host):
        return None
    return Address(parts.scheme, host, "@" in parts.netloc)


RULES = (
    DocumentRule(
        id="redirect-uri-form",
        judges=(ServiceIntegration,),
        why="The authority compares redirect URIs character by character; what it ignores, an attacker can use.",
        source="RFC 6749 section 3.1.2: absolute URI, no fragment; RFC 9700 section 2.1: exact matching",
        certainty=Certainty.VERIFIED,
        hint="Write scheme, host and path only, as https://journal.example/signin-oidc; no wildcards, and a host in"
        " ASCII (punycode).",
        check=form,
    ),
    DocumentRule(
        id="redirect-uri-https",
        judges=(ServiceIntegration,),
        why="Over plain http the authorisation code is readable on the way.",
        source="FAPI 2.0 Security Profile section 5.3; HelseID's own rules for production are not public",
        certainty=Certainty.ASSUMED,
        hint="Use https.",
        check=https,
    ),
    TreeRule(
        id="redirect-uri-domain",
        why="A redirect to somebody else's host would hand them the user's login.",
        source="Sluse: an organisation declares the domains it may use",
        certainty=Certainty.OWN,
        hint="Correct the address, or add the domain to `spec.domains` of your organisation.yaml.",
        check=domain,
    ),
    TreeRule(
        id="domain-claimed-twice",
        why="Two organisations that claim one domain could receive each other's logins.",
        source="Sluse: one organisation speaks for a domain and all below it",
        certainty=Certainty.OWN,
        hint="One of the two must give the domain up, or both must name narrower ones.",
        check=domain_claimed_twice,
    ),
)
