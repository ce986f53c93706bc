"""The servers that a running CLI talks to are on loopback, and theirs alone."""

from __future__ import annotations

import socket

import pytest

from sluse_stacks.engine.serving import served


def test_nobody_else_may_listen_where_it_does() -> None:
    with served(None, lambda _: None) as (_, address), socket.socket() as other:
        host, _, port = address.removeprefix("tcp://").partition(":")
        assert host == "127.0.0.1"
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind((host, int(port)))
