"""The action of the checklist: asks, takes corrections, gives the list with its card, and remembers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.checklist import ActionGuideChecklist
from knowledge.curated import PROCEDURES_DIR, read_record
from knowledge.errors import CatalogueUnreadableError, ProcedureUnknownError
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT
from tests.fixtures.services import services_with

CODE = "1.004194"


class FakeClock:
    def now(self):
        return datetime(2026, 11, 22, 2, 0, tzinfo=timezone.utc)


class FakeCatalogue:
    fault = None

    def __init__(self):
        self.records = {
            code: read_record(PROCEDURES_DIR / f"{code}.yml") for code in (CODE, "1.001193", "1.000894", "1.010041")
        }

    def kept(self, code):
        return None

    def get(self, code):
        if self.fault:
            raise self.fault
        if code not in self.records:
            raise ProcedureUnknownError(code)
        return self.records[code]


class Chat:
    """Plays turns; slots are kept from one to the next."""

    def __init__(self):
        self.catalogue = FakeCatalogue()
        services = services_with(self.catalogue, FakeClock())
        self._action = ActionGuideChecklist(services)
        self.slots, self._events = {}, []

    async def __call__(self, message):
        self._events.append({"event": "user", "text": message.get("text", "")})
        dispatcher = CollectingDispatcher()
        tracker = Tracker("someone", dict(self.slots), message, self._events, False, None, {}, "action_listen")
        for event in await self._action.run(dispatcher, tracker, {}):
            self.slots[event["name"]] = event["value"]
        return dispatcher.messages


@pytest.fixture
def chat():
    return Chat()


def pressed(intent, **entities):
    items = [{"entity": name, "value": value} for name, value in entities.items()]
    return {"text": f"/{intent}{json.dumps(entities)}", "intent": {"name": intent}, "entities": items}


def typed(text, intent="ask_procedure", code="", facts=()):
    hits = [{"code": code, "title": code, "score": 0.9}] if code else []
    link = {"hits": hits, "certainty": "clear" if code else "none", "words": 2 * bool(code), "sure": 0.99}
    return {"text": text, "intent": {"name": intent}, "entities": [], "facts": list(facts), "procedure_link": link}


def titles(message):
    return [button["title"] for button in message["buttons"]]


START = pressed("start_checklist", procedure_code=CODE)


@pytest.mark.requirement("R-15")
async def test_asks_one_question_a_turn_and_ends_with_the_list(chat):
    (first,) = await chat(START)
    assert first["response"] == "utter_checklist__question"
    assert (first["number"], first["count"]) == (1, 2)
    assert titles(first)[0] == "1. Cá nhân, hộ gia đình"
    (second,) = await chat(typed("1", "choose_option"))
    assert (second["number"], second["count"]) == (2, 2)
    assert titles(second)[-1] == "Quay lại câu trước"
    (made,) = await chat(typed("nhà thuê á"))
    assert "CT01" in made["text"]
    assert "Nộp trực tuyến tiết kiệm 8.000 đồng/lần" in made["text"]
    answer = made["custom"]["answer"]
    assert (answer["outcome"], answer["procedure_code"]) == ("answered_checklist", CODE)
    assert made["custom"]["card"] == {
        "kind": "checklist",
        "title": "Danh sách cho anh/chị – Đăng ký tạm trú",
        "file_name": "giay-to-1.004194",
    }
    assert titles(made) == ["Gửi lại danh sách", "Sửa câu trả lời", "Nộp ở đâu", "Nộp trên mạng"]
    assert chat.slots["open_question"] is None


async def test_the_list_is_sent_again_from_its_button_whatever_came_between(chat):
    await chat(START)
    await chat(pressed("checklist_answer", question="registrant", option="by_list"))
    (made,) = await chat(pressed("resend_checklist"))
    again = plain_yaml(made["buttons"][0]["payload"].removeprefix("/resend_checklist"))
    await chat(pressed("start_checklist", procedure_code="1.001193"))
    (sent,) = await chat(pressed("resend_checklist", **again))
    assert sent["text"] == made["text"]


async def test_back_and_corrections_keep_what_still_counts(chat):
    await chat(START)
    await chat(typed("cá nhân, hộ gia đình"))
    (back,) = await chat(typed("quay lại", "resume_checklist"))
    assert back["number"] == 1
    await chat(typed("1", "choose_option"))
    await chat(typed("nhà thuê"))
    (changes,) = await chat(typed("sửa", "change_checklist"))
    assert changes["chosen"].endswith("Thuê, mượn, ở nhờ")
    assert titles(changes) == ["1. Cá nhân, hộ gia đình", "2. Thuê, mượn, ở nhờ", "Giữ nguyên, làm tiếp"]
    (asked,) = await chat(pressed("change_checklist", question="registrant"))
    assert asked["number"] == 1
    (made,) = await chat(pressed("checklist_answer", question="registrant", option="household"))
    assert "Thuê, mượn, ở nhờ" in made["text"]
    await chat(pressed("change_checklist", question="registrant"))
    (made,) = await chat(typed("công nhân"))
    assert "danh sách người tạm trú" in made["text"]
    assert "Thuê, mượn" not in made["text"].split("Anh/chị chuẩn bị")[0]


async def test_back_at_the_first_question_and_nothing_to_correct(chat):
    await chat(START)
    assert (await chat(typed("quay lại")))[0]["response"] == "utter_checklist__first"
    assert (await chat(typed("sửa")))[0]["response"] == "utter_checklist__nothing_chosen"


async def test_what_is_not_understood_is_asked_again_and_then_all_papers_are_offered(chat):
    await chat(START)
    (once,) = await chat(typed("asdf", "nlu_fallback"))
    (twice,) = await chat(typed("qwer", "nlu_fallback"))
    assert once["response"] == "utter_checklist__not_understood"
    assert twice["response"] == "utter_checklist__still_not_understood"
    assert titles(twice)[-1] == "Xem giấy tờ mọi trường hợp"
    (beyond,) = await chat(typed("9", "choose_option"))
    assert beyond["response"] == "utter_checklist__out_of_range"
    assert (await chat(typed("1", "choose_option")))[0]["number"] == 2
    assert (await chat(typed("asdf", "nlu_fallback")))[0]["response"] == "utter_checklist__not_understood"


async def test_a_question_in_between_is_answered_and_the_open_one_said_again(chat):
    await chat(START)
    answered, reminder = await chat(typed("mất bao lâu vậy", facts=["time"]))
    assert "3 ngày làm việc" in answered["text"]
    assert reminder["response"] == "utter_checklist__reminder"
    assert chat.slots["open_question"]["about"] == CODE


async def test_another_procedure_puts_the_list_aside_and_it_is_gone_on_with(chat):
    await chat(START)
    await chat(typed("1", "choose_option"))
    answered, aside = await chat(typed("làm khai sinh cần gì", code="1.001193", facts=["documents"]))
    assert "khai sinh" in answered["text"]
    assert aside["response"] == "utter_checklist__set_aside"
    assert chat.slots["open_question"] is None
    (resumed,) = await chat(typed("làm tiếp danh sách", "resume_checklist"))
    assert (resumed["number"], resumed["count"]) == (2, 2)


async def test_stopping_keeps_the_answers(chat):
    await chat(START)
    await chat(typed("1", "choose_option"))
    (stopped,) = await chat(typed("thôi", "deny"))
    assert stopped["response"] == "utter_checklist__stopped"
    assert chat.slots["open_question"] is None
    assert chat.slots["checklist__answers"] == {"registrant": "household"}


async def test_what_was_said_before_the_button_is_taken_and_shown(chat):
    chat._events.append({"event": "user", "text": "đăng ký tạm trú nhà thuê cho gia đình tôi cần gì"})
    assumed, made = await chat(START)
    assert assumed["answers"] == "Cá nhân, hộ gia đình; Thuê, mượn, ở nhờ"
    assert made["custom"]["answer"]["outcome"] == "answered_checklist"


async def test_a_record_that_asks_nothing_gives_its_list_at_once(chat):
    plain = replace(chat.catalogue.records["1.010041"], dossier=chat.catalogue.records["1.010041"].dossier[:1])
    chat.catalogue.records["1.010041"] = replace(plain, guide=type(plain.guide)())
    (made,) = await chat(pressed("start_checklist", procedure_code="1.010041"))
    assert made["custom"]["card"]["file_name"] == "giay-to-1.010041"
    assert "Sửa câu trả lời" not in titles(made)


async def test_without_a_procedure_it_asks_which_and_takes_the_next_words_for_it(chat):
    (asked,) = await chat(typed("lập danh sách giúp em", "start_checklist"))
    assert asked["response"] == "utter_checklist__no_subject"
    (first,) = await chat(typed("đăng ký tạm trú", code=CODE))
    assert first["response"] == "utter_checklist__question"


async def test_nothing_kept_is_said_so(chat):
    assert (await chat(typed("làm tiếp danh sách", "resume_checklist")))[0][
        "response"
    ] == "utter_checklist__nothing_kept"


async def test_faults_of_the_catalogue_are_told_kindly(chat):
    (unknown,) = await chat(pressed("start_checklist", procedure_code="9.999999"))
    assert unknown["response"] == "utter_procedure__unknown_code"
    chat.catalogue.fault = CatalogueUnreadableError("gone")
    assert (await chat(START))[0]["response"] == "utter_procedure__catalogue_down"


def test_every_sentence_stands_in_the_domain():
    said = plain_yaml((ROOT / "domain" / "checklist.yml").read_text("utf-8"))["responses"]
    code = "".join((ROOT / "actions" / name).read_text("utf-8") for name in ("checklist.py", "checklist_desk.py"))
    assert {name for name in said if name not in code} == set()
