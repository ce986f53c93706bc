"""An organisation in several Pulumi stacks: each object in exactly one, none moves, none overflows; also when processes die.

The world is what Pulumi's states hold and what the cluster has. A process that dies in the middle of an update has
changed the cluster and saved nothing: that is what an engine without checkpoints does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from sluse.desired.stack import Manifest, ObjectKey, Stack, object_key
from sluse_stacks.engine.shards import owners, placed
from sluse_stacks.engine.state import State
from sluse_stacks.engine.work import Part, work
from worlds.stacks import client, stack

some = settings(max_examples=60, deadline=None)
ROOM = 3
NAMES = ("a", "b", "c", "d", "e", "f", "g", "h", "i")
KEYS = tuple(map(client, NAMES))
wanted = st.lists(st.sampled_from(NAMES), unique=True).map(lambda names: stack(clients=sorted(names)))
held = st.lists(st.sampled_from(KEYS), unique=True).flatmap(
    lambda keys: st.lists(st.integers(0, 3), min_size=len(keys), max_size=len(keys)).map(
        lambda numbers: [[key for key, at in zip(keys, numbers, strict=True) if at == number] for number in range(4)]
    )
)


@dataclass
class World:
    """Two sides of the truth, and how a declaration changes them."""

    states: list[State] = field(default_factory=lambda: [State(made=False)])
    live: dict[ObjectKey, Manifest] = field(default_factory=dict)

    def declare(self, stack: Stack, *, dies_at: int | None = None) -> None:
        """Declare; or die in the update of that number, which then has changed the cluster and saved nothing."""
        todo = work(stack, self.states, self.live, ROOM)
        for number in sorted(todo.parts):
            self._made(number)
        updates = [(number, Part(register=part.register)) for number, part in sorted(todo.parts.items())]
        updates += [(number, Part(delete=part.delete)) for number, part in sorted(todo.parts.items())]
        for at, (number, part) in enumerate(updates):
            self.live |= {object_key(manifest): manifest for manifest in part.register}
            for key in part.delete:
                self.live.pop(key, None)
            if at == dies_at:
                return
            self.states[number] = self.states[number].after(part.register, part.delete)
        for key in todo.strays:
            del self.live[key]
        while len(self.states) > 1 and not self.states[-2].objects:
            self.states.pop()
            self.states[-1] = State(made=False)

    def _made(self, number: int) -> None:
        """Make a stack: the one that was not there, so that the next is the one that is not."""
        if not self.states[number].made:
            assert number == len(self.states) - 1
            self.states[number] = State()
            self.states.append(State(made=False))

    def held(self) -> list[list[ObjectKey]]:
        return [list(state.objects) for state in self.states]


def exact(world: World, stack: Stack) -> None:
    """Assert that all that is wanted is there, once, and nothing else is anywhere."""
    keys = sorted(map(object_key, stack.resources))
    assert sorted(world.live) == keys
    assert sorted(key for each in world.held() for key in each) == keys
    assert all(state.made for state in world.states[:-1])
    assert not world.states[-1].made


@some
@given(st.lists(wanted, max_size=6))
def test_every_object_is_in_one_stack_which_holds_no_more_than_it_may_and_none_moves(history: Sequence[Stack]) -> None:
    world = World()
    for each in history:
        before = owners(world.held())
        world.declare(each)
        exact(world, each)
        assert all(len(keys) <= ROOM for keys in world.held())
        after = owners(world.held())
        assert {key: after[key] for key in before.keys() & after.keys()} == {
            key: before[key] for key in before.keys() & after.keys()
        }
        assert work(each, world.states, world.live, ROOM).parts == {}


@some
@given(st.lists(st.tuples(wanted, st.none() | st.integers(0, 7)), max_size=6), wanted)
def test_whoever_dies_when_the_next_one_converges_and_no_object_is_in_two_stacks_or_in_none(
    history: Sequence[tuple[Stack, int | None]], last: Stack
) -> None:
    world = World()
    for each, dies_at in history:
        world.declare(each, dies_at=dies_at)
        keys = [key for each in world.held() for key in each]
        assert len(keys) == len(set(keys))
    world.declare(last)
    exact(world, last)


@some
@given(held, st.sets(st.sampled_from(KEYS)))
def test_new_ones_fill_the_first_stack_with_room_and_leave_no_gap(
    held: Sequence[Sequence[ObjectKey]], new: set[ObjectKey]
) -> None:
    places = placed(new, held, ROOM)
    assert places.keys() == new
    sizes = [len(keys) for keys in held] + [0] * len(new)
    for key in sorted(new):
        assert all(size >= ROOM for size in sizes[: places[key]])
        assert sizes[places[key]] < ROOM
        sizes[places[key]] += 1
