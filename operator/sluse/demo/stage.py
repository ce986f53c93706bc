"""The stage: a sandbox, the people's clones and keys, and the operators as processes of their own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from sluse.acceptance.proofs import ClientKey
from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import HELSEID_CLIENT, INTEGRATION_REPOSITORY, Kind
from sluse.delivery.repository import SYNC_REQUESTED
from sluse.demo import alone, commands, policies, signers
from sluse.demo.clone import Clone, Ran
from sluse.demo.keys import key_file, new_key
from sluse.demo.operators import Operators
from sluse.demo.signers import DemoSigner
from sluse.errors import NotFound
from sluse.model.names import Environment
from sluse.model.settings import EngineName
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.install import admin_session, install, uninstall
from sluse.sandbox.sandbox import Sandbox
from sluse_policies.admission import admission

SUPPLIER, NEIGHBOUR, PROVIDER, TESTERS, USERS = "solvang", "kvitfjell", "fjellid", "nhn", "liaby"
WORKLOADS = "liaby-helse"
"""The namespace of the user organisation of the story."""
TEST, PRODUCTION = Environment.TEST, Environment.PRODUCTION

LOGIN_HOSTS = {TEST: "login.test.fjellid.example", PRODUCTION: "login.fjellid.example"}
"""Where the identity provider of the story is."""

DAYS_TO_PRODUCTION = 30
"""Days between the beginning of the story and the plan's day of production."""


@dataclass
class Stage:
    """Use as an async context manager. `directory` is private; the people's private keys are in `directory/home`.

    `kubeconfig`: an administrator's, of a cluster that the story is played on instead of the sandbox's own API.
    `engine`: which one the operators declare stacks with.
    """

    directory: Path
    kubeconfig: Path | None = None
    engine: EngineName = EngineName.EMBEDDED
    keys: dict[str, ClientKey] = field(default_factory=dict)
    pages: dict[tuple[Environment, str], tuple[str, dict[str, Any] | None]] = field(default_factory=dict)
    """Pages of the status branches as fetched last, each with the tip it was read from."""
    _asked: set[asyncio.Task[None]] = field(default_factory=set)
    _looks: int = 0

    async def __aenter__(self) -> Self:
        commands.prepare()
        self._loop = asyncio.get_running_loop()
        parties = (SUPPLIER, NEIGHBOUR, PROVIDER)
        hosts = tuple(LOGIN_HOSTS.values())
        sandbox = Sandbox(
            self.directory,
            suppliers=parties,
            providers=hosts,
            trust=alone.trust(),
            cluster=self.kubeconfig,
            engine=self.engine,
            guards=admission,
            tenants=(WORKLOADS,),
            poll="10s",
        )
        self.sandbox = await asyncio.to_thread(sandbox.__enter__)
        self.began = self.sandbox.clock.now()
        self.operators = Operators(self.sandbox, self.directory)
        self.home.mkdir(mode=0o700)
        self.reviewer = await asyncio.to_thread(self._clone, "reviewer", self.sandbox.people.reviewer)
        await asyncio.to_thread(self._seed)
        suppliers = self.sandbox.people.suppliers
        self.supplier = await asyncio.to_thread(self._clone, "supplier", suppliers[SUPPLIER])
        self.provider = await asyncio.to_thread(self._clone, "provider", suppliers[PROVIDER])
        self._admin: dict[str, Any] = json.loads(self.sandbox.kubeconfig().read_bytes())
        self.cluster = await Cluster(access_from_kubeconfig(self._admin), connections=4).__aenter__()
        connector = aiohttp.TCPConnector(ssl=self.sandbox.certificates.client())
        self.session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.sleep(0)  # a look that was asked for this moment begins
        await asyncio.gather(*self._asked)
        await self.session.close()
        await self.cluster.__aexit__(None, None, None)
        await asyncio.to_thread(self.operators.stop)
        try:
            await self.sandbox.leave()
        finally:
            await asyncio.to_thread(self.sandbox.__exit__, None, None, None)

    @property
    def home(self) -> Path:
        """Where the people's clones and private keys are."""
        return self.directory / "home"

    @property
    def production_day(self) -> datetime:
        """When production may open by the plan, to the minute, in the sandbox's UTC."""
        return (self.began + timedelta(days=DAYS_TO_PRODUCTION)).replace(second=0, microsecond=0)

    def authority(self, environment: Environment = TEST) -> Authority:
        """An authority, as its staff see it."""
        return self.sandbox.authorities[environment]

    def issuer(self, environment: Environment = TEST) -> str:
        """An authority's issuer."""
        return self.sandbox.issuers[environment].url

    def tip(self, environment: Environment) -> str | None:
        """Return where a status branch is on the remote's own disk: to look there costs no fetch."""
        try:
            return (self.sandbox.remote.repository / "refs/heads" / environment.status_branch).read_text().strip()
        except FileNotFoundError:
            return None

    def push_main(self) -> None:
        """Let the reviewer push main, and the forge's webhook ask both operators to look, so that they need not poll."""
        self.reviewer.git("push", "--quiet", "origin", "main")
        self._loop.call_soon_threadsafe(self._look)

    def pass_time(self, how_long: timedelta) -> None:
        """Move the sandbox's clock on, and have both operators look at it: their own waiting is by the real one."""
        self.sandbox.clock.advance(how_long)
        self._look()

    def begin_ledger(self, environment: Environment) -> Ran:
        """Let the platform's people begin the ledger of an environment."""
        words = ("ledger", "init", "-e", environment.value, "--settings", str(self.sandbox.settings(environment)))
        return self.reviewer.sluse(*words)

    def material(self, name: str) -> str:
        """Return a file that the story brings along, with the dates that follow from when it is played."""
        text = (resources.files("sluse.demo") / "material" / name).read_text(encoding="utf-8")
        maintainer = signers.maintainer(name.partition("/")[0]).line
        return (
            text.replace("NEEDED-BY", f"{self.production_day:%Y-%m-%d}")
            .replace("TEST-FROM", f"{self.began:%Y-%m-%d}")
            .replace("PROVIDER-DAY", f"{self.began + timedelta(days=1):%Y-%m-%dT%H:%M}")
            .replace("PRODUCTION-DAY", f"{self.production_day:%Y-%m-%dT%H:%M}")
            .replace("MAINTAINER-KEY", maintainer)
        )

    def add_key(self, who: str, integration: str, client: str, clone: Clone, environment: Environment = TEST) -> None:
        """Make a client's key pair: public half into the clone, private half into its owner's own directory."""
        name = f"{who}.{integration}.{client}"
        file = self.private_key(name, environment)
        key = new_key(file)
        self.keys[name if environment is TEST else f"{name}.{environment.value}"] = key
        clone.write(f"integrations/{who}/keys/{integration}/{client}.{environment.value}.jwks.json", key_file(key))

    def private_key(self, client: str, environment: Environment = TEST) -> Path:
        """Return where the private key of a client is: with its owner, never in a clone."""
        return self.home / f"{client.partition('.')[0]}-private" / f"{client}.{environment.value}.jwk"

    def signing_key(self, signer: DemoSigner) -> Path:
        """Return the private SSH key file of a person, made on the spot."""
        file = self.home / "keys" / signer.label.replace(" ", "-")
        if not file.exists():
            file.parent.mkdir(mode=0o700, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(signer.pem)
            file.with_suffix(".pub").write_text(f"{signer.line}\n")
        return file

    def login(self, alias: str, environment: Environment = TEST) -> Path:
        """Return the login of a synthetic user, as the identity provider hands it to whoever tests."""
        file = self.home / "logins" / f"{alias}.{environment.value}.json"
        file.parent.mkdir(mode=0o700, exist_ok=True)
        return self.sandbox.providers[LOGIN_HOSTS[environment]].users.hand_over(alias, file)

    def reach(self) -> tuple[str, ...]:
        """Return the options by which a command reaches the sandbox: whom to trust, and where names lead."""
        places = {host: f"{address}:{port}" for host, (address, port) in self.sandbox.reach.hosts.items() if port}
        names = {"localhost": "127.0.0.1", **places}
        hosts = (word for host, place in names.items() for word in ("--resolve", f"{host}={place}"))
        return ("--ca", str(self.sandbox.certificates.ca_file), *hosts)

    async def resource(self, name: str, environment: Environment = TEST) -> dict[str, Any] | None:
        """Return a HelseIDClient object as the cluster's admin sees it; None where it is absent."""
        try:
            return await self.cluster.get(HELSEID_CLIENT, environment.namespace, name)
        except NotFound:
            return None

    @asynccontextmanager
    async def without_admission(self, kind: Kind) -> AsyncIterator[None]:
        """Take test's policy on a kind out of force meanwhile, as the cluster's admin may: no policy judges policies."""
        name = f"{TEST.namespace}.{kind.plural}"
        _, bound = (each for each in admission(TEST) if each["metadata"]["name"] == name)
        async with admin_session(access_from_kubeconfig(self._admin)) as session:
            await uninstall(session, [bound])
            yield
            await install(session, [bound])

    def _look(self) -> None:
        self._asked.add(self._loop.create_task(self._ask_to_look()))

    async def _ask_to_look(self) -> None:
        self._looks += 1
        patch = {"metadata": {"annotations": {SYNC_REQUESTED: str(self._looks)}}}
        for environment in Environment:
            await self.cluster.merge(INTEGRATION_REPOSITORY, environment.namespace, "integrations", patch)

    def _clone(self, who: str, person: Any) -> Clone:
        access = self.sandbox.git_environment(person)
        return Clone.of(self.sandbox.remote_url, self.home / who, who, access, self.directory / "clock")

    def _seed(self) -> None:
        """Let policies and the neighbour be there already, as reviewed and merged."""
        for path, text in policies.beginning().items():
            self.reviewer.write(path, text)
        for name in ("transport", "organisation"):
            self._take_in(f"{NEIGHBOUR}/{name}.yaml")
        for name in ("tester", "organisation"):
            self._take_in(f"{TESTERS}/{name}.yaml")
        for organisation in (SUPPLIER, PROVIDER):
            self._take_in(f"{organisation}/organisation.yaml")
        self.add_key(NEIGHBOUR, "transport", "orders", self.reviewer)
        self.add_key(TESTERS, "tester", "login", self.reviewer)
        self.reviewer.git("checkout", "--quiet", "-B", "main")
        self.reviewer.commit("Take in the policies and the first organisations")
        self.reviewer.git("push", "--quiet", "origin", "main")

    def _take_in(self, name: str) -> None:
        self.reviewer.write(f"integrations/{name}", self.material(name))
