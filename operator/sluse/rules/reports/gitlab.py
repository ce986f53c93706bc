"""GitLab's code quality report: a JSON list, shown in the merge request.

The form: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. A fingerprint tells GitLab which
problems are new, so it must not change when a line above does: it is over file, field, rule and message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from sluse.model.problem import Problem, Severity

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def report(problems: Sequence[Problem]) -> str:
    """Return the list as JSON."""
    return json.dumps([_entry(problem) for problem in problems], indent=2, ensure_ascii=False)


def _entry(problem: Problem) -> dict[str, object]:
    said = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    return {
        "description": said,
        "check_name": problem.rule,
        "fingerprint": _fingerprint(problem),
        "severity": _SEVERITIES[problem.severity],
        "location": {"path": problem.place.path, "lines": {"begin": max(1, problem.place.line)}},
    }


def _fingerprint(problem: Problem) -> str:
    told = json.dumps([problem.place.path, problem.path, problem.rule, problem.message])
    return hashlib.sha256(told.encode()).hexdigest()
