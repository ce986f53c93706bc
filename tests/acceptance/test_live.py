"""What answers at the addresses that files name, told at their place in words that say what to do. Loopback only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from click.testing import CliRunner, Result

from sluse.cli import main
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates, issue

GOOD = Path(__file__).parent.parent / "fixtures" / "good"
LOGIN = "integrations/fjordlegen/login.yaml"
TEST, PRODUCTION = "https://login.test.fjordlegen.example", "https://login.fjordlegen.example"
WELL_KNOWN = "/.well-known/openid-configuration"
KEY = {"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256", "use": "sig"}
POINT = {
    "x": "7np-aZZBMmfghmejnASYDbSThpc6lKwcn557J7maB_A",
    "y": "EkwFFXcm7IYm7dSkRNOcTnq7drJfaihjS4paCNxvnP4",
}


def metadata(issuer: str, **changes: object) -> dict[str, object]:
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks",
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "id_token_signing_alg_values_supported": ["PS256", "ES256"],
        **changes,
    }


def answers() -> dict[str, Any]:
    """What a good provider answers, by address; a number is a status."""
    return {
        f"{issuer}{path}": answer
        for issuer in (TEST, PRODUCTION)
        for path, answer in ((WELL_KNOWN, metadata(issuer)), ("/jwks", {"keys": [KEY | POINT]}))
    }


Live = Callable[..., Result]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(GOOD, tmp_path / "repository")
    return tmp_path / "repository"


@pytest.fixture(scope="session")
def named(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates for the hosts of the good tree."""
    hosts = ("login", "login.test", "timebok", "timebok.test", "app.test")
    names = [f"{host}.{domain}" for host in hosts for domain in ("fjordlegen.example", "nordlys.example")]
    return issue(tmp_path_factory.mktemp("named"), names)


@pytest.fixture
def live(root: Path, named: Certificates) -> Iterator[Live]:
    """`sluse check --live` of the good tree, with all its hosts on a server that answers as is said."""
    with ExitStack() as stack:

        def check(
            said: Mapping[str, Any], path: str = LOGIN, *options: str, hosts: tuple[str, ...] = (TEST, PRODUCTION)
        ) -> Result:
            def application() -> web.Application:
                made = web.Application()
                made.router.add_get("/{path:.*}", answer)
                return made

            async def answer(request: web.Request) -> web.Response:
                found = said.get(f"https://{request.host.partition(':')[0]}{request.path}", 404)
                return web.Response(status=found) if isinstance(found, int) else web.json_response(found)

            port = stack.enter_context(Served(application, tls=named.server)).url.rpartition(":")[2]
            names = [url.removeprefix("https://") for url in hosts]
            where = [f"--resolve={name}=127.0.0.1:{port}" for name in names]
            words = ["check", "--live", f"--ca={named.ca_file}", *where, *options, str(root / path)]
            return CliRunner().invoke(main, words)

        yield check


def test_offline_is_the_default_and_asks_nobody(root: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(root / LOGIN)])
    assert (result.exit_code, result.stdout) == (0, "")


def test_what_answers_as_the_file_says_is_fine(live: Live) -> None:
    result = live(answers())
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize(
    ("url", "answer", "rule", "line", "words"),
    [
        (f"{TEST}{WELL_KNOWN}", metadata(f"{TEST}/"), "error live-discovery", 24, "it names another issuer"),
        (f"{PRODUCTION}{WELL_KNOWN}", metadata(TEST), "error live-discovery", 36, "its jwks_uri is not the jwksUri"),
        (
            f"{TEST}{WELL_KNOWN}",
            metadata(TEST, code_challenge_methods_supported=["plain"]),
            "error live-discovery",
            24,
            "code_challenge_methods_supported lacks S256",
        ),
        (
            f"{TEST}{WELL_KNOWN}",
            metadata(TEST, id_token_signing_alg_values_supported=["RS256"]),
            "error live-discovery",
            24,
            "none of the agreed algorithms",
        ),
        (
            f"{TEST}{WELL_KNOWN}",
            503,
            "warning live-discovery",
            24,
            "login.test.fjordlegen.example answers 503, not 200",
        ),
        (f"{TEST}/jwks", {"keys": []}, "error live-keys", 25, "the key set has no signing key"),
        (f"{TEST}/jwks", {"keys": [KEY | POINT | {"d": "A"}]}, "error live-keys", 25, "with its private half"),
        (f"{TEST}/jwks", {"keys": [KEY | POINT | {"alg": "HS256"}]}, "error live-keys", 25, "key 1 is for HS256"),
        (f"{PRODUCTION}/jwks", ["keys"], "warning live-keys", 37, "does not answer a JSON object"),
    ],
)
def test_what_answers_otherwise_is_told_at_the_field(
    url: str, answer: object, rule: str, line: int, words: str, live: Live
) -> None:
    result = live({**answers(), url: answer})
    assert f"{LOGIN}:{line}:" in result.stdout
    assert rule in result.stdout
    assert words in result.stdout
    assert result.stdout.count("live-") == 1
    assert result.exit_code == (1 if rule.startswith("error") else 0)


def test_who_is_on_a_private_network_is_not_asked(root: Path, named: Certificates) -> None:
    file = root / LOGIN
    file.write_text(file.read_text().replace("login.test.fjordlegen.example", "localhost"))
    result = CliRunner().invoke(main, ["check", "--live", f"--ca={named.ca_file}", str(file)])
    assert "localhost is on a private network" in result.stdout


def test_a_redirect_uri_where_nothing_is_is_a_warning(live: Live) -> None:
    hosts = ("https://timebok.test.fjordlegen.example", "https://timebok.fjordlegen.example")
    said = {f"{hosts[0]}/signin-oidc": 302, f"{hosts[1]}/signin-oidc": 404}
    result = live(said, "integrations/fjordlegen/timebok.yaml", hosts=hosts)
    assert result.stdout.count("live-") == 1
    assert "warning live-address: Nothing is there: the answer is 404" in result.stdout
    assert result.exit_code == 0


def test_an_address_on_the_users_own_machine_is_not_asked(live: Live) -> None:
    app = "https://app.test.nordlys.example"
    result = live({f"{app}/done": 400}, "integrations/nordlys/pasient-app.yaml", hosts=(app,))
    assert (result.exit_code, result.stdout) == (0, "")


def test_all_of_a_tree_is_asked(root: Path, named: Certificates) -> None:
    hosts = ["login", "login.test", "timebok", "timebok.test", "journal", "journal.test", "solbakken"]
    nowhere = [f"--resolve={host}.fjordlegen.example=127.0.0.1:1" for host in hosts]
    words = ["check", "--live", f"--ca={named.ca_file}", *nowhere, "--resolve=app.test.nordlys.example=127.0.0.1:1"]
    result = CliRunner().invoke(main, [*words, str(root / "integrations")])
    assert result.exit_code == 0
    assert result.stdout.count("cannot be reached") == result.stdout.count("live-") == 12
    assert "12 warnings" in result.stderr
