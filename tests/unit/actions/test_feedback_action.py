"""What the action asks the hub to store along with its reply."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.feedback import NAME, REFERENCE, ActionOpenFollowUp
from tests.fixtures.memory_petitions import MemoryPetitions

pytestmark = pytest.mark.asyncio


async def turn(text, intent="tell_not_solved", slots=None, entities=()):
    message = {"text": text, "intent": {"name": intent}, "entities": list(entities)}
    tracker = Tracker("someone", slots or {}, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = await ActionOpenFollowUp(SimpleNamespace(petitions=MemoryPetitions())).run(dispatcher, tracker, {})
    (said,) = dispatcher.messages
    return said, {**(slots or {}), **{event["name"]: event["value"] for event in events}}


async def test_a_follow_up_is_opened_with_the_words_of_the_turn():
    said, slots = await turn("vẫn chưa làm được")
    assert said["custom"]["follow_up"] == {"reference": slots[REFERENCE], "opens": True, "words": True}
    assert said["reference"] == slots[REFERENCE]
    assert slots["open_question"]["action"] == NAME


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ("sai", "wrong", False),
        ("thông tin cũ", "outdated", False),
        ("cổng báo lỗi hoài", "", True),
        ("thiếu giấy chứng sinh của bé", "incomplete", True),
    ],
)
async def test_a_reply_is_a_reason_or_words_or_both(text, reason, words):
    _, slots = await turn("vẫn chưa làm được")
    said, after = await turn(text, "nlu_fallback", slots)
    assert said["custom"]["follow_up"] == {"reference": slots[REFERENCE], "reason": reason, "words": words}
    assert after["open_question"] is None


@pytest.mark.parametrize(("text", "intent"), [("bỏ qua", "nlu_fallback"), ("thôi", "deny"), ("không", "deny")])
async def test_left_out_stores_nothing_more(text, intent):
    _, slots = await turn("vẫn chưa làm được")
    said, _ = await turn(text, intent, slots)
    assert "follow_up" not in said["custom"]
    assert said["response"] == "utter_feedback__left_out"


async def test_a_button_of_the_question_names_the_reason():
    _, slots = await turn("vẫn chưa làm được")
    failed = [{"entity": "failed", "value": "off_topic"}]
    said, _ = await turn('/say_what_failed{"failed":"off_topic"}', "say_what_failed", slots, failed)
    assert said["custom"]["follow_up"]["reason"] == "off_topic"


async def test_a_made_up_reason_is_none():
    _, slots = await turn("vẫn chưa làm được")
    failed = [{"entity": "failed", "value": "'; DROP TABLE feedback"}]
    said, _ = await turn("/say_what_failed", "say_what_failed", slots, failed)
    assert "follow_up" not in said["custom"]
