"""The action of help by the team: a whole request, a store that is away, what is never said again."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone

import pytest
import pytest_asyncio
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.referral import ActionReferToTeam
from actions.referral_places import where_and_when
from bot.ops.outcomes import AFTER_CONTACT
from bot.ops.screening.screening import after_answer
from bot.referrals.models import HelpOutcome
from knowledge.errors import ProcedureUnknownError
from knowledge.places.loading import PLACES_DIR
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT
from tests.fixtures.services import services_with

RESPONSES = plain_yaml((ROOT / "domain" / "referral.yml").read_text("utf-8"))["responses"]


class Now:
    def now(self):
        return datetime(2026, 11, 26, 3, tzinfo=timezone.utc)


class Empty:
    def kept(self, code):
        return None

    def get(self, code):
        raise ProcedureUnknownError(code)


class Chat:
    """Plays turns of one conversation; slots are kept, buttons can be pressed."""

    def __init__(self, services, sender="someone"):
        self._action, self._sender = ActionReferToTeam(services), sender
        self.slots, self.buttons, self.said = {}, {}, []

    async def say(self, text, intent="nlu_fallback", entities=()):
        message = {"text": text, "intent": {"name": intent}, "entities": list(entities)}
        dispatcher = CollectingDispatcher()
        tracker = Tracker(self._sender, dict(self.slots), message, [], False, None, {}, "action_listen")
        for event in await self._action.run(dispatcher, tracker, {}):
            self.slots[event["name"]] = event["value"]
        self.said += dispatcher.messages
        offered = {one["title"]: one["payload"] for part in dispatcher.messages for one in part["buttons"]}
        self.buttons = offered or self.buttons
        return dispatcher.messages[-1]["response"].removeprefix("utter_referral__")

    async def press(self, title):
        intent, _, carried = self.buttons[title][1:].partition("{")
        entities = [{"entity": k, "value": v} for k, v in json.loads("{" + carried).items()] if carried else []
        return await self.say(self.buttons[title], intent, entities)


@pytest_asyncio.fixture
async def services(tmp_path):
    made = services_with(Empty(), Now(), database_url=f"sqlite:///{tmp_path / 'operations.db'}")
    yield made
    made.operations.close()


async def whole(chat):
    assert await chat.say("nhờ tổ gọi", "request_referral") == "ask_consent"
    assert await chat.press("Đồng ý") == "ask_ward"
    assert await chat.say("phường Bến Thành", "give_place") == "ask_neighbourhood"
    assert await chat.say("khu phố 3") == "ask_contact"
    assert await chat.say("0901234567 cô Ba") == "ask_wish"
    assert await chat.press("Cuối tuần") == "ask_about"
    return await chat.press("VNeID")


@pytest.mark.requirement("R-17", "R-08", "R-10")
async def test_a_whole_request_and_a_second_press(services):
    chat = Chat(services)
    assert await whole(chat) == "summary"
    send = chat.buttons["Gửi yêu cầu"]
    assert await chat.press("Gửi yêu cầu") == "sent_to_city"  # no unit has a team of its own as shipped
    reference = chat.said[-1]["reference"]
    chat.buttons = {"Gửi yêu cầu": send}
    assert await chat.press("Gửi yêu cầu") == "sent_already"
    assert chat.said[-1]["reference"] == reference
    assert "0901234567" not in json.dumps([chat.said, chat.slots], ensure_ascii=False)


async def test_the_number_is_masked_in_what_is_kept_of_the_turn(services):
    chat = Chat(services)
    await whole(chat)
    outcomes = {part["custom"]["answer"]["outcome"] for part in chat.said}
    assert outcomes <= AFTER_CONTACT
    kept = after_answer("0901234567 cô Ba", outcomes)
    assert "0901" not in kept.text
    assert "cô Ba" in kept.text


async def test_a_store_that_is_away_is_said_so_and_the_question_stays(services, tmp_path):
    chat = Chat(services)
    await whole(chat)
    before = dict(chat.slots)
    blocked = tmp_path / "blocked"
    blocked.write_text("x", "utf-8")
    away = services_with(Empty(), Now(), database_url=f"sqlite:///{blocked / 'x' / 'operations.db'}")
    back, chat._action = chat._action, ActionReferToTeam(away)
    assert await chat.press("Gửi yêu cầu") == "store_down"
    assert chat.slots == before
    chat._action, chat.buttons = back, {}
    assert await chat.say("gửi yêu cầu") == "sent_to_city"


async def test_the_team_is_told_of_also_where_the_store_is_away(tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("x", "utf-8")
    away = services_with(Empty(), Now(), database_url=f"sqlite:///{blocked / 'x' / 'operations.db'}")
    assert await Chat(away).say("có ai giúp không", "ask_digital_help") == "inform"


async def test_no_help_came_asks_for_a_way_again(services):
    chat = Chat(services)
    await whole(chat)
    await chat.press("Gửi yêu cầu")
    reference = chat.said[-1]["reference"]
    await services.referrals.desk.close(reference, "Lan", HelpOutcome.GUIDED)
    assert await chat.say("chưa ai giúp", "ask_referral") == "came_no"
    assert await chat.say("0907654321") == "phone_kept"
    assert await chat.say("yêu cầu của tôi sao rồi", "ask_referral") == "mine"


async def test_typed_yes_ends_it(services):
    chat = Chat(services)
    await whole(chat)
    await chat.press("Gửi yêu cầu")
    await services.referrals.desk.close(chat.said[-1]["reference"], "Lan", HelpOutcome.GUIDED)
    assert await chat.say("yêu cầu của tôi sao rồi", "ask_referral") == "ask_came"
    assert await chat.say("rồi") == "came_yes"
    assert await chat.say("yêu cầu của tôi sao rồi", "ask_referral") == "mine_over"


async def test_a_draft_of_yesterday_is_no_more(services):
    chat = Chat(services)
    await whole(chat)
    await services.referrals.requests.discard("someone")
    assert await chat.press("Gửi yêu cầu") == "gone"


def test_every_moment_has_its_words():
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "actions").glob("referral*.py"))
    for name in RESPONSES:
        moment = name.removeprefix("utter_referral__")
        assert f'"{moment}"' in code or moment.startswith("ask_"), name


def test_where_help_is_to_be_had_only_as_verified(tmp_path):
    today = date(2026, 11, 26)
    for name in ("units.yml", "contacts.yml", "hours.yml", "former_units.yml", "outside.yml"):
        if (PLACES_DIR / name).is_file():
            (tmp_path / name).write_bytes((PLACES_DIR / name).read_bytes())
    (tmp_path / "support_points.yml").write_text(
        "support_points:\n"
        '  - {unit: "26743", name: Nhà văn hóa khu phố 3, address: 1 đường A, phones: [], helps_with: cài VNeID, '
        "source: phường, verified_on: 2026-11-20, verified_by: Văn phòng phường}\n",
        "utf-8",
    )
    assert "chưa có dữ liệu đã kiểm chứng" in where_and_when("", today, tmp_path)
    assert "Phường Tân Định" in where_and_when("26737", today, tmp_path)
    told = where_and_when("26743", today, tmp_path)
    assert "Nhà văn hóa khu phố 3; 1 đường A; giờ trực hỏi 1022; cài VNeID" in told
    assert "chưa có dữ liệu" in where_and_when("26743", date(2028, 1, 1), tmp_path)
