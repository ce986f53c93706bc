"""Flux's ten invariants hold for every status that converging can reach, whatever authority and ledger do meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from sluse.errors import AuthorityUnavailable, RegistrarError, SluseError, Taken, Unauthorised
from sluse.model.outcome import Outcome
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientStatus
from sluse.model.resources.status import ConditionStatus
from sluse.reconcile.status import merge_patch, status
from sluse.registrar.memory import MemoryRegistrar
from sluse.registrar.port import Mark
from worlds.converging import KEY, World, spec
from worlds.flux import broken

KNOWN = ("nhn:pit/api.read", "nhn:msh/api")
WANTED = {
    "open": spec(),
    "changed": spec(scopes=("nhn:msh/api",)),
    "refused": spec(scopes=("nhn:nowhere/read",)),
    "withheld": spec(Use.WITHHELD),
    "retired": spec(Use.RETIRED),
}
ERRORS: dict[str, RegistrarError] = {
    "away": AuthorityUnavailable("503", may_have_acted=False),
    "lost": AuthorityUnavailable("no answer"),
    "unauthorised": Unauthorised("401"),
    "taken": Taken("409"),
}
steps = st.one_of(
    st.tuples(st.just("want"), st.sampled_from(sorted(WANTED))),
    st.tuples(st.just("fail"), st.sampled_from(sorted(ERRORS))),
    st.tuples(st.just("hand"), st.sampled_from(["edit", "remove", "take over", "lose credential"])),
    st.tuples(st.just("look"), st.just("again")),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(steps, max_size=10))
def test_fluxs_invariants_hold_for_every_reachable_status(story: Sequence[tuple[str, str]]) -> None:
    asyncio.run(played(story))


async def played(story: Sequence[tuple[str, str]]) -> None:
    world = World(MemoryRegistrar(scopes=KNOWN))
    process, generation, current, want = world.process(), 1, HelseIDClientStatus(), WANTED["open"]
    for kind, what in (("look", "first"), *story):
        if kind == "want" and WANTED[what] != want:
            want, generation = WANTED[what], generation + 1
        elif kind == "fail":
            for verb in ("create", "observe", "update", "retire"):
                world.authority.fail(verb, ERRORS[what], after=what == "lost")  # type: ignore[arg-type]
        elif kind == "hand":
            meddle(world, what)
        try:
            outcome = await process(KEY, want)
        except SluseError as error:
            raise AssertionError(f"an error of the authority left converging: {error}") from error
        world.journal.settle(KEY, outcome.held)
        current = told(world, current, want.use, outcome, generation)


def told(
    world: World, current: HelseIDClientStatus, use: Use, outcome: Outcome, generation: int
) -> HelseIDClientStatus:
    """Return the next status; it keeps the invariants, stands while the outcome does, and survives the wire."""
    want = next(each for each in WANTED.values() if each.use is use)
    rest = {"generation": generation, "spec": want, "outcome": outcome, "issuer": "https://authority.example"}
    after = status(current, **rest, now=world.now())  # type: ignore[arg-type]
    assert broken(after, generation) == []
    assert all(row.status is ConditionStatus.TRUE for row in after.conditions if row.type != "Ready")
    assert HelseIDClientStatus.model_validate(after.wire()) == after
    again = status(after, **rest, now=world.now())  # type: ignore[arg-type]
    assert merge_patch(after.wire(), again.wire()) == {}, "waiting writes nothing"
    return after


def meddle(world: World, what: str) -> None:
    """Do by hand what other people do; nothing where nothing is registered."""
    held = world.journal.entries[KEY].anchor
    there = held is not None and any(client.client_id == held.client_id for client in world.authority.clients())
    if held is None or not there:
        return
    match what:
        case "edit":
            world.authority.edit(held.client_id, title="Another")
        case "remove":
            world.authority.remove(held.client_id)
        case "take over":
            world.authority.edit(held.client_id, mark=Mark("other/test/somebody"))
        case _:
            world.journal.credentials.pop(KEY, None)
