"""Unit tests reach nothing outside this machine, and say what to use instead."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "dichvucong.gov.vn", "2001:db8::1"])
def test_the_outside_is_refused_with_advice(host):
    with pytest.raises(AssertionError, match="use a fake"):
        socket.create_connection((host, 443), timeout=1)


def test_this_machine_is_allowed():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
