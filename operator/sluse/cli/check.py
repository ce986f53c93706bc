"""`sluse check`: the verdict on the files of a working directory, in seconds, with a fix for each problem."""

from __future__ import annotations

import json
import os.path
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from sluse.catalog import policies
from sluse.catalog.excerpts import with_excerpts
from sluse.catalog.layout import INTEGRATIONS
from sluse.catalog.policies import PolicyReading
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.cli import lang
from sluse.cli.collection import without_collecting
from sluse.errors import CatalogError
from sluse.model.problem import Problem, Severity
from sluse.model.tree import Tree, errors
from sluse.rules.judge import check, check_policies
from sluse.rules.printing import Paint, as_json, as_text, readable, tally, unpainted
from sluse.rules.references import login_providers, organisations_named
from sluse.rules.reports import REPORTS
from sluse.rules.survey import Survey
from sluse.words.said import Translate

_COLOURS = {"error": "red", "warning": "yellow", "mark": "red", "hint": "cyan"}


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Choice(["text", "json", *REPORTS]), default="text", help="For people, or for a machine."
)
@click.option(
    "--no-color", is_flag=True, flag_value=True, envvar="NO_COLOR", help="No colour on a terminal either (NO_COLOR)."
)
@click.option("--base", help="Revision to compare with: a record that it has is never edited or deleted.")
@lang.option
def command(paths: tuple[Path, ...], output: str, base: str | None, *, no_color: bool) -> int:
    """Check the working directory's integrations, or only the PATHS of them.

    PATHS are files or folders. Of other organisations only what the rules need is read. Exits 1 where an error was
    found; warnings are told and hold nothing.
    """
    scope, words = _scope(paths), lang.words()
    with without_collecting():
        tree, policy = _read(scope)
        found = (
            *check(tree, policy.models),
            *policy.problems,
            *check_policies(policy.models),
            *_rewritten(scope, base),
        )
        problems = with_excerpts(tree, scope.of_interest(found), policy.models)
    if output in REPORTS:
        click.echo(REPORTS[output](_worded(problems, words)))
    elif output == "json":
        click.echo(json.dumps(_report(tree, _worded(problems, words)), indent=2, ensure_ascii=False))
    else:
        _print(problems, unpainted if no_color else _painted, words)
    click.echo(f"{words(tally(problems))}; {words(readable(tree.readable))}", err=True)
    return 1 if errors(problems) else 0


def _rewritten(scope: _Scope, base: str | None) -> tuple[Problem, ...]:
    """Return the records of the base that the working tree has otherwise, or not at all."""
    if base is None:
        return ()
    from sluse.catalog.git import beside
    from sluse.catalog.git.standing import StandingClone
    from sluse.catalog.history import rewritten

    with StandingClone(scope.root) as clone:
        commit = clone.commit(base)
        if commit is None:
            raise CatalogError(f"the clone has no commit {base}", hint="fetch it, or name another")
        changed = beside.changed(scope.root, commit, None, (INTEGRATIONS,))
        return rewritten(clone, scope.root, commit, None, changed)


def _read(scope: _Scope) -> tuple[Tree, PolicyReading]:
    known = (scope.root / policies.FOLDER).is_dir()
    policy = policies.read(policies.contents(WorkTree(scope.root, policies.FOLDER)) if known else {})
    reader, only = Reader(), scope.organisations
    tree = reader.tree(WorkTree(scope.root, scope.under, only=only), scope.under)
    if only is not None and not organisations_named(tree) <= only:
        only |= organisations_named(tree)
        tree = reader.tree(WorkTree(scope.root, scope.under, only=only), scope.under)
    if only is not None and any(login_providers(Survey(tree, policy.models))):
        tree = reader.tree(WorkTree(scope.root, scope.under), scope.under)  # any organisation may declare it
    return tree, policy


@dataclass(frozen=True)
class _Scope:
    """Which tree, and which part of it. `paths` are relative to `root`; none means all."""

    root: Path
    under: str
    paths: tuple[str, ...]

    @property
    def organisations(self) -> frozenset[str] | None:
        """Folders that are read whole; None for all."""
        parts = [path.split("/") for path in self.paths]
        return None if any(len(each) < 2 for each in parts) or not parts else frozenset(each[1] for each in parts)

    def of_interest(self, problems: Iterable[Problem]) -> Sequence[Problem]:
        """Return the problems in the paths, and those that hold back a whole organisation of theirs."""
        if not self.paths:
            return list(problems)
        return [
            problem
            for problem in problems
            if any(problem.place.path == path or problem.place.path.startswith(f"{path}/") for path in self.paths)
            or (problem.severity is Severity.ERROR and problem.holds in (self.organisations or ()))
        ]


def _scope(paths: tuple[Path, ...]) -> _Scope:
    if not paths:
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / INTEGRATIONS).is_dir():
                return _Scope(folder, INTEGRATIONS, ())
            if (folder / ".git").exists():
                break
        raise CatalogError(f"There is no folder {INTEGRATIONS} here", hint="Name it: sluse check PATH.")
    places = [_place(path) for path in paths]
    if len({(root, under) for root, under, _ in places}) > 1:
        raise CatalogError("The paths belong to different trees", hint="Check one tree at a time.")
    root, under, _ = places[0]
    narrowed = () if any(path == under for _, _, path in places) else tuple(path for _, _, path in places)
    return _Scope(root, under, narrowed)


def _place(path: Path) -> tuple[Path, str, str]:
    """Return root, folder and path from the root, without following links."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links
    if not os.path.lexists(absolute):  # a name too long for the system is absent too; Path would raise
        raise CatalogError(f"There is no {path}")
    for folder in (absolute, *absolute.parents):
        if folder.name == INTEGRATIONS:
            return folder.parent, INTEGRATIONS, absolute.relative_to(folder.parent).as_posix()
    if (absolute / INTEGRATIONS).is_dir():
        return absolute, INTEGRATIONS, INTEGRATIONS
    if absolute.is_dir():
        return absolute.parent, absolute.name, absolute.name
    raise CatalogError(f"{path} lies in no folder {INTEGRATIONS}", hint="Name a file or folder of the integrations.")


def _worded(problems: Sequence[Problem], words: Translate) -> list[Problem]:
    """Return the problems in the person's language, for programs: they name severity and fields in English."""
    return [replace(each, message=words(each.message), hint=words(each.hint)) for each in problems]


def _print(problems: Sequence[Problem], paint: Paint, words: Translate) -> None:
    if problems:
        click.echo("\n\n".join(as_text(problem, paint, words) for problem in problems))


def _painted(text: str, role: str) -> str:
    return click.style(text, fg=_COLOURS.get(role), bold=role == "place")


def _report(tree: Tree, problems: Sequence[Problem]) -> dict[str, object]:
    found = len(errors(tuple(problems)))
    return {
        "problems": [as_json(problem) for problem in problems],
        "counts": {
            "errors": found,
            "warnings": len(problems) - found,
            "organisations": len(tree.organisations),
            "integrations": len(tree.integrations),
            "keyFiles": len(tree.keys),
            "identityProviders": len(tree.providers),
            "clientInstallations": len(tree.installations),
            "userOrganisations": len(tree.user_organisations),
            "acceptanceTests": len(tree.acceptance_tests),
            "decisions": len(tree.decisions),
        },
    }
