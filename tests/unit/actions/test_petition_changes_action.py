"""Changing one's mind about a petition, putting it off, and what belongs elsewhere."""

from __future__ import annotations

import json

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.petition_reminder import ActionOfferPetition, ActionSessionStart
from bot.petitions.models import PetitionKind, PetitionState, Similar
from knowledge.places import find_places
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT
from tests.fixtures.memory_petitions import NOW
from tests.fixtures.petition_chat import NAME, STORY, outcome
from tests.fixtures.petition_chat import PetitionChat as Chat

RESPONSES = plain_yaml((ROOT / "domain" / "petition.yml").read_text("utf-8"))["responses"]

pytestmark = pytest.mark.asyncio


@pytest.fixture
def chat():
    return Chat()


async def test_going_back_asks_what_came_before_and_keeps_the_rest(chat):
    await chat.say(STORY, "lodge_petition")
    await chat.press("Đồng ý")
    await chat.say(NAME)
    await chat.say("quay lại")
    assert chat.asked == "utter_petition__ask_name"
    await chat.say("Trần Thị Bình")
    assert (chat.draft["name"], chat.asked) == ("Trần Thị Bình", "utter_petition__ask_contact")


async def test_a_corrected_item_leads_straight_back_to_the_summary(chat):
    await chat.to_summary()
    await chat.press("Sửa")
    await chat.press("Sửa họ tên")
    assert chat.asked == "utter_petition__ask_name"
    await chat.say("Trần Thị Bình")
    assert "Trần Thị Bình" in chat.said[-1]["text"]


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("sửa tên thành Lê Văn Tám", "name", "Lê Văn Tám"),
        ("số điện thoại sai rồi, đổi thành 0912 345 678", "contact", "phone:0912345678"),
        ("lan.tran@gmail.com", "contact", "email:lan.tran@gmail.com"),
    ],
)
async def test_corrections_in_words_are_read_at_the_summary(chat, words, field, value):
    await chat.to_summary()
    await chat.say(words)
    assert chat.draft[field] == value
    assert "Anh/chị xem lại" in chat.said[-1]["text"]


async def test_put_off_it_is_kept_and_gone_on_with(chat):
    await chat.say(STORY, "lodge_petition")
    await chat.say("để sau")
    assert (chat.asked, chat.slots["open_question"]["takes"]) == ("utter_petition__later", "exact")
    await chat.say("tiếp tục phản ánh", "resume_petition")
    assert chat.asked == "utter_petition__ask_consent"


async def test_thrown_away_only_after_a_question_and_then_wholly(chat):
    await chat.say(STORY, "lodge_petition")
    await chat.say("huỷ")
    assert chat.asked == "utter_petition__ask_cancel"
    await chat.press("Huỷ hẳn")
    assert chat.slots["petition__draft"] is None
    assert STORY not in json.dumps(chat.slots, ensure_ascii=False)


async def test_a_second_petition_does_not_overwrite_the_first_unasked(chat):
    await chat.say(STORY, "lodge_petition")
    chat.slots["open_question"] = None
    await chat.say("cổng dịch vụ công bị lỗi không nộp được", "lodge_petition")
    assert (chat.asked, chat.draft["content"]) == ("utter_petition__ask_resume", STORY)
    await chat.press("Tiếp tục phản ánh")
    assert chat.asked == "utter_petition__ask_consent"


async def test_more_of_the_story_in_the_wrong_place_is_added_to_it(chat):
    await chat.say(STORY, "lodge_petition")
    more = "hôm đó còn có chị ngồi quầy bên cạnh cũng la mấy người già nữa"
    await chat.say(more, "lodge_petition")
    assert chat.draft["content"] == f"{STORY}\n{more}"
    assert chat.asked == "utter_petition__ask_consent"


@pytest.mark.requirement("R-26")
async def test_words_that_make_it_an_accusation_are_kept_nowhere(chat):
    await chat.say(STORY, "lodge_petition")
    accusation = "rồi anh cán bộ đó đòi tôi đưa 500 ngàn mới chịu giải quyết cho"
    said = await chat.say(accusation, "lodge_petition")
    assert outcome(said) == "refused_denunciation"
    assert "500 ngàn" not in json.dumps(chat.slots, ensure_ascii=False)
    assert chat.draft["content"] == STORY


@pytest.mark.requirement("R-26")
async def test_after_a_refused_accusation_the_rest_is_offered(chat):
    await chat.say(STORY, "lodge_petition")
    said = await chat.say("/report_corruption", "report_corruption", action=ActionOfferPetition(chat.services))
    assert (said[-1]["response"], outcome(said)) == (
        "utter_petition__kept_after_accusation",
        "refused_denunciation",
    )
    await chat.press("Tiếp tục phản ánh")
    assert chat.asked == "utter_petition__ask_consent"


async def test_a_tale_of_danger_where_the_story_was_asked_for_is_the_urgent_story(chat):
    await chat.payload("/lodge_petition")
    told = "lan can cầu thang phường gãy, có người té xuống chảy máu"
    await chat.say(told, "report_emergency", action=ActionOfferPetition(chat.services))
    assert (chat.draft["content"], chat.draft["urgent"]) == (told, True)


async def test_danger_to_people_is_told_first_and_marks_it(chat):
    await chat.say("Bậc thang ở phường Bến Thành bị gãy, mấy cụ té hoài rất nguy hiểm", "lodge_petition")
    assert chat.said[0]["response"] == "utter_petition__urgent"
    assert chat.draft["urgent"]


async def test_a_question_in_between_leads_back(chat, monkeypatch):
    async def answer(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="8.000 đồng")
        return []

    monkeypatch.setattr("actions.procedure.ActionAnswerProcedure.run", answer)
    await chat.say(STORY, "lodge_petition")
    link = {"certainty": "clear", "hits": []}
    await chat.say("lệ phí khai sinh bao nhiêu", "ask_procedure", facts=["fees"], procedure_link=link)
    assert [one.get("response") or one["text"] for one in chat.said] == [
        "8.000 đồng",
        "utter_petition__back_to_it",
        "utter_petition__ask_consent",
    ]


async def test_a_similar_petition_is_offered_to_join(chat):
    chat.petitions.alike = [
        Similar("ref-1", PetitionKind.BEHAVIOUR, PetitionState.IN_PROGRESS, "", "Phường Bến Thành", NOW.date(), 2, 0.8)
    ]
    await chat.to_summary()
    assert "3 người" in chat.said[-1]["text"]
    said = await chat.press("Tham gia cùng phản ánh đó")
    assert said[-1]["response"] == "utter_petition__joined_record"


async def test_where_the_other_was_answered_meanwhile_ones_own_is_shown(chat):
    chat.petitions.alike = [
        Similar("ref-1", PetitionKind.BEHAVIOUR, PetitionState.RECEIVED, "", "Phường Bến Thành", NOW.date(), 0, 0.8)
    ]
    await chat.to_summary()
    chat.petitions.refuses = ("not_open",)
    await chat.press("Tham gia cùng phản ánh đó")
    assert chat.said[0]["response"] == "utter_petition__not_joined"
    assert "Tham gia cùng phản ánh đó" not in chat.buttons


async def test_what_the_desk_cannot_take_is_asked_for_again(chat):
    await chat.to_summary()
    chat.petitions.refuses = ("no_contact",)
    await chat.press("Gửi phản ánh này")
    assert [one["response"] for one in chat.said] == ["utter_petition__faulty", "utter_petition__again_contact"]


async def test_an_old_button_of_another_petition_changes_nothing(chat):
    await chat.say(STORY, "lodge_petition")
    old = chat.buttons["Đồng ý"]
    await chat.say("huỷ")
    await chat.press("Huỷ hẳn")
    await chat.say("Hồ sơ của tôi ở xã Bình Mỹ trễ hẹn hai tuần", "lodge_petition")
    await chat.payload(old)
    assert (chat.asked, chat.draft["consent"]) == ("utter_petition__stale", "")


async def test_another_province_is_refused_kindly(chat):
    await chat.say("cán bộ quát tôi", "lodge_petition")
    places = [mention.to_json() for mention in find_places("ở Hà Nội")]
    said = await chat.say("ở Hà Nội", places=places)
    assert (said[-1]["response"], outcome(said)) == ("utter_petition__outside", "refused_petition_elsewhere")
    await chat.say("à không, phường Tân Định")
    assert chat.draft["place"] == "phường Tân Định"


async def test_what_belongs_elsewhere_is_said_and_may_be_insisted_on(chat):
    await chat.payload("/lodge_petition")
    told = "tôi không phục kết quả xét hộ nghèo của xã Bình Mỹ, không ai giải thích"
    await chat.say(told, "file_complaint")
    assert (chat.asked, chat.draft["content"]) == ("utter_petition__complaint", "")
    await chat.press("Vẫn là phản ánh")
    assert chat.draft["content"] == told


async def test_what_was_begun_is_offered_after_a_greeting_and_kept_over_night(chat):
    await chat.say(STORY, "lodge_petition")
    await chat.say("chào em", "greet", action=ActionOfferPetition(chat.services))
    assert chat.asked == "utter_petition__kept_greeting"
    tracker = Tracker("someone", dict(chat.slots), {}, [], False, None, {}, "action_listen")
    events = await ActionSessionStart().run(CollectingDispatcher(), tracker, {})
    kept = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    assert kept["petition__draft"]["content"] == STORY
    assert (events[0]["event"], events[-1]["name"]) == ("session_started", "action_listen")


async def test_a_hostile_slot_and_hostile_buttons_break_nothing():
    for slot in ({"key": "a", "waiting": "nowhere"}, {"key": "a", "asked": ["x"]}, ["a"], "a", {"key": "a", "kind": 7}):
        chat = Chat(slots={"petition__draft": slot, "open_question": {"action": "action_lodge_petition"}})
        await chat.say("đồng ý")
        assert chat.said
    for step in ("edit:x", "kind:none", "join:", "say:", "drop:all", "", "x:y:z", "edit"):
        chat = Chat()
        await chat.say(STORY, "lodge_petition")
        entities = [{"entity": "petition_step", "value": step}, {"entity": "petition_key", "value": chat.draft["key"]}]
        await chat.say("/give_petition_answer", "give_petition_answer", entities)
        assert chat.said


async def test_photos_are_offered_where_there_is_a_store_and_go_with_the_petition(chat):
    await chat.to_summary()
    assert "Thêm ảnh" not in chat.buttons
    chat.services.attachments = object()
    await chat.say("gì vậy")
    await chat.press("Thêm ảnh")
    assert (chat.asked, chat.said[-1]["custom"]["expects"]) == ("utter_petition__ask_photos", ["photos"])
    entities = [{"entity": "attachments", "value": one} for one in ("photo-1", "photo-2", "photo-1")]
    await chat.say("/give_photos", "give_photos", entities)
    assert "Ảnh: 2" in chat.said[-1]["text"]
    await chat.press("Gửi phản ánh này")
    (draft,) = chat.petitions.drafts.values()
    assert draft.attachments == ("photo-1", "photo-2")


async def test_the_photos_may_be_left_out(chat):
    chat.services.attachments = object()
    await chat.to_summary()
    await chat.press("Thêm ảnh")
    await chat.press("Bỏ qua")
    assert "Anh/chị xem lại" in chat.said[-1]["text"]
