"""Digests T, P and O: what moves them, and what must not."""

from __future__ import annotations

import contextlib
import copy
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sluse.model import digests
from sluse.model.classes import FieldClass, class_of
from sluse.model.names import Digest
from sluse.model.organisation import Organisation
from sluse.model.service_integration import ServiceIntegration

Document = dict[str, Any]
Integrations = st.SearchStrategy[Document]


def digest_t(document: Document) -> Digest:
    return digests.sha256(digests.tested(ServiceIntegration.model_validate(document)))


def digest_p(document: Document) -> Digest:
    return digests.sha256(digests.production(ServiceIntegration.model_validate(document)))


def digest_o(document: Document) -> Digest:
    return digests.sha256(digests.organisation(Organisation.model_validate(document)))


def shuffled(value: Any, luck: random.Random) -> Any:
    if isinstance(value, dict):
        pairs = [(key, shuffled(item, luck)) for key, item in value.items()]
        return dict(luck.sample(pairs, len(pairs)))
    if isinstance(value, list):
        items = [shuffled(item, luck) for item in value]
        return luck.sample(items, len(items))
    return value


@settings(max_examples=50)
@given(data=st.data(), luck=st.randoms(use_true_random=False))
def test_order_means_nothing(integrations: Integrations, data: st.DataObject, luck: random.Random) -> None:
    document = data.draw(integrations)
    other = shuffled(document, luck)
    assert (digest_t(other), digest_p(other)) == (digest_t(document), digest_p(document))


@settings(max_examples=50)
@given(data=st.data())
def test_a_default_that_is_written_out_is_no_difference(integrations: Integrations, data: st.DataObject) -> None:
    document = data.draw(integrations)
    written = ServiceIntegration.model_validate(document).model_dump(mode="json", by_alias=True)
    assert (digest_t(written), digest_p(written)) == (digest_t(document), digest_p(document))


@settings(max_examples=50)
@given(data=st.data())
def test_t_holds_whatever_test_and_operational_fields_say(integrations: Integrations, data: st.DataObject) -> None:
    document, other = data.draw(integrations), data.draw(integrations)
    changed = copy.deepcopy(document)
    spec, source = changed["spec"], other["spec"]
    spec["plan"] = source["plan"]
    spec.pop("network", None)
    spec["service"] |= {name: source["service"][name] for name in ("title", "users", "platform")}
    for client in spec["clients"]:
        client["test"] = source["clients"][0]["test"]
    assert (digest_t(changed), digest_p(changed)) == (digest_t(document), digest_p(document))


@settings(max_examples=50)
@given(data=st.data())
def test_t_holds_whatever_production_says(integrations: Integrations, data: st.DataObject) -> None:
    document, other = data.draw(integrations), data.draw(integrations)
    changed = copy.deepcopy(document)
    for client in changed["spec"]["clients"]:
        client["production"] = other["spec"]["clients"][0]["test"]
    assert digest_t(changed) == digest_t(document)


@settings(max_examples=50)
@given(data=st.data())
def test_two_integrations_never_share_a_digest(integrations: Integrations, data: st.DataObject) -> None:
    document = data.draw(integrations)
    renamed = copy.deepcopy(document)
    renamed["metadata"]["name"] += "x"
    assert digest_t(renamed) != digest_t(document)
    assert digest_p(renamed) != digest_p(document)


def test_every_leaf_of_the_examples_moves_the_digest_of_its_class_and_no_other(examples: dict[str, Document]) -> None:
    seen: set[FieldClass] = set()
    for document in examples.values():
        if document["kind"] != "ServiceIntegration":
            continue
        before = (digest_t(document), digest_p(document))
        for path, changed in mutations(document):
            field_class = class_of("ServiceIntegration", path)
            assert field_class is not None, path
            seen.add(field_class)
            moved = (digest_t(changed) != before[0], digest_p(changed) != before[1])
            # A client's name stands in P too, so that values of one client are never read as another's.
            names_values = path == "clients[].name"
            expected = (field_class is FieldClass.TESTED, field_class is FieldClass.PRODUCTION or names_values)
            assert moved == expected, path
    assert seen == {FieldClass.TESTED, FieldClass.PRODUCTION, FieldClass.TEST, FieldClass.OPERATIONAL}


def test_o_moves_with_what_an_organisation_owns_and_with_nothing_else(examples: dict[str, Document]) -> None:
    for document in examples.values():
        if document["kind"] != "Organisation":
            continue
        before = digest_o(document)
        for path, changed in mutations(document):
            assert (digest_o(changed) != before) == (class_of("Organisation", path) is FieldClass.IDENTITY), path


def test_removing_an_item_of_a_set_moves_the_digest(examples: dict[str, Document]) -> None:
    document = examples["nordlys/samhandling.yaml"]
    fewer = copy.deepcopy(document)
    del fewer["spec"]["clients"][1]
    assert digest_t(fewer) != digest_t(document)
    assert digest_p(fewer) != digest_p(document)


def mutations(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield (class path, document with that one leaf changed); every leaf has a valid change."""
    model = {"ServiceIntegration": ServiceIntegration, "Organisation": Organisation}[document["kind"]]
    for steps, value in list(_leaves(document["spec"], ())):
        for candidate in _others(value):
            changed = copy.deepcopy(document)
            place = changed["spec"]
            for step in steps[:-1]:
                place = place[step]
            place[steps[-1]] = candidate
            try:
                model.model_validate(changed)
            except ValidationError:
                continue
            yield _path(steps), changed
            break
        else:
            pytest.fail(f"no valid change of {_path(steps)}")


def _leaves(node: Any, steps: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(node, dict | list):
        for step, below in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(below, (*steps, step))
    else:
        yield steps, node


_ENUMS = (
    *("native", "api", "substantial", "high", "single-tenant", "multi-tenant", "internet", "helsenettet", "proxy"),
    *("authorization_code", "client_credentials", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"),
)


def _others(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    else:
        with contextlib.suppress(ValueError):
            yield f"{date.fromisoformat(value[:10]) + timedelta(days=1)}{value[10:]}"
        yield from (each for each in _ENUMS if each != value)
        if value.isdigit():
            yield f"{(int(value) + 1) % 10 ** len(value):0{len(value)}}"
        if value.startswith("+"):
            yield f"{value[:-1]}9"
        if value.startswith("ssh-"):
            yield f"{value}x"
        yield f"{value}x"
        yield f"x{value}"


def _path(steps: tuple[Any, ...]) -> str:
    path = ""
    for step in steps:
        path += "[]" if isinstance(step, int) else f".{step}" if path else step
    return path
