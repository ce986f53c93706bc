"""The openings of one town in every format; `tests/golden/network` has them as people get them."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

import pytest
import yaml

from golden.network_openings import FILES, FOLDER, PLACE, page, town
from sluse.model.names import Environment, IntegrationKey
from sluse.model.policy.network import Certainty, NetworkCatalogue
from sluse.model.resources.network_opening import Opening
from sluse.model.service_integration import NetworkZone
from sluse.network.derive import Derived
from sluse.network.export import Format, manifests, not_known, text
from sluse.network.kubernetes import cilium_policy, network_policy
from sluse.network.nftables import table
from sluse.network.tabular import catalogue_rows

PRODUCTION = PLACE


@pytest.fixture(scope="session")
def found() -> tuple[Derived, ...]:
    return town()


@pytest.mark.parametrize("form", Format)
def test_the_format_is_the_golden_one(form: Format, found: tuple[Derived, ...]) -> None:
    assert page(form, found) == (FOLDER / FILES[form]).read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(FILES.values())


@pytest.mark.parametrize("form", Format)
def test_whatever_is_not_verified_is_marked(form: Format, found: tuple[Derived, ...]) -> None:
    """Every host of less than full certainty stands beside the word for it, on one line or in one record."""
    unsure = {
        (each.host, each.certainty.value)
        for derived in found
        for each in derived.openings
        if each.certainty is not Certainty.VERIFIED
    }
    assert unsure
    records = page(form, found).replace("\n        ", " ") if form is Format.JSON else page(form, found)
    for host, word in unsure:
        assert any(host in line and word in line for line in records.splitlines()), (host, word)


def test_csv_has_one_line_for_each_address_and_reads_back(found: tuple[Derived, ...]) -> None:
    rows = list(csv.DictReader(io.StringIO(text(Format.CSV, PRODUCTION, found))))
    wanted = Counter(
        (each.host, address) for derived in found for each in derived.openings for address in each.addresses or ("",)
    )
    assert Counter((row["host"], row["address"]) for row in rows) == wanted


def test_json_names_what_is_not_known(found: tuple[Derived, ...]) -> None:
    said = json.loads(text(Format.JSON, PRODUCTION, found))
    assert [each["notKnown"] for each in said["consumers"]] == [list(each.gaps) for each in found]


def test_a_network_policy_opens_the_addresses_on_their_port_and_dns_and_nothing_else() -> None:
    policy = network_policy(
        PRODUCTION, KEY, [opening(), opening(host="b.example", port=8443, addresses=("2001:db8::1/128",))]
    )
    assert policy is not None
    *rules, dns = policy["spec"]["egress"]
    assert [(rule["to"], rule["ports"][0]["port"]) for rule in rules] == [
        ([{"ipBlock": {"cidr": "192.0.2.10/32"}}], 443),
        ([{"ipBlock": {"cidr": "2001:db8::1/128"}}], 8443),
    ]
    assert dns["to"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]
    assert policy["spec"]["podSelector"] != {}, "an empty selector would cut off every pod of the namespace"


def test_no_address_means_no_network_policy_but_a_cilium_one() -> None:
    without = [opening(addresses=())]
    assert network_policy(PRODUCTION, KEY, without) is None
    policy = cilium_policy(PRODUCTION, KEY, without)
    assert policy is not None
    assert policy["spec"]["egress"][0]["toFQDNs"] == [{"matchName": "a.example"}]
    assert cilium_policy(PRODUCTION, KEY, []) is None


@pytest.mark.parametrize("form", [Format.NFTABLES, Format.KUBERNETES])
def test_what_a_format_leaves_out_is_told(form: Format, found: tuple[Derived, ...]) -> None:
    hosts = {each.host for derived in found for each in derived.openings if not each.addresses}
    assert hosts
    assert all(any(host in line for line in not_known(form, found)) for host in hosts)
    assert all(host in page(form, found) for host in hosts)


def test_one_table_serves_all_consumers_and_without_sources_governs_nobody(found: tuple[Derived, ...]) -> None:
    rules = table(PRODUCTION, found)
    assert rules.count("table inet sluse_production {") == 1
    assert "elements" not in rules
    assert "policy drop" not in rules


def test_names_stay_within_what_a_label_may_be() -> None:
    key = IntegrationKey("o" * 40, "n" * 40)
    policy = network_policy(PRODUCTION, key, [opening()])
    assert policy is not None
    assert max(map(len, policy["metadata"]["labels"].values())) <= 63


def test_the_catalogue_is_shown_with_certainty_and_source(catalogue: NetworkCatalogue) -> None:
    header, *rows = catalogue_rows(catalogue, None)
    assert len(rows) == len(catalogue.destinations)
    assert (header[6], header[8]) == ("CERTAINTY", "SOURCE")
    test = list(catalogue_rows(catalogue, Environment.TEST))[1:]
    assert {row[1] for row in test} == {"test"}
    assert sorted({row[5] for row in test if row[0] == "helseid"}) == ["none known"]


def test_yaml_reads_back(found: tuple[Derived, ...]) -> None:
    for form in (Format.KUBERNETES, Format.CILIUM):
        assert list(yaml.safe_load_all(page(form, found))) == list(manifests(form, PRODUCTION, found))


KEY = IntegrationKey("town", "bruk")


def opening(host: str = "a.example", port: int = 443, addresses: tuple[str, ...] = ("192.0.2.10/32",)) -> Opening:
    return Opening(
        host=host,
        port=port,
        addresses=addresses,
        zone=NetworkZone.INTERNET,
        party="helseid",
        certainty=Certainty.VERIFIED,
        reason="login to a.b",
    )
