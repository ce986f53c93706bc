"""A service that is live behind an identity provider, somebody who uses it, and changes of them: files by path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sluse.catalog.policies import FOLDER, contents, read
from sluse.catalog.reader import Reader
from sluse.catalog.yaml import dump
from sluse.delivery.network_catalogue import unsigned
from sluse.delivery.previewing.preview import Known, preview
from sluse.delivery.previewing.side import Side
from sluse.delivery.verdicts import unverified
from sluse.model.identity_provider import IdentityProvider, IdentityProviderSpec
from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, IntegrationKey
from sluse.model.service_integration import ServiceIntegration
from sluse.model.statement import StatementType
from sluse.model.user_organisation import UserOrganisation
from sluse.plan.preview.value import Preview
from sluse.plan.thumbprint import thumbprint
from sluse.rules.judge import check
from worlds import lock
from worlds.files import HeldFiles
from worlds.lock import ALM, HASSEL, MAINTAINER, NOW, PROVIDER, PROVIDER_MAINTAINER, SERVICE, SUPPLIER, Lock
from worlds.lock.files import files as files_of
from worlds.production import jwk

Files = Mapping[str, bytes]
JOURNAL = f"integrations/{SUPPLIER}/journal.yaml"
MESSAGES = f"integrations/{SUPPLIER}/messages.yaml"
PROVIDER_FILE = "integrations/polar-id/polar.yaml"
TOWN = "tind-kommune"
NUMBERS = {SUPPLIER: "310448176", PROVIDER.organisation: "310550531", TOWN: "310550515"}
WEB = ClientKey(SUPPLIER, SERVICE.name, "web")
AT = NOW + timedelta(days=1)


def repository() -> tuple[Lock, Files]:
    """Return the lock, and its files with keys and a town that uses the service. No rule finds fault with them."""
    world = Lock()
    for slug, signer in ((SUPPLIER, MAINTAINER), (PROVIDER.organisation, PROVIDER_MAINTAINER)):
        world.organisations[slug] = lock.organisation(slug, (signer,), numbers=(NUMBERS[slug],))
        world.bind(slug)
        world.accept_terms(slug, signer)
    world.documents[PROVIDER] = _provider()
    world.documents[SERVICE] = service(required=True)
    world.agree(PROVIDER)
    world.agree()
    world.accept(world.submit(PROVIDER, HASSEL), PROVIDER, ALM)
    world.accept(world.submit())
    other = IntegrationKey(SUPPLIER, "messages")
    world.documents[other] = service(other, required=False)
    world.organisations[TOWN] = lock.organisation(TOWN, (), numbers=(NUMBERS[TOWN],), domains=())
    vouch(world, "journal")
    return world, files(world)


def service(of: IntegrationKey = SERVICE, *, required: bool) -> ServiceIntegration:
    """Return a service with a redirect URI of its own in each environment."""
    number = NUMBERS[SUPPLIER]
    providers = ({"name": PROVIDER.name, "required": required},)
    spec = lock.service(of=of, number=number, providers=providers).spec
    (client,) = spec.clients
    test = client.test.model_copy(update={"redirect_uris": ("https://test.fjordlegen.example/signin",)})
    owner = spec.service.model_copy(update={"configuration_owner": number})
    clients = (client.model_copy(update={"test": test}),)
    changed = spec.model_copy(update={"clients": clients, "service": owner})
    return lock.service(of=of).model_copy(update={"spec": changed})


def _provider() -> IdentityProvider:
    document = lock.provider()
    there = {"issuer": "https://test.polar-id.example", "jwks_uri": "https://test.polar-id.example/jwks"}
    user = {"alias": "smartcard", "identifier": "fnr", "method": "smartcard", "level": "high"}
    claims = {"identifier": "pid", "identifier_kinds": ("fnr",), "levels": ({"value": "Høyt", "level": "high"},)}
    spec = {**document.spec.model_dump(), "test": {**there, "users": (user,)}, "claims": claims}
    return document.model_copy(update={"spec": IdentityProviderSpec.model_validate(spec)})


def vouch(world: Lock, *kids: str) -> None:
    """Sign a key set of the service's production."""
    said = {"client": "web", "thumbprints": [thumbprint(jwk(kid)) for kid in kids]}
    world.decide(StatementType.KEYS, str(SERVICE), MAINTAINER, keys=said)


def files(world: Lock) -> Files:
    """Return everything as it is now."""
    found = {**files_of(world, lock.policy())}
    for name in ("journal", "messages"):
        for environment in ("test", "production"):
            path = f"integrations/{SUPPLIER}/keys/{name}/web.{environment}.jwks.json"
            found[path] = Jwks(keys=(jwk(name),)).model_dump_json(by_alias=True, exclude_none=True).encode()
    found[f"integrations/{TOWN}/home-care.yaml"] = dump(_town().wire()).encode()
    return found


def side(found: Files, reader: Reader | None = None, name: str = "base") -> Side:
    """Return files as one side of a preview."""
    own = {path: content for path, content in found.items() if path.startswith("integrations/")}
    rules = contents(HeldFiles({path: content for path, content in found.items() if path.startswith(f"{FOLDER}/")}))
    tree = (reader or Reader()).tree(HeldFiles(own))
    problems = (*check(tree, read(rules).models), *read(rules).problems)
    return Side(name, tree, problems, unverified(rules), unsigned(rules))


def previewed(before: Files, after: Files, *, at: datetime = AT, known: Known | None = None) -> Preview:
    """Return what the change does."""
    reader = Reader()
    return preview(side(before, reader), side(after, reader, "head"), known or Known(at))


def replaced(found: Files, path: str, *texts: tuple[str, str]) -> Files:
    """Return the files with texts of one replaced; each must be there."""
    content = found[path].decode()
    for old, new in texts:
        assert old in content, content
        content = content.replace(old, new, 1)
    return {**found, path: content.encode()}


def without(found: Files, *paths: str) -> Files:
    """Return the files without some, or without those below a folder."""
    return {path: content for path, content in found.items() if not path.startswith(paths)}


def _town() -> UserOrganisation:
    spec = {
        "title": "Tind home care",
        "services": ({"service": str(SERVICE), "needed_by": date(2026, 11, 1)},),
        "zones": ("helsenettet",),
    }
    return UserOrganisation.model_validate(
        {
            "api_version": "sluse.nhn.no/v1alpha1",
            "kind": "UserOrganisation",
            "metadata": {"name": "home-care", "organisation": TOWN},
            "spec": spec,
        }
    )
