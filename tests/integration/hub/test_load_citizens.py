"""The crowd of `make load` against a real hub: what is answered is counted, and what is not."""

from __future__ import annotations

from tools.load_citizens import Citizen, Tally, crowd
from tools.load_mix import Talk, load_mix

BUTTONS = [{"text": "Chọn giúp tôi.", "buttons": [{"title": "Một", "payload": "/one"}]}]


def people(url, count, mix, tally):
    return [Citizen(number, url, mix, 0.1, tally) for number in range(count)]


async def test_everybody_is_answered_and_counted(hub_url, rasa):
    tally = Tally()
    await crowd(people(hub_url, 12, load_mix(), tally), 1.5, 0.5, 0.5, tally.begin_anew)
    assert tally.errors == {}
    assert 1 <= len(tally.milliseconds) <= len(rasa.asked) - tally.before
    assert min(tally.milliseconds) > 0


async def test_a_button_is_pressed_by_its_words(hub_url, rasa):
    rasa.always = BUTTONS
    tally = Tally()
    mix = [Talk(1, ("xin chào", "press:Hai", "press:Một"))]
    await crowd(people(hub_url, 1, mix, tally), 1.5, 0.0, 0.0, tally.begin_anew)
    assert tally.errors == {}
    assert rasa.texts()[:2] == ["xin chào", "/one"]


async def test_what_the_hub_refuses_is_an_error_and_no_answer(start_hub, rasa):
    tally = Tally()
    async with start_hub() as url:
        await crowd(people(f"{url}/nowhere", 2, load_mix(), tally), 1.4, 0.1, 0.1, tally.begin_anew)
    assert tally.milliseconds == []
    assert sum(tally.errors.values()) >= 2


async def test_people_without_a_pause_are_not_taken_for_one_flood(hub_url):
    tally = Tally()
    flood = [Citizen(1, hub_url, [Talk(1, ("xin chào",))], 0.0, tally)]
    await crowd(flood, 3.0, 0.0, 0.0, tally.begin_anew)
    assert tally.errors == {}
    assert len(tally.milliseconds) > 30
