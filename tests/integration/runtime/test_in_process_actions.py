from __future__ import annotations

import io
import json
import logging
import re

import pytest

from bot.ops.logging import JsonLines


@pytest.fixture
def log():
    """What is written about the actions, as an operator would read it."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("motcua.actions")
    logger.addHandler(handler)
    yield out
    logger.removeHandler(handler)


async def test_an_action_answers_with_text_buttons_and_custom_data(tiny_talker):
    from bot.rasa_runtime.replies import answer_of, buttons_of, texts_of

    replies = await tiny_talker.say("a", "xin chào")
    assert texts_of(replies) == ["Chào"]
    assert [button.payload for button in buttons_of(replies)] == ["/break_down"]
    assert answer_of(replies) == {"a": 1}


async def test_a_bug_in_an_action_becomes_a_kind_answer_whose_reference_is_logged_once_without_words(tiny_talker, log):
    replies = await tiny_talker.say("b", "hỏng rồi, số của tôi là 0909")
    reference = re.fullmatch(r"Xin lỗi, mã ([0-9A-Z]{6})", replies[0].text or "")
    assert reference
    lines = log.getvalue().splitlines()
    assert len(lines) == 1
    entry = json.loads(lines[0])
    assert (entry["reference"], entry["action"]) == (reference[1], "tiny_break_down")
    assert "KeyError" in entry["error"]
    assert "0909" not in lines[0]


async def test_the_conversation_goes_on_after_a_bug(tiny_talker):
    await tiny_talker.press("c", "/break_down")
    assert (await tiny_talker.say("c", "xin chào"))[0].text == "Chào"


async def test_a_slash_that_was_typed_is_no_command(tiny_talker):
    replies = await tiny_talker.say("d", "/break_down")
    assert not any("mã" in (reply.text or "") for reply in replies)


async def test_a_slot_whose_validator_broke_is_asked_for_again_and_not_believed(tiny_talker):
    await tiny_talker.say("e", "từ chối")
    replies = await tiny_talker.say("e", "H29.1")
    assert replies[-1].text == "Mã nào ạ?"
    assert (await tiny_talker.slots("e"))["code"] is None


async def test_a_rejection_is_told_as_the_http_action_server_would(tiny_talker):
    from rasa.utils.endpoints import ClientResponseError

    from bot.rasa_runtime.in_process_actions import InProcessActions

    call = {"next_action": "tiny_decline", "tracker": {"sender_id": "f", "events": [], "slots": {}}, "domain": {}}
    with pytest.raises(ClientResponseError) as caught:
        await InProcessActions("tiny_actions").request(json=call)
    assert caught.value.status == 400
    assert json.loads(caught.value.text) == {"action_name": "tiny_decline", "error": "not now"}


async def test_conversations_do_not_know_of_each_other(tiny_talker):
    await tiny_talker.say("g", "từ chối")
    assert (await tiny_talker.say("h", "xin chào"))[0].text == "Chào"


@pytest.fixture
def ask_turn(tiny_talker):
    from bot.rasa_runtime.repeated import answer_once

    answer_once()

    async def ask(sender, text, turn):
        return await tiny_talker._handle(sender, text, {"turn": turn})

    return ask


async def messages_of(talker, sender):
    tracker = await talker._agent.tracker_store.retrieve(sender)
    return [event.text for event in tracker.events if event.type_name == "user"] if tracker else []


async def test_a_turn_that_is_asked_again_is_said_again_and_done_once(tiny_talker, ask_turn):
    first = await ask_turn("i", "xin chào", "aaaaaaaa-1")
    assert await ask_turn("i", "xin chào", "aaaaaaaa-1") == first
    opened = await ask_turn("i", "từ chối", "aaaaaaaa-3")  # opens a form, which would take it for an answer
    assert opened[-1].text == "Mã nào ạ?"
    assert await ask_turn("i", "từ chối", "aaaaaaaa-3") == opened
    assert await messages_of(tiny_talker, "i") == ["xin chào", "từ chối"]
    assert (await tiny_talker.slots("i"))["code"] is None


async def test_the_same_words_in_another_turn_or_without_one_are_a_new_turn(tiny_talker, ask_turn):
    for turn in ("aaaaaaaa-1", "aaaaaaaa-3", None, None):
        assert (await ask_turn("j", "xin chào", turn))[0].text == "Chào"
    assert len(await messages_of(tiny_talker, "j")) == 4


async def test_a_turn_whose_action_ran_nowhere_leaves_the_conversation_as_it_was(tiny_talker, ask_turn, monkeypatch):
    import aiohttp

    from bot.ops.logging import bind_turn
    from bot.rasa_runtime import observing
    from bot.rasa_runtime.in_process_actions import InProcessActions

    async def nowhere(*_, **__):
        observing.note_undone()
        raise aiohttp.ClientConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(InProcessActions, "request", nowhere)
        assert await ask_turn("k", "xin chào", "aaaaaaaa-1") == []
    observing._UNDONE.set(False)  # as the next question to Rasa does
    bind_turn("")
    assert await messages_of(tiny_talker, "k") == []
    assert (await ask_turn("k", "xin chào", "aaaaaaaa-1"))[0].text == "Chào"
    assert await messages_of(tiny_talker, "k") == ["xin chào"]
