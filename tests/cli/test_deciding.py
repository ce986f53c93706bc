"""Who decides from a clone: what is worked out, what is written, and that the gate counts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result

from sluse.demo.signers import DemoSigner, maintainer, reviewer
from sluse.gate.verdict import Entitled, NotEntitled
from sluse.model.digests import production, sha256
from sluse.model.names import IntegrationKey
from sluse.model.statement import StatementType
from sluse.rules.judge import check
from sluse.trust.records import signers
from worlds.own_clone import OwnClone
from worlds.ssh import SshKeygen

ALM, FURU, HASSEL, LIND = (reviewer(person) for person in ("alm", "furu", "hassel", "lind"))
DESK = maintainer("fjordlegen")
SERVICE = "fjordlegen.meldinger"
FOLDER = "integrations/fjordlegen"


@pytest.fixture
def clone(tmp_path: Path) -> OwnClone:
    return OwnClone.of_examples(tmp_path)


def approve(clone: OwnClone, subject: str, signer: DemoSigner, *more: str) -> Result:
    return clone.sluse("approve", subject, "--key", clone.key(signer), "--yes", *more)


def written(said: Result) -> list[str]:
    assert said.exit_code == 0, said.stderr
    return said.stdout.splitlines()


def accepted(clone: OwnClone) -> OwnClone:
    """Everything that production needs, each step by the command."""
    for subject, signer in (("fjordlegen", ALM), ("fjordlegen", DESK), (SERVICE, ALM)):
        written(approve(clone, subject, signer))
    clone.submit(SERVICE, by=DESK)
    written(approve(clone, SERVICE, ALM))
    return clone


def test_from_nothing_to_production_each_command_works_out_what_is_next(clone: OwnClone) -> None:
    assert isinstance(clone.entitlement(SERVICE), NotEntitled)
    organisation = written(approve(clone, "fjordlegen", ALM))
    assert organisation[0] == f"{FOLDER}/decisions/_organisation/1-organisation.yaml"
    assert organisation[1].startswith(f"{FOLDER}/accepted/")
    assert written(approve(clone, "fjordlegen", DESK)) == [f"{FOLDER}/decisions/_organisation/2-terms.yaml"]
    assert written(approve(clone, SERVICE, ALM)) == [f"{FOLDER}/decisions/meldinger/1-plan.yaml"]
    clone.submit(SERVICE, by=DESK)
    document = clone.tree().integrations[IntegrationKey("fjordlegen", "meldinger")].content
    assert written(approve(clone, SERVICE, ALM)) == [
        f"{FOLDER}/decisions/meldinger/2-acceptance.yaml",
        f"{FOLDER}/accepted/{sha256(production(document))}.json",
    ]
    found = clone.entitlement(SERVICE)
    assert isinstance(found, Entitled), found
    assert [problem.message for problem in check(clone.tree())] == []


def test_every_file_is_what_its_statement_says_and_ssh_keygen_agrees(clone: OwnClone, tmp_path: Path) -> None:
    tree = accepted(clone).tree()
    assert len(tree.decisions) == 4
    for each in tree.decisions.values():
        statement = each.content.spec.statement
        key = signers(each.content.spec)[0]
        line = next(signer.line for signer in (ALM, DESK) if signer.key_id == key.key_id)
        purpose = "terms@sluse.nhn.no" if statement.type is StatementType.TERMS else "decision@sluse.nhn.no"
        armoured = each.content.spec.signatures[0]
        assert SshKeygen(tmp_path).accepts(armoured, line, namespace=purpose, message=statement.signed_bytes)
    ids = {each.content.spec.statement.id for each in tree.decisions.values()}
    chained = [each.content.spec.statement.previous for each in tree.decisions.values()]
    assert [previous for previous in chained if previous and not set(previous) <= ids] == []


def test_what_will_be_signed_is_shown_in_words_and_nothing_is_written_without_a_yes(clone: OwnClone) -> None:
    accepted(clone)
    before = clone.git("status", "--short", "--untracked-files=all")
    said = clone.sluse("approve", SERVICE, "--key", clone.key(FURU), answer="n\n")
    assert said.exit_code == 1
    assert said.stderr.startswith(f"acceptance of {SERVICE} in production: approved\n")
    for part in ("production agent.organisationNumber 310448176", "evidence agent.json", "  follows the acceptance in"):
        assert part in said.stderr
    assert f"  signed as furu, {FURU.key_id}\nSHA-256 " in said.stderr
    assert "it counts in a sandbox only" in said.stderr
    assert clone.git("status", "--short", "--untracked-files=all") == before


def test_what_will_be_signed_is_shown_in_bokmal_from_its_first_line_on(clone: OwnClone) -> None:
    said = clone.sluse("approve", SERVICE, "--key", clone.key(ALM), "--lang", "nb", answer="n\n")
    first, second, *_ = said.stderr.splitlines()
    assert (first, second.split(" 2")[0]) == (
        f"erklæring (plan) for {SERVICE} i produksjon: godkjent",
        "  produksjon ikke før",
    )


def test_a_refusal_is_a_sentence_also_of_types_that_are_plural(clone: OwnClone) -> None:
    said = approve(clone, "fjordlegen", DESK)
    assert f"the statement of type terms in {FOLDER}/decisions/_organisation/1-terms.yaml does not count" in said.stderr


def test_an_acceptance_says_what_production_still_waits_for(clone: OwnClone) -> None:
    written(approve(clone, "fjordlegen", ALM))
    clone.submit(SERVICE, by=DESK)
    said = approve(clone, SERVICE, ALM, "--type", "acceptance")
    assert written(said)[0].endswith("1-acceptance.yaml")
    assert "production still waits: NHN has not agreed to the plan (NHN reviewer)" in said.stderr
    assert "production still waits: fjordlegen has not accepted the terms helseid 1" in said.stderr


@pytest.mark.parametrize(
    ("signer", "words", "reason"),
    [
        (DESK, ("approve", SERVICE, "--type", "acceptance"), "UnknownSigner"),
        (HASSEL, ("approve", SERVICE), "RoleNotAllowed: the acceptance in"),
        (LIND, ("retire", SERVICE), "RoleNotAllowed: the retirement in"),
        (maintainer("nordlys"), ("approve", "fjordlegen"), "was no maintainer's key that NHN had bound at that time"),
        (maintainer("nordlys"), ("approve", "fjordlegen", "--type", "organisation"), "NotMaintainer"),
        (HASSEL, ("suspend", SERVICE, "--reason", "leak"), "RoleNotAllowed"),
        (ALM, ("approve", "fjordlegen.nothing"), "there is no fjordlegen.nothing in integrations/"),
        (ALM, ("approve", "nothing"), "nobody is or has nothing"),
        (ALM, ("approve", SERVICE, "--type", "rollback"), "was not accepted before what it is now"),
        (ALM, ("reject", SERVICE, "--finding", "x", "--revokes", "12345678"), "no statements on"),
        (DESK, ("approve", SERVICE, "--client", "nobody"), "name one with --client"),
        (ALM, ("approve", SERVICE, "--type", "acknowledgement"), "say what is acknowledged"),
    ],
)
def test_what_would_not_count_is_refused_and_nothing_is_written(
    clone: OwnClone, signer: DemoSigner, words: tuple[str, ...], reason: str
) -> None:
    accepted(clone)
    before = clone.git("status", "--short", "--untracked-files=all")
    said = clone.sluse(*words, "--key", clone.key(signer), "--yes")
    assert (said.exit_code, reason in said.stderr) == (2, True), said.stderr
    assert clone.git("status", "--short", "--untracked-files=all") == before


def test_nobody_accepts_what_they_submitted(clone: OwnClone) -> None:
    written(approve(clone, "fjordlegen", ALM))
    clone.submit(SERVICE, by=ALM)
    said = approve(clone, SERVICE, ALM, "--type", "acceptance")
    assert (said.exit_code, "OwnWork: alm both submitted and decided" in said.stderr) == (2, True)


def test_failed_cases_and_edited_evidence_are_not_accepted(clone: OwnClone) -> None:
    written(approve(clone, "fjordlegen", ALM))
    clone.submit(SERVICE, by=DESK, passed=False)
    assert "CasesFailed" in approve(clone, SERVICE, ALM, "--type", "acceptance").stderr
    evidence = clone.root / FOLDER / "acceptance" / "first" / "agent.json"
    evidence.write_text(evidence.read_text().replace("false", "true"))
    assert "its digest differs" in approve(clone, SERVICE, ALM, "--type", "acceptance").stderr


def test_a_rejection_needs_findings_and_stands_against_the_acceptance(clone: OwnClone) -> None:
    accepted(clone)
    assert clone.sluse("reject", SERVICE, "--key", clone.key(ALM), "--yes").exit_code == 2
    said = clone.sluse("reject", SERVICE, "--finding", "the log shows tokens", "--key", clone.key(ALM), "--yes")
    assert written(said) == [f"{FOLDER}/decisions/meldinger/3-acceptance.yaml"]
    found = clone.entitlement(SERVICE)
    assert isinstance(found, NotEntitled)
    assert "Rejected" in {reason.check for reason in found.reasons}


def test_a_statement_is_withdrawn_by_the_beginning_of_its_id(clone: OwnClone) -> None:
    tree = accepted(clone).tree()
    mine = next(each for each in tree.decisions.values() if each.path.endswith("2-acceptance.yaml"))
    digest = mine.content.spec.statement.id
    said = clone.sluse("reject", SERVICE, "--revokes", digest[:10], "--finding", "x", "--key", clone.key(ALM), "--yes")
    assert written(said) == [f"{FOLDER}/decisions/meldinger/3-revocation.yaml"]
    found = clone.entitlement(SERVICE)
    assert isinstance(found, NotEntitled)
    assert "Revoked" in {reason.check for reason in found.reasons}


def test_retirement_suspension_and_keys_are_written_and_count(clone: OwnClone) -> None:
    accepted(clone)
    assert written(approve(clone, SERVICE, DESK)) == [f"{FOLDER}/decisions/meldinger/3-keys.yaml"]
    suspended = clone.sluse("suspend", SERVICE, "--reason", "a key leaked", "--key", clone.key(LIND), "--yes")
    assert written(suspended) == [f"{FOLDER}/decisions/meldinger/4-suspension.yaml"]
    assert isinstance(clone.entitlement(SERVICE), Entitled)
    retired = clone.sluse("retire", SERVICE, "--delete-after-days", "7", "--key", clone.key(ALM), "--yes")
    assert written(retired) == [f"{FOLDER}/decisions/meldinger/5-retirement.yaml"]
    assert "disabled in production at once, and deleted 7 days later" in retired.stderr
    found = clone.entitlement(SERVICE)
    assert isinstance(found, NotEntitled)
    assert found.reasons[0].check == "Retired"


def test_numbers_are_never_used_twice_even_by_a_file_that_cannot_be_read(clone: OwnClone) -> None:
    accepted(clone)
    (clone.root / FOLDER / "decisions" / "meldinger" / "41-plan.txt").write_text("")
    assert written(approve(clone, SERVICE, ALM, "--type", "plan"))[0].endswith("/42-plan.yaml")


def test_a_commit_holds_exactly_the_record_and_what_it_brings(clone: OwnClone) -> None:
    clone.append("integrations/README.md", "staged\n")
    clone.git("add", "integrations/README.md")
    said = approve(clone, "fjordlegen", ALM, "--commit")
    title, files = clone.git("show", "--name-only", "--format=%s", "HEAD").split("\n\n")
    assert title == "Sign organisation of fjordlegen"
    assert sorted(files.split()) == sorted(written(said))
    assert clone.git("status", "--short") == "M  integrations/README.md\n"


def test_two_persons_sign_one_after_the_other_where_policy_asks_for_it(clone: OwnClone) -> None:
    gate = clone.root / "policies" / "gate.yaml"
    plan = "{type: plan, roles: [onboarding]}"
    assert plan in gate.read_text()
    gate.write_text(gate.read_text().replace(plan, "{type: plan, roles: [onboarding], persons: 2}"))
    first = approve(clone, SERVICE, ALM, "--type", "plan")
    [path] = written(first)
    assert f"1 more must sign it: sluse approve {path} --key FILE" in first.stderr
    again = approve(clone, str(clone.root / path), ALM)
    assert (again.exit_code, "gains nothing by a signature of alm" in again.stderr) == (2, True)
    assert written(approve(clone, str(clone.root / path), FURU)) == [path]
    record = next(iter(clone.tree().decisions.values())).content
    assert [key.key_id for key in signers(record.spec)] == [ALM.key_id, FURU.key_id]
    assert approve(clone, str(clone.root / path), FURU).exit_code == 2


def test_a_fork_is_mended_by_the_next_decision_which_names_both(clone: OwnClone) -> None:
    accepted(clone)
    folder = clone.root / FOLDER / "decisions" / "meldinger"
    written(approve(clone, SERVICE, ALM, "--type", "plan"))
    aside = (folder / "3-plan.yaml").rename(clone.root / "aside.yaml")
    written(approve(clone, SERVICE, FURU, "--type", "acknowledgement", "--text", "seen"))
    aside.rename(folder / "4-plan.yaml")
    text = (folder / "4-plan.yaml").read_text()
    (folder / "4-plan.yaml").write_text(text.replace("name: meldinger-3-plan", "name: meldinger-4-plan"))
    written(approve(clone, SERVICE, ALM, "--type", "acknowledgement", "--text", "both"))
    last = next(each for each in clone.tree().decisions.values() if "/5-" in each.path).content.spec.statement
    assert len(last.previous) == 2
    assert isinstance(clone.entitlement(SERVICE), Entitled)


def test_a_chain_with_a_lost_file_is_not_built_upon(clone: OwnClone) -> None:
    accepted(clone)
    (clone.root / FOLDER / "decisions" / "meldinger" / "1-plan.yaml").unlink()
    said = approve(clone, SERVICE, ALM, "--type", "acknowledgement", "--text", "x")
    assert (said.exit_code, "ChainBroken" in said.stderr, "restore its file" in said.stderr) == (2, True, True)
