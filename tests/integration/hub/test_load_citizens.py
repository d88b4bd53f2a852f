"""The crowd of `make load` against a real hub: what is answered is counted, and what is not."""

from __future__ import annotations

import pytest

from tools.load_citizens import Tally, crowd, load_mix

BUTTONS = [{"text": "Chọn giúp tôi.", "buttons": [{"title": "Một", "payload": "/one"}]}]


async def test_everybody_is_answered_and_counted(hub_url, rasa):
    rasa.always = BUTTONS
    tally = Tally()
    rate = await crowd(hub_url, citizens=12, think=0.1, seconds=1.5, warm_up=0.5, tally=tally)
    assert tally.errors == {}
    assert rate == pytest.approx(len(tally.milliseconds) / 1.5)
    assert 1 <= len(tally.milliseconds) <= len(rasa.asked)
    assert min(tally.milliseconds) > 0
    assert "/one" in rasa.texts()


async def test_what_the_hub_refuses_is_an_error_and_no_answer(start_hub, rasa):
    tally = Tally()
    async with start_hub() as url:
        await crowd(f"{url}/nowhere", citizens=2, think=0.1, seconds=1.4, warm_up=0.1, tally=tally)
    assert tally.milliseconds == []
    assert sum(tally.errors.values()) >= 2


def test_the_mix_is_of_whole_conversations():
    mix = load_mix()
    assert sum(talk.weight for talk in mix) == 100
    assert all(talk.turns and not talk.turns[0].startswith("press:") for talk in mix)
