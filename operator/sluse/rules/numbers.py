"""Organisation numbers: the check digit, and that somebody here speaks for each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache, partial

from sluse.model.client_installation import ClientInstallation
from sluse.model.policy.authority import AuthorityProfile
from sluse.model.problem import Severity
from sluse.model.service_integration import ServiceIntegration
from sluse.rules import fields, installations
from sluse.rules.rule import Certainty, Finding, Rule, TreeRule
from sluse.rules.survey import Source, Survey
from sluse.words.said import say

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_CHILD = ".childOrganisationNumbers["


@lru_cache(maxsize=1 << 14)
def has_check_digit(number: str) -> bool:
    """Tell whether nine digits satisfy modulus 11 as the Register of Legal Entities computes it."""
    digits = [int(digit) for digit in number]
    remainder = 11 - sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11
    return remainder % 11 == digits[8]


def check_digits(of_tests: Collection[str], survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find numbers that nobody can have been given."""
    for organisation in survey.tree.organisations.values():
        numbers = organisation.content.spec.numbers
        for index, number in enumerate(numbers):
            if not has_check_digit(number):
                yield Source.of(organisation), _bad_digit(f"spec.numbers[{index}]", number, number in of_tests)
    for document in survey.tree.integrations.values():
        for path, number in _all_numbers(document.content):
            if not has_check_digit(number):
                yield Source.of(document), _bad_digit(path, number, _is_lenient(path, number, of_tests))
    for installation in survey.tree.installations.values():
        for path, number in _installed_numbers(installation.content):
            if not has_check_digit(number):
                yield Source.of(installation), _bad_digit(path, number, _is_lenient(path, number, of_tests))


def unknown(of_tests: Collection[str], survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find numbers that no organisation of the tree declares; each number once a document."""
    for document, _ in survey.integrations():
        told: set[str] = set()
        for path, number in _all_numbers(document.content):
            if number in told or survey.speakers(number):
                continue
            if not has_check_digit(number) and (_CHILD in path or not _is_lenient(path, number, of_tests)):
                continue  # that it cannot exist is the root cause, and is told
            told.add(number)
            yield Source.of(document), _undeclared(path, number)


def claimed_twice(survey: Survey) -> Iterator[tuple[Source, Finding]]:
    """Find numbers that several organisations declare; every claimant is held."""
    for slug, organisation in survey.tree.organisations.items():
        for index, number in enumerate(organisation.content.spec.numbers):
            others = [owner for owner in survey.speakers(number) if owner != slug]
            if others:
                message = say(
                    "Organisation number {number} is declared by `{others}` too", number=number, others=others[0]
                )
                yield Source.of(organisation), Finding(f"spec.numbers[{index}]", message)


def _all_numbers(document: ServiceIntegration) -> Iterator[tuple[str, str]]:
    yield "spec.service.configurationOwner", document.spec.service.configuration_owner
    for path, _, values in fields.values(document):
        yield f"{path}.organisationNumber", values.organisation_number
        for index, number in enumerate(values.child_organisation_numbers):
            yield f"{path}.childOrganisationNumbers[{index}]", number


def _installed_numbers(document: ClientInstallation) -> Iterator[tuple[str, str]]:
    yield "spec.customer", document.spec.customer
    for environment, values in installations.environments(document):
        for index, number in enumerate(values.child_organisation_numbers):
            yield f"spec.{environment}.childOrganisationNumbers[{index}]", number


def _is_lenient(path: str, number: str, of_tests: Collection[str]) -> bool:
    return ".test." in path or (number in of_tests and ".production." not in path)


def _bad_digit(path: str, number: str, lenient: bool) -> Finding:  # noqa: FBT001 - private, named at every call
    severity = Severity.WARNING if lenient else Severity.ERROR
    return Finding(
        path, say("{number} is not an organisation number: its check digit is wrong", number=number), severity=severity
    )


def _undeclared(path: str, number: str) -> Finding:
    if _CHILD in path:
        return Finding(
            path, say("No organisation here declares the sub-unit {number}", number=number), severity=Severity.WARNING
        )
    return Finding(path, say("No organisation here declares organisation number {number}", number=number))


def rules(known: AuthorityProfile) -> tuple[Rule, ...]:
    """Return the rules, by what is known of the authority."""
    of_tests = frozenset(known.test_numbers.value)
    return (
        TreeRule(
            id="organisation-number-check-digit",
            why="A mistyped number would tie a client to nobody, or to somebody else.",
            source="Brønnøysund Register Centre, organisation number: modulus 11 with weights 3 2 7 6 5 4 3 2",
            certainty=Certainty.VERIFIED,
            hint="Compare with the Register of Legal Entities (data.brreg.no). Some of NHN's own test numbers fail this"
            " check, so under `test` it is a warning.",
            check=partial(check_digits, of_tests),
        ),
        TreeRule(
            id="organisation-number-unknown",
            why="Only whoever has declared a number in its own file can let others act for it.",
            source="Kom i gang med HelseID: the configuration owner (konfigurasjonseier) is agreed with NHN",
            certainty=Certainty.ASSUMED,
            hint="Add the number to `spec.numbers` of the organisation it belongs to; if that organisation's file has a"
            " problem, repair it first.",
            check=partial(unknown, of_tests),
        ),
        TreeRule(
            id="organisation-number-claimed-twice",
            why="Two organisations that claim one number could act for each other; nobody is believed until it is settled.",
            source="Sluse: one organisation speaks for a number",
            certainty=Certainty.OWN,
            hint="One of the two must give the number up in its organisation.yaml.",
            check=claimed_twice,
        ),
    )
