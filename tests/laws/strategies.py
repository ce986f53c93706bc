"""Hypothesis strategies for the authored kinds: documents that the models and the rules both accept.

`trees()` is the way in for laws over whole trees; the smaller ones compose. Sizes are kept small: laws look for
shapes, not for bulk.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from sluse.catalog.files import FileEntry, FileKind
from sluse.catalog.yaml import dump
from sluse.model.envelope import Metadata
from sluse.model.keys import Jwks, PublicJwk
from sluse.model.organisation import Contact, Organisation, OrganisationSpec
from sluse.model.plan import PeakPeriod, Plan, Volume
from sluse.model.service_integration import (
    Client,
    ClientValues,
    Grant,
    Login,
    LoginProvider,
    Network,
    NetworkZone,
    SecurityLevel,
    Service,
    ServiceIntegration,
    ServiceIntegrationSpec,
    Structure,
    Tenancy,
)
from sluse.rules.references import KNOWN_PROVIDERS

API_VERSION = "sluse.nhn.no/v1alpha1"
_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)

# Words that YAML 1.1 readers misread are likely on purpose: documents must survive them.
slugs = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?", fullmatch=True) | st.sampled_from(["no", "on", "y", "0123"])
_LETTERS = st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u2028\u2029\ufffc\ufffd")
lines = (
    st.text(_LETTERS, min_size=1, max_size=30) | st.sampled_from(["no", "1_000", "1:30", "~", "# x", "a: b", "- a"])
).filter(lambda text: text.isprintable() and not any(len(run) == 11 for run in _digit_runs(text)))
provider_names = st.sampled_from(sorted(KNOWN_PROVIDERS))
scopes = st.from_regex(r"[a-z]{2,4}:[a-z]{1,5}(-api)?/[a-z]{1,5}(\.\*)?", fullmatch=True)


def _digit_runs(text: str) -> list[str]:
    return "".join(char if char.isdigit() else " " for char in text).split()


@st.composite
def organisation_numbers(draw: st.DrawFn) -> str:
    """Nine digits with a right check digit, in the synthetic series."""
    body = draw(st.integers(31_000_000, 31_999_999).map(str).filter(lambda text: _check_digit(text) != 10))
    return f"{body}{_check_digit(body)}"


def _check_digit(body: str) -> int:
    return (11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11) % 11


@st.composite
def organisations(draw: st.DrawFn, slug: str | None = None) -> Organisation:
    """An organisation that owns `<slug>.example`."""
    name = slug if slug is not None else draw(slugs)
    spec = OrganisationSpec(
        title=draw(lines),
        numbers=tuple(draw(st.lists(organisation_numbers(), min_size=1, max_size=3, unique=True))),
        domains=(f"{name}.example",),
        contact=Contact(mailbox=f"drift@{name}.example"),
    )
    return Organisation(
        api_version=API_VERSION, kind="Organisation", metadata=Metadata(name=name, organisation=name), spec=spec
    )


@st.composite
def public_keys(draw: st.DrawFn, kid: str = "key") -> PublicJwk:
    """A key of the right form on P-256. The point is random: nothing here verifies with it."""
    x, y = draw(st.binary(min_size=32, max_size=32)), draw(st.binary(min_size=32, max_size=32))
    return PublicJwk(kty="EC", kid=kid, alg="ES256", crv="P-256", x=_base64url(x), y=_base64url(y))


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@st.composite
def key_sets(draw: st.DrawFn) -> Jwks:
    """One or two keys with different `kid`."""
    count = draw(st.integers(1, 2))
    return Jwks(keys=tuple(draw(public_keys(f"key-{index}")) for index in range(count)))


@st.composite
def clients(draw: st.DrawFn, name: str, organisation: Organisation) -> Client:
    """A client with consistent grants that acts for its organisation."""
    has_login = draw(st.booleans())
    asked = draw(st.lists(scopes, min_size=1, max_size=3, unique=True))
    number = draw(st.sampled_from(organisation.spec.numbers))
    host = organisation.spec.domains[0]
    redirects = (f"https://{draw(st.sampled_from(['a', 'b.c']))}.{host}/signin-oidc",) if has_login else ()
    providers = tuple(LoginProvider(name=each) for each in draw(st.lists(provider_names, max_size=2, unique=True)))
    production = ClientValues(
        organisation_number=number,
        redirect_uris=redirects,
        scopes=draw(st.none() | st.just((asked[0],))),
    )
    return Client(
        name=name,
        grants=(Grant.AUTHORIZATION_CODE,) if has_login else (Grant.CLIENT_CREDENTIALS,),
        scopes=(*(("openid",) if has_login else ()), *asked),
        tenancy=draw(st.sampled_from(Tenancy)),
        login=Login(minimum_level=draw(st.sampled_from(SecurityLevel)), identity_providers=providers)
        if has_login
        else None,
        test=ClientValues(organisation_number=number, redirect_uris=redirects),
        production=draw(st.none() | st.just(production)),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan whose dates follow each other."""
    start = draw(st.dates(date(2026, 1, 1), date(2030, 1, 1)))
    after = draw(st.integers(0, 400))
    periods = draw(st.lists(st.tuples(st.integers(0, 300), st.booleans()), max_size=2))
    return Plan(
        test_from=start,
        production_not_before=datetime.combine(start + timedelta(days=after), datetime.min.time().replace(hour=8)),
        volume=draw(st.none() | st.builds(Volume, logins_per_day=st.none() | st.integers(0, 10**6))),
        peak_periods=tuple(
            PeakPeriod(start=start + timedelta(days=days), end=start + timedelta(days=days + 1), freeze=freeze)
            for days, freeze in periods
        ),
    )


@st.composite
def service_integrations(
    draw: st.DrawFn, organisation: Organisation | None = None, name: str | None = None
) -> ServiceIntegration:
    """An integration of an organisation (any, where none is given) that breaks no rule of its own."""
    owner = organisation if organisation is not None else draw(organisations())
    names = draw(st.lists(slugs, min_size=1, max_size=3, unique=True))
    spec = ServiceIntegrationSpec(
        service=Service(
            title=draw(lines),
            configuration_owner=draw(st.sampled_from(owner.spec.numbers)),
            users=draw(lines),
            platform=draw(lines),
            structure=draw(st.sampled_from(Structure)),
        ),
        plan=draw(plans()),
        clients=tuple(draw(clients(each, owner)) for each in names),
        network=draw(st.none() | st.just(Network(zones=(NetworkZone.INTERNET,)))),
    )
    slug = owner.metadata.organisation
    metadata = Metadata(name=name if name is not None else draw(slugs), organisation=slug)
    return ServiceIntegration(api_version=API_VERSION, kind="ServiceIntegration", metadata=metadata, spec=spec)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, bytes]:
    """A folder `integrations/` as path -> content that breaks no rule: organisations, integrations and their keys."""
    files: dict[str, bytes] = {}
    numbers: set[str] = set()
    for slug in draw(st.lists(slugs, min_size=1, max_size=2, unique=True)):
        organisation = draw(organisations(slug).filter(lambda each: numbers.isdisjoint(each.spec.numbers)))
        numbers.update(organisation.spec.numbers)
        folder = f"integrations/{slug}"
        files[f"{folder}/organisation.yaml"] = written(organisation)
        for name in sorted(draw(st.sets(slugs, max_size=2)) - {slug}):
            document = draw(service_integrations(organisation, name))
            files[f"{folder}/file-{name}.yaml"] = written(document)
            for client in document.spec.clients:
                path = f"{folder}/keys/{name}/{client.name}.test.jwks.json"
                files[path] = draw(key_sets()).model_dump_json(by_alias=True, exclude_none=True).encode()
    return files


def written(document: Organisation | ServiceIntegration) -> bytes:
    """Return the file of a document."""
    return dump(wire(document)).encode()


def wire(document: Organisation | ServiceIntegration) -> Mapping[str, Any]:
    """Return the JSON-able form of a document, as it is written."""
    return document.wire()


class Held:
    """Files in memory, listed in the order they are given."""

    def __init__(self, contents: Mapping[str, bytes], order: Sequence[str] | None = None) -> None:
        self.contents = contents
        self.order = order if order is not None else list(contents)

    def entries(self) -> Sequence[FileEntry]:
        return [FileEntry(path, FileKind.FILE, len(self.contents[path]), path) for path in self.order]

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        return {each: self.contents[each] for each in ids}
