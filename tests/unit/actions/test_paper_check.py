"""The action on papers: what it answers, asks back, remembers, and hands on."""

from datetime import datetime, timezone

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.paper_check import ActionCheckPaper
from knowledge.errors import CatalogueUnreadableError, ProcedureUnknownError
from knowledge.models import DossierCase, DossierComponent
from tests.fixtures.catalogue import procedure
from tests.fixtures.services import services_with

CODE = "1.000001"


class FakeClock:
    def now(self):
        return datetime(2026, 7, 20, 20, 0, tzinfo=timezone.utc)


class FakeCatalogue:
    fault = None

    def kept(self, code):
        return None

    def get(self, code):
        if self.fault:
            raise self.fault
        if code != CODE:
            raise ProcedureUnknownError(code)
        parts = (DossierComponent("form", "Tờ khai nuôi chim", originals=1), DossierComponent("id", "Thẻ căn cước"))
        return procedure(dossier=(DossierCase("standard", "", parts),), notes=(), steps=(), requirements=())


@pytest.fixture
def catalogue():
    return FakeCatalogue()


@pytest.fixture
def ask(catalogue):
    """`await ask(text, …)` → the messages said, and what was set."""
    action = ActionCheckPaper(services_with(catalogue, FakeClock()))

    async def run(text, papers=(), intent="check_paper", link=None, entities=(), last="", **slots):
        message = {
            "text": text,
            "intent": {"name": intent},
            "entities": [*({"entity": "paper", "value": paper} for paper in papers), *entities],
            "procedure_link": link or {},
        }
        events = [{"event": "action", "name": last}] if last else []
        tracker = Tracker("t", slots, message, events, False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        found = await action.run(dispatcher, tracker, {})
        said = {event["name"]: event.get("value") for event in found if event["event"] == "slot"}
        assert (found[-1]["event"], found[-1]["name"]) == ("followup", "action_listen")
        return dispatcher.messages, said

    return run


async def test_says_that_a_paper_is_on_the_list_of_the_procedure_at_hand(ask):
    (message,), slots = await ask("có cần căn cước không", ["căn cước"], procedure_code=CODE)
    assert message["response"] == "utter_paper_check__on_list"
    assert "Thẻ căn cước" in message["places"]
    assert message["custom"]["answer"]["verdict"] == "on_list"
    assert [button["title"] for button in message["buttons"]] == ["Xem cả danh sách giấy tờ", "Gặp người hỗ trợ"]
    assert (slots["procedure_code"], slots["paper_check__paper"]) == (CODE, "căn cước")


@pytest.mark.requirement("R-36")
async def test_a_petition_takes_over_procedure_and_paper(ask):
    (message,), _ = await ask("phường đòi giấy khám sức khỏe", ["giấy khám sức khỏe"], procedure_code=CODE)
    assert message["response"] == "utter_paper_check__not_on_list"
    assert message["custom"]["answer"]["decision_number"]
    payloads = {button["title"]: button["payload"] for button in message["buttons"]}
    wanted = '/lodge_petition{"procedure_code": "1.000001", "paper": "giấy khám sức khỏe"}'
    assert payloads["Gửi phản ánh"] == wanted


async def test_several_papers_are_told_one_by_one_with_buttons_under_the_last(ask):
    said, _ = await ask("đòi căn cước và ảnh", ["căn cước", "giấy khám sức khỏe"], procedure_code=CODE)
    assert [message["custom"]["answer"]["verdict"] for message in said] == ["on_list", "not_on_list"]
    assert [bool(message["buttons"]) for message in said] == [False, True]


async def test_asks_for_the_procedure_and_takes_it_from_the_next_message(ask):
    (message,), slots = await ask("phường đòi giấy chứng sinh", ["giấy chứng sinh"])
    assert message["response"] == "utter_paper_check__which_procedure"
    assert slots == {"paper_check__papers": ["giấy chứng sinh"], "paper_check__waiting": True}
    hit = {"code": CODE, "title": "Đăng ký nuôi chim", "score": 1.0}
    link = {"hits": [hit], "certainty": "clear", "words": 3, "known": 3}
    (message,), slots = await ask(
        "đăng ký nuôi chim", intent="ask_procedure", link=link, last="action_check_paper", **slots
    )
    assert message["custom"]["answer"]["procedure_code"] == CODE
    assert slots["paper_check__waiting"] is False


async def test_offers_procedures_that_are_near_by_button(ask):
    hits = [{"code": code, "title": f"Việc {code}", "score": 1.0} for code in ("1.000001", "1.000002")]
    link = {"hits": hits, "certainty": "close", "words": 3, "known": 3}
    (message,), _ = await ask("nuôi chim có cần căn cước không", ["căn cước"], link=link)
    assert message["response"] == "utter_paper_check__which_of"
    assert message["buttons"][0]["payload"] == '/check_paper{"procedure_code": "1.000001", "paper": "căn cước"}'


async def test_a_pressed_button_names_both(ask):
    entities = [{"entity": "procedure_code", "value": CODE}]
    (message,), _ = await ask('/check_paper{"x": 1}', ["căn cước"], entities=entities)
    assert message["custom"]["answer"]["verdict"] == "on_list"


async def test_asks_which_paper_and_takes_it_from_the_next_message(ask):
    (message,), slots = await ask("phường đòi thêm giấy", procedure_code=CODE)
    assert message["response"] == "utter_paper_check__which_paper"
    (message,), _ = await ask("giấy khám sức khỏe", intent="ask_procedure", last="action_check_paper", **slots)
    assert message["custom"]["answer"]["verdict"] == "not_on_list"


@pytest.mark.requirement("R-11")
async def test_a_household_book_without_a_procedure_is_answered_at_once(ask):
    (message,), slots = await ask("có cần sổ hộ khẩu không", ["sổ hộ khẩu"])
    assert message["response"] == "utter_paper_check__household_book"
    assert slots["paper_check__waiting"] is False


async def test_another_question_after_ours_is_answered_as_such(ask):
    waiting = {"paper_check__waiting": True, "paper_check__papers": ["căn cước"]}
    link = {"hits": [{"code": CODE, "title": "Nuôi chim", "score": 1.0}], "certainty": "clear", "words": 2, "known": 2}
    said, slots = await ask("đăng ký nuôi chim", intent="ask_procedure", link=link, last="action_other", **waiting)
    assert said[0]["custom"]["answer"]["outcome"] == "answered_procedure"
    assert slots["paper_check__waiting"] is False


async def test_carrying_on_where_no_paper_was_the_matter_is_a_question_on_the_procedure(ask):
    said, _ = await ask("còn căn cước thì sao", ["căn cước"], procedure_code=CODE, last="action_answer_procedure")
    assert "verdict" not in said[0]["custom"]["answer"]
    said, _ = await ask("còn căn cước thì sao", ["căn cước"], procedure_code=CODE, last="action_check_paper")
    assert said[0]["custom"]["answer"]["verdict"] == "on_list"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(CatalogueUnreadableError("x"), "error_catalogue"), (ProcedureUnknownError("x"), "unanswered_unknown_code")],
)
async def test_a_record_that_cannot_be_read_is_said_kindly(ask, catalogue, fault, outcome):
    catalogue.fault = fault
    (message,), _ = await ask("có cần căn cước không", ["căn cước"], procedure_code=CODE)
    assert message["custom"]["answer"]["outcome"] == outcome
