"""Pulumi's events of one operation, as ours: what happens to which object, and what went wrong.

Messages of Pulumi and of the API server are kept for `failures.py`, which says in a sentence what they mean. No
property of a resource is taken from an event, so none can be logged.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from pulumi import automation

from sluse.desired.stack import ObjectKey
from sluse_stacks.engine.state import key_of

_log = logging.getLogger(__name__)

_TOLD = {
    automation.OpType.CREATE: "created",
    automation.OpType.UPDATE: "changed",
    automation.OpType.DELETE: "deleted",
    automation.OpType.REPLACE: "replaced",
}


@dataclass
class Heard:
    """What an operation on a stack has told so far. Called in a thread of the server; a preview logs nothing as done."""

    stack: str
    logs: bool = True
    steps: dict[ObjectKey, automation.OpType] = field(default_factory=dict)
    complaints: list[tuple[ObjectKey | None, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def __call__(self, event: automation.EngineEvent) -> None:
        """Take an event."""
        if event.resource_pre_event is not None:
            self._step(event.resource_pre_event.metadata)
        elif event.res_outputs_event is not None:
            self._told(event.res_outputs_event.metadata, _TOLD)
        elif event.res_op_failed_event is not None:
            self._told(event.res_op_failed_event.metadata, dict.fromkeys(automation.OpType, "failed"))
        elif event.policy_event is not None:
            policy = event.policy_event
            if policy.enforcement_level == "mandatory":
                self.violations.append(f"{policy.policy_name}: {policy.message.strip()}")
        elif event.diagnostic_event is not None and event.diagnostic_event.severity == "error":
            told = event.diagnostic_event
            self.complaints.append((key_of(told.urn) if told.urn else None, told.message.strip()))

    def _step(self, metadata: automation.StepEventMetadata) -> None:
        key = key_of(metadata.urn)
        if key is not None and metadata.op is not automation.OpType.REFRESH:
            self.steps[key] = automation.OpType(metadata.op)

    def _told(self, metadata: automation.StepEventMetadata, words: dict[automation.OpType, str]) -> None:
        key, word = key_of(metadata.urn), words.get(automation.OpType(metadata.op))
        if self.logs and key is not None and word is not None:
            _log.info("stack %s: %s %s is %s", self.stack, key.kind, key.name, word)
