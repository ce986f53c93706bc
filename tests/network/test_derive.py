"""Who needs which openings, where each is, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from sluse.errors import CatalogError
from sluse.model.names import Environment, IntegrationKey
from sluse.model.policy.network import Certainty, NetworkCatalogue
from sluse.model.service_integration import NetworkZone
from sluse.model.tree import Tree
from sluse.network.consumer import Consumer, offered
from sluse.network.derive import MOST, Derived, derive, providers_of, surroundings
from sluse.network.scope import of_organisation, of_service
from sluse.rules.references import KNOWN_PROVIDERS
from worlds.openings import ADDRESS, OTHER, destination

TEST, PRODUCTION = Environment.TEST, Environment.PRODUCTION
INTERNET, HELSENETTET, PROXY = NetworkZone.INTERNET, NetworkZone.HELSENETTET, NetworkZone.PROXY
TOWN, NORDLYS = IntegrationKey("tind-kommune", "helsetjenester"), IntegrationKey("nordlys", "samhandling")


def known(*destinations: Mapping[str, object]) -> NetworkCatalogue:
    return NetworkCatalogue.model_validate({"destinations": list(destinations)})


def derived(
    catalogue: NetworkCatalogue, *parties: str, zones: Sequence[NetworkZone] = (INTERNET,), providers: Any = None
) -> Derived:
    """Derive for somebody who meets these parties."""
    consumer = Consumer(IntegrationKey("a", "b"), ("310448176",), tuple(zones), dict.fromkeys(parties, "login to a.b"))
    return surroundings(catalogue, providers or {}, TEST).derived(consumer)


def hosts(found: Derived) -> list[tuple[str, str, str]]:
    return [(each.zone.value, each.party, each.host) for each in found.openings]


def of(found: Sequence[Derived], key: IntegrationKey) -> Derived:
    (one,) = [each for each in found if each.consumer.key == key]
    return one


def test_users_meet_helseid_and_the_identity_providers_that_their_services_offer(
    tree: Tree, catalogue: NetworkCatalogue
) -> None:
    town = of(derive(tree, catalogue, PRODUCTION), TOWN)
    services = {IntegrationKey("fjordlegen", "journal"), NORDLYS}
    wanted = {"helseid", *(name for key in services for name in offered(tree.integrations[key].content))}
    assert set(town.consumer.needs) == wanted
    met = {each.party for each in town.openings}
    assert {"helseid", "idporten", "buypass"} <= met <= wanted
    assert {gap.partition(" ")[0] for gap in town.gaps} <= wanted


def test_a_client_that_lists_none_offers_helseids_ordinary_list(tree: Tree) -> None:
    assert set(offered(tree.integrations[NORDLYS].content)) == set(KNOWN_PROVIDERS)


def test_a_services_own_workloads_meet_helseid_alone(tree: Tree, catalogue: NetworkCatalogue) -> None:
    nordlys = of(derive(tree, catalogue, PRODUCTION), NORDLYS)
    assert {each.party for each in nordlys.openings} == {"helseid"}
    assert nordlys.gaps == ()


def test_only_the_zones_and_the_environment_that_were_asked_for_are_opened() -> None:
    catalogue = known(
        destination(),
        destination(zone="helsenettet", host="inside.example"),
        destination(environment="production", host="live.example"),
    )
    assert hosts(derived(catalogue, "helseid")) == [("internet", "helseid", "helseid-sts.test.example")]
    both = derived(catalogue, "helseid", zones=(HELSENETTET, INTERNET))
    assert [host for _, _, host in hosts(both)] == ["inside.example", "helseid-sts.test.example"]


def test_what_is_superseded_counts_only_while_nothing_newer_is_known() -> None:
    old = destination(host="old.example", certainty="old")
    assert [host for *_, host in hosts(derived(known(old), "helseid"))] == ["old.example"]
    assert [host for *_, host in hosts(derived(known(old, destination()), "helseid"))] == ["helseid-sts.test.example"]


def test_a_host_without_an_address_is_an_opening_all_the_same() -> None:
    (opening,) = derived(known(destination(addresses=[])), "helseid").openings
    assert opening.addresses == ()


def test_whom_the_catalogue_does_not_know_is_a_gap_and_no_guess() -> None:
    found = derived(known(destination()), "helseid", "bankid", zones=(HELSENETTET, INTERNET))
    assert found.gaps == (
        "bankid from helsenettet: no host is known",
        "bankid from internet: no host is known",
        "helseid from helsenettet: no host is known",
    )


def test_behind_the_proxy_nothing_but_the_proxy_is_opened() -> None:
    proxy = destination("nhn-proxy", "proxy.example", zone="proxy", port=8080)
    found = derived(known(destination(), proxy), "helseid", "idporten", zones=(PROXY,))
    assert [(each.host, each.port) for each in found.openings] == [("proxy.example", 8080)]


@pytest.mark.parametrize(
    ("environment", "host"), [(TEST, "login.test.polar-id.example"), (PRODUCTION, "login.polar-id.example")]
)
def test_an_identity_provider_with_a_file_adds_its_issuers_host(
    tree: Tree, environment: Environment, host: str
) -> None:
    consumer = Consumer(NORDLYS, (), (HELSENETTET, INTERNET), {"polar-login": "login to a.b"})
    found = surroundings(known(), providers_of(tree), environment).derived(consumer)
    assert [(each.host, each.addresses, each.certainty) for each in found.openings] == [
        (host, (), Certainty.UNVERIFIED),  # its file does not say that it is reached from Helsenettet
        (host, (), Certainty.PARTLY),  # nor that logins are shown on the issuer's own host
    ]


def test_order_in_the_files_means_nothing(tree: Tree, catalogue: NetworkCatalogue) -> None:
    turned = replace(
        tree,
        integrations=dict(reversed(tree.integrations.items())),
        user_organisations=dict(reversed(tree.user_organisations.items())),
    )
    backwards = NetworkCatalogue(destinations=catalogue.destinations[::-1])
    assert derive(turned, backwards, PRODUCTION) == derive(tree, catalogue, PRODUCTION)


def test_more_than_a_resource_holds_is_told() -> None:
    many = known(*(destination(host=f"h{number}.example") for number in range(MOST + 3)))
    found = derived(many, "helseid")
    assert len(found.openings) == MOST
    assert found.gaps == (f"3 openings more than the {MOST} that one resource holds",)


def test_every_reason_fits_on_its_line_however_long_the_names() -> None:
    catalogue = known(destination(addresses=[ADDRESS, OTHER]))
    key = IntegrationKey("o" * 40, "n" * 40)
    consumer = Consumer(key, ("310448176",), (INTERNET,), {"helseid": f"workloads of {key} ask HelseID for tokens"})
    assert surroundings(catalogue, {}, TEST).derived(consumer).spec.openings


def test_users_without_a_file_ask_by_service(tree: Tree, catalogue: NetworkCatalogue) -> None:
    found = of_service(tree, catalogue, PRODUCTION, "fjordlegen.journal")
    assert {each.zone for each in found.openings} == {INTERNET, HELSENETTET}
    assert {each.party for each in found.openings} == {"helseid", "idporten", "buypass"}


@pytest.mark.parametrize("name", ["fjordlegen.jurnal", "fjordlegen", ""])
def test_an_unknown_service_is_refused_and_near_ones_named(tree: Tree, catalogue: NetworkCatalogue, name: str) -> None:
    with pytest.raises(CatalogError) as raised:
        of_service(tree, catalogue, PRODUCTION, name)
    assert "fjordlegen.journal" in str(raised.value.hint)


def test_an_organisation_gets_all_of_its_files(tree: Tree, catalogue: NetworkCatalogue) -> None:
    found = of_organisation(tree, catalogue, PRODUCTION, "tind-kommune")
    assert [each.consumer.key.name for each in found] == ["helsetjenester", "velferdsteknologi"]
    with pytest.raises(CatalogError, match="no file of polar-id asks"):
        of_organisation(tree, catalogue, PRODUCTION, "polar-id")
    with pytest.raises(CatalogError, match="no organisation"):
        of_organisation(tree, catalogue, PRODUCTION, "tind")
