"""The exported table on real packets: three network namespaces, the middle one a router that loads it with nft."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from golden.network_openings import FILES, FOLDER
from sluse.model.names import Environment, IntegrationKey
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.service_integration import NetworkZone
from sluse.network.consumer import Consumer
from sluse.network.derive import surroundings
from sluse.network.export import Format
from sluse.network.nftables import table
from worlds.openings import destination

OPEN, CLOSED = "192.0.2.10", "192.0.2.99"
OPEN6, CLOSED6 = "2001:db8:1::10", "2001:db8:1::99"
USERS, USERS6 = "10.20.0.0/24", "2001:db8:20::/64"
SERVER = """
import socket, sys
held = []
for address in sys.argv[1:]:
    for port in (443, 8443):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        held.append(socket.create_server((address, port), family=family))
print("ready", flush=True)
sys.stdin.read()
"""
CLIENT = (
    "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=float(sys.argv[3])).close()"
)
PATIENCE, DROPPED = "10", "0.5"  # seconds: to wait for an answer; to give up where the counter says why

needs_nft = pytest.mark.skipif(shutil.which("nft") is None, reason="nft is not installed (Debian: nftables)")


@dataclass
class Routed:
    """A client and a server with a router between, each a network namespace of its own."""

    name: str

    def run(self, place: str, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        inside = ["ip", "netns", "exec", f"{self.name}-{place}", *words]
        return subprocess.run(inside, input=stdin, capture_output=True, text=True, check=False, timeout=30)

    def reaches(self, address: str, port: int = 443, patience: str = PATIENCE) -> bool:
        return self.run("client", sys.executable, "-c", CLIENT, address, str(port), patience).returncode == 0

    def load(self, rules: str) -> None:
        loaded = self.run("router", "nft", "-f", "-", stdin=rules)
        assert loaded.returncode == 0, loaded.stderr

    def dropped(self) -> int:
        """Return how many packets the table has dropped."""
        listed = self.run("router", "nft", "--json", "list", "chain", "inet", "sluse_test", "openings")
        rules = [each["rule"]["expr"] for each in json.loads(listed.stdout)["nftables"] if "rule" in each]
        (counter,) = [expr[0]["counter"]["packets"] for expr in rules if "drop" in expr[-1]]
        return int(counter)


def must(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=30)


@pytest.fixture
def routed() -> Iterator[Routed]:
    if shutil.which("nft") is None or shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("real packets need root, ip (iproute2) and nft (nftables)")
    name = f"sl{os.getpid()}"
    with ExitStack() as stack:
        try:
            for place in ("client", "router", "server"):
                must("ip", "netns", "add", f"{name}-{place}")
                stack.callback(must, "ip", "netns", "del", f"{name}-{place}")
            connect(name, "client", ("10.20.0.1/24", "2001:db8:20::1/64"), ("10.20.0.2/24", "2001:db8:20::2/64"))
            served = [f"{address}/24" for address in (OPEN, CLOSED)] + [f"{address}/64" for address in (OPEN6, CLOSED6)]
            connect(name, "server", ("192.0.2.1/24", "2001:db8:1::1/64"), tuple(served))
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")
        world = Routed(name)
        forwarding = "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding"
        if world.run("router", "sh", "-ec", forwarding).returncode:
            pytest.skip("no forwarding may be turned on here")
        server = stack.enter_context(listening(name, (OPEN, CLOSED, OPEN6, CLOSED6)))
        stack.callback(server.kill)
        yield world


def connect(name: str, place: str, router: tuple[str, ...], other: tuple[str, ...]) -> None:
    """Lay a cable between the router and a place, with addresses at both ends and the way back."""
    must("ip", "link", "add", f"{name}{place[0]}r", "netns", f"{name}-router", "type", "veth", "peer", "name", f"{name}{place[0]}", "netns", f"{name}-{place}")  # fmt: skip
    for where, link, addresses in (("router", f"{name}{place[0]}r", router), (place, f"{name}{place[0]}", other)):
        inside = ("ip", "-n", f"{name}-{where}")
        for address in addresses:
            must(*inside, "address", "add", address, "dev", link, *(("nodad",) if ":" in address else ()))
        must(*inside, "link", "set", link, "up")
    for gateway, version in ((router[0], "-4"), (router[1], "-6")):
        must("ip", version, "-n", f"{name}-{place}", "route", "add", "default", "via", gateway.partition("/")[0])


def listening(name: str, addresses: tuple[str, ...]) -> subprocess.Popen[str]:
    """Start a server on every address and wait until it listens."""
    command = ["ip", "netns", "exec", f"{name}-server", sys.executable, "-c", SERVER, *addresses]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"
    return server


def rules(*sources: str) -> str:
    """Return the table of somebody who may reach the open addresses."""
    entry = destination(addresses=[f"{OPEN}/32", f"{OPEN6}/128"])
    catalogue = NetworkCatalogue.model_validate({"destinations": [entry]})
    consumer = Consumer(IntegrationKey("town", "bruk"), (), (NetworkZone.INTERNET,), {"helseid": "login to a.b"})
    return table(Environment.TEST, [surroundings(catalogue, {}, Environment.TEST).derived(consumer)], sources)


def test_what_is_opened_goes_through_and_nothing_else_does(routed: Routed) -> None:
    for address in (OPEN, CLOSED, OPEN6, CLOSED6):
        assert routed.reaches(address), "before the rules everything goes through"
    routed.load(rules(USERS, USERS6))
    assert routed.reaches(OPEN)
    assert routed.reaches(OPEN6)
    for address, port in ((CLOSED, 443), (OPEN, 8443), (CLOSED6, 443), (OPEN6, 8443)):
        before = routed.dropped()
        assert not routed.reaches(address, port, DROPPED), (address, port)
        assert routed.dropped() > before, "it was this table that dropped it"


def test_loading_again_replaces_and_without_sources_nobody_is_governed(routed: Routed) -> None:
    routed.load(rules(USERS, USERS6))
    assert not routed.reaches(CLOSED, 443, DROPPED)
    routed.load(rules())
    assert routed.reaches(CLOSED)
    assert routed.dropped() == 0


@needs_nft
def test_nft_accepts_the_golden_table() -> None:
    golden: Path = FOLDER / FILES[Format.NFTABLES]
    checked = subprocess.run(["nft", "-c", "-f", golden], capture_output=True, text=True, check=False, timeout=30)
    if "Operation not permitted" in checked.stderr:
        pytest.skip("nft needs root even to check")
    assert checked.returncode == 0, checked.stderr
