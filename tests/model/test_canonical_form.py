from __future__ import annotations

import enum

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sluse.model.digests import canonical

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=6),
    max_leaves=12,
)


class Shade(enum.StrEnum):
    DARK = "dark"


def outcome(write: object, value: object) -> object:
    assert callable(write)
    try:
        return write(value)
    except (ValueError, TypeError) as error:
        return type(error)


@given(VALUES)
def test_every_value_is_written_or_refused_as_the_reference_does(value: object) -> None:
    assert outcome(canonical, value) == outcome(rfc8785.dumps, value)


@pytest.mark.parametrize(
    "value",
    [
        {"\U00010000": 1, "\ufffd": 2},  # sorted by UTF-16 unit, not by code point
        {"a": 1e21, "b": 0.1, "c": 1.0},
        {"a": 2**53},
        {"a": "\ud800"},
        {"a": Shade.DARK},
        {"a": ("b", ['\x7f\x1f\u2028"\\/'])},
        {1: "a"},
        [float("nan")],
    ],
    ids=[
        "key order",
        "fractions",
        "large integer",
        "half a surrogate",
        "enum",
        "escapes",
        "key is no text",
        "no number",
    ],
)
def test_what_fast_writers_get_wrong_is_written_as_the_reference_does(value: object) -> None:
    assert outcome(canonical, value) == outcome(rfc8785.dumps, value)
