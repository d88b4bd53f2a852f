"""Answers in pieces, notes on old words, topics: what is said, and what is remembered of it."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.pace import ActionAnswerProxy, ActionReadOn, ActionSlowDown, ActionUsualPace, is_read_on
from actions.presenting import choice_buttons, present
from actions.topics import ActionAnswerVneid, ActionExplainOldWord
from knowledge import blocks as b
from knowledge.errors import CatalogueUnreadableError, ProcedureUnknownError
from knowledge.topics import Choice
from tests.fixtures.catalogue import procedure
from tests.fixtures.services import services_with

ITEMS = b.ItemList(tuple(b.Item(f"Tờ thứ {number}") for number in range(1, 8)), True)
SOURCE = b.SourceNote("Nguồn", "Mã 1.000001", "Quyết định 1", "Hôm nay", "https://x.vn")
ANSWER = {"outcome": "answered_procedure", "procedure_code": "1.000001", "fields": ["documents"]}
BUTTONS = [{"title": "Lệ phí", "payload": "/ask_fact"}]


class FakeClock:
    def now(self):
        return datetime(2026, 7, 20, 20, 0, tzinfo=timezone.utc)


class FakeCatalogue:
    def __init__(self):
        self.fault = None

    def kept(self, code):
        return None

    def get(self, code):
        if self.fault:
            raise self.fault
        if code not in ("1.000001", "2.000815"):
            raise ProcedureUnknownError(code)
        return procedure(code)


@pytest.fixture
def catalogue():
    return FakeCatalogue()


@pytest.fixture
def services(catalogue):
    return services_with(catalogue, FakeClock())


def tracker(text="", said=(), intent="", link=None, **slots):
    events = [{"event": "user", "text": one} for one in (*said, text)]
    message = {"text": text, "intent": {"name": intent}, "procedure_link": link or {}}
    return Tracker("someone", {"slow": None, **slots}, message, events, False, None, {}, "action_listen")


def slots_of(events):
    return {event["name"]: event["value"] for event in events}


def shown(blocks, at):
    dispatcher = CollectingDispatcher()
    events = present(dispatcher, at, blocks, BUTTONS, ANSWER)
    (said,) = dispatcher.messages
    return said, slots_of(events)


async def run(action, at):
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, at, {})
    return dispatcher.messages, slots_of(events)


def titles(said):
    return [button["title"] for button in said["buttons"]]


def test_an_answer_is_whole_where_nobody_asked_otherwise():
    said, slots = shown((ITEMS, SOURCE), tracker("cần giấy gì"))
    assert "7. Tờ thứ 7" in said["text"]
    assert titles(said) == ["Lệ phí"]
    assert slots["slow"] is False
    assert slots["pace__pieces"] is None


@pytest.mark.requirement("R-01")
async def test_an_answer_in_pieces_loses_nothing_and_its_buttons_come_last():
    said, slots = shown((ITEMS, SOURCE), tracker("chú già rồi không rành, cần giấy gì"))
    assert "3. Tờ thứ 3" in said["text"]
    assert "Tờ thứ 4" not in said["text"]
    assert titles(said)[0] == "Tiếp"
    texts, count = [said["text"]], 1
    while slots["pace__pieces"]:
        (said,), slots = await run(ActionReadOn(), tracker("tiếp", **{**slots, "slow": True}))
        texts.append(said["text"])
        count += 1
        goes_on = {"goes_on": True} if slots["pace__pieces"] else {}  # only the last piece is rated
        assert said["custom"]["answer"] == ANSWER | goes_on
    assert count == 3
    assert [number for number in range(1, 8) if f"Tờ thứ {number}" in "\n".join(texts)] == [1, 2, 3, 4, 5, 6, 7]
    assert texts[-1].endswith("https://x.vn")
    assert "Lệ phí" in titles(said)
    assert "Gặp người hỗ trợ" in titles(said)


async def test_going_on_where_nothing_is_left_is_said():
    (said,), slots = await run(ActionReadOn(), tracker("tiếp"))
    assert said["response"] == "utter_pace__nothing_left"
    assert slots == {}


def test_yes_reads_on_only_while_something_is_left():
    waiting = {"pieces": [{"text": "x", "blocks": []}], "buttons": [], "answer": {}}
    assert is_read_on(tracker("dạ", intent="affirm", pace__pieces=waiting))
    assert not is_read_on(tracker("dạ", intent="affirm"))
    assert not is_read_on(tracker("không", intent="deny", pace__pieces=waiting))


async def test_slower_says_the_last_answer_again_in_pieces(services):
    at = tracker("dài quá", procedure_code="1.000001", procedure__last_facts=["documents"])
    messages, slots = await run(ActionSlowDown(services), at)
    assert messages[0]["response"] == "utter_pace__slower_again"
    assert "Tờ khai nuôi chim" in messages[1]["text"]
    assert slots["slow"] is True
    (said,), slots = await run(ActionSlowDown(services), tracker("nói chậm thôi"))
    assert (said["response"], slots) == ("utter_pace__slower", {"slow": True})


async def test_the_usual_pace_brings_all_that_was_left():
    _, slots = shown((ITEMS, SOURCE), tracker("nói chậm thôi"))
    messages, slots = await run(
        ActionUsualPace(), tracker("nói bình thường", slow=True, pace__pieces=slots["pace__pieces"])
    )
    assert "4. Tờ thứ 4" in messages[1]["text"]
    assert messages[1]["text"].endswith("https://x.vn")
    assert slots == {"slow": False, "pace__pieces": None}


@pytest.mark.requirement("R-02")
async def test_a_proxy_is_told_what_the_record_says_or_that_it_says_nothing(services):
    (said,), slots = await run(ActionAnswerProxy(services), tracker("đi thay mẹ", procedure_code="1.000001"))
    assert "Người nuôi chim nộp." in said["text"]
    assert "không ghi rõ" in said["text"]
    assert slots["slow"] is True
    unsure = {"certainty": "clear", "sure": 0.85, "inside": 0.99, "hits": [{"code": "2.000815"}]}
    (said,), slots = await run(ActionAnswerProxy(services), tracker("đi thay mẹ", link=unsure))
    assert said["response"] == "utter_pace__proxy_for_what"
    assert slots == {"slow": True, "procedure__facts": ["who"]}


def test_an_old_word_is_noted_before_the_source_and_once():
    said, slots = shown((ITEMS, SOURCE), tracker("làm ở quận 3"))
    notes = [block["text"] for block in said["custom"]["blocks"] if block["kind"] == "notice"]
    assert len(notes) == 1
    assert said["custom"]["blocks"][-1]["kind"] == "source"
    again, _ = shown((ITEMS, SOURCE), tracker("làm ở quận 5", old_words__told=slots["old_words__told"]))
    assert not [block for block in again["custom"]["blocks"] if block["kind"] == "notice"]


def test_an_old_word_is_noted_also_after_a_choice_by_button():
    pressed = tracker('/choose_procedure{"procedure_code":"1.000001"}', said=("làm ở công an quận",))
    said, slots = shown((ITEMS, SOURCE), pressed)
    assert "công an quận" in said["text"]
    assert slots["old_words__told"] == ["district_police"]


async def test_an_old_office_is_explained_with_the_procedures_that_are_known(services, catalogue):
    (said,), slots = await run(ActionExplainOldWord(services), tracker("phòng tư pháp còn không"))
    assert said["custom"]["answer"]["topic"] == "justice_office"
    assert titles(said) == ["Chứng thực bản sao"]
    assert slots["old_words__told"] == ["justice_office"]
    assert not [block for block in said["custom"]["blocks"] if block["kind"] == "notice"]
    catalogue.fault = CatalogueUnreadableError("x")
    (said,), _ = await run(ActionExplainOldWord(services), tracker("phòng tư pháp còn không"))
    assert titles(said) == []


@pytest.mark.requirement("R-12", "R-16")
async def test_trouble_with_the_application_leads_to_people(services):
    (said,), _ = await run(ActionAnswerVneid(services), tracker("vneid không đăng nhập được"))
    assert said["custom"]["answer"]["topic"] == "activation"
    assert [button["payload"] for button in said["buttons"]] == ["/ask_digital_help", "/ask_how_to", "/request_human"]


def test_buttons_lead_to_known_procedures_and_to_other_matters():
    choices = (Choice("A", code="1.000001"), Choice("B", code="9.999999"), Choice("C", intent="request_human"))
    assert [button["title"] for button in choice_buttons(choices, {"1.000001": None})] == ["A", "C"]
