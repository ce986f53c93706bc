"""`sluse check`: the verdict on the files of a working directory, in seconds, with a fix for each problem."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from sluse.checking.folders import judged
from sluse.checking.memory import Memory, memory_in
from sluse.checking.scope import Scope, scope
from sluse.checking.verdict import Verdict
from sluse.cli import lang
from sluse.cli.reaching import CA, RESOLVE
from sluse.model.problem import Problem, Severity, ordered
from sluse.rules.printing import Paint, as_json, as_text, mendable, readable, tally, unpainted
from sluse.wiring import cache
from sluse.wiring.collection import without_collecting
from sluse.words.said import Translate, say

_COLOURS = {"error": "red", "warning": "yellow", "mark": "red", "hint": "cyan"}
_MENDED = say("mended")
_REPORTS = ("sarif", "github", "gitlab", "junit")


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Choice(["text", "json", *_REPORTS]), default="text", help="For people, or for a machine."
)
@click.option(
    "--no-color", is_flag=True, flag_value=True, envvar="NO_COLOR", help="No colour on a terminal either (NO_COLOR)."
)
@click.option("--base", help="Revision to compare with: a record that it has is never edited or deleted.")
@click.option(
    "--index/--no-index",
    default=None,
    help="Whether to use and keep verdicts of earlier checks; if not, everything is judged anew. Not by default where CI"
    " is set.",
)
@click.option("--fix", is_flag=True, flag_value=True, help="Mend what needs no decision of yours, and say what it was.")
@click.option("--diff", is_flag=True, flag_value=True, help="Show what --fix would change, and write nothing.")
@click.option(
    "--live/--offline", default=False, help="Ask the addresses that the files name too; else nothing is asked."
)
@CA
@RESOLVE
@lang.option
def command(  # noqa: PLR0913 - each is an option
    *,
    paths: tuple[Path, ...],
    output: str,
    base: str | None,
    no_color: bool,
    index: bool | None,
    fix: bool,
    diff: bool,
    live: bool,
    ca: Path | None,
    resolve: tuple[tuple[str, tuple[str, int]], ...],
) -> int:
    """Check the working directory's integrations, or only the PATHS of them.

    PATHS are files or folders. Of other organisations only what the rules need is read. Exits 1 where an error was
    found; warnings are told and hold nothing.

    --live asks identity providers for their discovery documents and keys, and redirect URIs whether anything is there;
    never on private networks, unless --resolve says so. An address that has an error already is not asked, and all of
    them together have a minute.

    --fix edits documents only, in place and in their own layout: no records, no keys, nothing in policies/. It also
    writes the line by which an editor finds the schema, where integrations/schema.json is there and the line is not.

    Verdicts on unchanged folders are kept in your cache (XDG_CACHE_HOME), unless that lies in the repository; they never
    differ from what is found anew.
    """
    if diff:
        _demand_alone({"--fix": fix, "--live": live, "--output": output != "text"})
    asked, words = scope(paths), lang.words()
    with without_collecting():
        wanted = cache.is_ours_alone() if index is None else index
        memory = memory_in(cache.folder(), asked.root) if wanted else None
        found, problems = _found(asked, memory, base)
        if (fix or diff) and _fixed(asked, problems, words, only_show=diff):
            found, problems = _found(asked, memory, base)
    if diff:
        return 1 if _errors(problems) else 0
    if live:
        problems = [*problems, *_answered(asked, problems, ca, dict(resolve))]
    worded = [replace(each, message=words(each.message), hint=words(each.hint)) for each in problems]
    if output in _REPORTS:
        from sluse.rules.reports import REPORTS

        click.echo(REPORTS[output](worded))
    elif output == "json":
        click.echo(json.dumps(_report(found, worded), indent=2, ensure_ascii=False))
    else:
        _print(problems, unpainted if no_color else _painted, words)
    told = (tally(problems), mendable(problems), readable(found.readable))
    click.echo("; ".join(words(each) for each in told if each), err=True)
    return 1 if _errors(problems) else 0


def _demand_alone(others: Mapping[str, bool]) -> None:
    """Raise UsageError where --diff, which shows nothing but a difference, is given with what would be left out of it."""
    for other, is_given in others.items():
        if is_given:
            raise click.UsageError(say("--diff and {other} exclude each other", other=other))


def _found(asked: Scope, memory: Memory | None, base: str | None) -> tuple[Verdict, Sequence[Problem]]:
    """Return the verdict, and what of it, and of the history since `base`, was asked for."""
    verdict = _verdict(asked, memory)
    return verdict, asked.of_interest((*verdict.problems, *_rewritten(asked, base)))


def _verdict(asked: Scope, memory: Memory | None) -> Verdict:
    """Return the verdict on what was asked for: on parts of a tree without looking at the rest of it."""
    if asked.organisations is None:
        return judged(asked.root, asked.under, memory)
    from sluse.checking.part import verdict

    return verdict(asked, asked.organisations)


def _fixed(asked: Scope, problems: Sequence[Problem], words: Translate, *, only_show: bool) -> bool:
    """Mend what can be mended, or show how; return whether files were written."""
    from sluse.checking.fixing import fixed, write
    from sluse.checking.part import policies

    done = fixed(asked, problems, policies(asked).models)
    if only_show:
        click.echo(done.diff(), nl=False)
        return False
    write(asked.root, done)
    for problem in done.problems:
        click.echo(f"{problem.place}: {words(_MENDED)} {problem.rule}: {words(problem.message)}", err=True)
    return bool(done.problems)


def _answered(
    asked: Scope, known: Sequence[Problem], ca: Path | None, hosts: dict[str, tuple[str, int]]
) -> tuple[Problem, ...]:
    """Return what is wrong with what answers at the addresses of the files."""
    import asyncio

    from sluse.acceptance.live import problems
    from sluse.acceptance.reach import trusting
    from sluse.catalog.excerpts import with_excerpts
    from sluse.checking.part import documents

    tree = documents(asked)
    found = asyncio.run(problems(tree, trusting(ca, hosts), asked.contains, known))
    return ordered(with_excerpts(tree, found))


def _rewritten(asked: Scope, base: str | None) -> tuple[Problem, ...]:
    """Return the records of the base that the working tree has otherwise, or not at all."""
    if base is None:
        return ()
    from sluse.catalog.files import INTEGRATIONS
    from sluse.catalog.git import beside
    from sluse.catalog.git.standing import StandingClone
    from sluse.catalog.history import rewritten

    with StandingClone(asked.root) as clone:
        commit = clone.named(base)
        changed = beside.changed(asked.root, commit, None, (INTEGRATIONS,))
        return rewritten(clone, asked.root, commit, None, changed)


def _print(problems: Sequence[Problem], paint: Paint, words: Translate) -> None:
    if problems:
        click.echo("\n\n".join(as_text(problem, paint, words=words) for problem in problems))


def _painted(text: str, role: str) -> str:
    return click.style(text, fg=_COLOURS.get(role), bold=role == "place")


def _errors(problems: Sequence[Problem]) -> int:
    return sum(problem.severity is Severity.ERROR for problem in problems)


def _report(found: Verdict, problems: Sequence[Problem]) -> dict[str, object]:
    wrong = _errors(problems)
    return {
        "problems": [as_json(problem) for problem in problems],
        "counts": {"errors": wrong, "warnings": len(problems) - wrong, **found.counts},
    }
