"""Laws of the gate: production never becomes anything but what is entitled, at a moment that is allowed; however the
days go. Random stories of commits, decisions by the right and the wrong people, freezes, clocks, restarts and losses
are played to the real gate and told to a small model; the two must agree at every step.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.gate_model import Model, is_frozen
from sluse.gate.decide import Circumstances, decide
from sluse.gate.entitled import entitled
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitled, Move, Retire
from sluse.model.held import HeldSnapshot
from sluse.model.policy.bundle import Policy
from sluse.model.policy.calendar import Calendar, Freeze
from sluse.model.registration import Use
from sluse.model.statement import StatementType
from worlds import lock
from worlds.lock import ALM, SERVICE, STRANGER, SUPPLIER

CONTENTS = tuple(lock.service(scopes=(f"nhn:scope-{index}",)) for index in range(3))
HEAD_PLAN = datetime(2026, 11, 1, 7, tzinfo=UTC)
DAYS = 40

Act = tuple[str, int, bool]
"""What is done, how, and whether the operator is up afterwards."""

HOW = {
    "accept": 8, "forge": 2, "plan": DAYS, "no plan": 0, "revoke": 3, "roll back": 2, "retire": 5, "write": 2, "freeze": 5,
    "lose": 2, "restart": 0, "wait": 9,
}  # fmt: skip
COMMON = ("accept", "accept", "revoke", "retire", "wait", "wait")
"""What leads anywhere is likelier than what only spoils it."""


@st.composite
def _acts(draw: st.DrawFn) -> Act:
    what = draw(st.sampled_from((*COMMON, *HOW)))
    return what, draw(st.integers(0, HOW[what])), draw(st.integers(0, 3)) > 0


stories = st.lists(_acts(), min_size=1, max_size=14)


class Story:
    """The real gate with an operator that does at once what it is told, and the model beside it."""

    def __init__(self) -> None:
        self.world = lock.prepared(CONTENTS[0])
        self.model = Model()
        self.model.note("plan", self.world.clock, opens=datetime(2026, 11, 1, 7, tzinfo=UTC))
        self.ids: dict[int, str] = {}
        self.freezes: list[tuple[datetime, datetime]] = []
        self.held: HeldSnapshot | None = None
        self.survey: GateSurvey | None = None
        self.world.clock = datetime(2026, 10, 20, 8, tzinfo=UTC)
        self.lost: dict[Any, Any] = {}

    @property
    def now(self) -> datetime:
        return self.world.clock

    @property
    def policy(self) -> Policy:
        rows = tuple(Freeze(start=_local(start), end=_local(end), reason="a freeze") for start, end in self.freezes)
        return lock.policy(calendar=Calendar(zone="UTC", freezes=rows))

    def act(self, what: str, how: int) -> None:
        getattr(self, f"_{what.replace(' ', '_')}")(how)
        self.world.clock += timedelta(minutes=1)

    def _write(self, how: int) -> None:
        self.world.documents[SERVICE] = CONTENTS[how]

    def _accept(self, how: int) -> None:
        self._write(how % len(CONTENTS))
        document = self.world.documents[SERVICE]
        opens = self.now + timedelta(days=how) if how > 5 else None
        decision = self.world.accept(self.world.submit(), acceptance={"not_before": opens})
        self._noted("accept", decision, lock.tested(document), opens)

    def _forge(self, how: int) -> None:
        signer = (STRANGER, lock.MAINTAINER, lock.HASSEL)[how]
        before = dict(self.world.last)
        self.world.accept(self.world.submit(), signer=signer)
        self.world.last = before

    def _plan(self, how: int) -> None:
        opens = datetime(2026, 10, 20, 8, tzinfo=UTC) + timedelta(days=how)
        plan = {"production_not_before": _local(opens), "zone": "UTC"}
        decision = self.world.decide(StatementType.PLAN, str(SERVICE), ALM, plan=plan)
        self._noted("plan", decision, opens=opens)

    def _no_plan(self, _: int) -> None:
        self._noted("no plan", self.world.agree(verdict="rejected"))

    def _revoke(self, how: int) -> None:
        if self.ids:
            number = sorted(self.ids)[-1 - how % len(self.ids)]
            if self.model.events[number].what == "revoke":
                return
            self.world.decide(StatementType.REVOCATION, str(SERVICE), revokes=self.ids[number])
            self.model.note("revoke", self.now, number)

    def _roll_back(self, how: int) -> None:
        back = {"tested": lock.tested(CONTENTS[how]), "production": lock.production(CONTENTS[how])}
        self._noted("roll back", self.world.decide(StatementType.ROLLBACK, str(SERVICE), rollback=back), back["tested"])

    def _retire(self, how: int) -> None:
        said = {"delete_after_days": how}
        self._noted("retire", self.world.decide(StatementType.RETIREMENT, str(SERVICE), retirement=said), how)

    def _freeze(self, how: int) -> None:
        self.freezes.append((self.now, self.now + timedelta(days=how)))

    def _lose(self, how: int) -> None:
        digest = lock.tested(CONTENTS[how])
        if (SUPPLIER, digest) in self.world.accepted:
            self.lost[SUPPLIER, digest] = self.world.accepted.pop((SUPPLIER, digest))

    def _restart(self, _: int) -> None:
        self.survey = None

    def _wait(self, how: int) -> None:
        self.world.clock += timedelta(days=how)

    def _noted(self, what: str, decision: str, of: object = None, opens: datetime | None = None) -> None:
        event = self.model.note(what, self.now, of, opens)
        self.ids[event.number] = decision

    def operate(self) -> None:
        """Take the one step, as the operator does, and hold what the gate said against the model."""
        survey = GateSurvey(self.world.tree(), self.policy, before=self.survey)
        self.survey = survey
        step = decide(survey, SERVICE, Circumstances(self.now, self.held))
        may = self.model.allowed(self.now, HEAD_PLAN)
        present = {digest for slug, digest in self.world.accepted if slug == SUPPLIER}
        found = entitled(survey, SERVICE, self.now)
        expected = may is not None and may[0] in present
        assert isinstance(found, Entitled) is expected, (found, may)
        if isinstance(found, Entitled) and may is not None:
            assert (found.snapshot.tested, found.opens) == may
        if isinstance(step, Move):
            assert may is not None
            assert step.snapshot.tested == may[0]
            assert not is_frozen(self.freezes, self.now)
            assert step.use is Use.WITHHELD or self.now >= may[1]
            self._hold(step.snapshot.tested, step.snapshot.production, step.decision, step.use)
        elif isinstance(step, Retire) and self.held is not None:
            order = self.model.retired(self.now)
            assert order is not None
            if step.use is Use.RETIRED:
                assert self.held.use is Use.WITHHELD
                assert not is_frozen(self.freezes, self.now)
                assert self.now >= self.held.since + timedelta(days=int(str(order.of)))
            if (step.decision, step.use) != (self.held.decision, self.held.use):
                self._hold(self.held.tested, self.held.production, step.decision, step.use)

    def _hold(self, tested: str, production: str, decision: str, use: Use) -> None:
        self.held = HeldSnapshot(
            tested=tested, production=production, decision=decision, use=use, since=self.now, commit="0" * 40,
            policy_version=1, policy_digest="0" * 64,
        )  # fmt: skip


def _local(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


LAW = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAW
@given(stories)
def test_production_moves_only_to_what_is_entitled_when_it_is_allowed(story: list[Act]) -> None:
    played = Story()
    for what, how, up in story:
        played.act(what, how)
        if up:
            played.operate()


@LAW
@given(stories, st.data())
def test_restarts_do_not_change_the_end(story: list[Act], data: st.DataObject) -> None:
    steady, restarted = Story(), Story()
    for what, how, up in story:
        for each in (steady, restarted):
            each.act(what, how)
        if data.draw(st.booleans()):
            restarted.survey = None
        for each in (steady, restarted) if up else ():
            each.operate()
    assert steady.held == restarted.held


@LAW
@given(stories)
def test_one_who_was_down_all_the_time_ends_at_what_is_allowed_now(story: list[Act]) -> None:
    played = Story()
    for what, how, _ in story:
        played.act(what, how)
    played.operate()
    may = played.model.allowed(played.now, HEAD_PLAN)
    if played.held is not None:
        assert may is not None
        assert played.held.tested == may[0]


@LAW
@given(stories, st.integers(0, 3))
def test_asking_more_never_entitles_to_more(story: list[Act], which: int) -> None:
    """Entitled is monotone in what policy asks for: stricter terms, suites, evidence or numbers of persons."""
    played = Story()
    for what, how, _ in story:
        played.act(what, how)
    tree, base = played.world.tree(), played.policy
    stricter = (
        {"terms": (*base.gate.terms, lock.RequiredTerms(name="more", version="1"))},
        {"suites": tuple(each.model_copy(update={"version": 2}) for each in base.gate.suites)},
        {"evidence_days": 0},
        {"deciders": tuple(each.model_copy(update={"persons": 2}) for each in base.gate.deciders)},
    )[which]
    lenient = entitled(GateSurvey(tree, base), SERVICE, played.now)
    strict = entitled(GateSurvey(tree, lock.policy(**stricter)), SERVICE, played.now)
    if isinstance(strict, Entitled):
        assert isinstance(lenient, Entitled)


@LAW
@given(stories)
def test_what_nobody_with_a_right_to_says_changes_nothing(story: list[Act]) -> None:
    """Entitled is monotone in what counts: a forged statement neither gives nor takes."""
    played = Story()
    for what, how, _ in story:
        played.act(what, how)
    before = entitled(GateSurvey(played.world.tree(), lock.policy()), SERVICE, played.now)
    files = dict(played.world.accepted)
    played.world.decide(StatementType.REVOCATION, str(SERVICE), STRANGER, revokes="a" * 64)
    played.world.agree(signer=STRANGER, verdict="rejected")
    played.world.accept(played.world.submit(), signer=STRANGER)
    played.world.accepted = files  # what was lost stays lost
    after = entitled(GateSurvey(played.world.tree(), lock.policy()), SERVICE, played.now)
    assert isinstance(after, Entitled) is isinstance(before, Entitled)
    if isinstance(before, Entitled) and isinstance(after, Entitled):
        assert (after.snapshot, after.decision, after.opens) == (before.snapshot, before.decision, before.opens)


@LAW
@given(stories)
def test_the_order_of_files_means_nothing(story: list[Act]) -> None:
    played = Story()
    for what, how, _ in story:
        played.act(what, how)
    tree = played.world.tree()
    shuffled = played.world.tree(
        decisions=dict(reversed(tree.decisions.items())), acceptance_tests=dict(reversed(tree.acceptance_tests.items()))
    )
    one = entitled(GateSurvey(tree, lock.policy()), SERVICE, played.now)
    other = entitled(GateSurvey(shuffled, lock.policy()), SERVICE, played.now)
    assert isinstance(one, Entitled) is isinstance(other, Entitled)
    if isinstance(one, Entitled):
        assert one == other
