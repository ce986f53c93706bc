"""Pulumi's operations on one stack after another, with as few starts of the CLI as there can be: one an operation.

The Automation API's `Stack` selects a stack before and asks for outputs and history after every operation, each a start
of the CLI and none of use here; so of the Automation API this takes the workspace, the command and the event server.
Nothing is ever downloaded: the provider is the one on PATH, or there is none. Checkpoints are skipped: Pulumi would
rewrite the whole state around every object. A process killed in the middle so leaves a state that knows too little, and
the next declaration adopts what is there (`objects.py` says why the provider may).

Everything here blocks, and is called in threads.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi import automation

from sluse.leadership.fence import Deadline, ever_open
from sluse.model.settings import PulumiSettings
from sluse_stacks.engine.command import TetheredCommand
from sluse_stacks.engine.serving import OnEvent, Program, served
from sluse_stacks.engine.surroundings import surroundings
from sluse_stacks.settings import PROJECT


@dataclass
class Lean:
    """The stacks of one environment in one backend. `kubeconfig` None: the pod's own service account.

    `environment` is what the CLI inherits: PATH, and a cloud's credentials for a backend or a key that lies there.
    No CLI is started by a process that does not lead; one under way ends when its process does, or leads no more.
    Every method raises `pulumi.automation.CommandError` where the CLI fails.
    """

    settings: PulumiSettings
    kubeconfig: Path | None
    environment: Mapping[str, str]
    fence: Deadline = field(default_factory=ever_open)
    _workspace: automation.LocalWorkspace | None = field(default=None, init=False)
    command: TetheredCommand = field(init=False)

    def open(self) -> None:
        """Look for the CLI and make the workspace. Raises `EngineUnusable`; may be called again."""
        if self._workspace is not None:
            return
        self.command = TetheredCommand(
            surroundings(self.settings, self.kubeconfig, self.environment), self.settings.home / "started", self.fence
        )
        work = self.settings.home / "work"
        work.mkdir(parents=True, exist_ok=True)
        self._workspace = automation.LocalWorkspace(
            work_dir=str(work),
            pulumi_home=str(self.settings.home),
            secrets_provider=self.settings.secrets_provider or "passphrase",
            project_settings=automation.ProjectSettings(name=PROJECT, runtime="python", main=str(work)),
            pulumi_command=self.command,
        )

    def export(self, stack: str) -> Mapping[str, Any] | None:
        """Return the stack's deployment as Pulumi keeps it, secrets not shown; None where there is no such stack."""
        try:
            told = self._run("stack", "export", "--stack", stack)
        except automation.StackNotFoundError:
            self.command.forget(stack)  # what is not there has no lock
            return None
        deployment: Mapping[str, Any] = json.loads(told.stdout).get("deployment") or {}
        self._remember_key(stack, deployment)
        return deployment

    def init(self, stack: str) -> None:
        """Make an empty stack."""
        self._run(
            "stack", "init", "--stack", stack, "--no-select", "--secrets-provider", self._opened.secrets_provider or ""
        )

    def up(self, stack: str, program: Program, *, targets: Collection[str], refresh: bool, on_event: OnEvent) -> None:
        """Run a program of nothing but `targets`: URNs that it declares, and such as it does not, which are deleted."""
        arguments = ["--yes", "--skip-preview", "--continue-on-error", *_choice(targets, refresh=refresh)]
        self._operate("up", stack, [*arguments, *self._policies()], on_event, program)
        self.command.forget(stack)  # nothing of it is left that could hold the stack's lock

    def preview(
        self, stack: str, program: Program, *, targets: Collection[str], refresh: bool, on_event: OnEvent
    ) -> None:
        """Do as `up` would, and write nothing."""
        self._operate("preview", stack, [*_choice(targets, refresh=refresh), *self._policies()], on_event, program)

    def refresh(self, stack: str, on_event: OnEvent) -> None:
        """Read everything in the state anew, and forget what was being created when a process died."""
        self._operate("refresh", stack, ["--yes", "--skip-preview", "--clear-pending-creates"], on_event)

    def cancel(self, stack: str) -> None:
        """Delete the stack's locks. Only for one whose owner is known to be dead."""
        self._run("cancel", "--yes", "--stack", stack)
        self.command.forget(stack)

    def disown(self, stack: str, names: Collection[str]) -> None:
        """Take objects, named by their URNs, out of the state and leave them where they are."""
        self._run("state", "delete", *sorted(names), "--yes", "--stack", stack)

    def remove(self, stack: str) -> None:
        """Forget the stack and leave its objects where they are."""
        self._run("stack", "rm", "--yes", "--force", "--stack", stack)
        self.command.forget(stack)

    def _remember_key(self, stack: str, deployment: Mapping[str, Any]) -> None:
        """Write down which cloud's key a stack was made with: its state says so, and the CLI looks for that in this folder.

        Without, in a folder that was lost or by another replica, the CLI would ask for a passphrase.
        """
        keeper = deployment.get("secrets_providers") or {}
        if keeper.get("type") == "cloud":
            key = keeper["state"]
            settings = automation.StackSettings(secrets_provider=key["url"], encrypted_key=key["encryptedkey"])
            self._opened.save_stack_settings(stack, settings)

    @property
    def _opened(self) -> automation.LocalWorkspace:
        if self._workspace is None:
            raise RuntimeError("the engine is used before it is opened")
        return self._workspace

    def _run(self, *args: str) -> automation.CommandResult:
        workspace = self._opened
        return self.command.run(list(args), workspace.work_dir, {"PULUMI_HOME": str(self.settings.home)})

    def _operate(
        self, what: str, stack: str, arguments: list[str], on_event: OnEvent, program: Program | None = None
    ) -> None:
        with served(program, on_event) as addresses:
            quiet = ["--suppress-progress", "--suppress-outputs", "--color", "never"]
            self._run(what, *arguments, *quiet, *addresses, "--stack", stack)

    def _policies(self) -> list[str]:
        pack = self.settings.policy_pack
        return ["--policy-pack", str(pack)] if pack is not None else []


def _choice(targets: Collection[str], *, refresh: bool) -> list[str]:
    """Return the targets, of which there must be some: a partial program without any would delete all the rest."""
    if not targets:
        raise ValueError("an update without targets is never asked for")
    chosen = [argument for target in sorted(targets) for argument in ("--target", target)]
    return [*chosen, "--refresh"] if refresh else chosen
