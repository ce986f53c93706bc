"""Play the story on a stage, and keep it up where that is asked for."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from sluse.demo.expect import NotAsExpected
from sluse.demo.narrator import Narrator
from sluse.demo.programs import expect_programs
from sluse.demo.stage import TEST, Stage
from sluse.demo.story import CHAPTERS
from sluse.model.settings import EngineName

Chapter = Callable[[Stage, Narrator], Awaitable[None]]


async def play(
    narrator: Narrator,
    *,
    keep: bool,
    chapters: Sequence[Chapter] = CHAPTERS,
    kubeconfig: Path | None = None,
    engine: EngineName = EngineName.EMBEDDED,
) -> bool:
    """Play chapters, all of them by default; True where every fact came true. Everything lives in a private directory that goes with it.

    Raises `EngineUnusable`, before anything starts, where the engine's programs are not there.
    """
    expect_programs(engine)
    with tempfile.TemporaryDirectory(prefix="sluse-demo-") as directory:
        stage = Stage(Path(directory), kubeconfig, engine)
        with narrator.waiting("the sandbox starts"):
            await stage.__aenter__()
        try:
            narrator.told(_sandbox(stage))
            for chapter in chapters:
                await chapter(stage, narrator)
            narrator.told(f"\n{narrator.facts} facts, each seen to hold.")
            if keep:
                narrator.told(_look_around(stage))
                await _until_interrupted()
        except NotAsExpected as error:
            narrator.failed(str(error))
            return False
        finally:
            await stage.__aexit__(None, None, None)
    return True


def _sandbox(stage: Stage) -> str:
    return f"Sandbox on loopback: Kubernetes API {stage.sandbox.kubernetes_url}, test authority {stage.issuer()}, git {stage.sandbox.remote_url}"


def _look_around(stage: Stage) -> str:
    kubeconfig, clone, programs = stage.sandbox.kubeconfig(), stage.supplier.path, Path(sys.executable).parent
    return f"""
Everything stays up until Ctrl-C. Look around, with PATH={programs}:$PATH (`make .venv/dev` puts kubectl there, if you have none):
  kubectl --kubeconfig {kubeconfig} -n {TEST.namespace} get sluse
  kubectl --kubeconfig {kubeconfig} -n {TEST.namespace} get helseidclients -o yaml
  curl --cacert {stage.sandbox.certificates.ca_file} {stage.issuer()}/.well-known/openid-configuration
  git -C {clone} log --graph --oneline --all
  sluse status --repository {clone} --offline
  tail -f {stage.operators.log(TEST)}"""


async def _until_interrupted() -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await stop.wait()
