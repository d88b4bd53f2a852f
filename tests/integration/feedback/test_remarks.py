"""A remark without a name, on both databases: once a key, for the support team, leading to nobody."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.errors import FeedbackRefusedError
from bot.feedback.desk import Wanted
from bot.feedback.export import row_of
from bot.feedback.models import Desk, FollowUpState, Source
from bot.feedback.remarks import Remark, Remarks, reference_of
from bot.feedback.showing import shown
from bot.feedback.tables import FEEDBACK
from bot.ops.clock import CITY_TIME

pytestmark = pytest.mark.asyncio
STORY = "Hồ sơ H29.12-261102-0007 của tôi trễ hẹn, gọi 0903 123 456 không ai nghe"


@pytest.fixture
def remarks(operations, clock):
    return Remarks(operations, clock)


async def test_it_reaches_the_support_team_without_anything_that_leads_to_a_person(remarks, desk, operations):
    reference = await remarks.send(Remark("key-1", STORY, "web", "1.004194"))
    (item,) = await desk.items(Wanted(desk=Desk.SUPPORT, open=True))
    assert (item.reference, item.source) == (reference, Source.WORDS)
    assert item.turn.procedure_code == "1.004194"
    assert item.rating.words.startswith("[Gửi ẩn danh")
    assert "trễ hẹn" in item.rating.words
    assert "0007" not in item.rating.words
    assert "123" not in item.rating.words
    row = await operations().run(lambda connection: connection.execute(select(FEEDBACK)).one())
    assert (row.conversation_id, row.message_seq, row.question) == (None, 0, "")
    assert row.created_at.astimezone(CITY_TIME).strftime("%H:%M:%S") == "00:00:00"
    assert "key-1" not in str(tuple(row))


async def test_the_same_key_is_the_same_remark_also_at_once(remarks, desk):
    sent = await asyncio.gather(*(remarks.send(Remark("key-1", "quầy đóng cửa sớm", "web")) for _ in range(6)))
    assert len(set(sent)) == 1
    assert len(await desk.items()) == 1
    assert await remarks.find("key-1") == sent[0] == reference_of("key-1")
    assert await remarks.find("key-2") == ""
    await remarks.send(Remark("key-2", "quầy đóng cửa sớm", "web"))
    assert len(await desk.items()) == 2


async def test_the_desk_works_on_it_as_on_any_other(remarks, desk, clock):
    reference = await remarks.send(Remark("key-1", "quầy đóng cửa sớm", "web"))
    await desk.assign(reference.lower(), "Chị Lan", by="Anh Minh")
    await desk.finish(reference, by="Chị Lan", outcome="Đã nhắc quầy mở đủ giờ")
    item, history = await desk.get(reference)
    assert item.follow_up.state is FollowUpState.DONE
    assert "Gửi ẩn danh" in shown(item, history)
    assert "quầy" not in str(row_of(item))


@pytest.mark.parametrize(("words", "why"), [("chị Hoa ở quầy đòi tiền mới ký hồ sơ", "accusation"), ("   ", "empty")])
async def test_accusations_and_nothing_are_not_stored(remarks, desk, words, why):
    with pytest.raises(FeedbackRefusedError) as refused:
        await remarks.send(Remark("key-1", words, "web"))
    assert refused.value.context["why"] == why
    assert await desk.items() == []
