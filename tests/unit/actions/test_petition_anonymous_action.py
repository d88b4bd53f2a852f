"""Consent refused: what was told may go to the support team without a name, once, and never as a petition."""

from __future__ import annotations

import pytest

from bot.errors import FeedbackRefusedError, StoreDownError
from bot.feedback.remarks import reference_of
from tests.fixtures.petition_chat import STORY, outcome
from tests.fixtures.petition_chat import PetitionChat as Chat

pytestmark = pytest.mark.asyncio


class MemoryRemarks:
    """Remarks with the promises of `Remarks`: once a key."""

    def __init__(self):
        self.sent, self.down, self.refuses = {}, False, False

    async def send(self, remark):
        if self.down:
            raise StoreDownError
        if self.refuses:
            raise FeedbackRefusedError("nothing to store", why="accusation")
        self.sent.setdefault(remark.key, remark)
        return reference_of(remark.key)

    async def find(self, key):
        if self.down:
            raise StoreDownError
        return reference_of(key) if key in self.sent else ""


@pytest.fixture
def chat():
    found = Chat()
    found.services.remarks = MemoryRemarks()
    return found


@pytest.fixture
async def refused(chat):
    await chat.say(STORY, "lodge_petition")
    await chat.press("Không đồng ý")
    return chat


async def test_it_is_offered_beside_agreeing_and_cancelling(refused):
    assert refused.asked == "utter_petition__no_consent"
    assert list(refused.buttons) == ["Tôi đồng ý", "Gửi ẩn danh cho tổ hỗ trợ", "Huỷ hẳn"]
    assert refused.services.remarks.sent == {}


async def test_what_was_told_goes_without_name_and_is_no_petition(refused):
    said = await refused.press("Gửi ẩn danh cho tổ hỗ trợ")
    (remark,) = refused.services.remarks.sent.values()
    assert remark.words == f"{STORY}\nNơi xảy ra: phường Bến Thành"
    assert (said[-1]["response"], outcome(said)) == ("utter_petition__anonymous_sent", "answered_remark_sent")
    assert said[-1]["reference"] == reference_of(remark.key)
    assert said[-1]["custom"]["topic_ends"] is True
    assert refused.petitions.drafts == {}
    assert refused.slots["petition__draft"] is None


async def test_name_and_number_that_were_given_before_do_not_go_along(chat):
    await chat.say(STORY, "lodge_petition")
    await chat.press("Đồng ý")
    await chat.say("Nguyễn Văn An")
    await chat.say("không cung cấp")
    await chat.press("Gửi ẩn danh cho tổ hỗ trợ")
    (remark,) = chat.services.remarks.sent.values()
    assert "Nguyễn" not in remark.words


async def test_pressed_twice_it_is_one_with_one_reference(refused):
    button = refused.buttons["Gửi ẩn danh cho tổ hỗ trợ"]
    first = (await refused.payload(button))[-1]["reference"]
    again = await refused.payload(button)
    assert (again[-1]["response"], again[-1]["reference"]) == ("utter_petition__anonymous_sent", first)
    assert len(refused.services.remarks.sent) == 1


@pytest.mark.parametrize("words", ["gửi ẩn danh", "vậy gửi ẩn danh", "Gửi ẩn danh cho tổ hỗ trợ"])
async def test_typed_it_is_sent_as_well(refused, words):
    await refused.say(words)
    assert refused.asked == "utter_petition__anonymous_sent"


async def test_agreeing_after_all_goes_on_to_the_name(refused):
    await refused.say("đồng ý")
    assert (refused.asked, refused.draft["consent"]) == ("utter_petition__ask_name", "agreed to petition-1")


async def test_where_the_store_is_away_it_is_said_and_the_same_button_sends_it(refused):
    refused.services.remarks.down = True
    said = await refused.press("Gửi ẩn danh cho tổ hỗ trợ")
    assert (said[-1]["response"], outcome(said)) == ("utter_petition__anonymous_not_sent", "error_store")
    assert refused.draft["content"] == STORY
    refused.services.remarks.down = False
    await refused.press("Gửi ẩn danh cho tổ hỗ trợ")
    assert refused.asked == "utter_petition__anonymous_sent"


async def test_an_accusation_is_kept_nowhere(refused):
    refused.services.remarks.refuses = True
    await refused.press("Gửi ẩn danh cho tổ hỗ trợ")
    assert refused.asked == "utter_safety__denunciation"
    assert refused.slots["petition__draft"] is None


async def test_a_button_of_nothing_is_stale(chat):
    await chat.payload('/give_petition_answer{"petition_step": "anonymous", "petition_key": "never"}')
    assert chat.asked == "utter_petition__stale"
    await chat.payload('/give_petition_answer{"petition_step": "anonymous"}')
    assert chat.asked == "utter_petition__stale"
