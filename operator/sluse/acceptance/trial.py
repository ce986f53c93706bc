"""A trial: one document tested in parts, each part by one suite, each leaving one file of evidence.

The parts of a service are its clients; those of an identity provider its test users.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sluse.acceptance.case import Looked, Suite
from sluse.acceptance.quoting import Secrets
from sluse.errors import AcceptanceError
from sluse.model.digests import Gated, sha256, tested
from sluse.model.evidence import CaseResult, Evidence, Witness
from sluse.model.names import Environment
from sluse.words.said import say

Watch = Callable[[str, Looked], None]
"""Told of what each case came to, with the part's name."""


@dataclass(frozen=True)
class Trial:
    """`worlds`: what the suite looks at, by part. `secrets` are those of all parts."""

    document: Gated
    suite: Suite[Any]
    witness: Witness
    worlds: Mapping[str, Any]
    secrets: Secrets
    not_covered: tuple[str, ...] = ()

    async def carry_out(self, now: Callable[[], datetime], watch: Watch) -> tuple[Evidence, ...]:
        """Carry out every case of every part, whatever fails."""
        return tuple([await self._part(part, now, watch) for part in sorted(self.worlds)])

    async def _part(self, part: str, now: Callable[[], datetime], watch: Watch) -> Evidence:
        started = now()
        cases: list[CaseResult] = []
        for case in self.suite.cases:
            looked = await case.result(self.worlds[part], self.witness)
            watch(part, looked)
            cases.append(looked.result)
        evidence = Evidence(
            version=1,
            suite=self.suite.name,
            suite_version=self.suite.version,
            subject=str(self.document.key),
            part=part,
            environment=Environment.TEST,
            tested=sha256(tested(self.document)),
            started=_second(started),
            ended=_second(now()),
            cases=tuple(cases),
        )
        if self.secrets.are_in(evidence.model_dump_json()):  # the texts were cleaned one by one: this cannot be
            raise AcceptanceError(say("a secret of the run would stand in the evidence, so none is written"))
        return evidence


def passed(evidence: tuple[Evidence, ...]) -> bool:
    """Whether every case of every part passed."""
    return all(case.passed for each in evidence for case in each.cases)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
