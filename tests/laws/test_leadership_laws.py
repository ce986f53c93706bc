"""Never do two believe at one real moment that they lead, whatever the clocks, the pauses and the network do.

What a fence allows is what is looked at, at every event: a process that stands still believes nothing by itself, and when
it wakes it is its own clock that says whether it may send.
"""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from worlds.electing import TERMS, Player, World

FASTEST = (TERMS.duration / TERMS.renew) ** 0.5
"""The margin between the two terms is for clocks too: one may run this much too fast beside one this much too slow."""

offsets = st.floats(-1e6, 1e6)
rates = st.floats(1 / FASTEST, FASTEST, exclude_min=True, exclude_max=True)
chances = st.integers(0, 2**32).map(random.Random)


@st.composite
def candidates(draw: st.DrawFn) -> list[Player]:
    return [Player(f"p{number}", draw(offsets), draw(rates)) for number in range(draw(st.integers(2, 4)))]


@given(
    candidates(), st.sampled_from([3.0, 9.0, 30.0]), st.sampled_from([0.1, 0.4]), st.sampled_from([0.0, 0.3]), chances
)
@settings(max_examples=300, deadline=None)
def test_no_two_lead_at_once(
    players: list[Player], slowest: float, slow: float, lost: float, chance: random.Random
) -> None:
    World(players, chance, slowest, slow, lost).run(until=400)


@given(candidates(), chances)
@settings(max_examples=60, deadline=None)
def test_where_everything_is_quick_one_leads_soon_and_keeps_it(players: list[Player], chance: random.Random) -> None:
    world = World(players, chance)
    world.run(until=60)
    assert len(world.leaders) == 1
    assert world.leaders[0][0] < 3


@given(candidates(), chances)
@settings(max_examples=60, deadline=None)
def test_when_the_leader_dies_another_leads_within_the_terms(players: list[Player], chance: random.Random) -> None:
    world = World(players, chance)
    world.run(until=20)
    (dead,) = (player for player in players if player.believes(world.real))
    died = world.real
    world.kill(dead)
    world.run(until=60)
    assert world.leaders[-1][1] != dead.name
    assert world.leaders[-1][0] - died < (TERMS.duration + TERMS.retry) * FASTEST + 1
