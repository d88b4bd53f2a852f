"""Every scenario file under this folder, as a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.scenarios import Scenario, find_scenarios, play


def _as_test(scenario: Scenario) -> Any:
    marks = [pytest.mark.requirement(*scenario.requirements)] if scenario.requirements else []
    return pytest.param(scenario, id=scenario.name, marks=marks)


@pytest.mark.parametrize("scenario", [_as_test(scenario) for scenario in find_scenarios(Path(__file__).parent)])
def test_conversation_goes_as_written(scenario: Scenario, stage: Any) -> None:
    stage.run(stage.desk.set(scenario.desk))
    problems, transcript = stage.run(play(scenario, stage.talker, f"e2e-{uuid4().hex}"))
    assert not problems, "\n".join([*problems, "", transcript])
