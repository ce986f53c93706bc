"""What an update has to do: only what changed is declared, what is kept is no target, and a lost state is found out."""

from __future__ import annotations

from typing import Any

from sluse.delivery.stack_preview import Action
from sluse.desired.stack import ObjectKey, Stack, object_key
from sluse_stacks.engine.state import State, declared_digest, key_of, read, targets
from sluse_stacks.engine.work import Work, work
from sluse_stacks.objects import ADDED
from worlds.stacks import client, stack, summary

TWO = ("a", "b")


def declared(wanted: Stack) -> State:
    return State().after(wanted.resources)


def live(wanted: Stack) -> dict[ObjectKey, Any]:
    return {object_key(manifest): manifest for manifest in wanted.resources}


def registered(todo: Work) -> list[ObjectKey]:
    return [object_key(manifest) for manifest in todo.register]


def test_what_is_as_declared_needs_no_update() -> None:
    todo = work(stack(clients=TWO), declared(stack(clients=TWO)), live(stack(clients=TWO)))
    assert todo == Work((), read=False, delete=(), strays=(), shared=frozenset(), previewed=())


def test_a_new_stack_is_declared_whole_and_nothing_read() -> None:
    todo = work(stack(clients=TWO), State(made=False), {})
    assert (registered(todo), todo.read) == ([client("a"), client("b"), summary()], False)


def test_a_change_declares_what_changed() -> None:
    before, after = stack(clients=TWO), stack(clients=TWO, scopes=("nhn:msh/api",))
    todo = work(after, declared(before), live(before))
    assert (registered(todo), todo.read) == ([client("a"), client("b")], False)


def test_a_hand_edit_is_read_before_it_is_put_right() -> None:
    wanted = stack(clients=TWO)
    edited = live(wanted) | {client("a"): live(stack(clients=TWO, scopes=("nhn:msh/api",)))[client("a")]}
    todo = work(wanted, declared(wanted), edited)
    assert (registered(todo), todo.read) == ([client("a")], True)


def test_what_somebody_deleted_is_read_and_made_again() -> None:
    wanted = stack(clients=TWO)
    there = {key: found for key, found in live(wanted).items() if key != client("a")}
    todo = work(wanted, declared(wanted), there)
    assert (registered(todo), todo.read, todo.done(Action.CREATE)) == ([client("a")], True, (client("a"),))


def test_what_the_state_does_not_know_is_adopted_although_it_is_as_wanted() -> None:
    wanted = stack(clients=TWO)
    todo = work(wanted, State(), live(wanted))
    assert (registered(todo), todo.previewed) == ([client("a"), client("b"), summary()], ())


def test_what_left_is_deleted_through_pulumi_and_what_no_state_knows_beside_it() -> None:
    wanted = stack(clients=("a",))
    more = live(stack(clients=("a", "b", "c")))
    todo = work(wanted, State().after(stack(clients=TWO).resources), more)
    assert (todo.delete, todo.strays) == ((client("b"),), (client("c"),))
    assert todo.done(Action.DELETE) == (client("b"), client("c"))


def test_what_is_kept_is_neither_declared_nor_deleted() -> None:
    wanted = stack(clients=("a",), keep=(client("b"), client("c")))
    todo = work(wanted, declared(stack(clients=TWO)), live(stack(clients=("a", "b", "c"))))
    assert (todo.delete, todo.strays, registered(todo)) == ((), (), [summary()])


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
    assert targets(stack(), State(connected=True), [client()]) == (urn,)


def test_the_provider_is_a_target_only_until_there_is_one() -> None:
    assert targets(stack(), State(), ()) == ("urn:pulumi:test.fjord::sluse::pulumi:providers:kubernetes::cluster",)
    assert targets(stack(), State(connected=True), ()) == ()


def test_a_stack_that_was_never_made_and_one_that_was_killed_are_told_apart() -> None:
    assert read(None) == State(made=False)
    assert read({"pending_operations": [{"type": "creating"}]}).unsettled
    assert not read({}).unsettled
