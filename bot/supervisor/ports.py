"""Is a port free, and what to say when it is not."""

from __future__ import annotations

import socket


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def busy_port_sentence(host: str, port: int, setting: str) -> str:
    """What to do about a port that something else holds."""
    other = port + 1 if port < 65535 else port - 1
    return (
        f"Port {port} on {host} is in use. Stop the program that holds it (perhaps another `make run`), "
        f"or choose another port: {setting}={other} make run"
    )
