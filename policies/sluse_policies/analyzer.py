"""`pulumi-analyzer-policy-sluse`: the rules about objects as a Pulumi policy pack, over Pulumi's analyzer protocol.

The package `pulumi-policy` is not used: it asks for another protobuf than `pulumi` does, and all that is needed of it is
this small server. The CLI starts it for a pack whose `runtime` is `sluse` (the folder of this file), reads the port from its output, and asks about
each object before anything is done with it. Nothing is read from git, nothing can be configured: a refusal is mandatory.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from threading import Event
from typing import Any

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # nor does protobuf
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from sluse.rules.rule import ResourceRule
from sluse.rules.table import RULES

PACK = "sluse"
_KUBERNETES = "kubernetes:"
_OPTIONS = (
    ("grpc.max_receive_message_length", 400 * 1024 * 1024),  # as Pulumi's own
    ("grpc.so_reuseport", 0),  # nobody else may listen on this port, and judge in our place
)
_LOOK = 0.5  # seconds between two looks whether the CLI is there
_MANDATORY = analyzer_pb2.MANDATORY
_JUDGES = tuple(rule for rule in RULES if isinstance(rule, ResourceRule))


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Judges each Kubernetes object by itself; of everything else it has no opinion. `ended` is set when the CLI is done."""

    def __init__(self) -> None:
        self.ended = Event()

    def Handshake(self, _: Any, __: Any) -> Any:  # noqa: N802 - the protocol's name
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def ConfigureStack(self, _: Any, __: Any) -> Any:  # noqa: N802
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Configure(self, _: Any, __: Any) -> Any:  # noqa: N802
        return Empty()

    def GetPluginInfo(self, _: Any, __: Any) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version=version("sluse"))

    def GetAnalyzerInfo(self, _: Any, __: Any) -> Any:  # noqa: N802
        policies = [
            analyzer_pb2.PolicyInfo(
                name=rule.id, displayName=rule.id, description=rule.why, message=rule.hint, enforcementLevel=_MANDATORY
            )
            for rule in _JUDGES
        ]
        return analyzer_pb2.AnalyzerInfo(name=PACK, displayName="Sluse", version=version("sluse"), policies=policies)

    def Analyze(self, request: Any, _: Any) -> Any:  # noqa: N802
        if not request.type.startswith(_KUBERNETES):
            return analyzer_pb2.AnalyzeResponse()
        found = diagnostics(request.urn, MessageToDict(request.properties))
        return analyzer_pb2.AnalyzeResponse(diagnostics=found)

    def AnalyzeStack(self, _: Any, __: Any) -> Any:  # noqa: N802
        return analyzer_pb2.AnalyzeResponse()

    def Remediate(self, _: Any, __: Any) -> Any:  # noqa: N802
        return analyzer_pb2.RemediateResponse()

    def Cancel(self, _: Any, __: Any) -> Any:  # noqa: N802
        self.ended.set()
        return Empty()


def diagnostics(urn: str, manifest: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what a rule has against an object. What is wrong in it is never repeated."""
    for rule in _JUDGES:
        for finding in rule.check(manifest):
            yield analyzer_pb2.AnalyzeDiagnostic(
                policyName=rule.id,
                policyPackName=PACK,
                policyPackVersion=version("sluse"),
                description=rule.why,
                message=f"{finding.message}. {rule.hint}",
                enforcementLevel=_MANDATORY,
                urn=urn,
            )


def main() -> None:
    """Serve on loopback, tell the port, and go on until the CLI is done, or is there no more: it may have been killed."""
    parent = os.getppid()
    analyzer = Analyzer()
    signal.signal(signal.SIGINT, lambda *_: analyzer.ended.set())  # how newer CLIs say that they are done
    server = grpc.server(ThreadPoolExecutor(4), options=_OPTIONS)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while not analyzer.ended.wait(_LOOK) and os.getppid() == parent:
        pass
    server.stop(grace=1).wait()
