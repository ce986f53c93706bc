"""Evidence -> the files that carry it into git: the evidence, the signed AcceptanceTest, the snapshot that was tested.

All or nothing: the folder of the record appears by one rename, after the snapshot, which is harmless alone.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sluse.acceptance.trial import Trial
from sluse.catalog.written import demand_inside, write_whole
from sluse.catalog.yaml import dump
from sluse.errors import AcceptanceError
from sluse.model.digests import canonical, sha256, tested
from sluse.model.envelope import Metadata
from sluse.model.evidence import Evidence
from sluse.model.names import Environment, IntegrationKey
from sluse.model.records import AcceptanceTest, SignedSpec
from sluse.model.statement import EvidenceFile, Statement, StatementType, Submission, namespace
from sluse.model.value import SLUG
from sluse.words.said import say

_RECORD = "acceptance-test.yaml"
_PLAIN = 0o755
_LONGEST_STEM = 24


class Signer(Protocol):
    """Somebody who signs: a maintainer of the organisation, or a tester at NHN."""

    @property
    def key_id(self) -> str:
        """The public key's fingerprint, as statements call their signer."""

    def sign(self, message: bytes, namespace: str, /) -> str:
        """Return the armoured SSH signature."""


@dataclass(frozen=True)
class Submitted:
    """`record`: the files of `acceptance/<name>/`, by name. `snapshot`: the bytes of `accepted/<digest>.json`."""

    organisation: str
    name: str
    record: Mapping[str, bytes]
    digest: str
    snapshot: bytes

    @property
    def folder(self) -> str:
        """Where the record goes, from the integrations' folder."""
        return f"{self.organisation}/acceptance/{self.name}"

    @property
    def accepted(self) -> str:
        """Where the snapshot goes, from the integrations' folder."""
        return f"{self.organisation}/accepted/{self.digest}.json"


def evidence_files(evidence: Sequence[Evidence]) -> dict[str, bytes]:
    """Return the files of evidence, by name."""
    return {f"{each.part}.json": _json(each) for each in evidence}


def submit(
    trial: Trial, evidence: Sequence[Evidence], *, name: str, repository: str, issued_at: datetime, signer: Signer
) -> Submitted:
    """Sign what was seen; nothing is written yet."""
    document, files = trial.document, evidence_files(evidence)
    statement = Statement(
        type=StatementType.SUBMISSION,
        version=1,
        repository=repository,
        environment=Environment.TEST,
        subject=str(document.key),
        issued_at=issued_at.replace(microsecond=0),
        signer=signer.key_id,
        nonce=secrets.token_urlsafe(16),
        submission=Submission(
            tested=sha256(tested(document)),
            suite=trial.suite.name,
            suite_version=trial.suite.version,
            ended=max(each.ended for each in evidence),
            evidence=tuple(
                EvidenceFile(name=file, sha256=hashlib.sha256(content).hexdigest())
                for file, content in sorted(files.items())
            ),
            not_covered=trial.not_covered,
        ),
    )
    signature = signer.sign(statement.signed_bytes, namespace(StatementType.SUBMISSION))
    record = AcceptanceTest(
        api_version="sluse.nhn.no/v1alpha1",
        kind="AcceptanceTest",
        metadata=Metadata(name=name, organisation=document.metadata.organisation),
        spec=SignedSpec(statement=statement, signatures=(signature,)),
    ).wire()
    text = dump({member: record[member] for member in ("apiVersion", "kind", "metadata", "spec")})
    return Submitted(
        organisation=document.metadata.organisation,
        name=name,
        record={**files, _RECORD: text.encode()},
        digest=sha256(tested(document)),
        snapshot=canonical(tested(document)),
    )


def require_new(integrations: Path, tested_one: IntegrationKey, name: str, now: datetime) -> str:
    """Return the record's name, made of the integration's and the time where none is given.

    Raise AcceptanceError where it is no name, or there is a record of it: none is ever changed.
    """
    name = name or f"{tested_one.name[:_LONGEST_STEM].rstrip('-')}-{now:%Y%m%d-%H%M%S}"
    if not re.fullmatch(SLUG, name):
        raise AcceptanceError(
            say("{name} is no name: lower-case letters, digits and hyphens, at most 40", name=repr(name))
        )
    if (integrations / tested_one.organisation / "acceptance" / name).exists():
        raise AcceptanceError(
            say("there is an acceptance test {name} already, and records are never changed", name=name),
            hint=say("give another --name"),
        )
    return name


def write(integrations: Path, submitted: Submitted) -> tuple[Path, ...]:
    """Write it below the integrations' folder; return what was written, or stood there with the same bytes.

    CatalogError, with nothing written, where a link leads elsewhere.
    """
    accepted, folder = (demand_inside(integrations, str(each)) for each in (submitted.accepted, submitted.folder))
    write_folder(accepted.parent, {accepted.name: submitted.snapshot})
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    try:
        write_folder(made, submitted.record)
        made.chmod(_PLAIN)
        made.rename(folder)
    except OSError as error:
        shutil.rmtree(made, ignore_errors=True)
        raise AcceptanceError(
            say("{folder} cannot be written: {reason}", folder=folder, reason=error.strerror)
        ) from None
    return (accepted, *(folder / name for name in sorted(submitted.record)))


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, each of them whole or not at all."""
    for name, content in files.items():
        write_whole(folder, name, content)


def _json(evidence: Evidence) -> bytes:
    return (evidence.model_dump_json(by_alias=True, exclude_defaults=True, indent=2) + "\n").encode()
