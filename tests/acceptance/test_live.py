"""What answers at the addresses that files name, told at their place in words that say what to do. Loopback only."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from click.testing import CliRunner, Result

from sluse.acceptance import lookup
from sluse.acceptance.live import problems as live_problems
from sluse.acceptance.reach import Reach
from sluse.catalog.files import INTEGRATIONS
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.cli import main
from sluse.model.problem import Place, Problem, Severity
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
        (
            f"{TEST}{WELL_KNOWN}",
            metadata(TEST, id_token_signing_alg_values_supported=[{}]),
            "error live-discovery",
            24,
            "none of the agreed algorithms",
        ),
        (f"{TEST}/jwks", {"keys": [KEY | POINT | {"kty": []}]}, "error live-keys", 25, "key 1 is of a kind that fits"),
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


@pytest.fixture
def moved(root: Path) -> Callable[[str], Path]:
    """Move the test environment of the provider to another origin."""

    def move(origin: str) -> Path:
        file = root / LOGIN
        file.write_text(file.read_text().replace(TEST, origin))
        return file

    return move


async def looked(root: Path, named: Certificates, **options: Any) -> dict[str, str]:
    """Return what is told of the provider, by field, without what was found offline."""
    hosts = {"login.fjordlegen.example": ("127.0.0.1", 1), "login.test.fjordlegen.example": ("127.0.0.1", 1)}
    tree = Reader().tree(WorkTree(root, INTEGRATIONS), INTEGRATIONS)
    reach = Reach(named.client(), options.pop("hosts", hosts), options.pop("ask", lookup.system))
    found = await live_problems(tree, reach, LOGIN.__eq__, **options)
    return {each.path: each.message for each in found}


async def test_who_is_on_a_private_network_is_not_asked(
    root: Path, named: Certificates, moved: Callable[[str], Path]
) -> None:
    moved("https://localhost")
    assert "localhost is on a private network" in (await looked(root, named))["spec.test.issuer"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "a..b"])
def test_an_address_with_an_error_is_not_asked(host: str, named: Certificates, moved: Callable[[str], Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        port = listening.getsockname()[1]
        file = moved(f"https://{host}:{port}")
        words = ["check", "--live", f"--ca={named.ca_file}", f"--resolve=localhost=127.0.0.1:{port}", str(file)]
        result = CliRunner().invoke(main, [*words, "--resolve=login.fjordlegen.example=127.0.0.1:1"])
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert result.exit_code == 1
    assert f"{LOGIN}:24:" in result.stdout
    assert "live-discovery" not in "".join(line for line in result.stdout.splitlines() if f"{LOGIN}:24:" in line)


async def test_an_address_is_asked_where_what_is_known_of_it_is_a_warning(root: Path, named: Certificates) -> None:
    def known(severity: Severity) -> tuple[Problem, ...]:
        return (Problem(Place(LOGIN), "some-rule", "wrong", severity=severity, path="spec.test.issuer"),)

    assert "spec.test.issuer" in await looked(root, named, known=known(Severity.WARNING))
    assert set(await looked(root, named, known=known(Severity.ERROR))) == {
        "spec.test.jwksUri",
        "spec.production.issuer",
        "spec.production.jwksUri",
    }


async def test_what_was_not_asked_in_the_time_for_all_is_told(root: Path, named: Certificates) -> None:
    told = await looked(root, named, patience=0)
    assert len(told) == 4
    for message in told.values():
        assert "not asked, since the 0 seconds for all addresses were over" in message


async def test_who_does_not_answer_in_the_time_for_all_is_told(root: Path, named: Certificates) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = ("127.0.0.1", silent.getsockname()[1])
        hosts = {f"login{stage}.fjordlegen.example": where for stage in ("", ".test")}
        told = await looked(root, named, hosts=hosts, patience=2)
    assert len(told) == 4
    for message in told.values():
        assert "it had not answered when the 2 seconds for all addresses were over" in message


def test_a_resolver_that_never_answers_is_not_waited_for(root: Path, named: Certificates) -> None:
    """Nor when the loop ends: asyncio would wait for threads of its own there."""
    answers = threading.Event()
    asked: list[str] = []

    def silent(host: str, *_: int) -> lookup.Found:
        asked.append(host)
        answers.wait()
        return []

    try:
        told = asyncio.run(looked(root, named, hosts={}, patience=2, ask=silent))
    finally:
        answers.set()
    assert set(asked) == {"login.fjordlegen.example", "login.test.fjordlegen.example"}
    assert len(told) == 4
    for message in told.values():
        assert "it had not answered when the 2 seconds for all addresses were over" in message


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
