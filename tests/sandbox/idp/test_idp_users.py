"""Synthetic people: nobody real, and nobody shown."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from sluse.acceptance.identifiers import is_synthetic, kind_of
from sluse.model.identity_provider import IdentifierKind
from sluse.sandbox.idp.identifiers import synthetic
from sluse.sandbox.idp.users import Users


@pytest.mark.parametrize("kind", IdentifierKind)
def test_an_identifier_is_of_its_kind_has_control_digits_and_is_synthetic(kind: IdentifierKind) -> None:
    for _ in range(300):
        identifier = synthetic(kind)
        assert kind_of(identifier) is kind
        assert is_synthetic(identifier)
        assert 81 <= int(identifier[2:4]) <= 92


@pytest.fixture
def users() -> Users:
    made = Users()
    made.invite("smartcard-high", kind=IdentifierKind.NATIONAL, method="smartcard", level="Høyt")
    return made


def test_neither_identifier_nor_password_is_in_any_repr(users: Users) -> None:
    (user,) = users
    for text in (repr(user), str(user), repr(users), f"{user}"):
        assert user.identifier not in text
        assert user.password not in text


def test_a_user_is_known_by_its_own_password_only(users: Users) -> None:
    (user,) = users
    assert users.known(user.alias, user.password) is user
    assert users.known(user.alias, user.password[:-1]) is None
    assert users.known(user.alias, "") is None
    assert users.known("nobody", "") is None
    assert users.known("nobody", user.password) is None


def test_a_login_is_handed_over_in_a_private_file_without_the_identifier(users: Users, tmp_path: Path) -> None:
    (user,) = users
    file = users.hand_over(user.alias, tmp_path / "user.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text()) == {"username": user.alias, "password": user.password}


def test_each_start_has_other_people() -> None:
    first, second = (
        Users().invite("one", kind=IdentifierKind.D_NUMBER, method="app", level="Betydelig") for _ in range(2)
    )
    assert first.identifier != second.identifier
    assert first.password != second.password
