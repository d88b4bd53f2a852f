"""One assistant a session: loading it takes seconds, a turn milliseconds."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from bot.rasa_runtime.model_files import find_current_model
from bot.settings import Settings
from knowledge.settings import ROOT


class Stage:
    """Plays coroutines on one event loop, with the assistant that belongs to it."""

    def __init__(self, talker: Any) -> None:
        self.talker = talker
        self._loop = asyncio.new_event_loop()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(coroutine)

    def close(self) -> None:
        self._loop.close()


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The assistant as trained from the present sources; tests never run against an older model."""
    from bot.rasa_runtime.startup import load_conversations

    settings = Settings.from_env()
    if find_current_model(ROOT, settings.model_dir) is None:
        if os.environ.get("MOTCUA_TEST_NO_SKIP"):
            pytest.fail("the model is older than its sources: run `make train`")
        pytest.skip("the model is older than its sources: run `make train`")
    logs = tmp_path_factory.mktemp("logs")
    found = Stage(load_conversations(dataclasses.replace(settings, data_dir=logs)))
    yield found
    found.close()
