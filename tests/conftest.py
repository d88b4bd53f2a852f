"""What all tests share: the published data where it is at hand, and no network in unit tests."""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_asyncio import plugin as asyncio_plugin

from bot.ops.jit import quicken

ROOT = Path(__file__).resolve().parent.parent
UNIT = ROOT / "tests" / "unit"


def _look_at_new_fixtures_only(look: Any) -> Any:
    """pytest-asyncio looks at all fixtures for each test function, a million times: 8 s in each worker.

    Fixtures are only ever added; while there are as many as before, none is new.
    """
    seen = 0

    def look_at_new(collector: pytest.Collector, processed: set[Any]) -> None:
        nonlocal seen
        fixtures = collector.config.pluginmanager.get_plugin("funcmanage")._arg2fixturedefs
        known = sum(map(len, fixtures.values()))
        if known != seen:
            look(collector, processed)
            seen = known

    return look_at_new


quicken(os.environ.get("MOTCUA_JIT") == "on")  # everything on the compiler, as with it in production

asyncio_plugin._preprocess_async_fixtures = _look_at_new_fixtures_only(asyncio_plugin._preprocess_async_fixtures)


@pytest.hookimpl(hookwrapper=True)
def pytest_collection() -> Iterator[None]:
    """Ten thousand tests stay until the end: Python's collector need not look at them, now or between tests.

    spaCy would import TensorFlow if it found it, for seconds in each worker. Where a conftest has imported Rasa as in
    production, TensorFlow stays away.
    """
    gc.disable()
    aside = "tensorflow" not in sys.modules
    if aside:
        sys.modules["tensorflow"] = None  # type: ignore[assignment]
    yield
    if aside and "rasa.core.run" not in sys.modules:
        sys.modules.pop("tensorflow", None)
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files whose tests may take longest begin first: with several workers none of them is left for the end."""
    usual = float(config.getini("timeout"))
    longest: dict[Path, float] = {}
    for item in items:
        marker = item.get_closest_marker("timeout")
        longest[item.path] = max(longest.get(item.path, 0), float(marker.args[0]) if marker else usual)
    items.sort(key=lambda item: -longest[item.path])


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the portal's records of 2026-07-18; a test that needs it is skipped where it is missing."""
    folder = Path(os.environ.get("MOTCUA_SHARED") or ROOT.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip("no shared data: set MOTCUA_SHARED to the folder that holds data/catalogue")
    return folder


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit tests reach nothing outside this machine."""
    if UNIT not in request.path.parents:
        return
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_outside(address[0])
        return connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_outside(host)
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


def _refuse_outside(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        inside = ipaddress.ip_address(name).is_loopback or name in ("0.0.0.0", "::")
    except ValueError:
        inside = name == "localhost"
    if not inside:
        raise AssertionError(
            f"a unit test wants to reach {name}: use a fake (tests/fixtures), or write an integration test"
            " against a local server"
        )
