"""Lodging a petition, turn by turn: what is asked, what is kept, and that nothing is sent twice or said too soon."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.petition import ActionLodgePetition
from actions.petition_reminder import ActionOfferPetition, ActionSessionStart
from bot.petitions.models import PetitionKind, PetitionState, Similar
from knowledge.errors import ProcedureUnknownError
from knowledge.places import find_places
from knowledge.settings import ROOT
from tests.fixtures.memory_petitions import NOW, MemoryPetitions

RESPONSES = yaml.safe_load((ROOT / "domain" / "petition.yml").read_text("utf-8"))["responses"]
STORY = "Sáng thứ Hai cán bộ phường Bến Thành quát tôi vì hỏi lại thủ tục"
NAME, PHONE = "Nguyễn Văn An", "0903 123 456"

pytestmark = pytest.mark.asyncio


class Records:
    def get(self, code):
        if code != "1.001193":
            raise ProcedureUnknownError(code)
        return SimpleNamespace(title="Thủ tục đăng ký khai sinh")


class Chat:
    """Plays turns of one conversation; slots and events are kept, buttons can be pressed."""

    def __init__(self, petitions=None, slots=None, sender="someone"):
        self.petitions = petitions or MemoryPetitions()
        clock = SimpleNamespace(now=lambda: NOW)
        self.services = SimpleNamespace(petitions=self.petitions, catalogue=Records(), clock=clock)
        self._action, self._sender = ActionLodgePetition(self.services), sender
        self.slots, self.buttons, self.events, self.said = dict(slots or {}), {}, [], []

    async def say(self, text, intent="nlu_fallback", entities=(), action=None, **parsed):
        message = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": list(entities), **parsed}
        self.events.append({"event": "user", "text": text, "parse_data": message})
        dispatcher = CollectingDispatcher()
        tracker = Tracker(self._sender, dict(self.slots), message, self.events, False, None, {}, "action_listen")
        for event in await (action or self._action).run(dispatcher, tracker, {}):
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
        self.said = dispatcher.messages
        self.buttons = {one["title"]: one["payload"] for message in self.said for one in message["buttons"]}
        return self.said

    async def press(self, title):
        return await self.payload(self.buttons[title])

    async def payload(self, payload):
        intent, _, carried = payload[1:].partition("{")
        entities = [{"entity": k, "value": v} for k, v in json.loads("{" + carried).items()] if carried else []
        return await self.say(payload, intent, entities)

    @property
    def draft(self):
        return self.slots.get("petition__draft") or {}

    @property
    def asked(self):
        return self.said[-1].get("response") or self.said[-1]["text"]

    async def to_summary(self, story=STORY):
        await self.say(story, "lodge_petition")
        if "Không rõ, không ở một nơi" in self.buttons:
            await self.press("Không rõ, không ở một nơi")
        await self.press("Đồng ý")
        await self.say(NAME)
        return await self.say(PHONE)


@pytest.fixture
def chat():
    return Chat()


def outcome(said):
    message = said[-1]
    return (message.get("custom") or {}).get("answer", {}).get("outcome")


@pytest.mark.requirement("R-08")
async def test_own_words_are_the_content_and_are_not_asked_for_again(chat):
    await chat.say(STORY, "lodge_petition")
    assert chat.draft["content"] == STORY
    assert chat.draft["place"] == "phường Bến Thành"
    assert chat.draft["kind"] == "behaviour"
    assert chat.asked == "utter_petition__ask_consent"


@pytest.mark.requirement("R-08", "R-25")
async def test_at_most_seven_questions_even_where_nothing_is_known(chat):
    """The national form has ten fields; seven are thirty per cent fewer."""
    questions = []
    await chat.payload("/lodge_petition")
    replies = iter(["tôi gặp chuyện không vui lắm", None, "phường Tân Định", "đồng ý", NAME, PHONE])
    for reply in replies:
        questions.append(chat.asked)
        if reply is not None:
            await chat.say(reply)
        elif chat.asked == "utter_petition__ask_kind":
            await chat.press("Cách nơi nhận làm việc")
        else:
            questions.pop()
    questions.append("summary")
    assert "Anh/chị xem lại" in chat.said[-1]["text"]
    assert len(questions) == len(set(questions))
    assert len(questions) <= 7


async def test_progress_counts_up_to_what_was_announced(chat):
    await chat.payload("/lodge_petition")
    steps = [chat.said[-1]["step"]]
    for reply in (STORY, "đồng ý", NAME):
        await chat.say(reply)
        steps.append(chat.said[-1]["step"])
    # The story names the place and leaves no doubt of the kind: fewer questions than announced, never more.
    assert steps == ["Câu 1/5. ", "Câu 2/5. ", "Câu 3/5. ", "Câu 4/5. "]


@pytest.mark.requirement("R-25")
async def test_a_confirmed_petition_is_lodged_with_all_that_was_said(chat):
    await chat.to_summary()
    said = await chat.press("Gửi phản ánh này")
    (draft,) = chat.petitions.drafts.values()
    assert (draft.content, draft.sender_name, draft.contact.value) == (STORY, NAME, "0903123456")
    assert (draft.kind, draft.unit_said) == (PetitionKind.BEHAVIOUR, "phường Bến Thành")
    assert draft.consent_version == "petition-1"
    assert said[-1]["response"] == "utter_petition__receipt_record"
    assert said[-1]["code"] == "PA-33V8-55FC"
    assert said[-1]["due_answer"] == "17/12/2026"
    assert chat.slots["petition__draft"] is None


async def test_whether_it_is_official_is_said_by_the_setting():
    chat = Chat(MemoryPetitions(official=True))
    await chat.to_summary()
    assert "chính thức của Thành phố" in chat.said[-1]["text"]
    await chat.press("Gửi phản ánh này")
    assert chat.asked == "utter_petition__receipt_official"


@pytest.mark.requirement("R-25")
async def test_pressed_twice_it_is_one_petition_with_one_receipt(chat):
    await chat.to_summary()
    button = chat.buttons["Gửi phản ánh này"]
    (first,) = await chat.payload(button)
    (second,) = await chat.payload(button)
    assert first["code"] == second["code"]
    assert len(chat.petitions.drafts) == 1


async def test_sent_again_in_words_it_is_one_petition(chat):
    await chat.to_summary()
    (first,) = await chat.say("gửi đi")
    (second,) = await chat.say("gửi đi")
    assert first["code"] == second["code"]
    assert len(chat.petitions.drafts) == 1


async def test_a_crash_before_the_slots_were_kept_makes_no_second_petition(chat):
    await chat.to_summary()
    before, button = dict(chat.slots), chat.buttons["Gửi phản ánh này"]
    (first,) = await chat.payload(button)
    chat.slots = before
    (second,) = await chat.payload(button)
    assert first["code"] == second["code"]
    assert len(chat.petitions.drafts) == 1


@pytest.mark.requirement("R-19", "R-25")
async def test_where_the_store_is_away_nothing_is_said_to_be_lodged_and_all_is_kept(chat):
    await chat.to_summary()
    chat.petitions.down = True
    said = await chat.press("Gửi phản ánh này")
    assert (said[-1]["response"], outcome(said)) == ("utter_petition__not_lodged", "error_store")
    assert "CHƯA" in RESPONSES["utter_petition__not_lodged"][0]["text"]
    assert chat.draft["content"] == STORY
    await chat.press("Gửi lại")
    assert chat.asked == "utter_petition__not_lodged"
    chat.petitions.down = False
    await chat.press("Gửi lại")
    assert chat.asked == "utter_petition__receipt_record"
    assert len(chat.petitions.drafts) == 1


@pytest.mark.requirement("R-08")
async def test_a_late_dossier_brings_its_procedure_and_kind(chat):
    await chat.payload('/lodge_petition{"case_code": "H29.12-261102-0013", "procedure_code": "1.001193"}')
    assert chat.asked == "utter_petition__ask_content_case"
    await chat.press("Hồ sơ trễ hẹn")
    assert (chat.draft["case_code"], chat.draft["kind"]) == ("H29.12-261102-0013", "behaviour")
    assert chat.draft["procedure_title"] == "Thủ tục đăng ký khai sinh"
    assert "H29.12-261102-0013" in chat.draft["content"]


async def test_a_paper_not_on_the_list_is_carried(chat):
    await chat.payload('/lodge_petition{"paper": "giấy chứng sinh công chứng", "procedure_code": "1.001193"}')
    assert chat.asked == "utter_petition__ask_content_paper"
    await chat.press("Bị đòi giấy này")
    assert chat.draft["paper"] == "giấy chứng sinh công chứng"
    assert "giấy chứng sinh công chứng" in chat.draft["content"]


@pytest.mark.parametrize("words", ["tôi muốn phản ánh", "cho tôi gửi góp ý", "phản ánh cán bộ phường", "góp ý thái độ"])
async def test_a_mere_wish_is_no_content(words):
    chat = Chat()
    await chat.say(words, "lodge_petition")
    assert chat.draft["content"] == ""
    assert chat.asked == "utter_petition__ask_content"


@pytest.mark.requirement("R-10")
async def test_without_consent_nothing_is_asked_or_sent(chat):
    await chat.say(STORY, "lodge_petition")
    said = await chat.press("Không đồng ý")
    assert (said[-1]["response"], outcome(said)) == ("utter_petition__no_consent", "refused_petition_no_contact")
    await chat.press("Tôi đồng ý")
    assert chat.asked == "utter_petition__ask_name"


@pytest.mark.parametrize("words", ["ừ thì sao cũng được chứ", "hôm nay trời đẹp", "123"])
async def test_nothing_but_a_yes_is_consent(chat, words):
    await chat.say(STORY, "lodge_petition")
    await chat.say(words)
    assert chat.draft["consent"] == ""
    assert chat.asked == "utter_petition__again_consent"


async def test_name_and_telephone_in_one_message_are_both_taken(chat):
    await chat.say(STORY, "lodge_petition")
    await chat.press("Đồng ý")
    await chat.say(f"tôi tên {NAME}, sđt {PHONE}")
    assert (chat.draft["name"], chat.draft["contact"]) == (NAME, "phone:0903123456")
    assert "Anh/chị xem lại" in chat.said[-1]["text"]


async def test_a_number_that_is_none_is_asked_for_again_and_then_leaving_is_offered(chat):
    await chat.say(STORY, "lodge_petition")
    await chat.press("Đồng ý")
    await chat.say(NAME)
    await chat.say("1234")
    assert chat.asked == "utter_petition__again_contact"
    await chat.say("không nhớ")
    assert {"Để sau", "Huỷ"} <= set(chat.buttons)


async def test_numbers_are_let_through_only_where_they_are_asked_for(chat):
    await chat.say(STORY, "lodge_petition")
    assert "expects" not in chat.said[-1]["custom"]
    await chat.press("Đồng ý")
    assert chat.said[-1]["custom"]["expects"] == ["phone", "email"]


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
    said = await chat.say("/report_corruption", "report_corruption", action=ActionOfferPetition())
    assert (said[-1]["response"], outcome(said)) == (
        "utter_petition__kept_after_accusation",
        "refused_denunciation",
    )
    await chat.press("Tiếp tục phản ánh")
    assert chat.asked == "utter_petition__ask_consent"


async def test_a_tale_of_danger_where_the_story_was_asked_for_is_the_urgent_story(chat):
    await chat.payload("/lodge_petition")
    told = "lan can cầu thang phường gãy, có người té xuống chảy máu"
    await chat.say(told, "report_emergency", action=ActionOfferPetition())
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
    await chat.say("chào em", "greet", action=ActionOfferPetition())
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
