"""An address is taken apart the same way whether its form is the usual one or any other."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from sluse.rules.redirects import split

_PARTS = ("https://", "http://", "a", "b.example", "..", "-", ":8443", ":", "@", "/", "//", "*", "Å", "[::1]", " ", "A")


@given(st.lists(st.sampled_from(_PARTS), max_size=8).map("".join))
@example("https://journal.example/signin-oidc")
@example("https://journal.example")
@example("https://a..b-/c")
def test_a_query_changes_neither_scheme_nor_host_of_an_address(address: str) -> None:
    assert split(address) == split(f"{address}?")
