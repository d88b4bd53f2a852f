"""The action about procedures: carries a step out, and says what it said in `answer`."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.procedure import ActionAnswerProcedure
from bot.ops.outcomes import Outcome
from knowledge.errors import CatalogueUnreadableError, ProcedureUnknownError
from knowledge.models import DossierCase, DossierComponent, ResultDocument
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT
from tests.fixtures.catalogue import PAGE, procedure
from tests.fixtures.services import services_with


class FakeClock:
    def now(self):
        return datetime(2026, 7, 20, 20, 0, tzinfo=timezone.utc)  # the 21st in the city


class FakeCatalogue:
    """Holds two records and one old code; fails when told to."""

    def __init__(self):
        self.records = {
            "1.000001": procedure(old_codes=("2.000001",)),
            "1.000002": procedure("1.000002", "Gia hạn nuôi chim"),
        }
        self.records["2.000001"] = self.records["1.000001"]
        self.fault = None

    def kept(self, code):
        return None

    def get(self, code):
        if self.fault:
            raise self.fault
        if code not in self.records:
            raise ProcedureUnknownError(code)
        return self.records[code]


@pytest.fixture
def catalogue():
    return FakeCatalogue()


@pytest.fixture
def ask(catalogue):
    """`await ask(message, slots)` → the one message said, and the slots set."""
    action = ActionAnswerProcedure(services_with(catalogue, FakeClock()))

    async def run(message, **slots):
        dispatcher = CollectingDispatcher()
        slots = {"procedure_code": None, "procedure__offered": None, "procedure__facts": None, **slots}
        tracker = Tracker("someone", slots, message, [], False, None, {}, "action_listen")
        events = await action.run(dispatcher, tracker, {})
        (said,) = dispatcher.messages
        return said, {event["name"]: event["value"] for event in events}

    return run


def words(*codes, certainty="clear", facts=(), code=""):
    titles = {"1.000001": "Đăng ký nuôi chim bồ câu", "1.000002": "Gia hạn nuôi chim"}
    hits = [{"code": one, "title": titles.get(one, one), "score": 0.8 - place / 100} for place, one in enumerate(codes)]
    link = {"hits": hits, "certainty": certainty, "words": 3 if hits else 0, "known": 3, "code": code}
    return {"intent": {"name": "ask_procedure"}, "entities": [], "facts": list(facts), "procedure_link": link}


def pressed(intent, **entities):
    items = [{"entity": name, "value": value} for name, value in entities.items()]
    return {"intent": {"name": intent}, "entities": items, "facts": [], "procedure_link": {}}


def outcome(said):
    answer = said["custom"].get("answer") or {}
    return answer["outcome"], answer["procedure_code"], answer["fields"]


@pytest.mark.requirement("R-02", "R-19")
async def test_answers_from_the_record(ask):
    said, slots = await ask(words("1.000001", facts=["fee"]))
    assert "15.000" in said["text"]
    assert said["text"].endswith(PAGE)
    assert outcome(said) == ("answered_procedure", "1.000001", ["fee"])
    assert said["custom"]["answer"]["decision_number"] == "11/QĐ-BNV"
    assert said["custom"]["blocks"][-1]["kind"] == "source"
    assert slots["procedure_code"] == "1.000001"
    assert slots["procedure__offered"] is slots["procedure__facts"] is None


@pytest.mark.parametrize(
    ("document", "text", "facts", "told"),
    [
        ("Quyết định trợ cấp", "mức hưởng bao nhiêu", ["result"], True),
        ("Quyết định trợ cấp", "làm xong có gì", ["result"], False),
        ("Quyết định trợ cấp", "lệ phí bao nhiêu tiền", ["fee"], False),
        ("Quyết định trợ cấp 500.000 đồng", "mức hưởng bao nhiêu", ["result"], False),
    ],
)
async def test_an_amount_that_no_record_has_is_said_so(ask, catalogue, document, text, facts, told):
    catalogue.records["1.000001"] = procedure(result_documents=(ResultDocument(document),))
    said, _ = await ask(words("1.000001", facts=facts) | {"text": text})
    assert ("không ghi số tiền được hưởng" in said["text"]) is told
    assert said["custom"]["blocks"][-1]["kind"] == "source"


async def test_offers_three_facts_that_were_not_answered(ask):
    said, _ = await ask(words("1.000001", facts=["fee"]))
    payloads = [button["payload"] for button in said["buttons"]]
    assert len(payloads) == 3
    assert '/ask_fact{"fact":"fee"}' not in payloads
    assert all(payload.startswith('/ask_fact{"fact":"') for payload in payloads)


async def test_a_fact_button_asks_about_the_procedure_at_hand(ask):
    said, _ = await ask(pressed("ask_fact", fact="time"), procedure_code="1.000002")
    assert outcome(said) == ("answered_procedure", "1.000002", ["time"])


@pytest.mark.requirement("R-05")
async def test_staleness_counts_the_days_of_the_city(ask, catalogue):
    catalogue.records["1.000001"] = procedure(checked_on=date(2026, 6, 20))
    said, _ = await ask(words("1.000001"))
    assert "có thể đã thay đổi" in said["text"], "31 days in the city, 30 in UTC"


@pytest.mark.requirement("R-27")
async def test_an_old_code_is_answered_and_named(ask):
    said, slots = await ask(words(code="2.000001"))
    assert "mã cũ 2.000001 nay là 1.000001" in said["text"]
    assert slots["procedure_code"] == "1.000001"


@pytest.mark.requirement("R-15")
async def test_close_procedures_are_offered_by_number_and_the_facts_kept(ask):
    said, slots = await ask(words("1.000001", "1.000002", certainty="close", facts=["fee"]))
    assert said["response"] == "utter_procedure__which"
    assert [button["title"] for button in said["buttons"]] == ["1. Đăng ký nuôi chim bồ câu", "2. Gia hạn nuôi chim"]
    assert said["buttons"][1]["payload"] == '/choose_procedure{"procedure_code":"1.000002"}'
    assert slots["procedure__offered"] == ["1.000001", "1.000002"]
    assert slots["procedure__facts"] == ["fee"]
    said, slots = await ask(pressed("choose_option", choice="2"), **slots)
    assert outcome(said) == ("answered_procedure", "1.000002", ["fee"])
    assert slots["procedure__offered"] is slots["procedure__facts"] is None


async def test_a_number_beyond_the_list_names_its_length(ask):
    said, _ = await ask(pressed("choose_option", choice="7"), procedure__offered=["1.000001", "1.000002"])
    assert (said["response"], said["count"]) == ("utter_procedure__choice_out_of_range", 2)
    assert outcome(said)[0] == "clarified_choice"


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("message", "response", "result"),
    [
        (words(), "utter_fallback__not_understood", Outcome.UNANSWERED_NOT_UNDERSTOOD),
        (words(facts=["fee"]), "utter_procedure__no_subject", Outcome.CLARIFIED_SUBJECT),
        (words("1.000001", certainty="none"), "utter_procedure__nothing_near", Outcome.UNANSWERED_NO_MATCH),
        (words("1.000001", certainty="weak"), "utter_procedure__no_match", Outcome.UNANSWERED_NO_MATCH),
        (words(code="9.999999"), "utter_procedure__unknown_code", Outcome.UNANSWERED_UNKNOWN_CODE),
        (
            pressed("choose_procedure", procedure_code="<b>x</b>"),
            "utter_procedure__unknown_code",
            Outcome.UNANSWERED_UNKNOWN_CODE,
        ),
        ({}, "utter_fallback__not_understood", Outcome.UNANSWERED_NOT_UNDERSTOOD),
    ],
)
async def test_what_cannot_be_answered_is_said_so_and_never_invented(ask, message, response, result):
    said, slots = await ask(message)
    assert said["response"] == response
    assert outcome(said)[:2] == (result.value, None)
    assert not said["text"]
    assert "procedure_code" not in slots


@pytest.mark.requirement("R-08")
async def test_the_fact_asked_first_is_kept_until_the_subject_is_known(ask):
    _, slots = await ask(words(facts=["time"]))
    assert slots["procedure__facts"] == ["time"]
    said, _ = await ask(words("1.000001"), **slots)
    assert outcome(said) == ("answered_procedure", "1.000001", ["time"])


async def test_yes_asks_what_else_about_the_procedure_at_hand(ask):
    said, _ = await ask(pressed("affirm"), procedure_code="1.000001")
    assert said["response"] == "utter_procedure__which_fact"
    assert said["buttons"]


@pytest.mark.requirement("R-19")
async def test_a_catalogue_that_cannot_be_read_is_a_kind_sentence_and_one_log_line(ask, catalogue, caplog):
    catalogue.fault = CatalogueUnreadableError("disk on fire")
    said, slots = await ask(words("1.000001", facts=["fee"]))
    assert said["response"] == "utter_procedure__catalogue_down"
    assert outcome(said) == ("error_catalogue", None, ["fee"])
    assert slots == {}
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
    assert "disk" not in str(said)


def test_every_response_the_action_names_exists_and_gets_its_values():
    source = (ROOT / "actions" / "procedure.py").read_text("utf-8")
    known = {}
    for path in sorted((ROOT / "domain").glob("*.yml")):
        known |= (plain_yaml(path.read_text("utf-8")) or {}).get("responses") or {}
    names = set(re.findall(r'"(utter_[a-z_]+)"', source))
    assert names
    assert names <= set(known)
    given = {
        "utter_procedure__unknown_code": {"code"},
        "utter_procedure__choice_out_of_range": {"count"},
        "utter_procedure__which": {"differences"},
    }
    for name in names:
        for variant in known[name]:
            placeholders = {part.split("}")[0] for part in variant["text"].split("{")[1:]}
            assert placeholders <= given.get(name, set()), name


def test_the_name_is_the_one_in_the_domain():
    domain = plain_yaml((ROOT / "domain" / "procedure.yml").read_text("utf-8"))
    assert ActionAnswerProcedure().name() in domain["actions"]


@pytest.mark.requirement("R-15")
async def test_a_long_dossier_offers_its_cases_by_button_and_by_number(ask, catalogue):
    rows = [DossierComponent(str(n), f"Giấy {n} " + "dài " * 30, originals=1) for n in range(10)]
    cases = tuple(DossierCase(name, f"Trường hợp {name}", tuple(rows)) for name in "abc")
    catalogue.records["1.000001"] = procedure(dossier=cases)
    said, slots = await ask(words("1.000001", facts=["documents"]))
    assert [button["title"] for button in said["buttons"][:3]] == [
        f"{n}. Trường hợp {c}" for n, c in enumerate("abc", 1)
    ]
    assert said["buttons"][1]["payload"] == '/ask_fact{"fact":"documents","dossier_case":"b"}'
    said, slots = await ask(pressed("choose_option", choice="2"), **slots)
    assert outcome(said) == ("answered_procedure", "1.000001", ["documents"])
    assert "Trường hợp b" in said["text"]
    assert "Trường hợp a" not in said["text"]
    assert slots["procedure__offered"] is None
