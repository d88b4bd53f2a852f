"""The whole way: hub, assistant, action and job over one store; asked, seen, erased, forgotten."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from bot.ops.clock import SystemClock
from bot.privacy.carrying_out import Erasures
from bot.privacy.desk import PrivacyDesk
from bot.services import default_services
from knowledge.working_days import load_calendar
from tests.e2e.test_nothing_is_kept import assistant, through_the_hub

__all__ = ["assistant"]


class Later(SystemClock):
    """Two minutes ahead."""

    def now(self):
        return super().now() + timedelta(minutes=2)


async def answer_to(hub, conversation_id, message):
    for _ in range(400):
        if said := await hub.read_on(conversation_id, message.seq):
            return said[-1]
        await asyncio.sleep(0.05)
    raise AssertionError("no answer")


@pytest.mark.requirement("R-10")
def test_a_citizen_sees_and_erases_all_of_it(assistant, stage):
    folder = Path(str(make_url(default_services().settings.database_url).database)).parent
    forgotten = []

    async def forget(sender):
        forgotten.append(sender)

    assistant.erase = forget

    async def play(hub, turns, store, _texts):
        turns.start()
        conversation = (await hub.enter("web", None)).conversation
        me = conversation.id

        async def say(text):
            message, _ = await hub.say(me, uuid4().hex, text)
            return await answer_to(hub, me, message)

        async def press(answer, title):
            titles = [button["title"] for button in answer.content["buttons"]]
            message, _ = await hub.press(me, uuid4().hex, answer.seq, titles.index(title))
            return await answer_to(hub, me, message)

        await say("đăng ký tạm trú cần giấy tờ gì, tôi là Hoàng Yến")
        held = await say("các anh lưu gì về tôi")
        assert "tin nhắn trong cuộc trò chuyện này: " in held.content["text"]
        seen = await press(held, "Xem bản đầy đủ")
        secret = next(line for line in seen.content["text"].splitlines() if "/privacy/" in line).rpartition("/")[2]
        desk = PrivacyDesk(default_services().operations, SystemClock(), load_calendar())
        assert "Hoàng Yến" in str((await desk.open(secret)).held)
        asked = await say("xoa du lieu cua toi")
        assert "Anh/chị chắc chắn xoá không ạ?" in asked.content["text"]
        begun = await press(asked, "Xoá hết")
        assert "DL-" in begun.content["text"]
        again = await press(begun, "Thôi, đừng xoá")
        assert "đã huỷ" in again.content["text"]
        asked = await say("xoá hết tin nhắn của tôi đi")
        await say("xoá hết")
        later = Erasures(default_services().operations, Later())
        assert await later.carry_out() == {"erased": 1}
        assert (await store.find(me)).erased
        assert await desk.open(secret) is None
        turns.notify(me)
        for _ in range(200):
            if forgotten:
                break
            await asyncio.sleep(0.05)
        assert forgotten == [conversation.rasa_sender]
        await turns.stop()
        assert await later.carry_out() == {"done": 1}

    kept = stage.run(through_the_hub(assistant, folder, [], play))
    assert "Hoàng Yến" not in kept
