"""The rules about objects, asked over Pulumi's analyzer protocol as the CLI asks: a process, its port, and gRPC."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from typing import Any

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
import pytest
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # nor does protobuf
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from sluse.catalog.yaml import plain
from sluse.desired.stack import Manifest
from sluse.rules.rule import ResourceRule
from sluse.rules.table import RULES
from worlds.stacks import stack

KEY = "-----BEGIN PRIVATE KEY-----"
PERSON = "13116900216"
URN = "urn:pulumi:test.fjord::sluse::kubernetes:sluse.nhn.no/v1alpha1:Integration::fjord.journal"
OBJECT = "kubernetes:sluse.nhn.no/v1alpha1:Integration"


PROGRAM = (sys.executable, "-c", "from sluse_policies.analyzer import main; main()", "127.0.0.1:1", ".")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Start it as the CLI does, and end it as the CLI does."""
    with subprocess.Popen(PROGRAM, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield port
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            analyzer_pb2_grpc.AnalyzerStub(channel).Cancel(Empty())
    assert process.returncode == 0


@pytest.fixture(scope="module")
def analyzer(port: int) -> Iterator[Any]:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield analyzer_pb2_grpc.AnalyzerStub(channel)


def asked(analyzer: Any, manifest: Manifest, kind: str = OBJECT) -> list[Any]:
    properties = Struct()
    properties.update(manifest)
    return list(analyzer.Analyze(analyzer_pb2.AnalyzeRequest(type=kind, urn=URN, properties=properties)).diagnostics)


def titled(title: str) -> Manifest:
    manifest = stack().resources[-1]
    return {**manifest, "spec": {**manifest["spec"], "title": title}}


def test_it_says_which_rules_it_has_and_that_none_is_advice(analyzer: Any) -> None:
    info = analyzer.GetAnalyzerInfo(Empty())
    assert {policy.name for policy in info.policies} == {rule.id for rule in RULES if isinstance(rule, ResourceRule)}
    assert {policy.enforcementLevel for policy in info.policies} == {analyzer_pb2.MANDATORY}
    assert info.version == analyzer.GetPluginInfo(Empty()).version


def test_what_a_stack_declares_passes(analyzer: Any) -> None:
    assert [asked(analyzer, manifest) for manifest in stack(clients=("a", "b")).resources] == [[], [], []]


@pytest.mark.parametrize(
    ("secret", "rule"),
    [(KEY, "resource-private-key"), (PERSON, "resource-personal-identifier")],
    ids=["key", "person"],
)
def test_a_secret_is_refused_and_not_repeated(analyzer: Any, secret: str, rule: str) -> None:
    (found,) = asked(analyzer, titled(f"Journal {secret}"))
    assert (found.policyName, found.enforcementLevel, found.urn) == (rule, analyzer_pb2.MANDATORY, URN)
    assert secret not in str(found)


def test_of_what_is_no_object_of_a_cluster_it_has_no_opinion(analyzer: Any) -> None:
    assert asked(analyzer, titled(KEY), kind="pulumi:providers:kubernetes") == []


def test_all_else_that_the_cli_asks_is_answered(analyzer: Any) -> None:
    analyzer.Handshake(analyzer_pb2.AnalyzerHandshakeRequest(engine_address="127.0.0.1:1"))
    analyzer.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(stack="test.fjord"))
    analyzer.Configure(analyzer_pb2.ConfigureAnalyzerRequest())
    assert not analyzer.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest()).diagnostics
    assert not analyzer.Remediate(analyzer_pb2.AnalyzeRequest()).remediations


def test_nobody_else_may_listen_where_it_does(port: int) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))


def test_it_ends_with_a_cli_that_is_killed() -> None:
    cli = f"import subprocess, time; subprocess.Popen({PROGRAM!r}); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", cli], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline())
        process.kill()
        assert process.stdout.read() == ""  # only its end closes it


def test_the_pack_is_run_by_this_program() -> None:
    pack = plain((resources.files("sluse_policies") / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    assert isinstance(pack, dict)
    assert pack["runtime"] == "sluse"
