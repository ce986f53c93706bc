"""What is wanted follows the files that can be read; what a broken one says is not known, so its objects stay."""

from __future__ import annotations

import pytest

from sluse.delivery.compiled import Compiled
from sluse.desired.stack import ObjectKey, object_key
from sluse.model.names import ClientKey, Environment
from sluse.model.registration import Use
from worlds import authored
from worlds.compiling import Compiling

JOURNAL = "integrations/fjord/journal.yaml"
SYNC = ClientKey("fjord", "journal", "sync")
NEIGHBOUR = ClientKey("nord", "journal", "sync")


@pytest.fixture
def world() -> Compiling:
    """Two organisations, both registered."""
    world = Compiling()
    world.commit(authored.supplier("fjord", position=0), authored.supplier("nord", position=1))
    world.settled()
    return world


def uses(compiled: Compiled) -> dict[str, Use]:
    return {
        str(key): spec.use for share in compiled.organisations.values() for key, spec in sorted(share.clients.items())
    }


def declared(compiled: Compiled, slug: str = "fjord") -> set[ObjectKey]:
    return {object_key(manifest) for manifest in compiled.organisations[slug].stack.resources}


def objects(client: ClientKey) -> set[ObjectKey]:
    return {ObjectKey("HelseIDClient", str(client)), ObjectKey("Integration", str(client.integration_key))}


def kept_alone(compiled: Compiled, client: ClientKey = SYNC) -> bool:
    """Whether a client is neither changed nor retired nor pruned, and the neighbour is as ever."""
    share = compiled.organisations[client.organisation]
    return (
        compiled.keeps(client)
        and compiled.client(client) is None
        and objects(client) <= share.stack.keep | declared(compiled, client.organisation)
        and not (objects(client) & declared(compiled)) - {ObjectKey("Integration", str(client.integration_key))}
        and uses(compiled) == {str(NEIGHBOUR): Use.OPEN}
    )


def test_every_client_of_a_readable_file_is_wanted_open(world: Compiling) -> None:
    compiled = world.compile()
    assert uses(compiled) == {str(SYNC): Use.OPEN, str(NEIGHBOUR): Use.OPEN}
    assert declared(compiled) == objects(SYNC)
    assert compiled.organisations["fjord"].stack.keep == frozenset()


@pytest.mark.parametrize("text", ["a: [", "", "kind: ServiceIntegration\n", "\x00"])
def test_a_file_that_cannot_be_read_keeps_its_objects(world: Compiling, text: str) -> None:
    world.commit({JOURNAL: text})
    assert kept_alone(world.compile())


def test_a_file_that_breaks_a_rule_keeps_its_objects_and_says_why(world: Compiling) -> None:
    world.commit(authored.integration("fjord", position=7))
    compiled = world.compile()
    assert kept_alone(compiled)
    (summary,) = compiled.organisations["fjord"].summaries.values()
    assert {problem.place.path for problem in summary.held_back} == {JOURNAL}


def test_a_lost_key_file_keeps_the_client(world: Compiling) -> None:
    world.commit({authored.key_path("fjord"): None})
    assert kept_alone(world.compile())


def test_a_broken_key_file_keeps_the_client(world: Compiling) -> None:
    world.commit({authored.key_path("fjord"): "{}"})
    assert kept_alone(world.compile())


def test_a_lost_organisation_file_keeps_all_of_the_organisation(world: Compiling) -> None:
    world.commit({"integrations/fjord/organisation.yaml": None})
    assert kept_alone(world.compile())


def test_a_deleted_file_retires_its_clients_and_keeps_its_summary_until_they_are(world: Compiling) -> None:
    world.commit({JOURNAL: None, authored.key_path("fjord"): None})
    compiled = world.settled()
    assert uses(compiled) == {str(SYNC): Use.RETIRED, str(NEIGHBOUR): Use.OPEN}
    assert declared(compiled) == {ObjectKey("HelseIDClient", str(SYNC))}
    assert compiled.organisations["fjord"].stack.keep == {ObjectKey("Integration", "fjord.journal")}
    after = world.compile()
    assert uses(after) == {str(NEIGHBOUR): Use.OPEN}
    assert (declared(after), after.organisations["fjord"].stack.keep) == (set(), frozenset())


def test_a_client_taken_out_of_its_file_is_retired_and_the_others_stay(world: Compiling) -> None:
    world.commit(authored.integration("fjord", clients=("sync", "batch")), authored.keys("fjord", clients=("batch",)))
    world.settled()
    world.commit(authored.integration("fjord", clients=("batch",)))
    assert uses(world.compile()) == {str(SYNC): Use.RETIRED, "fjord.journal.batch": Use.OPEN, str(NEIGHBOUR): Use.OPEN}


def test_a_file_that_breaks_a_rule_takes_no_client_out(world: Compiling) -> None:
    world.commit(authored.integration("fjord", clients=("sync", "batch")), authored.keys("fjord", clients=("batch",)))
    world.settled()
    world.commit(authored.integration("fjord", position=7, clients=("batch",)))
    compiled = world.compile()
    assert uses(compiled) == {str(NEIGHBOUR): Use.OPEN}
    assert compiled.organisations["fjord"].kept == {SYNC, ClientKey("fjord", "journal", "batch")}


def test_while_a_file_of_an_organisation_is_unreadable_nothing_of_it_counts_as_deleted(world: Compiling) -> None:
    world.commit(authored.integration("fjord", "other"), authored.keys("fjord", "other"))
    world.settled()
    world.commit({JOURNAL: None, authored.key_path("fjord"): None, "integrations/fjord/other.yaml": "a: ["})
    compiled = world.compile()
    assert uses(compiled) == {str(NEIGHBOUR): Use.OPEN}
    assert compiled.organisations["fjord"].kept == {SYNC, ClientKey("fjord", "other", "sync")}
    world.commit(authored.integration("fjord", "other"))
    assert uses(world.compile())[str(SYNC)] is Use.RETIRED


def test_the_summary_of_a_file_that_never_became_a_client_is_kept_while_it_cannot_be_read() -> None:
    world = Compiling()
    world.commit(authored.organisation("fjord"), authored.integration("fjord"))
    world.note(world.compile())
    world.commit({JOURNAL: "a: ["})
    assert world.compile().organisations["fjord"].stack.keep == {ObjectKey("Integration", "fjord.journal")}


def test_a_moved_file_changes_nothing(world: Compiling) -> None:
    before = world.compile()
    world.commit({JOURNAL: None, "integrations/fjord/renamed.yaml": world.files[JOURNAL].decode()})
    after = world.compile()
    assert after.organisations["fjord"].stack.digest == before.organisations["fjord"].stack.digest


def test_a_retired_client_whose_file_comes_back_is_wanted_again(world: Compiling) -> None:
    files = {JOURNAL: world.files[JOURNAL].decode()}
    world.commit(dict.fromkeys(files))
    world.settled()
    world.commit(files)
    assert uses(world.compile())[str(SYNC)] is Use.OPEN


def test_a_client_without_values_in_production_is_not_wanted_there_and_not_retired_from_it() -> None:
    world = Compiling(Environment.PRODUCTION)
    world.commit(authored.supplier("fjord"))
    compiled = world.compile()
    assert uses(compiled) == {}
    assert declared(compiled) == {ObjectKey("Integration", "fjord.journal")}


def test_organisations_that_the_repository_may_not_speak_for_are_left_out(world: Compiling) -> None:
    assert world.compile(only=("nord", "nobody")).organisations.keys() == {"nord"}
