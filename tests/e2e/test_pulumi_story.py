"""The whole story on a real API server with the real Pulumi CLI and provider: created, changed, meddled with, retired, deleted."""

from __future__ import annotations

import json

import pytest

from e2e.controlplane.control_plane import ControlPlane
from e2e.playing import demo
from worlds.engines import missing

pytestmark = [
    pytest.mark.pulumi,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(missing()), reason="that it was not run is the last line of the run"),
]


def test_every_fact_holds_with_pulumi_too(plane: ControlPlane) -> None:
    played = demo("--kubeconfig", str(plane.kubeconfig()), "--engine", "pulumi")
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr
    events = [json.loads(line) for line in played.stdout.splitlines()]
    numbers = [event["number"] for event in events if event["event"] == "fact"]
    assert events[-1]["text"].strip() == f"{len(numbers)} facts, each seen to hold."
