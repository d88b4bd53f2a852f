"""The part of the crowd of `make load` that is on Zalo, against a real hub and a local Zalo."""

from __future__ import annotations

import pytest

from tools.load_citizens import Tally, crowd
from tools.load_mix import Talk
from tools.load_zalo import LocalZalo, ZaloCitizen

BUTTONS = [{"text": "Chọn giúp tôi.", "buttons": [{"title": "Một", "payload": "/one"}]}]


@pytest.fixture
async def zalo():
    """In the place of the one that other tests have."""
    server = LocalZalo(0)
    await server.start()
    yield server
    await server.stop()


async def test_answers_and_presses_go_to_zalo_and_back(start_zalo_hub, zalo, zalo_rasa):
    zalo_rasa.always = BUTTONS
    tally = Tally()
    mix = [Talk(1, ("xin chào", "press:Một"))]
    async with start_zalo_hub() as webhook:
        people = [ZaloCitizen(number, webhook, zalo, mix, 0.1, tally) for number in range(3)]
        await crowd(people, 2.0, 0.0, 0.1, tally.begin_anew)
    assert tally.errors == {}
    assert len(tally.milliseconds) >= 3
    assert "/one" in zalo_rasa.texts()
    assert zalo.faults == []
