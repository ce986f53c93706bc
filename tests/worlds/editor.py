"""An editor as yaml-language-server sees one: the language server protocol over its standard input and output."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

PROGRAM = "yaml-language-server"
_SETTINGS = {"yaml": {"validate": True, "hover": True, "schemaStore": {"enable": False}}}
"""Without the store nothing is fetched from anywhere."""


def missing() -> bool:
    """Tell whether no such server is on PATH."""
    return shutil.which(PROGRAM) is None


class Editor:
    """One document open at a time; every answer is waited for."""

    def __init__(self, to: IO[bytes], answers: IO[bytes]) -> None:
        self._to = to
        self._answers = answers
        self._last = 0
        capabilities = {"workspace": {"configuration": True}}
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self._tell("initialized", {})

    def opened(self, path: Path, text: str) -> list[str]:
        """Open a document of this text, and return what is underlined in it."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics":
                return [each["message"] for each in message["params"]["diagnostics"]]

    def hovered(self, path: Path, line: int, character: int) -> str:
        """Return what is shown where the pointer rests, from 0."""
        place = {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}
        found = self._ask("textDocument/hover", place)
        return str(found["contents"]["value"]) if found else ""

    def _ask(self, method: str, params: Any) -> Any:
        self._last += 1
        self._send({"id": self._last, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == self._last and "method" not in message:
                return message.get("result")

    def _tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._to.flush()

    def _next(self) -> dict[str, Any]:
        """Return the next message; what the server asks of us is answered: our settings, or nothing."""
        length = 0
        while (line := self._answers.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
            elif not line:
                raise EOFError("the language server is gone")
        message: dict[str, Any] = json.loads(self._answers.read(length))
        if "method" in message and "id" in message:
            items = message.get("params", {}).get("items")
            answer = None if items is None else [_SETTINGS.get(each.get("section")) for each in items]
            self._send({"id": message["id"], "result": answer})
        return message


@contextmanager
def editor() -> Iterator[Editor]:
    """Start a server, and end it."""
    program = shutil.which(PROGRAM)
    assert program is not None, "on PATH: see `missing`"
    with subprocess.Popen([program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield Editor(server.stdin, server.stdout)
        finally:
            server.kill()
