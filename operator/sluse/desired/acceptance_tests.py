"""A submitted acceptance test -> the AcceptanceTest resource that shows it in the cluster. Pure."""

from __future__ import annotations

from sluse.model.names import IntegrationKey
from sluse.model.records import AcceptanceTest
from sluse.model.resources.acceptance_test import AcceptanceTestSpec


def acceptance_test(test: AcceptanceTest) -> AcceptanceTestSpec | None:
    """Return what was submitted, in short; None where the file submits nothing of an integration of its organisation."""
    statement = test.spec.statement
    organisation, _, integration = statement.subject.partition(".")
    submission = statement.submission
    if submission is None or organisation != test.metadata.organisation or not integration:
        return None
    return AcceptanceTestSpec(
        organisation=organisation,
        integration=integration,
        name=test.metadata.name,
        tested=submission.tested,
        suite=submission.suite,
        suite_version=submission.suite_version,
        ended=submission.ended,
        evidence=tuple(each.sha256 for each in submission.evidence),
    )


def subject(spec: AcceptanceTestSpec) -> IntegrationKey:
    """Return the integration that a test is of."""
    return IntegrationKey(spec.organisation, spec.integration)
