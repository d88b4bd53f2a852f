"""Actions about more than one procedure: side by side, an event of life, what is offered beside an answer."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.comparison import ActionCompareProcedures
from actions.life_event import ActionTellLifeEvent
from actions.procedure import ActionAnswerProcedure
from knowledge.curated import read_all
from knowledge.errors import ProcedureUnknownError
from tests.fixtures.services import services_with
from tests.unit.actions.test_procedure import FakeClock

RECORDS = {record.code: record for record in read_all()}
RESIDENCE, LODGING = "1.004222", "1.004194"


class Curated:
    """The records that ship with the project, by code, old ones too."""

    def kept(self, code):
        return None

    def get(self, code):
        for record in RECORDS.values():
            if code == record.code or code in record.old_codes:
                return record
        raise ProcedureUnknownError(code)


@pytest.fixture
def play():
    """`await play(action class, message, slots)` → the one message said, and all slots after it."""
    services = services_with(Curated(), FakeClock())

    async def run(action, message, **slots):
        dispatcher = CollectingDispatcher()
        tracker = Tracker("someone", slots, message, [], False, None, {}, "action_listen")
        events = await action(services).run(dispatcher, tracker, {})
        (said,) = dispatcher.messages
        return said, {**slots, **{event["name"]: event["value"] for event in events}}

    return run


def message(several=None, facts=(), words=0, **more):
    return {
        "intent": {"name": more.pop("intent", "ask_procedure")},
        "entities": more.pop("entities", []),
        "facts": list(facts),
        "procedure_link": {"words": words, "certainty": "none", **more},
        "several": several or {},
    }


SIDE_BY_SIDE = {"compared": {"codes": [RESIDENCE, LODGING], "terms": ["thường trú", "tạm trú"]}}
FEE_ASKED, TIME_ASKED = message(facts=["fee"]), message(facts=["time"])


def number(choice):
    return message(intent="choose_option", entities=[{"entity": "choice", "value": str(choice)}])


@pytest.mark.requirement("R-02", "R-05")
async def test_two_records_side_by_side_with_a_button_for_each(play):
    said, slots = await play(ActionCompareProcedures, message(SIDE_BY_SIDE))
    assert "7 ngày làm việc" in said["text"]
    assert "3 ngày làm việc" in said["text"]
    assert "1523/QĐ-BCA-C06" in said["text"]
    assert "9354/QĐ-BCA-C06" in said["text"]
    assert [button["title"] for button in said["buttons"]] == ["1. Đăng ký thường trú", "2. Đăng ký tạm trú"]
    assert said["custom"]["answer"]["outcome"] == "answered_comparison"
    assert said["custom"]["answer"]["procedure_codes"] == [RESIDENCE, LODGING]
    chosen, _ = await play(ActionAnswerProcedure, number(2), **slots)
    assert chosen["custom"]["answer"]["procedure_code"] == LODGING


async def test_a_comparison_without_subjects_is_of_what_was_offered_or_spoken_of(play):
    nothing = message({"compared": {"codes": [], "terms": []}})
    said, _ = await play(ActionCompareProcedures, nothing, procedure__listed=[LODGING, RESIDENCE])
    assert said["custom"]["answer"]["procedure_codes"] == [LODGING, RESIDENCE]
    said, _ = await play(ActionCompareProcedures, nothing, procedure__history=["1.000894", LODGING, RESIDENCE])
    assert said["custom"]["answer"]["procedure_codes"] == [RESIDENCE, LODGING]
    said, _ = await play(ActionCompareProcedures, nothing, procedure__history=[LODGING])
    assert said["response"] == "utter_comparison__which"


async def test_one_subject_is_compared_with_the_procedure_at_hand(play):
    one = message({"compared": {"codes": [LODGING], "terms": ["tạm trú"]}})
    said, _ = await play(ActionCompareProcedures, one, procedure_code=RESIDENCE)
    assert said["custom"]["answer"]["procedure_codes"] == [RESIDENCE, LODGING]


async def test_two_things_of_one_procedure_are_told_from_its_record(play):
    terms = ["lý lịch tư pháp số 1", "lý lịch tư pháp số 2"]
    said, _ = await play(ActionCompareProcedures, message({"compared": {"codes": ["3.000333"], "terms": terms}}))
    assert "Phiếu số 2 không được ủy quyền" in said["text"]
    assert said["custom"]["answer"]["procedure_code"] == "3.000333"


BIRTH = {"event": {"name": "birth", "alone": True, "asks_all": True, "codes": ["3.000722", "1.001193", "2.000693"]}}


@pytest.mark.requirement("R-27")
async def test_an_event_is_a_numbered_list_with_the_linked_procedure_first(play):
    said, slots = await play(ActionTellLifeEvent, message(BIRTH, facts=["documents"]))
    assert said["text"].split("\n")[1].startswith("1. Trọn gói giấy tờ cho bé dưới 6 tuổi – liên thông")
    assert len(said["buttons"]) == 3
    assert said["custom"]["answer"]["outcome"] == "answered_life_event"
    assert said["custom"]["answer"]["procedure_code"] == "3.000722"
    assert not slots["procedure__facts"], "“làm giấy tờ gì” asks what to do, not for the papers of one"
    second, slots = await play(ActionAnswerProcedure, number(2), **slots)
    assert second["custom"]["answer"]["procedure_code"] == "1.001193"
    third, _ = await play(ActionAnswerProcedure, number(3), **slots)
    assert third["custom"]["answer"]["procedure_code"] == "2.000693", "the list stays open"


async def test_steps_that_the_catalogue_lacks_are_left_out(play):
    said, _ = await play(ActionTellLifeEvent, message({"event": {**BIRTH["event"], "name": "job_lost"}}))
    assert said["custom"]["answer"]["procedure_codes"] == ["1.001613"]


async def test_an_event_that_there_is_no_more_asks_for_the_subject(play):
    said, _ = await play(ActionTellLifeEvent, message({"event": {"name": "moon"}}))
    assert said["response"] == "utter_procedure__no_subject"


def linked(code, several, **more):
    hits = [{"code": code, "title": RECORDS[code].title, "score": 0.9}]
    return message(several, words=3, hits=hits, **{"certainty": "clear", "sure": 0.9, **more})


async def test_a_fact_of_one_procedure_is_answered_and_the_rest_of_the_event_offered_in_a_line(play):
    told = {"event": {**BIRTH["event"], "alone": False}}
    said, slots = await play(ActionAnswerProcedure, {**linked("1.001193", told), "facts": ["time"]})
    assert said["custom"]["answer"]["fields"] == ["time"]
    (line,) = [line for line in said["text"].split("\n") if line.startswith("Chuyện này còn có thể cần")]
    assert "Trọn gói giấy tờ cho bé" in line
    assert said["buttons"][0]["title"].startswith("1. Trọn gói")
    assert slots["procedure__listed"] == ["3.000722", "2.000693"]


async def test_several_wishes_covered_by_a_linked_procedure_lead_to_it(play):
    wishes = [{"code": code, "title": RECORDS[code].title, "name": ""} for code in ("1.000656", "1.003197")]
    said, _ = await play(ActionAnswerProcedure, linked("1.000656", {"wishes": wishes}, certainty="close"))
    assert said["custom"]["answer"]["procedure_code"] == "2.002913"
    assert [button["title"] for button in said["buttons"][:2]] == ["1. Đăng ký khai tử", "2. Xóa đăng ký thường trú"]
    assert "Việc khác anh/chị có nhắc" in said["text"]


@pytest.mark.requirement("R-08")
async def test_a_question_after_a_choice_keeps_subject_and_facts_and_the_numbers(play):
    hits = [{"code": code, "title": RECORDS[code].title, "score": 0.5} for code in (LODGING, RESIDENCE)]
    unsure = message(words=5, hits=hits, certainty="close", facts=["fee"])
    _, slots = await play(ActionAnswerProcedure, unsure, procedure_code="1.000894")
    said, slots = await play(ActionAnswerProcedure, TIME_ASKED, **slots)
    assert said["custom"]["answer"]["procedure_code"] == LODGING
    assert said["custom"]["answer"]["fields"] == ["fee", "time"]
    assert said["buttons"][0]["title"] == "2. Đăng ký thường trú"
    said, _ = await play(ActionAnswerProcedure, number(2), **slots)
    assert said["custom"]["answer"]["procedure_code"] == RESIDENCE
    assert said["custom"]["answer"]["fields"] == ["fee", "time"]


async def test_going_back_and_to_the_first(play):
    slots = {}
    for code in (LODGING, "1.000894", "1.000656"):
        _, slots = await play(ActionAnswerProcedure, linked(code, {}), **slots)
    assert slots["procedure__history"] == [LODGING, "1.000894", "1.000656"]
    back = message({"back": {"which": "previous", "facts": ["fee"]}}, intent="recall_procedure")
    said, slots = await play(ActionAnswerProcedure, back, **slots)
    assert (said["custom"]["answer"]["procedure_code"], said["custom"]["answer"]["fields"]) == ("1.000894", ["fee"])
    first = message({"back": {"which": "first", "facts": []}}, intent="recall_procedure")
    said, _ = await play(ActionAnswerProcedure, first, **slots)
    assert said["custom"]["answer"]["procedure_code"] == LODGING


async def test_a_long_conversation_is_remembered_in_part(play):
    slots = {}
    for code in list(RECORDS)[:12]:
        _, slots = await play(ActionAnswerProcedure, linked(code, {}), **slots)
    assert len(slots["procedure__history"]) == 8
