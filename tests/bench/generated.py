"""Integrations that nobody has: `organisations` x `each` of them, valid, and the same ones every time."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_CURVE = ec.SECP256R1()


def integrations(organisations: int, each: int, *, with_login: bool = False) -> dict[str, str]:
    """Return files by path: an organisation's own, and per integration a document and a key file for test.

    A document has 1.0 KB; 1.9 KB `with_login`, as the examples of services that people log in to.
    """
    files: dict[str, str] = {}
    text = _LOGIN if with_login else _INTEGRATION
    for position, number in zip(range(organisations), _numbers(), strict=False):
        owner = slug(position)
        files[f"integrations/{owner}/organisation.yaml"] = _ORGANISATION.format(slug=owner, number=number)
        for index in range(each):
            files[document_path(owner, index)] = _document(text, owner, index, number, 0)
            files[f"integrations/{owner}/keys/{name(index)}/agent.test.jwks.json"] = _keys(position, index)
    return files


def slug(position: int) -> str:
    """Return the slug of the organisation at a position."""
    return f"leverandor-{position:04}"


def name(index: int) -> str:
    """Return the name of an organisation's integration."""
    return f"tjeneste-{index:03}"


def document_path(owner: str, index: int) -> str:
    """Return where an integration's file lies."""
    return f"integrations/{owner}/{name(index)}.yaml"


def document(owner: str, index: int, number: str, *, herid: int = 0) -> str:
    """Return an integration's file; `herid` is a value that the authority is told, for changing it."""
    return _document(_INTEGRATION, owner, index, number, herid)


def _document(text: str, owner: str, index: int, number: str, herid: int) -> str:
    return text.format(slug=owner, name=name(index), number=number, index=index, herid=herid)


def number_of(position: int) -> str:
    """Return the number of the organisation at a position."""
    return next(itertools.islice(_numbers(), position, None))


def write(files: Mapping[str, str], root: Path) -> None:
    """Write the files below `root`."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _numbers() -> Iterator[str]:
    """Yield numbers that satisfy modulus 11; where the check digit would be ten, nobody can have the number."""
    for stem in itertools.count(31_000_000):
        digits = f"{stem}"
        check = -sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11
        if check < 10:
            yield f"{digits}{check}"


def _keys(position: int, index: int) -> str:
    secret = position * 1000 + index + 1
    point = ec.derive_private_key(secret, _CURVE).public_key().public_numbers()
    key = {
        "kty": "EC",
        "crv": "P-256",
        "alg": "ES256",
        "use": "sig",
        "kid": f"{slug(position)}-{index}",
        "x": _base64url(point.x),
        "y": _base64url(point.y),
    }
    return json.dumps({"keys": [key]}, indent=2) + "\n"


def _base64url(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes(32)).rstrip(b"=").decode()


_ORGANISATION = """\
apiVersion: sluse.nhn.no/v1alpha1
kind: Organisation
metadata:
  name: {slug}
  organisation: {slug}
spec:
  title: Generated supplier {slug}
  numbers: ["{number}"]
  domains: [{slug}.example]
  contact:
    mailbox: drift@{slug}.example
"""

_INTEGRATION = """\
apiVersion: sluse.nhn.no/v1alpha1
kind: ServiceIntegration
metadata:
  name: {name}
  organisation: {slug}
spec:
  service:
    title: Generated service {index} of {slug}
    configurationOwner: "{number}"
    users: No person; an agent sends and fetches health messages for the surgery it is installed at.
    platform: Go on Linux
    structure: machine-to-machine
  plan:
    testFrom: "2026-12-01"
    productionNotBefore: "2027-02-01T08:00"
    volume:
      tokensPerMinute: 30
  clients:
    - name: agent
      grants: [client_credentials]
      scopes:
        - nhn:msh/api
        - nhn:deft/api
      test:
        organisationNumber: "{number}"
        claims:
          - type: nhn:msh/client/claims/herid
            value: "{herid}"
      production:
        organisationNumber: "{number}"
        claims:
          - type: nhn:msh/client/claims/herid
            value: "{herid}"
  network:
    zones: [helsenettet]
"""

_LOGIN = """\
apiVersion: sluse.nhn.no/v1alpha1
kind: ServiceIntegration
metadata:
  name: {name}
  organisation: {slug}
spec:
  service:
    title: Generated journal {index} of {slug}
    configurationOwner: "{number}"
    users: Nurses and doctors of a surgery, who open it in the morning and leave it open until they go home.
    platform: ASP.NET Core on Linux
    structure: web-with-backend
  plan:
    testFrom: "2026-12-01"
    productionNotBefore: "2027-02-01T08:00"
    volume:
      loginsPerDay: 1200
      tokensPerMinute: 30
    peakPeriods:
      - start: "2027-03-22"
        end: "2027-03-29"
        freeze: true
  clients:
    - name: agent
      grants: [authorization_code, refresh_token]
      scopes:
        - openid
        - profile
        - offline_access
        - helseid://scopes/identity/pid
        - helseid://scopes/identity/security_level
        - helseid://scopes/hpr/hpr_number
        - nhn:tillitsrammeverk:parameters
        - nhn:hgd-persontjenesten-api/restricted-access
      login:
        minimumLevel: high
        identityProviders:
          - name: idporten
            required: true
          - name: buypass
      test:
        organisationNumber: "{number}"
        redirectUris:
          - https://{name}.test.{slug}.example/signin-oidc
        postLogoutRedirectUris:
          - https://{name}.test.{slug}.example/signout-callback-oidc
      production:
        organisationNumber: "{number}"
        redirectUris:
          - https://{name}.{slug}.example/signin-oidc
        postLogoutRedirectUris:
          - https://{name}.{slug}.example/signout-callback-oidc
      slots:
        - https://*.{name}.{slug}.example/signin-oidc
        - https://*.{name}.{slug}.example/signout-callback-oidc
  network:
    zones: [internet, helsenettet]
"""
