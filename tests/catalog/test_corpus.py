"""The corpus: for every rule a repository that breaks it, and in the good one something that it judges and lets pass."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from catalog.test_bad_files import EXPECTED as FILES
from catalog.test_bad_kinds import EXPECTED as KINDS
from sluse.catalog.limits import FILE_BYTES
from sluse.checking.folders import judged
from sluse.rules.rule import LiveRule, RequestRule, ResourceRule
from sluse.rules.table import RULES

GOOD = Path(__file__).parent.parent / "fixtures" / "good"
OWNER = "integrations/nordlys/organisation.yaml"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBTestKeyThatNobodyHoldsXXXXXXXXXXXXXXXXXXX"

Edit = Callable[[Path], None]


def added(path: str, text: str) -> Edit:
    """A file that is there besides, or instead."""

    def edit(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)

    return edit


def replaced(path: str, old: str, new: str) -> Edit:
    """A file with one text for another."""

    def edit(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new, 1))

    return edit


def linked(root: Path) -> None:
    (root / "integrations/nordlys/link.yaml").symlink_to("organisation.yaml")


def renamed_keys(root: Path) -> None:
    keys = root / "integrations/nordlys/keys/pasient-app"
    shutil.copytree(keys, keys.parent / "none")


def without_owner(root: Path) -> None:
    (root / OWNER).unlink()


def demo_key(root: Path) -> None:
    replaced("integrations/fjordlegen/keys/timebok/web.test.jwks.json", "timebok-2026", "demo-timebok")(root)
    added("policies/repository.yaml", "id: integrations.fjordlegen.no\n")(root)


def demo_signer(root: Path) -> None:
    demo_key(root)
    added("policies/reviewers.yaml", _reviewers("a", f"{KEY} demo-a"))(root)


def _reviewers(*pairs: str) -> str:
    people = zip(pairs[::2], pairs[1::2], strict=True)
    listed = (
        f"  - person: {person}\n    roles: [onboarding]\n"
        f"    keys:\n      - key: {key}\n        validFrom: 2026-01-01T00:00:00Z\n"
        for person, key in people
    )
    return "reviewers:\n" + "".join(listed)


OTHERS: Mapping[str, Edit] = {
    "file-name": added("integrations/nordlys/notes.txt", ""),
    "not-a-regular-file": linked,
    "file-too-large": added("integrations/nordlys/large.yaml", " " * (FILE_BYTES + 1)),
    "organisation-missing": without_owner,
    "key-file-without-client": renamed_keys,
    "organisation-number-claimed-twice": replaced(OWNER, '"313745392"', '"313231593"'),
    "domain-claimed-twice": replaced(OWNER, "nordlys.example", "nordlys.fjordlegen.example"),
    "name-of-a-page": replaced("integrations/fjordlegen/login.yaml", "name: fjord-login,", "name: readme,"),
    "demo-key": demo_key,
    "demo-signer": demo_signer,
    "manifest-history": added("policies/history/1.json", "{}\n"),
    "manifest-outdated": added("policies/authority.yaml", "{}\n"),
    "calendar-order": added("policies/calendar.yaml", "zone: Europe/Olso\n"),
    "signer-twice": added("policies/reviewers.yaml", _reviewers("a", KEY, "b", KEY)),
}
"""How the good repository breaks rules that no single file breaks."""

ELSEWHERE = {
    "record-rewritten": "tests/catalog/git: it takes two commits",
    "schema-line": "tests/checking/test_modeline.py: --fix alone speaks of it",
    "gate-policy": "tests/rules/test_policy_rules.py",
    "terms-provider-unknown": "tests/rules/test_policy_rules.py",
    "authority-facts": "tests/rules/test_authority.py",
}


def test_there_are_enough_rules_and_enough_that_breaks_them() -> None:
    assert len(RULES) >= 50
    assert len(FILES) + len(KINDS) >= 120


@pytest.mark.parametrize("rule", OTHERS)
def test_a_repository_breaks_a_rule(rule: str, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    shutil.copytree(GOOD, root)
    OTHERS[rule](root)
    assert rule in {problem.rule for problem in judged(root, "integrations", None).problems}


def test_every_rule_about_files_is_broken_by_something() -> None:
    broken = {each[1] for each in (*FILES.values(), *KINDS.values())} | OTHERS.keys() | ELSEWHERE.keys()
    assert {rule.id for rule in RULES if not isinstance(rule, ResourceRule | RequestRule | LiveRule)} - broken == set()


def test_the_good_repository_has_every_kind_of_file_and_breaks_no_rule() -> None:
    found = judged(GOOD, "integrations", None)
    assert found.problems == ()
    assert all(found.counts.values())
    assert (GOOD / "policies").is_dir()
