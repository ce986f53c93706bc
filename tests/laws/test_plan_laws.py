"""The difference of two registrations: none from itself in any order, and enough to tell any two apart."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from laws.strategies import key_sets, service_integrations
from sluse.desired.registrations import registrations
from sluse.model.names import ClientKey, Environment
from sluse.model.registration import Registration
from sluse.plan.client import difference
from sluse.registrar.normal import normal

some = settings(max_examples=25, deadline=None)
_LISTS = (
    "grants",
    "scopes",
    "redirect_uris",
    "post_logout_redirect_uris",
    "child_organisation_numbers",
    "claims",
    "keys",
)


@st.composite
def wanted(draw: st.DrawFn) -> Registration:
    """A registration of some client of some integration in test."""
    document = draw(service_integrations())
    client = draw(st.sampled_from(document.spec.clients))
    key = ClientKey(document.metadata.organisation, document.metadata.name, client.name)
    return registrations(document, {key: draw(key_sets())}, Environment.TEST)[key]


@some
@given(wanted())
def test_nothing_differs_from_itself(registration: Registration) -> None:
    assert difference(registration, registration) == ()
    assert difference(normal(registration), registration) == ()


@some
@given(wanted(), st.randoms(use_true_random=False))
def test_order_is_no_difference(registration: Registration, luck: random.Random) -> None:
    lists = {name: getattr(registration, name) for name in _LISTS}
    other = registration.model_copy(update={name: tuple(luck.sample(each, len(each))) for name, each in lists.items()})
    assert difference(registration, other) == ()


@some
@given(wanted(), wanted())
def test_it_is_empty_only_where_both_are_the_same_to_an_authority(one: Registration, other: Registration) -> None:
    assert (difference(one, other) == ()) == (normal(one) == normal(other))


@some
@given(wanted(), wanted())
def test_what_one_adds_the_other_way_takes_away(one: Registration, other: Registration) -> None:
    there, back = difference(one, other), difference(other, one)
    assert [(each.field, each.added, each.removed) for each in there] == [
        (each.field, each.removed, each.added) for each in back
    ]
