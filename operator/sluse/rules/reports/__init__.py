"""What `sluse check` found, in the forms that other programs read. Pure: problems in, text out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sluse.model.problem import Problem
from sluse.rules.reports import github, gitlab, junit, sarif

Report = Callable[[Sequence[Problem]], str]

REPORTS: Mapping[str, Report] = {
    "sarif": sarif.report,
    "github": github.report,
    "gitlab": gitlab.report,
    "junit": junit.report,
}
