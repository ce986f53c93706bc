"""A person's clone of the examples, with key files beside it."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from sluse.catalog.policies import contents
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.catalog.yaml import dump
from sluse.cli import main
from sluse.delivery.policy import trusted
from sluse.demo.example_policies import policy_files
from sluse.demo.signers import DemoSigner, signed
from sluse.demo.signers import roots as demo_roots
from sluse.gate.entitled import entitled
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitlement
from sluse.model import digests
from sluse.model.envelope import Metadata
from sluse.model.evidence import CaseResult, Evidence, Witness
from sluse.model.names import Environment, IntegrationKey
from sluse.model.policy.bundle import Policy, Roots
from sluse.model.records import AcceptanceTest
from sluse.model.service_integration import ServiceIntegration
from sluse.model.statement import EvidenceFile, Statement, StatementType, Submission
from sluse.model.tree import Tree

ROOT = Path(__file__).parents[2]
DEMO_ROOTS = ROOT / "operator" / "sluse" / "demo" / "material" / "roots.json"
GIT = {
    "PATH": os.defpath,
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "somebody",
    "GIT_AUTHOR_EMAIL": "somebody@localhost.invalid",
    "GIT_COMMITTER_NAME": "somebody",
    "GIT_COMMITTER_EMAIL": "somebody@localhost.invalid",
}

CASES = (
    *("discovery", "token-per-scope", "wrong-key-refused"),
    *("wrong-audience-refused", "replay-refused", "missing-dpop-refused"),
)


@dataclass(frozen=True)
class OwnClone:
    """`root` is the clone, `keys` a folder outside it."""

    root: Path
    keys: Path

    @classmethod
    def of_examples(cls, folder: Path, *parts: str) -> OwnClone:
        """Copy parts of this repository into a new one with one commit."""
        clone = cls(folder / "clone", folder / "keys")
        clone.keys.mkdir()
        for part in parts or ("integrations", "policies"):
            shutil.copytree(ROOT / part, clone.root / part)
        for path, text in policy_files(clone.root):  # as `make examples` does; whether that was done is another test's
            if (clone.root / path).parent.exists():
                (clone.root / path).write_text(text)
        clone.git("init", "--quiet", "--initial-branch=main")
        clone.git("add", ".")
        clone.git("commit", "--quiet", "--message", "examples")
        return clone

    def git(self, *words: str) -> str:
        ran = subprocess.run(["git", "-C", self.root, *words], env=GIT, capture_output=True, text=True, check=True)
        return ran.stdout

    def key(self, signer: DemoSigner) -> str:
        """Return the path of a demo key's file."""
        path = self.keys / signer.label.replace(" ", "-")
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(signer.pem)
        return str(path)

    def sluse(self, *words: str, answer: str | None = None) -> Result:
        """Run a command on the clone."""
        return CliRunner(env=GIT).invoke(main, [*words, "--repository", str(self.root)], input=answer)

    def tree(self) -> Tree:
        """What is in the working tree now."""
        return Reader().tree(WorkTree(self.root))

    def entitlement(self, integration: str, roots: Roots | None = None) -> Entitlement:
        """What the gate says of the working tree, under the demo roots."""
        policy = trusted(contents(WorkTree(self.root, "policies")), roots or demo_roots())
        assert isinstance(policy, Policy), policy
        survey = GateSurvey(self.tree(), policy)
        return entitled(survey, IntegrationKey(*integration.split(".")), datetime.now(UTC))

    def submit(self, integration: str, *, by: DemoSigner, name: str = "first", passed: bool = True) -> None:
        """Write an acceptance test of what the working tree says, as `sluse acceptance run` does."""
        key = IntegrationKey(*integration.split("."))
        document, moment = self.tree().integrations[key].content, datetime.now(UTC).replace(microsecond=0)
        body = digests.tested(document)
        files = {
            f"{client.name}.json": _evidence(document, client.name, moment, passed=passed)
            for client in document.spec.clients
        }
        statement = Statement(
            type=StatementType.SUBMISSION,
            version=1,
            repository="integrations.sluse.example",
            environment=Environment.TEST,
            subject=integration,
            issued_at=moment,
            signer=by.key_id,
            nonce=secrets.token_urlsafe(16),
            submission=Submission(
                tested=digests.sha256(body),
                suite="client",
                suite_version=1,
                ended=moment,
                evidence=tuple(
                    EvidenceFile(name=file, sha256=hashlib.sha256(content).hexdigest())
                    for file, content in files.items()
                ),
            ),
        )
        record = AcceptanceTest(
            api_version="sluse.nhn.no/v1alpha1",
            kind="AcceptanceTest",
            metadata=Metadata(name=name, organisation=key.organisation),
            spec=signed(statement, by),
        )
        folder = self.root / "integrations" / key.organisation
        for path, content in {
            f"accepted/{digests.sha256(body)}.json": digests.canonical(body),
            f"acceptance/{name}/acceptance-test.yaml": dump(record.wire()).encode(),
            **{f"acceptance/{name}/{file}": content for file, content in files.items()},
        }.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def append(self, path: str, text: str) -> None:
        (self.root / path).write_bytes(self.read(path) + text.encode())


def _evidence(document: ServiceIntegration, client: str, moment: datetime, *, passed: bool) -> bytes:
    evidence = Evidence(
        version=1,
        suite="client",
        suite_version=1,
        subject=str(document.key),
        part=client,
        environment=Environment.TEST,
        tested=digests.sha256(digests.tested(document)),
        started=moment,
        ended=moment,
        cases=tuple(
            CaseResult(case=case, witness=Witness.SELF, passed=passed, expected="as it should be", seen="as it is")
            for case in CASES
        ),
    )
    return evidence.model_dump_json(by_alias=True, exclude_defaults=True, indent=2).encode()
