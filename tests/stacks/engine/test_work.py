"""What an update has to do: only what changed is declared, what is kept is no target, and a lost state is found out."""

from __future__ import annotations

from typing import Any

from sluse.delivery.stack_preview import Action
from sluse.desired.stack import ObjectKey, Stack, object_key
from sluse_stacks.engine.state import State, declared_digest, key_of, read, targets
from sluse_stacks.engine.work import Part, Work, work
from sluse_stacks.objects import ADDED
from worlds.stacks import client, stack, summary

TWO = ("a", "b")


def declared(wanted: Stack) -> State:
    return State().after(wanted.resources)


def live(wanted: Stack) -> dict[ObjectKey, Any]:
    return {object_key(manifest): manifest for manifest in wanted.resources}


def first(todo: Work) -> Part:
    assert todo.parts.keys() <= {0}
    return todo.parts.get(0, Part())


def registered(todo: Work) -> list[ObjectKey]:
    return [object_key(manifest) for manifest in first(todo).register]


def test_what_is_as_declared_needs_no_update() -> None:
    todo = work(stack(clients=TWO), [declared(stack(clients=TWO))], live(stack(clients=TWO)))
    assert todo == Work()


def test_a_new_stack_is_declared_whole_and_nothing_read() -> None:
    todo = work(stack(clients=TWO), [State(made=False)], {})
    assert (registered(todo), first(todo).read) == ([client("a"), client("b"), summary()], False)


def test_a_change_declares_what_changed() -> None:
    before, after = stack(clients=TWO), stack(clients=TWO, scopes=("nhn:msh/api",))
    todo = work(after, [declared(before)], live(before))
    assert (registered(todo), first(todo).read) == ([client("a"), client("b")], False)


def test_a_hand_edit_is_read_before_it_is_put_right() -> None:
    wanted = stack(clients=TWO)
    edited = live(wanted) | {client("a"): live(stack(clients=TWO, scopes=("nhn:msh/api",)))[client("a")]}
    todo = work(wanted, [declared(wanted)], edited)
    assert (registered(todo), first(todo).read) == ([client("a")], True)


def test_what_somebody_deleted_is_read_and_made_again() -> None:
    wanted = stack(clients=TWO)
    there = {key: found for key, found in live(wanted).items() if key != client("a")}
    todo = work(wanted, [declared(wanted)], there)
    assert (registered(todo), first(todo).read, todo.done(Action.CREATE)) == ([client("a")], True, (client("a"),))


def test_what_the_state_does_not_know_is_adopted_although_it_is_as_wanted() -> None:
    wanted = stack(clients=TWO)
    todo = work(wanted, [State()], live(wanted))
    assert (registered(todo), todo.previewed) == ([client("a"), client("b"), summary()], ())


def test_what_left_is_deleted_through_pulumi_and_what_no_state_knows_beside_it() -> None:
    wanted = stack(clients=("a",))
    more = live(stack(clients=("a", "b", "c")))
    todo = work(wanted, [State().after(stack(clients=TWO).resources)], more)
    assert (first(todo).delete, todo.strays) == ((client("b"),), (client("c"),))
    assert todo.done(Action.DELETE) == (client("b"), client("c"))


def test_what_is_kept_is_neither_declared_nor_deleted() -> None:
    wanted = stack(clients=("a",), keep=(client("b"), client("c")))
    todo = work(wanted, [declared(stack(clients=TWO))], live(stack(clients=("a", "b", "c"))))
    assert (first(todo).delete, todo.strays, registered(todo)) == ((), (), [summary()])


def test_a_state_is_read_from_an_export_with_pulumis_own_left_out() -> None:
    (manifest, *_) = stack().resources
    marked = {
        **manifest,
        "metadata": {**manifest["metadata"], "annotations": dict(ADDED)},
    }
    urn = "urn:pulumi:test.fjord::sluse::kubernetes:sluse.nhn.no/v1alpha1:HelseIDClient::fjord.journal.sync"
    exported = {
        "resources": [
            {
                "type": "pulumi:pulumi:Stack",
                "urn": "urn:pulumi:test.fjord::sluse::pulumi:pulumi:Stack::sluse-test.fjord",
            },
            {"type": "pulumi:providers:kubernetes", "urn": "urn:pulumi:x::sluse::pulumi:providers:kubernetes::cluster"},
            {
                "type": "kubernetes:sluse.nhn.no/v1alpha1:HelseIDClient",
                "urn": urn,
                "inputs": {**marked, "__fieldManager": "x"},
            },
        ]
    }
    assert read(exported) == State({client(): declared_digest(manifest)}, connected=True)
    assert key_of(urn) == client()
    assert targets("test.fjord", State(connected=True), [client()]) == (urn,)


def test_the_provider_is_a_target_only_until_there_is_one() -> None:
    assert targets("test.fjord", State(), ()) == ("urn:pulumi:test.fjord::sluse::pulumi:providers:kubernetes::cluster",)
    assert targets("test.fjord", State(connected=True), ()) == ()


def test_a_stack_that_was_never_made_and_one_that_was_killed_are_told_apart() -> None:
    assert read(None) == State(made=False)
    assert read({"pending_operations": [{"type": "creating"}]}).unsettled
    assert not read({}).unsettled


def test_each_object_is_done_in_the_stack_that_holds_it_and_a_new_one_where_there_is_room() -> None:
    before = stack(clients=("a", "b", "c"))
    a, b, c, summed = before.resources
    states = [State().after([a, b]), State().after([c, summed]), State(made=False)]
    after = stack(clients=("b", "c", "d", "e", "f"), scopes=("nhn:msh/api",))
    parts = work(after, states, live(before), room=2).parts
    assert {number: [each.name for each in part.touched] for number, part in parts.items()} == {
        0: ["fjord.journal.b", "fjord.journal.a"],
        1: ["fjord.journal.c", "fjord.journal"],
        2: ["fjord.journal.d", "fjord.journal.e"],
        3: ["fjord.journal.f"],
    }
    assert parts[0].delete == (client("a"),)


def test_what_two_stacks_hold_is_the_first_ones_and_only_forgotten_by_the_other() -> None:
    wanted = stack(clients=TWO)
    a, b, summed = wanted.resources
    todo = work(wanted, [State().after([a]), State().after([a, b, summed])], live(wanted))
    assert todo == Work({1: Part(disown=(client("a"),))})
