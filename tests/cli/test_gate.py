"""`sluse gate` and `sluse explain` on real files: what they print, and how they end."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sluse.cli import main
from sluse.delivery.verdicts import said
from sluse.gate.verdict import Keep, Move, Nothing, Retire, Snapshot, Step, Suspend
from sluse.ledger.shown import machine_file, machine_path
from sluse.model.held import HeldIntegration, HeldSnapshot, OrganisationLedger
from sluse.model.names import Digest
from sluse.model.registration import Use
from sluse.plan.preview.step import in_words
from worlds import lock
from worlds.lock import SERVICE, SUPPLIER
from worlds.lock.files import write
from worlds.own_clone import DEMO_ROOTS, GIT, ROOT

GOLDEN = Path(__file__).parents[1] / "golden" / "gate"
ACCEPTED = Snapshot(SERVICE, "ServiceIntegration", Digest("t"), Digest("p"), {}, {})
NOW = ("--at", "2026-11-02T08:00+00:00")


class Clone:
    def __init__(self, root: Path) -> None:
        self.root = root

    def sluse(self, *words: str) -> Result:
        return CliRunner(env=GIT).invoke(main, [*words, "--repository", str(self.root)])

    def git(self, *words: str, given: bytes = b"") -> str:
        ran = subprocess.run(["git", "-C", self.root, *words], env=GIT, input=given, capture_output=True, check=True)
        return ran.stdout.decode().strip()

    def publish(self, *ledgers: OrganisationLedger) -> None:
        """Put ledgers where a fetch of production's status branch would."""
        self.git("init", "--quiet")
        rows = b""
        for each in ledgers:
            folder, _, name = machine_path(each.organisation).partition("/")
            blob = self.git("hash-object", "-w", "--stdin", given=machine_file(each))
            rows += f"100644 blob {blob}\t{name}\n".encode()
        tree = self.git("mktree", given=f"040000 tree {self.git('mktree', given=rows)}\t{folder}\n".encode())
        commit = self.git("commit-tree", "-m", "a ledger", tree)
        self.git("update-ref", "refs/remotes/origin/sluse/production", commit)


def two_suppliers() -> lock.Lock:
    return lock.with_provider(lock.accepted(lock.service(providers=({"name": "polar", "required": True},))))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    world = two_suppliers()
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",), providers=({"name": "polar", "required": True},))
    write(world, lock.policy(), tmp_path)
    return Clone(tmp_path)


def ledgers(use: Use | None, seen: datetime | None = None) -> tuple[OrganisationLedger, ...]:
    """Return what production holds of the service, and when it first saw each statement: when it was made, or `seen`."""
    world = two_suppliers()
    first: dict[str, dict[str, datetime]] = {}
    for source in (*world.decisions.values(), *world.tests.values()):
        statement = source.content.spec.statement
        first.setdefault(source.content.metadata.organisation, {})[statement.id] = seen or statement.issued_at
    held = HeldSnapshot(
        tested=lock.tested(world.documents[SERVICE]), production=lock.production(world.documents[SERVICE]),
        decision=world.last[str(SERVICE)], use=use, since=lock.START, commit="0" * 40, policy_version=1, policy_digest="0" * 64,
    ) if use else None  # fmt: skip
    own = {SERVICE.name: HeldIntegration(title="Journal", snapshot=held)}
    return tuple(
        OrganisationLedger(organisation=slug, seen=moments, integrations=own if slug == SUPPLIER else {})
        for slug, moments in first.items()
    )


def test_the_table_says_what_each_is_entitled_to_and_what_a_change_lacks(clone: Clone) -> None:
    found = clone.sluse("gate", *NOW)
    assert found.exit_code == 0
    assert found.stdout == (GOLDEN / "table.txt").read_text()
    assert "no roots are pinned" in found.stderr
    assert "when a statement was first seen is not judged" in found.stderr


def test_one_integration_is_told_in_full(clone: Clone) -> None:
    found = clone.sluse("gate", "journal", *NOW)
    assert (found.exit_code, found.stdout) == (0, (GOLDEN / "details.txt").read_text())


def test_what_is_not_entitled_ends_with_1_and_every_reason(clone: Clone) -> None:
    for file in (clone.root / "integrations/fjordlegen/decisions/journal").iterdir():
        file.unlink()
    found = clone.sluse("gate", "fjordlegen.journal", "--output", "json", *NOW)
    assert found.exit_code == 1
    (row,) = json.loads(found.stdout)
    assert row["entitled"] is False
    assert [(each["check"], each["on"]) for each in row["reasons"]] == [
        ("NotSubmitted", "supplier"),
        ("NotDecided", "NHN reviewer"),
        ("PlanNotAgreed", "NHN reviewer"),
    ]


def test_with_the_published_ledger_it_says_what_the_operator_does(clone: Clone) -> None:
    clone.publish(*ledgers(Use.WITHHELD))
    (row,) = json.loads(clone.sluse("gate", "journal", "--output", "json", *NOW).stdout)
    assert row["step"] == {"do": "move Open", "wake": None}
    clone.publish(*ledgers(Use.OPEN))
    (row,) = json.loads(clone.sluse("gate", "journal", "--output", "json", *NOW).stdout)
    assert row["step"] == {"do": "keep", "wake": None}
    assert "now         production stays as it is\n" in clone.sluse("gate", "journal", *NOW).stdout
    assert "nå          produksjon blir som den er\n" in clone.sluse("gate", "journal", "--lang", "nb", *NOW).stdout


@pytest.mark.parametrize(
    "step",
    [
        None,
        Keep(),
        Nothing(),
        Suspend(Digest("d")),
        *(Move(ACCEPTED, Digest("d"), use) for use in (Use.WITHHELD, Use.OPEN)),
        *(Retire(Digest("d"), use) for use in (Use.WITHHELD, Use.RETIRED)),
    ],
    ids=said,
)
def test_every_step_is_told_in_whole_words(step: Step | None) -> None:
    assert (in_words(said(step)) == said(step)) == (step is None)


def test_with_the_published_ledger_it_judges_when_statements_were_first_seen(clone: Clone) -> None:
    clone.publish(*ledgers(None, datetime(2026, 11, 1, tzinfo=UTC)))
    found = clone.sluse("gate", "journal", *NOW)
    assert found.exit_code == 1
    assert "FirstSeenLate" in found.stdout
    assert "is not judged" not in found.stderr


def test_pinned_roots_decide_whether_policies_count(clone: Clone) -> None:
    found = clone.sluse("gate", "--roots", str(DEMO_ROOTS), *NOW)
    assert found.exit_code == 2
    assert "policies/ does not count" in found.stderr
    examples = Clone(ROOT).sluse("gate", "--roots", str(DEMO_ROOTS), *NOW)
    assert examples.exit_code == 0
    assert "no roots are pinned" not in examples.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gate", "journal", "--at", "2026-11-02T08:00"), "give date, time and offset"),
        (("gate", "journal", "--at", "soon"), "give date, time and offset"),
        (("gate", "fjordlegen.jurnal"), "did you mean fjordlegen.journal?"),
        (("explain", "nothing-like-it"), "there is no integration nothing-like-it"),
    ],
)
def test_what_cannot_be_told_ends_with_2_and_a_sentence(clone: Clone, words: tuple[str, ...], said: str) -> None:
    found = clone.sluse(*words)
    assert found.exit_code == 2
    assert said in found.stderr


@pytest.mark.parametrize(
    ("words", "page"),
    [(("gate",), "table"), (("gate", "journal"), "details"), (("explain", "journal"), "explained")],
)
def test_the_same_is_told_in_bokmal(clone: Clone, words: tuple[str, ...], page: str) -> None:
    found = clone.sluse(*words, "--lang", "nb", *NOW)
    assert (found.exit_code, found.stdout) == (0, (GOLDEN / f"{page}.nb.txt").read_text(encoding="utf-8"))
    assert "ingen rotnøkler er oppgitt" in found.stderr


def test_programs_get_messages_in_bokmal_and_names_in_english(clone: Clone) -> None:
    told = json.loads(clone.sluse("gate", "journal", "--lang", "nb", "--output", "json", *NOW).stdout)
    english = json.loads(clone.sluse("gate", "journal", "--output", "json", *NOW).stdout)
    assert [each["message"] for each in told[0]["pendingChange"]] == [
        "det finnes ingen akseptansetest av det filen sier nå",
        "ingen beslutter i NHN har godkjent den",
    ]
    for each in (*told[0]["pendingChange"], *english[0]["pendingChange"]):
        del each["message"]
    assert told == english


def test_an_error_is_told_in_bokmal(clone: Clone) -> None:
    found = clone.sluse("gate", "fjordlegen.jurnal", "--lang", "nb")
    assert found.exit_code == 2
    assert found.stderr.splitlines()[-2:] == [
        "feil: det finnes ingen integrasjon fjordlegen.jurnal",
        "tips: mente du fjordlegen.journal?",
    ]


def test_test_has_no_gate(clone: Clone) -> None:
    found = clone.sluse("gate", "-e", "test")
    assert (found.exit_code, found.stdout) == (0, "")
    assert "test follows HEAD" in found.stderr


def test_an_integration_is_explained_from_every_side(clone: Clone) -> None:
    found = clone.sluse("explain", "journal", *NOW)
    assert (found.exit_code, found.stdout) == (0, (GOLDEN / "explained.txt").read_text())


def test_the_explanation_is_there_for_programs_too(clone: Clone) -> None:
    found = json.loads(clone.sluse("explain", "journal", "--output", "json", *NOW).stdout)
    assert found["acceptedAndHead"] == [
        {"field": "clients[web].scopes[nhn:deft/api]", "accepted": None, "head": True},
        {"field": "clients[web].scopes[nhn:msh/api]", "accepted": True, "head": None},
    ]
    assert found["digests"]["T"]["head"] != found["digests"]["T"]["accepted"]
    assert found["digests"]["P"]["head"] == found["digests"]["P"]["accepted"]
