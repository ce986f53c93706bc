"""The command line. A command's module is imported only when it is called, so that `sluse --help` costs nothing.

Exit codes: 0 fine, 1 problems found, 2 it could not be done, 130 interrupted. Data goes to stdout, talk to stderr.
A command is a click command named `command` in its module; it returns None, or its exit code.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any, cast

import click

from sluse.cli import lang, refusals
from sluse.cli.help import Speaking, speak
from sluse.errors import SluseError
from sluse.wiring import plugins
from sluse.words.said import Translate, say

_COMMANDS: Mapping[str, str] = {
    "new": "Order an integration: answer the form's questions, and get files, a key pair and a branch.",
    "check": "Check the files of integrations/ and say what to do about each problem.",
    "preview": "Show what a change of the files does in test and in production, and who must act.",
    "status": "Show what the operators did with the integrations: stage, client ids, who is waited for.",
    "gate": "Show what production is entitled to, or every reason why not and who must act.",
    "explain": "Explain an integration: what binds it, how it differs, who must act next.",
    "verify": "Judge what the operators published, from any clone: who signed it, whether it was allowed.",
    "acceptance": "Carry out an acceptance test, and write the signed record of it.",
    "approve": "Sign that something is approved: an organisation, a plan, an acceptance test, terms, keys.",
    "reject": "Sign that something is not approved, with findings; or withdraw a statement.",
    "retire": "Sign the end of an integration in production.",
    "suspend": "Sign that an integration is out of use in production at once.",
    "network": "Show and export what must be opened towards HelseID and the identity providers.",
    "policies": "Sign policies/, and verify what was signed.",
    "run": "Run the operator of one environment.",
    "ledger": "Begin a ledger, the operators' memory of what was done.",
    "schema": "Print the JSON Schema of the files, for editors, and the CRDs.",
    "sandbox": "Start a Kubernetes API, two authorities and a git remote on loopback.",
    "demo": "Play the whole story in the sandbox.",
}
_FAILED = 2
_INTERRUPTED = 130


class _Told(click.ClickException):
    """An error made on purpose, in the language of the command that met it."""

    def __init__(self, error: SluseError, words: Translate) -> None:
        super().__init__(words(error.message))
        self._error = error
        self._words = words

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"{self._words(say('error:'))} {self.message}", file, err=True)
        if self._error.hint:
            click.echo(f"{self._words(say('hint:'))} {self._words(self._error.hint)}", file, err=True)


class _Commands(click.Group):
    """Loads commands late, and turns every error made on purpose into a message and an exit code."""

    context_class = Speaking

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        name = f"{__name__}.{cmd_name}"
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            raise SluseError(f"`sluse {cmd_name}` is not part of this installation") from error
        command = cast("click.Command", module.command)
        speak(command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the line, in which a language may be named behind what is done first."""
        ctx.meta[lang.LINE] = tuple(args)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; of one that there is not, name the nearest, as click does of options."""
        if args[0] not in _COMMANDS and not ctx.resilient_parsing:
            from sluse.rules.near import nearest

            near = nearest(args[0], list(_COMMANDS))
            if near is not None:
                ctx.fail(f"No such command {args[0]!r}. Did you mean {near!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it could not do is said in its language."""
        plugins.none_of_pydantic()
        try:
            return super().invoke(ctx)
        except SluseError as error:
            raise _Told(error, lang.of(ctx)) from error

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,
    ) -> Any:
        """Run, and exit as the module says; without `standalone_mode` return and raise as click does."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except _Told as error:  # in its language already, and with a hint
            error.show()
            sys.exit(_FAILED)
        except click.ClickException as error:
            refusals.show(error, sys.argv[1:] if args is None else args)
            sys.exit(_FAILED)
        except click.Abort:
            sys.exit(_INTERRUPTED)
        sys.exit(code if isinstance(code, int) else 0)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sluse", message="%(version)s")
def main() -> None:
    """HelseID onboarding from git: one reviewed file becomes clients in test and production.

    Exit codes: 0 fine, 1 problems found, 2 it could not be done.
    """
