"""Which eleven digits are a person's: real, D-numbers, synthetic, and those of the rule of 2032."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.catalog.sensitive import scan
from sluse.rules.personal import find, is_personal

# From Skatteetaten's and NAV's public documentation of the rule of 2032.
PUBLISHED = ["02013299997", "02013299903", "30108299939"]


def completed(nine: str, remainder: int = 0) -> str | None:
    """The number with these nine digits whose first control sum leaves `remainder`, where there is one."""
    for ending in range(100):
        digits = f"{nine}{ending:02d}"
        first = sum(int(d) * w for d, w in zip(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), strict=False)) % 11
        second = sum(int(d) * w for d, w in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11
        if (first, second) == (remainder, 0):
            return digits
    return None


@pytest.mark.parametrize("digits", PUBLISHED)
def test_published_numbers_are_personal(digits: str) -> None:
    assert is_personal(digits)


@pytest.mark.parametrize("remainder", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "date", ["010190", "290204", "310168", "410190", "710890", "018190", "319290", "014190", "415290", "418190"]
)
def test_dates_of_persons_d_numbers_and_synthetic_persons_are_personal(date: str, remainder: int) -> None:
    numbers = [completed(f"{date}{serial:03d}", remainder) for serial in range(100, 130)]
    possible = [number for number in numbers if number is not None]
    assert possible
    assert all(is_personal(number) for number in possible)


@pytest.mark.parametrize("remainder", [4, 10])
def test_other_remainders_are_not_personal(remainder: int) -> None:
    possible = [completed(f"010190{serial:03d}", remainder) for serial in range(100, 130)]
    assert not any(is_personal(number) for number in possible if number is not None)


@pytest.mark.parametrize(
    "date", ["000190", "320190", "300290", "310490", "010090", "011390", "015390", "019390", "720190"]
)
def test_impossible_dates_are_not_personal(date: str) -> None:
    possible = [completed(f"{date}{serial:03d}") for serial in range(100, 130)]
    assert not any(is_personal(number) for number in possible if number is not None)


def test_few_random_digits_are_taken_for_a_person() -> None:
    digits = random.Random(2032)
    hits = sum(is_personal(f"{digits.randrange(10**11):011d}") for _ in range(20_000))
    assert 100 < hits < 180


@pytest.mark.parametrize("around", ["{}", "x{}y", "-{}.", "'{}'", "{}\n"])
def test_exactly_eleven_digits_are_found_wherever_they_stand(around: str) -> None:
    assert len(find(around.format(PUBLISHED[0]))) == 1


@pytest.mark.parametrize("around", ["1{}", "{}1", "00{}00"])
def test_a_longer_run_is_no_person(around: str) -> None:
    assert find(around.format(PUBLISHED[0])) == []


def test_digits_within_key_material_are_no_person() -> None:
    key = f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB{PUBLISHED[0]}abcdefghijklmnopqrstuvwxyz"
    assert scan(f"key: {key}\n", keys=False) == []
    assert len(scan(f"key: {key}\nuser: {PUBLISHED[0]}\n", keys=False)) == 1


def test_each_number_is_held_against_the_run_that_it_is_in() -> None:
    run = "A" * 40
    lines = [
        PUBLISHED[0],
        run,
        PUBLISHED[1],
        f"{run[:20]}{PUBLISHED[2]}{run[:20]}",
        PUBLISHED[0],
        f"{run} {PUBLISHED[1]}",
    ]
    assert [fault.line for fault in scan("\n".join(lines), keys=False)] == [1, 3, 5, 6]


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_number_is_found_between_any_two_texts_that_do_not_lengthen_it(before: str, after: str) -> None:
    before, after = before.rstrip("0123456789"), after.lstrip("0123456789")
    assert len(before) in [match.start() for match in find(f"{before}{PUBLISHED[0]}{after}")]
