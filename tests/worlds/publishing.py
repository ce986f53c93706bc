"""Production that publishes: the lock's repository as commits of a remote, and its status branch beside it, really signed."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sluse.catalog.policies import contents
from sluse.catalog.work_tree import WorkTree
from sluse.delivery.policy import trusted
from sluse.delivery.verifying.verified import Verified, verified
from sluse.ledger.branch.branch import StatusBranch
from sluse.ledger.page import pages
from sluse.model.digests import canonical
from sluse.model.names import Environment
from sluse.model.policy.bundle import Manifest, Policy, Roots, SignedManifest
from sluse.model.policy.people import OperatorKeys, Operators, SigningKey
from sluse.model.statement import MANIFEST_NAMESPACE
from worlds.key_files import new_key
from worlds.lock.files import write
from worlds.lock.people import REPOSITORY
from worlds.own_clone import GIT
from worlds.production import Production
from worlds.ssh import Signer

ROOT_KEYS = (Signer(b"root a"), Signer(b"root b"), Signer(b"root c"))
ROOTS = Roots(threshold=2, keys=tuple(each.public.line for each in ROOT_KEYS))
ISSUER = "https://authority.example"
VALID_FROM = datetime(2026, 1, 1, tzinfo=UTC)
CONFIGURED = datetime(2026, 10, 2, 8, tzinfo=UTC)
OPENS = datetime(2026, 11, 1, 7, tzinfo=UTC)
"""As the lock's plan says, 8 o'clock in Oslo."""


def git(folder: Path, *words: str, given: str = "", **variables: str) -> str:
    ran = subprocess.run(
        ["git", "-C", folder, *words], env={**GIT, **variables}, input=given, capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def manifest(files: Mapping[str, bytes], version: int) -> bytes:
    """Return the manifest of files of policies/, signed by two roots."""
    listed = Manifest(version=version, files={name: hashlib.sha256(each).hexdigest() for name, each in files.items()})
    message = canonical(listed.wire())
    signatures = tuple(each.parts(message, namespace=MANIFEST_NAMESPACE).armoured for each in ROOT_KEYS[:2])
    return SignedManifest(manifest=listed, signatures=signatures).model_dump_json(by_alias=True).encode()


@dataclass
class Publishing:
    """`work` is where the integrations are written; `keys` has a key file for each environment's operator."""

    folder: Path
    production: Production
    environment: Environment = Environment.PRODUCTION
    version: int = 0

    @classmethod
    def begun(cls, folder: Path, production: Production) -> Self:
        world = cls(folder, production)
        for name in ("test", "production", "stranger"):
            new_key(folder / name)
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(world.remote))
        git(folder, "clone", "--quiet", str(world.remote), str(world.work))
        world.sign_policies()
        return world

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def operator(self, environment: Environment, **times: datetime) -> OperatorKeys:
        line = (self.folder / f"{environment.value}.pub").read_text().strip()
        return OperatorKeys(
            environment=environment, keys=(SigningKey(key=line, **{"valid_from": VALID_FROM, **times}),)
        )

    def sign_policies(self, **revoked: datetime) -> None:
        """Write policies/ and let two roots sign them; times are those of production's operator key."""
        operators = (self.operator(Environment.TEST), self.operator(Environment.PRODUCTION, **revoked))
        self.version += 1
        self.production.policy = replace(self.production.policy, operators=Operators(operators=operators))
        write(self.production.lock, self.production.policy, self.work)
        folder = self.work / "policies"
        text = manifest({each.name: each.read_bytes() for each in folder.glob("*.yaml")}, self.version)
        (folder / "history").mkdir(exist_ok=True)
        for path in ("manifest.json", f"history/{self.version}.json"):
            (folder / path).write_bytes(text)
        policy = trusted(contents(WorkTree(self.work, "policies")), ROOTS)
        assert isinstance(policy, Policy), policy
        self.production.policy = policy
        self.commit()

    def commit(self) -> str:
        """Write what the lock has now, commit and push it; production reads it from then on."""
        write(self.production.lock, self.production.policy, self.work)
        git(self.work, "add", "--all")
        git(self.work, "commit", "--quiet", "--allow-empty", "--message", "what was merged")
        self.push()
        self.production.commit = git(self.work, "rev-parse", "HEAD")
        return self.production.commit

    def push(self, *options: str) -> None:
        """Push what is committed; by its path, since the folder may be a copy of another."""
        git(self.work, "push", "--quiet", *options, str(self.remote), "HEAD:main")

    def copied(self, folder: Path) -> Self:
        """Return the same world in another folder, whatever becomes of this one."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return replace(self, folder=folder, production=copy.deepcopy(self.production))

    def branch(self, environment: Environment = Environment.PRODUCTION, key: str = "") -> StatusBranch:
        key_file = self.folder / (key or environment.value)
        cache = self.folder / f"cache-{key or environment.value}"
        return StatusBranch(f"file://{self.remote}", cache, environment, {}, key_file, "sluse@localhost.invalid")

    async def genesis(self, repository: str = REPOSITORY) -> None:
        await self.branch(self.environment).genesis(repository, self.production.at)

    async def step(self, at: datetime | None = None, *, change: Callable[[Any], Any] | None = None) -> None:
        """Sync, let it come about, and publish; `change` is what somebody does to the ledgers first."""
        self.production.at = at or self.production.at
        self.production.sync()
        await self.publish(change)

    async def publish(self, change: Callable[[Any], Any] | None = None) -> None:
        """Publish the ledgers; `change` is what a lying operator does to them."""
        ledgers = self.production.ledgers
        if change is not None:
            self.production.ledgers = {slug: change(ledger) for slug, ledger in ledgers.items()}
        made = pages(self.production.ledgers, environment=self.environment, issuer=ISSUER)
        await self.branch(self.environment).publish(made, self.production.commit, self.production.at)

    def clone(self, *options: str, name: str = "clone") -> Path:
        """Clone the remote as anybody would."""
        target = self.folder / name
        git(self.folder, "clone", "--quiet", *options, f"file://{self.remote}", str(target))
        return target

    def verify(self, clone: Path | None = None, *heads: str, roots: Roots | None = ROOTS) -> Verified:
        """What verify says of the environment."""
        return verified(clone or self.clone(), [self.environment], roots, heads)[0]

    def plant(self, edit: Callable[[Path], None], key: str | None, *options: str, at: datetime | None = None) -> str:
        """Let somebody check the status branch out, edit it and push it, by force."""
        scratch = self.clone(
            "--branch", self.environment.status_branch, name=f"scratch-{key}-{len(list(self.folder.iterdir()))}"
        )
        edit(scratch)
        git(scratch, "add", "--all")
        self.signed(scratch, key, *options, at=at or self.production.at)
        git(scratch, "push", "--quiet", "--force", "origin", f"HEAD:{self.environment.status_branch}")
        return git(scratch, "rev-parse", "HEAD")

    def signed(self, scratch: Path, key: str | None, *options: str, at: datetime) -> None:
        """Commit what is in the index, signed by a key file or not at all."""
        how = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={self.folder / key}") if key else ()
        sign = ("--gpg-sign",) if key else ("--no-gpg-sign",)
        moment = f"{int(at.timestamp())} +0000"
        words = (*how, "commit", "--quiet", "--allow-empty", *sign, *(options or ("--message", "planted")))
        git(scratch, *words, GIT_COMMITTER_DATE=moment, GIT_AUTHOR_DATE=moment)


def edited(path: str, change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    """Return an edit of a JSON file, written canonically as the ledger is."""

    def edit(folder: Path) -> None:
        found = json.loads((folder / path).read_text())
        change(found)
        (folder / path).write_bytes(canonical(found))

    return edit


def reasons(found: Verified) -> list[str]:
    return [each.reason for each in found.findings]
