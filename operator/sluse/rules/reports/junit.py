"""JUnit XML, which most pipelines show: one suite, one failed case a problem; a warning is a case that passed and says so.

The form is a habit and no standard; this is what Jenkins, GitLab and Azure DevOps have in common.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from sluse.model.problem import Problem, Severity
from sluse.rules.printing import as_text
from sluse.words.said import english

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(problems: Sequence[Problem]) -> str:
    """Return the document. Without problems it has one case, that the files were checked: an empty one is an error to some."""
    failures = sum(problem.severity is Severity.ERROR for problem in problems)
    suite = ET.Element("testsuite", name="sluse check", tests=str(max(1, len(problems))), failures=str(failures))
    for problem in problems:
        suite.append(_case(problem))
    if not problems:
        ET.SubElement(suite, "testcase", classname="integrations", name="no problems")
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return _NOT_IN_XML.sub("\ufffd", ET.tostring(suites, encoding="unicode"))


def _case(problem: Problem) -> ET.Element:
    case = ET.Element("testcase", classname=problem.place.path, name=f"{problem.rule} {problem.place}")
    if problem.severity is Severity.ERROR:
        failure = ET.SubElement(case, "failure", type=problem.rule, message=problem.message)
        failure.text = as_text(problem, words=english)
    else:
        ET.SubElement(case, "system-out").text = as_text(problem, words=english)
    return case
