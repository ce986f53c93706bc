"""A clone without anybody in it, and forms being filled in there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sluse.catalog import policies
from sluse.catalog.work_tree import WorkTree
from sluse.order.draft import Desk
from sluse.order.form import FORMS
from sluse.order.interview import Interview

ROOT = Path(__file__).parents[2]
POLICIES = policies.read(policies.contents(WorkTree(ROOT, policies.FOLDER))).models

WEB = {
    "organisation": "varden",
    "organisationTitle": "Varden Laboratorium AS",
    "organisationNumbers": "313745392",
    "domains": "varden.example",
    "mailbox": "drift@varden.example",
    "dutyPhone": "",
    "maintainerKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE1yjwcVf7m02nDScH/tNBN8GshBMEPrCnPAgk8zj84C kari.nordmann",
    "name": "lab",
    "title": "Laboratorium",
    "configurationOwner": "313745392",
    "users": "Doctors",
    "platform": "Java",
    "structure": "web-with-backend",
    "testFrom": "2026-12-01",
    "productionNotBefore": "2027-02-01T08:00",
    "loginsPerDay": "500",
    "tokensPerMinute": "",
    "scopes": "openid nhn:msh/api",
    "tenancy": "single-tenant",
    "actsFor": "313745392",
    "minimumLevel": "high",
    "identityProviders": "",
    "testRedirectUris": "https://lab.test.varden.example/cb",
    "productionRedirectUris": "",
    "zones": "internet",
}
"""A web application, answered in full, by question."""

Filled = Callable[..., Interview]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "integrations").mkdir()
    return tmp_path


@pytest.fixture
def filled(root: Path) -> Filled:
    """Return the interview with all answers given, or those before `until`."""

    def fill(until: str | None = None, kind: str = "service", **changed: str) -> Interview:
        interview = Interview(FORMS[kind], Desk(root, POLICIES))
        answers = WEB | changed
        while (question := interview.next) is not None and question.id != until:
            assert interview.answer(question, answers[question.id]) == [], question.id
        return interview

    return fill
