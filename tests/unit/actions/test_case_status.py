"""The action of dossiers: look-ups with their privacy, following with consent, one answer after the result."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone

import pytest
import pytest_asyncio
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions.case_status import ActionLookUpCaseStatus
from bot.cases.gateways.base import Gateways, Route
from bot.cases.gateways.sample import SampleGateway
from bot.cases.tables import CASE_FOLLOW_UP, CASE_RATING
from bot.errors import CaseSystemDownError
from bot.feedback.surveys import SurveyKind, mark_asked
from knowledge.errors import ProcedureUnknownError
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT
from tests.fixtures.services import services_with

CODE, LATE, DONE, AWAY = "H29.12-261102-0004", "H29.12-261102-0013", "H29.12-261102-0010", "H28.01-261102-0001"
RESPONSES = plain_yaml((ROOT / "domain" / "case_status.yml").read_text("utf-8"))["responses"]

pytestmark = pytest.mark.asyncio


class Now:
    def now(self):
        return datetime(2026, 11, 26, 3, tzinfo=timezone.utc)


class Empty:
    def kept(self, code):
        return None

    def get(self, code):
        raise ProcedureUnknownError(code)


class Down:
    name, sample, down = "down", False, True

    def __init__(self):
        self.behind = SampleGateway(Now())

    async def look_up(self, code):
        if self.down:
            raise CaseSystemDownError
        return None

    async def close(self):
        pass


class Chat:
    """Plays turns of one conversation; slots are kept, buttons can be pressed."""

    def __init__(self, services, sender="someone"):
        self._action, self._sender = ActionLookUpCaseStatus(services), sender
        self.slots, self.buttons = {}, {}

    async def say(self, text, intent="nlu_fallback", entities=()):
        message = {"text": text, "intent": {"name": intent}, "entities": list(entities)}
        dispatcher = CollectingDispatcher()
        tracker = Tracker(self._sender, dict(self.slots), message, [], False, None, {}, "action_listen")
        for event in await self._action.run(dispatcher, tracker, {}):
            self.slots[event["name"]] = event["value"]
        said = dispatcher.messages
        self.buttons = {one["title"]: one["payload"] for message in said for one in message["buttons"]}
        return said

    async def press(self, title):
        intent, _, carried = self.buttons[title][1:].partition("{")
        entities = [{"entity": k, "value": v} for k, v in json.loads("{" + carried).items()] if carried else []
        return await self.say(self.buttons[title], intent, entities)


@pytest_asyncio.fixture
async def services(tmp_path):
    gateways = Gateways([Route("H29", SampleGateway(Now())), Route("H28", Down())])
    services = services_with(Empty(), Now(), gateways=gateways, database_url=f"sqlite:///{tmp_path / 'operations.db'}")
    yield services
    await services.close()


@pytest.fixture
def chat(services):
    return Chat(services)


def rows(services, table):
    return services.operations().run(lambda connection: connection.execute(select(table)).all())


def outcomes(said):
    customs = [message.get("custom") or message for message in said]
    return [custom["answer"]["outcome"] for custom in customs if "answer" in custom]


async def test_a_code_alone_tells_nothing_and_asks_for_the_proof(chat):
    (said,) = await chat.say(f"hồ sơ {CODE}")
    assert said["response"] == "utter_case_status__ask_proof"
    assert said["custom"]["expects"] == ["phone"]
    assert "giấy phép" not in json.dumps(said, ensure_ascii=False)


async def test_the_proof_is_in_no_slot(chat):
    await chat.say(f"{CODE} 7391")
    await chat.say(f"{CODE} đt cuối 0000")
    assert "7391" not in json.dumps(chat.slots)
    assert chat.slots["case_status__proven"] == [CODE]


async def test_one_proof_for_several_opens_some_and_asks_again_for_the_rest(chat):
    said = await chat.say(f"{CODE}, {AWAY} và H29.12-261102-9999 số cuối 0000")
    assert outcomes(said) == ["answered_case_status", "error_case_system", "unanswered_case_not_proven"]
    assert chat.slots["case_status__waiting"]["codes"] == ["H29.12-261102-9999"]


async def test_a_system_that_nobody_connected_is_told_without_a_look_up(chat):
    said = await chat.say("H01.01-261102-0001 0000")
    assert outcomes(said) == ["unanswered_case_elsewhere"]


async def test_the_follow_up_of_a_late_dossier_is_opened_once_and_said(services, chat):
    for _ in range(2):
        (said,) = await chat.say(f"{LATE} 0000")
        assert "Tôi đã ghi việc này" in said["text"]
    assert [row.why for row in await rows(services, CASE_FOLLOW_UP)] == ["late_without_notice"]


async def test_what_could_not_be_written_down_is_not_said(services, chat, monkeypatch):
    from sqlalchemy.exc import OperationalError

    async def broken(*_):
        raise OperationalError("insert", {}, Exception())

    monkeypatch.setattr(services.case_answers.desk, "follow_up", broken)
    (said,) = await chat.say(f"{LATE} 0000")
    assert "quá hẹn" in said["text"]
    assert "Tôi đã ghi việc này" not in said["text"]


async def test_a_petition_carries_the_dossier_and_its_procedure(chat):
    await chat.say(f"{LATE} 0000")
    assert json.loads(chat.buttons["Gửi phản ánh"].removeprefix("/lodge_petition")) == {
        "case_code": LATE,
        "procedure_code": "1.012783",
    }


async def test_nobody_follows_by_a_forged_button(services, chat):
    entities = [{"entity": "case_code", "value": CODE}]
    (said,) = await chat.say("/agree_to_follow{}", "agree_to_follow", entities)
    assert said["response"] == "utter_case_status__ask_proof"
    assert await services.follows.of("someone") == []


async def test_following_begins_with_a_yes_and_is_this_conversations_only(services, chat):
    await chat.say(f"{CODE} 0000")
    await chat.press("Báo tôi khi có thay đổi")
    assert await services.follows.of("someone") == []
    await chat.press("Đồng ý")
    assert [one.case_code for one in await services.follows.of("someone")] == [CODE]
    (said,) = await Chat(services, "another").say("thôi theo dõi", "stop_following")
    assert said["response"] == "utter_case_status__follow_none"
    assert len(await services.follows.of("someone")) == 1


async def test_an_answer_after_the_result_is_kept_without_person_and_code(services, chat):
    said = await chat.say(f"{DONE} 0000")
    assert outcomes(said)[-1] == "clarified_case_rating"
    await chat.press("Bình thường")
    await chat.say("chờ hơi lâu", "lodge_petition")
    (row,) = await rows(services, CASE_RATING)
    assert (row.rating, row.reason, row.procedure_code) == ("neutral", "chờ hơi lâu", "1.001193")
    assert "someone" not in str(row)
    assert DONE not in str(row)


async def test_a_conversation_that_had_its_survey_is_not_asked_about_the_dossier(services, chat):
    day = date(2026, 11, 26)
    await services.operations().write(mark_asked, "someone", SurveyKind.TOPIC, day)
    assert "clarified_case_rating" not in outcomes(await chat.say(f"{DONE} 0000"))
    assert "clarified_case_rating" in outcomes(await Chat(services, "another").say(f"{DONE} 0000"))


async def test_what_is_no_yes_is_never_taken_for_one(services, chat):
    await chat.say(f"{CODE} 0000")
    await chat.press("Báo tôi khi có thay đổi")
    assert outcomes(await chat.say("hả")) == ["clarified_case_follow"]
    assert outcomes(await chat.say("là sao")) == ["answered_case_follow"]
    assert chat.slots["open_question"] is None
    assert await services.follows.of("someone") == []


async def test_an_answer_that_is_none_leaves_the_question_out(services, chat):
    await chat.say(f"{DONE} 0000")
    await chat.say("hả")
    (said,) = await chat.say("là sao")
    assert said["response"] == "utter_case_status__rating_skipped"
    assert [row.rating for row in await rows(services, CASE_RATING)] == ["skipped"]


async def test_nobody_is_asked_again_who_left_it_out(services, chat):
    await chat.say(f"{DONE} 0000")
    await chat.press("Bỏ qua")
    (said,) = await Chat(services, "another").say(f"{DONE} 0000")
    assert outcomes([said]) == ["answered_case_status"]
    assert [row.rating for row in await rows(services, CASE_RATING)] == ["skipped"]


async def test_a_thousand_codes_sound_all_the_same(services):
    heard = set()
    for number in range(1, 1001, 7):  # some exist, most do not
        said = await Chat(services, f"p{number}").say(f"H29.12-261102-{number:04} 1111")
        heard |= {(message.get("response"), message.get("left"), message["sample"]) for message in said}
    assert len(heard) == 1


async def test_every_sentence_that_is_said_exists():
    import re

    code = "\n".join(
        (ROOT / "actions" / f"case_{name}.py").read_text("utf-8")
        for name in ("look_up", "following", "rating", "status", "talk")
    )
    named = set(re.findall(r'(?:say\(\s*|moment = )"(\w+)"', code)) | set(
        re.findall(r'"utter_case_status__(\w+)"', code)
    )
    assert len(named) > 20
    assert {f"utter_case_status__{name}" for name in named} - set(RESPONSES) == set()
