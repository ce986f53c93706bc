"""What is at HEAD and what is held, side by side: files change, compiling tells, and handlers do what it told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sluse.catalog.reader import Reader
from sluse.delivery.compile import Compiler
from sluse.delivery.compiled import Compiled
from sluse.delivery.head import Head
from sluse.delivery.notes import declared, noted
from sluse.delivery.policy import Untrusted
from sluse.ledger.stages import settle
from sluse.model.held import Anchor, HeldClient, OrganisationLedger
from sluse.model.names import ClientId, ClientKey, Environment
from sluse.model.outcome import Outcome, Retired, Synced
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.rules.judge import check
from worlds.files import HeldFiles

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)


@dataclass
class Compiling:
    """`files` are at HEAD; None takes one away. One compiler and one reader, as in one process.

    `catalogue` is what `policies/network.yaml` says, None where there is none.
    """

    environment: Environment = Environment.TEST
    files: dict[str, bytes] = field(default_factory=dict)
    ledgers: dict[str, OrganisationLedger] = field(default_factory=dict)
    compiler: Compiler = field(init=False)
    reader: Reader = field(default_factory=Reader)
    catalogue: NetworkCatalogue | None = None

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget what only a process remembers."""
        self.compiler = Compiler(self.environment)

    def commit(self, *changes: Mapping[str, str | None]) -> None:
        for path, text in (item for change in changes for item in change.items()):
            if text is None:
                del self.files[path]
            else:
                self.files[path] = text.encode()

    def compile(self, *, commit: str = "c", fuse_released: bool = False, only: Collection[str] = ()) -> Compiled:
        tree = self.reader.tree(HeldFiles(self.files))
        head = Head(commit, "integrations", tree, check(tree), Untrusted(("not read in test",)), self.catalogue)
        return self.compiler.compile(head, self.ledgers, at=NOW, fuse_released=fuse_released, only=only)

    def settled(self, **options: bool) -> Compiled:
        """Compile, and let everything that is wanted be noted, declared and done."""
        compiled = self.compile(**options)
        self.note(compiled)
        for share in compiled.organisations.values():
            for key, spec in share.clients.items():
                self.come(key, outcome(spec))
        return compiled

    def note(self, compiled: Compiled, now: datetime = NOW) -> None:
        """Note and declare everything, as a sync does."""
        for slug, share in compiled.organisations.items():
            before = self.ledgers.get(slug, OrganisationLedger(organisation=slug))
            after = noted(before, share, engine="embedded", now=now)
            self.ledgers[slug] = declared(after, share.stack.digest, compiled.commit, engine="embedded")

    def come(self, key: ClientKey, came: Outcome) -> None:
        """Let something come of a client, as its handler notes it."""
        ledger = self.ledgers[key.organisation]
        entry = settle(ledger.integrations[key.integration], key.client, came, NOW)
        integrations = {**ledger.integrations, key.integration: entry}
        self.ledgers[key.organisation] = ledger.model_copy(update={"integrations": integrations})


def outcome(spec: HelseIDClientSpec) -> Outcome:
    """Return what comes of a client on a good day."""
    if spec.registration is None:
        return Retired(HeldClient(use=Use.RETIRED, retired=True, since=NOW))
    name = f"{spec.organisation}-{spec.integration}-{spec.client}"
    anchor = Anchor(client_id=ClientId(name), uri=f"https://authority.example/{name}", since=NOW)
    return Synced(HeldClient(anchor=anchor, digest=spec.registration.digest, use=spec.use, since=NOW))
