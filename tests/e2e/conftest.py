"""One assistant a session: loading it takes seconds, a turn milliseconds."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from bot.handoff.build import HandoffParts
from bot.handoff.contacts import Contacts
from bot.handoff.mentions import Mentions
from bot.handoff.models import Officer
from bot.handoff.presence import Presence
from bot.handoff.queue import Queue
from bot.rasa_runtime.model_files import find_current_model
from bot.settings import Settings
from knowledge.settings import ROOT
from tests.fixtures.moving_clock import MovingClock


class Desk:
    """Officers in the chat: there, not there in their hours, or out of hours; the clock of the desk stands still."""

    def __init__(self, services: Any) -> None:
        self._clock = MovingClock()
        shifts = services.handoff.queue.shifts
        args = (services.operations, self._clock)
        parts = HandoffParts(
            Queue(*args, shifts), Presence(*args), Contacts(*args, shifts), Mentions(*args), self._clock
        )
        object.__setattr__(services, "handoff", parts)
        self._presence = parts.presence

    async def set(self, how: str) -> None:
        self._clock.set(*((2026, 11, 28, 3) if how == "out_of_hours" else (2026, 11, 26, 3)))
        lan = Officer("p-lan", "Chị Lan")
        await (self._presence.arrive(lan) if how == "open" else self._presence.leave(lan))


class Stage:
    """Plays coroutines on one event loop, with the assistant that belongs to it."""

    def __init__(self, talker: Any, desk: Desk) -> None:
        self.talker = talker
        self.desk = desk
        self._loop = asyncio.new_event_loop()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(coroutine)

    def close(self) -> None:
        self._loop.close()


# Dossiers: the sample city, a system that never answers (units H28), and units that nobody serves (all others).
GATEWAYS = """
gateways:
  - {name: SAMPLE_CITY, kind: sample, units: [H29]}
  - {name: AWAY, kind: city, units: [H28], address: "http://127.0.0.1:9", timeout: 0.5, tries: 1}
"""


@pytest.fixture(scope="session")
def own_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An operations store and dossiers of the tests' own, for all that asks `default_services`."""
    from bot.services import default_services

    folder = tmp_path_factory.mktemp("stores")
    (folder / "gateways.yml").write_text(GATEWAYS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{folder / 'operations.db'}")
        patch.setenv("MOTCUA_CASE_GATEWAYS", str(folder / "gateways.yml"))
        default_services.cache_clear()
        yield
        default_services().operations.close()
        default_services.cache_clear()


@pytest.fixture(scope="session")
def stage(own_stores: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The assistant as trained from the present sources; tests never run against an older model."""
    from bot.rasa_runtime.startup import load_conversations

    settings = Settings.from_env()
    if find_current_model(ROOT, settings.model_dir) is None:
        if os.environ.get("MOTCUA_TEST_NO_SKIP"):
            pytest.fail("the model is older than its sources: run `make train`")
        pytest.skip("the model is older than its sources: run `make train`")
    logs = tmp_path_factory.mktemp("logs")
    from bot.services import default_services

    found = Stage(load_conversations(dataclasses.replace(settings, data_dir=logs)), Desk(default_services()))
    yield found
    found.close()
