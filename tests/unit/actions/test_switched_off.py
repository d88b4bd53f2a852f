"""Features that are switched off: the administrator's sentence, nothing lost, everything else as ever."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.case_status import ActionLookUpCaseStatus
from actions.checklist import ActionGuideChecklist
from actions.checklist_desk import NAME as CHECKLIST
from actions.handoff import ActionHandOver
from actions.how_to import NAME as HOW_TO
from actions.how_to import ActionShowHowTo
from actions.petition_reminder import ActionOfferPetition
from actions.referral import ActionReferToTeam
from actions.switching import when_off
from bot.channels.linking import Linking
from bot.errors import StoreDownError
from bot.jobs.cases import CaseJobs
from bot.nlu.case_turn import WaitFor, Waiting
from bot.nlu.open_question import OpenQuestion
from bot.nlu.replies import Choice
from bot.referrals.models import About
from bot.staff.models import Feature
from bot.staff.telling import staff_wording
from knowledge.errors import ProcedureUnknownError
from knowledge.settings import ROOT
from knowledge.working_days import load_calendar
from tests.fixtures.petition_chat import NAME, STORY, PetitionChat, outcome
from tests.fixtures.services import services_with
from tests.fixtures.switches import MemorySwitches

pytestmark = pytest.mark.asyncio
OFF = "Đang bảo trì {đến} 15 giờ, mời gọi 1022."


class Now:
    def now(self):
        return datetime(2026, 11, 26, 3, tzinfo=timezone.utc)


class Empty:
    def kept(self, code):
        return None

    def get(self, code):
        raise ProcedureUnknownError(code)


@pytest.fixture
def services(tmp_path):
    made = services_with(Empty(), Now(), database_url=f"sqlite:///{tmp_path / 'operations.db'}")
    yield made
    made.operations.close()


BEGINS = {Feature.CASES: "ask_case_status", Feature.CHECKLISTS: "start_checklist", Feature.GUIDES: "ask_how_to"}


def asked(action):
    return OpenQuestion(action, (Choice("yes", ("có", "tiếp")),)).to_slot()


async def said_by(action, text, intent, slots=None, **entities):
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    text = f"/{intent}{json.dumps(entities)}" if entities else text
    message, dispatcher = {"text": text, "intent": {"name": intent}, "entities": found}, CollectingDispatcher()
    tracker = Tracker("someone", dict(slots or {}), message, [], False, None, {}, "action_listen")
    events = await action.run(dispatcher, tracker, {})
    return dispatcher.messages, {one["name"]: one["value"] for one in events}


@pytest.mark.parametrize(
    ("feature", "action", "intent"),
    [
        (Feature.CASES, ActionLookUpCaseStatus, "ask_case_status"),
        (Feature.CASES, ActionLookUpCaseStatus, "follow_case"),
        (Feature.REFERRALS, ActionReferToTeam, "request_referral"),
        (Feature.HANDOFF, ActionHandOver, "request_human"),
        (Feature.HANDOFF, ActionHandOver, "accept_human"),
        (Feature.HANDOFF, ActionHandOver, "leave_contact"),
        (Feature.CHECKLISTS, ActionGuideChecklist, "start_checklist"),
        (Feature.GUIDES, ActionShowHowTo, "ask_how_to"),
    ],
)
async def test_who_asks_for_it_reads_the_sentence_as_it_was_written(services, feature, action, intent):
    services.switches.off[feature] = OFF
    messages, slots = await said_by(action(services), "x", intent)
    assert [one["text"] for one in messages] == [OFF]
    assert messages[0]["buttons"] == []
    assert outcome(messages) == "refused_switched_off"
    assert slots.get("open_question") is None
    services.switches.off.clear()
    messages, _ = await said_by(action(services), "x", intent)
    assert messages
    assert OFF not in [one["text"] for one in messages]


@pytest.mark.parametrize(
    ("feature", "action", "slots", "text"),
    [
        (Feature.CASES, ActionLookUpCaseStatus, {"case_status__waiting": Waiting(WaitFor.CODE).to_slot()}, "qwrt"),
        (Feature.CHECKLISTS, ActionGuideChecklist, {"open_question": asked(CHECKLIST)}, "có"),
        (Feature.GUIDES, ActionShowHowTo, {"open_question": asked(HOW_TO)}, "tiếp"),
    ],
)
async def test_what_was_begun_is_not_dropped_without_a_word(services, feature, action, slots, text):
    services.switches.off[feature] = OFF
    messages, after = await said_by(action(services), text, "affirm", slots)
    assert messages[-1]["text"] == f"{OFF}\n\n{staff_wording()(f'kept.{feature.value}')}"
    messages, _ = await said_by(action(services), text, BEGINS[feature], slots | after)
    assert messages[-1]["text"] == OFF, "once"


async def test_following_is_stopped_and_the_team_explained_and_an_offer_declined_all_the_same(services):
    services.switches.off = dict.fromkeys(Feature, OFF)
    for action, intent in (
        (ActionLookUpCaseStatus, "stop_following"),
        (ActionReferToTeam, "ask_digital_help"),
        (ActionHandOver, "decline_human"),
        (ActionHandOver, "cancel_contact"),
    ):
        messages, _ = await said_by(action(services), "x", intent)
        assert messages, intent
        assert OFF not in [one["text"] for one in messages], intent


async def test_danger_is_handed_over_whatever_is_off(services):
    services.switches.off[Feature.HANDOFF] = OFF
    messages, _ = await said_by(ActionHandOver(services), "", "request_human", handoff_trigger="sensitive")
    assert messages[0]["response"].startswith("utter_handoff__")


async def test_a_request_that_is_being_written_is_kept(services):
    await services.referrals.requests.begin("someone", About(), "")
    services.switches.off[Feature.REFERRALS] = OFF
    messages, _ = await said_by(ActionReferToTeam(services), "x", "request_referral")
    assert messages[0]["text"].startswith(f"{OFF}\n\nNhững gì anh/chị đã ghi vẫn được giữ")
    assert await services.referrals.requests.draft("someone") is not None


async def test_a_petition_goes_on_where_it_was():
    chat = PetitionChat()
    await chat.say(STORY, "lodge_petition")
    await chat.press("Đồng ý")
    chat.switches.off[Feature.PETITIONS] = OFF
    said = await chat.say(NAME)
    assert said[-1]["text"].startswith(f"{OFF}\n\nNhững gì anh/chị đã kể vẫn được giữ làm bản nháp, chưa gửi đi.")
    assert outcome(said) == "refused_switched_off"
    assert (chat.draft["content"], chat.draft["consent"], chat.draft["name"]) == (STORY, "agreed to petition-1", NAME)
    await chat.say("tiếp tục")
    assert chat.said[-1]["text"].startswith(OFF)
    chat.switches.off.clear()
    await chat.say("tiếp tục")
    assert chat.asked == "utter_petition__ask_contact"


async def test_nothing_is_sent_while_it_is_off_and_it_is_afterwards():
    chat = PetitionChat()
    await chat.to_summary()
    send = chat.buttons["Gửi phản ánh này"]
    chat.switches.off[Feature.PETITIONS] = OFF
    await chat.payload(send)
    assert chat.petitions.drafts == {}
    chat.switches.off.clear()
    await chat.payload(send)
    assert len(chat.petitions.drafts) == 1


async def test_a_story_told_while_it_is_off_is_kept_and_a_mere_wish_leaves_nothing():
    chat = PetitionChat()
    chat.switches.off[Feature.PETITIONS] = OFF
    await chat.payload("/lodge_petition")
    assert chat.said[-1]["text"] == OFF
    assert chat.slots["petition__draft"] is None
    await chat.say(STORY, "lodge_petition")
    assert "bản nháp" in chat.said[-1]["text"]
    assert chat.draft["content"] == STORY


async def test_danger_in_a_story_is_answered_while_it_is_off():
    chat = PetitionChat()
    chat.switches.off[Feature.PETITIONS] = OFF
    await chat.say("Dây điện rơi xuống đường ở phường Bến Thành, nguy hiểm tính mạng người đi qua", "lodge_petition")
    assert chat.said[0]["response"] == "utter_petition__urgent"
    assert chat.draft["urgent"] is True


async def test_a_draft_is_thrown_away_while_it_is_off_and_nobody_is_reminded_of_it():
    chat = PetitionChat()
    await chat.say(STORY, "lodge_petition")
    chat.switches.off[Feature.PETITIONS] = OFF
    assert await chat.say("chào em", "greet", action=ActionOfferPetition(chat.services)) == []
    assert chat.draft["content"] == STORY
    await chat.say("huỷ")
    await chat.payload(next(one for one in chat.buttons.values() if "cancel_sure" in one))
    assert chat.slots["petition__draft"] is None


async def test_photos_are_not_offered_and_an_older_button_leads_to_the_sentence():
    chat = PetitionChat()
    chat.services.attachments = object()
    await chat.to_summary()
    assert "Thêm ảnh" in chat.buttons
    photos = chat.buttons["Thêm ảnh"]
    chat.switches.off[Feature.PHOTOS] = OFF
    said = await chat.payload(photos)
    assert said[0]["text"] == OFF
    assert "Anh/chị xem lại" in said[-1]["text"]
    assert "Thêm ảnh" not in chat.buttons


async def test_followed_dossiers_are_neither_read_nor_told_of_until_it_is_on_again(services):
    of = (services.cases, services.follows, services.case_answers, services.operations, services.clock)
    jobs = CaseJobs(*of, load_calendar(), services.switches)
    services.switches.off[Feature.CASES] = OFF
    assert (await jobs.look_for_changes(), await jobs.say_words()) == ({"off": 1}, {})
    services.switches.off.clear()
    assert (await jobs.look_for_changes())["looked"] == 0
    assert await jobs.say_words() == {"said": 0, "left": 0}


async def test_the_sentence_for_new_links_with_zalo_is_there_only_while_they_are_off():
    switches = MemorySwitches()
    switches.off[Feature.LINKS] = OFF
    assert await Linking(None, None, switches).when_off() == OFF
    switches.off.clear()
    assert await Linking(None, None, switches).when_off() is None


async def test_where_the_store_is_away_a_feature_goes_on():
    class Away:
        async def is_off(self, feature):
            raise StoreDownError(reason="away")

    class Held:
        switches = Away()

    assert await when_off(Held(), Feature.PETITIONS) is None


async def test_every_feature_is_asked_for_somewhere():
    asked = set()
    for folder in ("actions", "bot"):
        for path in (ROOT / folder).rglob("*.py"):
            asked |= set(
                re.findall(r"\b(?:when_off|is_off|off_within)(?:\(|, )[^\n]*Feature\.(\w+)", path.read_text("utf-8"))
            )
    assert {one.name for one in Feature} <= asked
