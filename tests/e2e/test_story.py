"""The whole story on a real API server, with service accounts as operators and the rights of the manifests."""

from __future__ import annotations

import json
import subprocess
import sys

from e2e.controlplane.control_plane import ControlPlane


def demo(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sluse", "demo", "--output", "json", *words], capture_output=True, text=True, check=False
    )


def test_every_fact_holds_on_a_real_api_server(plane: ControlPlane) -> None:
    played = demo("--kubeconfig", str(plane.kubeconfig()))
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr
    events = [json.loads(line) for line in played.stdout.splitlines()]
    numbers = [event["number"] for event in events if event["event"] == "fact"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert events[-1]["text"].strip() == f"{len(numbers)} facts, each seen to hold."
    again = demo("--kubeconfig", str(plane.kubeconfig()))
    assert again.returncode == 2
    assert "has a namespace sluse-test already" in again.stderr
