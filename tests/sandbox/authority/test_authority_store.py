"""Registrations under several hands: what is gone stays gone."""

from __future__ import annotations

from typing import Any

import pytest

from sluse.sandbox.authority.metadata import Metadata
from sluse.sandbox.authority.profile import Habits
from sluse.sandbox.authority.registration_rules import accept
from sluse.sandbox.authority.store import Store


@pytest.fixture
def accepted(metadata: Any) -> Metadata:
    return accept(metadata, Habits(frozenset(metadata["scope"].split())))


def test_a_client_deleted_meanwhile_is_not_brought_back_by_a_change(accepted: Metadata) -> None:
    store = Store()
    registration, token = store.add(accepted, "operator", 0)
    assert store.remove(registration.client_id)
    assert store.change(registration.client_id, lambda held: held) is None
    assert store.rotate(registration.client_id) is None
    assert store.managed(registration.client_id, token) is None
    assert not store.remove(registration.client_id)
    assert len(store) == 0


def test_a_token_that_is_no_text_manages_nothing(accepted: Metadata) -> None:
    store = Store()
    registration, _ = store.add(accepted, "operator", 0)
    assert store.managed(registration.client_id, b"\xff".decode("ascii", "surrogateescape")) is None


def test_a_rotated_token_manages_and_the_old_does_not(accepted: Metadata) -> None:
    store = Store()
    registration, old = store.add(accepted, "operator", 0)
    new = store.rotate(registration.client_id)
    assert new is not None
    assert store.managed(registration.client_id, new) == registration
    assert store.managed(registration.client_id, old) is None
