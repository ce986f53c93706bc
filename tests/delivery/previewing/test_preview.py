"""What a preview says of changes of every kind, measured against a service that is live."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sluse.delivery.previewing.held import as_seen
from sluse.delivery.previewing.hidden import HIDDEN
from sluse.delivery.previewing.means import ONLY_OPERATIONAL, ONLY_TEST
from sluse.delivery.previewing.preview import Known
from sluse.model.keys import Jwks
from sluse.model.statement import StatementType
from sluse.plan.preview.value import Action, Item, Preview
from worlds import lock
from worlds.lock import ALM, NOW, SERVICE, SUPPLIER, Lock
from worlds.previewing import (
    AT,
    JOURNAL,
    MESSAGES,
    PROVIDER_FILE,
    Files,
    files,
    previewed,
    replaced,
    repository,
    side,
    vouch,
    without,
)
from worlds.production import jwk

ORGANISATION = f"integrations/{SUPPLIER}/organisation.yaml"
KEYS = f"integrations/{SUPPLIER}/keys/journal/web.production.jwks.json"


@pytest.fixture(scope="module")
def world() -> Lock:
    found, _ = repository()
    found.clock = NOW
    return found


@pytest.fixture(scope="module")
def base(world: Lock) -> Files:
    return files(world)


def after(world: Lock, *acts: Callable[[Lock], object]) -> Files:
    """Return the files after some acts; the world itself stays."""
    own = copy.deepcopy(world)
    for act in acts:
        act(own)
    return files(own)


def other_scope(world: Lock) -> None:
    document = world.documents[SERVICE]
    client = document.spec.clients[0].model_copy(update={"scopes": ("nhn:deft/api",)})
    spec = document.spec.model_copy(update={"clients": (client,)})
    world.documents[SERVICE] = document.model_copy(update={"spec": spec})


def accept(world: Lock) -> None:
    world.accept(world.submit())


def retire(world: Lock) -> None:
    world.decide(StatementType.RETIREMENT, str(SERVICE), ALM, retirement={"delete_after_days": 10})


def the(preview: Preview, name: str = str(SERVICE)) -> Item:
    (item,) = (each for each in preview.items if each.name == name)
    return item


def actions(item: Item) -> dict[str, Action]:
    return {each.environment: each.action for each in item.effects}


def waits(item: Item, *, new: bool = True) -> set[tuple[str, str]]:
    return {(each.on, each.check) for each in item.needs if each.new is new}


def test_the_same_files_change_nothing(base: Files) -> None:
    found = previewed(base, base)
    assert (found.items, found.faults, found.fuse) == ((), (), ())


def test_test_values_alone_need_no_decision(base: Files) -> None:
    found = the(previewed(base, replaced(base, JOURNAL, ("test.fjordlegen", "beta.fjordlegen"))))
    assert found.says == (ONLY_TEST,)
    assert actions(found) == {"test": Action.CHANGE, "production": Action.KEEP}
    assert found.touched.hosts == ("beta.fjordlegen.example", "test.fjordlegen.example")
    assert found.gate is not None
    assert found.gate[0] == found.gate[1]


def test_a_tested_field_needs_a_test_and_a_decision_and_production_stays(base: Files) -> None:
    found = the(previewed(base, replaced(base, JOURNAL, ("nhn:msh/api", "nhn:deft/api"))))
    assert actions(found) == {"test": Action.CHANGE, "production": Action.KEEP}
    assert waits(found) == {("supplier", "NotSubmitted"), ("NHN reviewer", "NotDecided")}
    assert "Until then production keeps what it holds" in found.says[0]
    assert found.reaches == ("used by 1 user organisation: tind-kommune.home-care",)


def test_production_values_need_a_decision_only(base: Files) -> None:
    found = the(previewed(base, replaced(base, JOURNAL, ("www.fjordlegen", "ny.fjordlegen"))))
    assert actions(found) == {"test": Action.KEEP, "production": Action.KEEP}
    assert waits(found) == {("NHN reviewer", "NotDecided")}
    assert found.says[0].startswith(
        "Production values change, so their digest P is another: production needs a new decision."
    )


def test_an_acceptance_moves_production_to_what_was_accepted(world: Lock) -> None:
    found = the(previewed(after(world, other_scope), after(world, other_scope, accept)))
    assert actions(found) == {"test": Action.KEEP, "production": Action.CHANGE}
    assert "Production moves: production is brought to what was accepted, and open for use." in found.says
    assert [str(each) for each in found.effect("production").parts[0].changes] == [
        "scopes: -nhn:msh/api, +nhn:deft/api"
    ]
    assert "acceptance approved" in str(found.signed[0])


def test_a_field_and_its_acceptance_together_are_accepted_already(world: Lock, base: Files) -> None:
    found = the(previewed(base, after(world, other_scope, accept)))
    assert "that is accepted already" in found.says[0]
    assert actions(found) == {"test": Action.CHANGE, "production": Action.CHANGE}


def test_a_retirement_closes_first(world: Lock, base: Files) -> None:
    (part,) = the(previewed(base, after(world, retire))).effect("production").parts
    assert (part.action, part.before, part.after) == (Action.CHANGE, "Open", "Withheld")


def test_a_deleted_file_ends_nothing_in_production(base: Files) -> None:
    found = the(previewed(base, without(base, JOURNAL)))
    assert actions(found) == {"test": Action.RETIRE, "production": Action.KEEP}
    assert found.file == "deleted"
    assert "until a signed retirement" in found.says[-1]


def test_an_unreadable_file_deletes_nothing_and_nor_does_it_for_those_who_use_it(base: Files) -> None:
    found = previewed(base, replaced(base, JOURNAL, ("structure:", "strcture:")))
    assert the(found).file == "unreadable"
    assert {name: actions(the(found, name))["test"] for name in (str(SERVICE), "tind-kommune.home-care")} == {
        str(SERVICE): Action.HELD,
        "tind-kommune.home-care": Action.HELD,
    }
    assert found.wrong
    mended = the(previewed(replaced(base, JOURNAL, ("structure:", "strcture:")), base))
    assert mended.file == "readable again"


def test_keys_are_shown_by_thumbprint_and_wait_for_whoever_vouches(world: Lock, base: Files) -> None:
    more = Jwks(keys=(jwk("journal"), jwk("next"))).model_dump_json(by_alias=True, exclude_none=True).encode()
    found = the(previewed(base, {**base, KEYS: more}))
    assert found.says == (ONLY_OPERATIONAL,)
    assert waits(found) == {("supplier", "KeysNotVouched")}
    vouched = after(world, lambda own: vouch(own, "journal", "next"))
    moved = the(previewed(base, {**vouched, KEYS: more}))
    assert "Production moves." in moved.says
    assert "thumbprint" in str(moved.effect("production").parts[0].changes[0])


def test_a_provider_reaches_those_who_offer_it(base: Files) -> None:
    found = the(
        previewed(base, replaced(base, PROVIDER_FILE, ("identifier: pid", "identifier: sub"))), "polar-id.polar"
    )
    assert found.reaches == (
        "required by 1 client: fjordlegen.journal.web",
        "offered by 1 client: fjordlegen.messages.web",
    )
    assert found.touched.organisations == ("fjordlegen", "polar-id")
    gone = previewed(base, without(base, PROVIDER_FILE))
    assert ("supplier", "ProviderNotEntitled") in waits(the(gone))
    assert {each.rule for each in gone.new_faults} == {"login-provider-unknown"}


def test_an_organisations_numbers_reach_whoever_acts_for_them(base: Files) -> None:
    own = replaced(base, MESSAGES, ('organisationNumber: "310448176"', 'organisationNumber: "310550531"'))
    found = the(
        previewed(own, replaced(own, "integrations/polar-id/organisation.yaml", ("310550531", "313309738"))), "polar-id"
    )
    assert found.reaches == ("its numbers are acted for by 1 client: fjordlegen.messages.web",)
    domains = replaced(base, ORGANISATION, ("- fjordlegen.example", "- fjordlegen.example\n    - ny.example"))
    assert the(previewed(base, domains), SUPPLIER).says[0].startswith("What the organisation owns changes")


def test_a_new_service_says_what_it_waits_for(base: Files) -> None:
    path = f"integrations/{SUPPLIER}/extra.yaml"
    keys = f"integrations/{SUPPLIER}/keys/extra/web.test.jwks.json"
    more = {
        path: base[MESSAGES].replace(b"name: messages", b"name: extra"),
        keys: Jwks(keys=(jwk("extra"),)).model_dump_json(by_alias=True, exclude_none=True).encode(),
    }
    found = the(previewed(base, {**base, **more}), "fjordlegen.extra")
    assert actions(found) == {"test": Action.CREATE, "production": Action.KEEP}
    assert found.gate is not None
    assert found.gate[0] is None
    assert ("NHN reviewer", "PlanNotAgreed") in waits(found)


def test_a_registrar_that_cannot_withhold_does_both_steps_at_open(base: Files) -> None:
    early = lock.START + timedelta(hours=1)  # signed, and not yet open
    undecided = without(base, f"integrations/{SUPPLIER}/decisions/journal/8-acceptance.yaml")

    def found(known: Known) -> Preview:
        return previewed(undecided, base, at=early, known=known)

    can, cannot = found(Known(early, withholds=True)), found(Known(early, withholds=False))
    assert actions(the(can))["production"] is Action.CREATE
    assert actions(the(cannot))["production"] is Action.KEEP
    assert any("configure and open are one step, taken at open" in each for each in cannot.notes)
    assert any("taken to be able to withhold" in each for each in found(Known(early)).notes)


def test_policies_that_do_not_count_move_nothing_and_are_told(base: Files) -> None:
    found = previewed(base, without(base, "policies/gate.yaml"))
    assert any("policies/ of the head does not count" in each for each in found.notes)
    assert ("cluster operator", "PolicyNotTrusted") in waits(the(found))


def test_the_fuse_is_told_where_it_would_hold(base: Files) -> None:
    names = [f"extra-{number}" for number in range(8)]
    many = dict(base)
    for name in names:
        many[f"integrations/{SUPPLIER}/{name}.yaml"] = base[MESSAGES].replace(
            b"name: messages", f"name: {name}".encode()
        )
        keys = Jwks(keys=(jwk(name),)).model_dump_json(by_alias=True, exclude_none=True).encode()
        many[f"integrations/{SUPPLIER}/keys/{name}/web.test.jwks.json"] = keys
    found = previewed(many, base)
    assert found.fuse == ("in test it holds 8 retirements, until somebody releases it for this commit",)
    parts = [part for item in found.items for part in item.effect("test").parts]
    assert {part.action for part in parts} == {Action.HELD}
    assert len(parts) == 8


def test_a_published_ledger_says_what_production_holds(base: Files) -> None:
    held = as_seen(side(base), {})
    found = the(
        previewed(base, replaced(base, JOURNAL, ("nhn:msh/api", "nhn:deft/api")), known=Known(AT, production=held))
    )
    assert found.gate is not None
    assert found.gate[1] is not None
    assert found.gate[1].step == "move Open"


def test_what_is_secret_is_hidden_even_where_the_files_have_it(base: Files) -> None:
    found = previewed(base, replaced(base, JOURNAL, ("title: Journal", "title: Journal 01017000027 x")))
    assert "01017000027" not in repr(found)
    assert found.wrong


def test_hidden_hides_in_the_middle_of_a_long_path() -> None:
    from sluse.delivery.previewing.hidden import hidden

    assert hidden("https://x.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/01017000027/b") == HIDDEN
    assert hidden(('"d": "aaaaaaaaaaaaaaaaaaaaaaaa"', "plain")) == (HIDDEN, "plain")


def test_the_time_is_an_argument(base: Files) -> None:
    moment = datetime(2026, 10, 5, 8, tzinfo=NOW.tzinfo)
    found = the(
        previewed(base, replaced(base, JOURNAL, ("nhn:msh/api", "nhn:deft/api")), at=moment, known=Known(moment))
    )
    assert found.gate is not None
    assert found.gate[0] is not None
    assert found.gate[0].stage.startswith("Configured")
