"""Whom a change reaches: the hosts of addresses that come or go."""

from __future__ import annotations

from sluse.delivery.previewing.reach import hosts
from sluse.plan.client import Change
from sluse.plan.preview.value import Action, Effect, Part


def test_an_address_has_a_host_and_a_scope_that_looks_like_one_has_none() -> None:
    changes = (
        Change("redirectUris", ("https://journal.example/cb",), ("http://localhost:8080/cb",)),
        Change("postLogoutRedirectUris", ("HTTPS://ny.journal.example/bye", "https://[half"), ()),
        Change("scopes", ("helseid://scopes/identity/pid",)),
        Change("openings", ("sts.example:443 (internet)",)),
    )
    part = Part("client", "web", Action.CHANGE, "Open", "Open", changes)
    assert hosts([Effect("test", (part,))]) == ("journal.example", "localhost", "ny.journal.example", "sts.example")
