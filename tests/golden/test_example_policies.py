"""The example policies: signed by the demo roots, by keys that are all known as worthless."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from sluse.catalog.policies import contents, read
from sluse.catalog.work_tree import WorkTree
from sluse.delivery.policy import Untrusted, trusted
from sluse.demo import examples
from sluse.demo.example_policies import policy_files
from sluse.demo.signers import OPERATORS, REVIEWERS, ROOTS, DemoSigner, operator, reviewer, roots
from sluse.model.policy.bundle import Policy
from sluse.model.statement import StatementType
from sluse.trust.demo_keys import LABELS
from sluse.trust.keys import parse

ROOT = Path(__file__).parents[2]
KEY = re.compile(r"ssh-ed25519 [A-Za-z0-9+/=]+ demo-[a-z-]+")
POLICIES = contents(WorkTree(ROOT, "policies"))


@pytest.fixture(scope="module")
def policy() -> Policy:
    found = trusted(POLICIES, roots())
    assert isinstance(found, Policy), found
    return found


def test_the_manifest_and_its_copy_are_what_the_roots_make() -> None:
    for path, text in policy_files(ROOT):
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path} is old: run make examples"


def test_each_person_and_operator_has_the_key_of_its_label(policy: Policy) -> None:
    people = {each.person: (each.roles, [key.key for key in each.keys]) for each in policy.reviewers.reviewers}
    assert people == {person: (roles, [reviewer(person).line]) for person, roles in REVIEWERS.items()}
    keys = {each.environment.value: [key.key for key in each.keys] for each in policy.operators.operators}
    assert keys == {name: [operator(name).line] for name in OPERATORS}


def test_every_demo_key_that_anything_here_names_is_refused_by_its_fingerprint() -> None:
    assert {key_id: DemoSigner(label).key_id for key_id, label in LABELS.items()} == {each: each for each in LABELS}
    places = [ROOT / "policies", ROOT / "integrations", ROOT / "operator" / "sluse" / "demo" / "material"]
    texts = [file.read_text(encoding="utf-8") for place in places for file in place.rglob("*.yaml")]
    named = {parse(line).key_id for text in texts for line in KEY.findall(text)}
    assert len(named) >= len(REVIEWERS) + len(OPERATORS)
    assert named | {DemoSigner(label).key_id for label in ROOTS} <= LABELS.keys()


def test_without_the_sandboxs_word_all_of_it_is_refused() -> None:
    found = trusted(POLICIES, roots().model_copy(update={"demo": False}))
    assert isinstance(found, Untrusted)
    assert {reason.partition(":")[0] for reason in found.reasons} == {"demo-key"}
    assert len(found.reasons) == len(ROOTS) + len(REVIEWERS) + len(OPERATORS)


def test_every_decision_has_its_deciders_and_each_role_decides_something(policy: Policy) -> None:
    theirs = {StatementType.TERMS, StatementType.KEYS}
    assert {each.type for each in policy.gate.deciders} == set(StatementType) - theirs
    deciding = {role for each in policy.gate.deciders for role in each.roles}
    assert deciding == {role for each in policy.reviewers.reviewers for role in each.roles}


def test_an_edit_after_signing_is_noticed_and_the_command_signs_anew(tmp_path: Path) -> None:
    for path, content in POLICIES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    gate = tmp_path / "policies" / "gate.yaml"
    gate.write_bytes(gate.read_bytes() + b"# edited\n")
    found = trusted(contents(WorkTree(tmp_path, "policies")), roots())
    assert found == Untrusted(("gate.yaml is not what was signed",))
    assert CliRunner().invoke(examples.main, ["--root", str(tmp_path)]).exit_code == 0
    assert isinstance(trusted(contents(WorkTree(tmp_path, "policies")), roots()), Policy)


def test_what_is_read_has_no_problem() -> None:
    assert read(POLICIES).problems == ()
