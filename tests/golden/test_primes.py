"""Primes from labels: prime, of the size asked for, the same each time, and a remembered one is the one searched for."""

from __future__ import annotations

import math

import pytest

from sluse.demo import primes


@pytest.mark.parametrize("name", ["a", "b", "c", "d"])
def test_a_small_one_is_prime_by_trial_division(name: str) -> None:
    found = primes.prime(name, 32, 65537)
    assert found.bit_length() == 32
    assert all(found % divisor for divisor in range(2, math.isqrt(found) + 1))


def test_the_same_label_is_the_same_prime_and_another_is_another() -> None:
    assert primes.prime("a", 64, 65537) == primes.prime("a", 64, 65537) != primes.prime("b", 64, 65537)


@pytest.mark.parametrize("number", [3215031751, 3825123056546413051, 1373653, (2**31 - 1) * (2**61 - 1)])
def test_numbers_that_fool_a_few_bases_are_not_taken_for_prime(number: int) -> None:
    assert not primes._is_prime(number)


def test_mersenne_primes_are_taken_for_prime() -> None:
    assert all(primes._is_prime(2**exponent - 1) for exponent in (61, 89, 127))


def test_what_is_remembered_is_prime() -> None:
    for name, step in primes.FOUND.items():
        assert step % 2 == 0
        assert primes._is_prime(primes.prime(name, 1536, 65537))
