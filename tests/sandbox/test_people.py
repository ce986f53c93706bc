"""Who is invited may push what the commands tell people to push."""

from __future__ import annotations

from fnmatch import fnmatchcase

from sluse.sandbox.people import invite


def test_a_supplier_may_push_the_branch_that_an_order_is_made_on_and_no_others_order() -> None:
    allowed = invite(("havn",)).suppliers["havn"].may_push
    assert any(fnmatchcase("refs/heads/order/havn.journal", pattern) for pattern in allowed)
    assert not any(fnmatchcase("refs/heads/order/havnen.journal", pattern) for pattern in allowed)
    assert not any(fnmatchcase("refs/heads/main", pattern) for pattern in allowed)
