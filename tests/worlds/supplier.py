"""A supplier's clone: the integrations, policies, and what the test operator published, all in real git."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sluse.catalog.yaml import dump
from sluse.demo.signers import DemoSigner
from sluse.ledger.shown import Page, ShownClient
from sluse.model.digests import Gated, sha256, tested
from sluse.model.names import Environment
from worlds.federation import Federation

_GIT = {
    "PATH": os.defpath,
    "HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{who}_{what}": f"{what}@fjordlegen.example"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}
REPOSITORY = "integrations.example"


@dataclass(frozen=True)
class Clone:
    """`folder` is the clone; private files lie beside it, in `private`."""

    folder: Path
    private: Path

    @classmethod
    def make(cls, directory: Path) -> Clone:
        remote, folder, private = (directory / name for name in ("remote.git", "clone", "private"))
        private.mkdir(mode=0o700)
        clone = cls(folder, private)
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], env=_GIT, check=True)
        subprocess.run(["git", "clone", "-q", remote, folder], env=_GIT, check=True, stderr=subprocess.DEVNULL)
        clone.write("policies/repository.yaml", f"id: {REPOSITORY}\n")
        return clone

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", "-C", self.folder, *words], env=_GIT, check=True, capture_output=True, text=True)
        return done.stdout

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def author(self, document: Gated) -> None:
        """Write a document and merge it."""
        body = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        key = document.key
        ordered = {member: body[member] for member in ("apiVersion", "kind", "metadata", "spec")}
        self.write(f"integrations/{key.organisation}/{key.name}.yaml", dump(ordered))
        self.git("checkout", "-q", "-B", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"Add {key}")
        self.git("push", "-q", "origin", "main")

    def publish(self, *pages: Page) -> None:
        """Publish pages as the test operator does."""
        self.git("checkout", "-q", "--orphan", "published")
        self.git("rm", "-rfq", "--cached", ".")
        for page in pages:
            organisation, name = page.integration.split(".")
            file = self.write(f"{organisation}/{name}.json", page.text().decode())
            self.git("add", "-f", str(file))
        self.git("commit", "-q", "-m", "Publish")
        self.git("push", "-q", "-f", "origin", "HEAD:refs/heads/sluse/test")
        self.git("checkout", "-q", "-f", "main")
        self.git("branch", "-q", "-D", "published")

    def keep_key(self, world: Federation, client: str) -> Path:
        """Keep a client's private key in a file of its own."""
        key = world.held[client].key
        return self._private(f"{client}.jwk", {**key._key.as_dict(private=True), "alg": key.alg, "kid": key.kid})

    def keep_user(self, world: Federation, alias: str) -> Path:
        file = self.private / f"{alias}.json"
        return world.login.users.hand_over(alias, file)

    def keep_signer(self, signer: DemoSigner) -> Path:
        file = self.private / "signer"
        file.touch(mode=0o600)
        file.write_text(signer.pem)
        return file

    def _private(self, name: str, content: dict[str, Any]) -> Path:
        file = self.private / name
        file.touch(mode=0o600)
        file.write_text(json.dumps(content))
        return file


def page(world: Federation, document: Gated, *clients: str, tested_digest: str | None = None) -> Page:
    """Return what the test operator says of a document and those of its clients that are registered."""
    return Page(
        integration=str(document.key),
        kind=document.kind,
        title="Title",
        environment=Environment.TEST,
        issuer=world.issuer,
        stage="TestReady",
        tested=tested_digest or sha256(tested(document)),
        clients=tuple(ShownClient(client=name, client_id=world.held[name].client_id) for name in clients),
    )
