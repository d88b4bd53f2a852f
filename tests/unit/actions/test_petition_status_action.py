"""After a petition was lodged: what is told to whom, and each step once."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
import pytest_asyncio
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.feedback import ActionOpenFollowUp
from actions.petition_status import ActionLookUpPetition
from bot.nlu.open_question import Moment, goes_to_asker, read_open_question
from bot.ops.satisfaction import Satisfaction
from bot.petitions.models import Contact, ContactKind, PetitionDraft, PetitionKind, PetitionState
from tests.fixtures.memory_petitions import NOW, MemoryPetitions

pytestmark = pytest.mark.asyncio
DRAFT = PetitionDraft(
    key="key-1",
    sender="owner",
    channel="web",
    kind=PetitionKind.BEHAVIOUR,
    content="Cán bộ quát tôi khi tôi hỏi lại thủ tục",
    sender_name="Nguyễn Văn An",
    contact=Contact(ContactKind.PHONE, "0903123456"),
    consent_version="petition-1",
)


class Chat:
    def __init__(self, petitions, sender):
        self.services = services = SimpleNamespace(petitions=petitions)
        self._action, self._sender = ActionLookUpPetition(services), sender
        self.slots, self.buttons, self.events = {}, {}, []

    async def say(self, text, intent="nlu_fallback", entities=(), action=None, at=0.0, **parsed):
        message = {"text": text, "intent": {"name": intent}, "entities": list(entities), **parsed}
        self.events.append({"event": "user", "text": text, "parse_data": message, "timestamp": at})
        dispatcher = CollectingDispatcher()
        tracker = Tracker(self._sender, dict(self.slots), message, self.events, False, None, {}, "action_listen")
        for event in await (action or self._action).run(dispatcher, tracker, {}):
            self.slots[event["name"]] = event["value"]
        self.buttons = {b["title"]: b["payload"] for one in dispatcher.messages for b in one["buttons"]}
        return dispatcher.messages

    async def press(self, title):
        intent, _, carried = self.buttons[title][1:].partition("{")
        entities = [{"entity": k, "value": v} for k, v in json.loads("{" + carried).items()]
        return await self.say(self.buttons[title], intent, entities)


@pytest_asyncio.fixture
async def petitions():
    desk = MemoryPetitions()
    await desk.lodge(DRAFT)
    return desk


@pytest.fixture
def owner(petitions):
    return Chat(petitions, "owner")


@pytest.fixture
def stranger(petitions):
    return Chat(petitions, "stranger")


CODE = "PA-33V8-55FC"


def told(said):
    return "\n".join(one.get("text") or one.get("response") or "" for one in said)


@pytest.mark.requirement("R-25")
async def test_the_conversation_that_lodged_it_sees_it_without_a_proof(owner):
    said = await owner.say("phản ánh của tôi tới đâu rồi", "ask_petition")
    assert CODE in told(said)
    assert "17/12/2026" in told(said)
    assert "0903" not in told(said)


@pytest.mark.requirement("R-23", "R-25")
async def test_a_code_alone_tells_a_stranger_nothing(stranger):
    (said,) = await stranger.say(f"xem phản ánh {CODE}", "ask_petition")
    assert (said["response"], said["custom"]["expects"]) == ("utter_petition__ask_proof", ["phone", "email"])


@pytest.mark.parametrize("proof", ["3456", "số cuối là 3456", "0903 123 456"])
async def test_code_and_last_digits_show_it(stranger, proof):
    await stranger.say(f"xem phản ánh {CODE}", "ask_petition")
    assert "Đã nhận" in told(await stranger.say(proof))


async def test_code_and_proof_in_one_message(stranger):
    assert "Đã nhận" in told(await stranger.say(f"{CODE} số cuối 3456", "ask_petition"))


async def test_unknown_codes_and_wrong_proofs_sound_the_same(stranger):
    answers = []
    for code, proof in ((CODE, "1111"), ("PA-64V2-XX3F", "3456")):
        await stranger.say(f"xem phản ánh {code}", "ask_petition")
        (said,) = await stranger.say(proof)
        answers.append((said["response"], said["custom"]["answer"]["outcome"]))
    assert len(set(answers)) == 1


async def test_after_too_many_tries_it_pauses(stranger):
    for _ in range(5):
        await stranger.say(f"xem phản ánh {CODE}", "ask_petition")
        said = await stranger.say("1111")
    assert said[0]["response"] == "utter_petition__last_try"
    await stranger.say(f"xem phản ánh {CODE}", "ask_petition")
    assert (await stranger.say("3456"))[0]["response"] == "utter_petition__paused"


async def test_the_proof_is_in_no_slot(stranger):
    await stranger.say(f"{CODE} số cuối 3456", "ask_petition")
    assert "3456" not in json.dumps(stranger.slots)


async def test_what_was_asked_for_is_told_and_answered_once(owner, petitions):
    petitions.put(CODE, state=PetitionState.ASKED_FOR_MORE, asked_for="Anh/chị nộp hồ sơ ngày nào?")
    said = await owner.say("phản ánh của tôi sao rồi", "ask_petition")
    assert "nộp hồ sơ ngày nào" in told(said)
    await owner.press("Trả lời")
    before = dict(owner.slots)
    await owner.say("ngày 10 tháng 11, lúc 9 giờ", "ask_case_status")
    owner.slots = before  # the same message once more, after a crash
    await owner.say("ngày 10 tháng 11, lúc 9 giờ", "ask_case_status")
    assert list(petitions.messages.values()) == [(CODE, "ngày 10 tháng 11, lúc 9 giờ")]


async def test_an_answer_is_told_rated_and_explained(owner, petitions):
    petitions.put(
        CODE, state=PetitionState.ANSWERED, answer="Đơn vị xin lỗi anh.", answered_at=NOW, can_rate=True,
        reopen_until=NOW.date(),
    )  # fmt: skip
    said = await owner.say("họ trả lời phản ánh của tôi chưa", "ask_petition")
    assert "Đơn vị xin lỗi anh." in told(said)
    assert "Rút phản ánh" not in owner.buttons
    said = await owner.press("Không hài lòng")
    assert said[0]["response"] == "utter_petition__rated"
    assert "Đề nghị mở lại" in owner.buttons
    await owner.say("vì trả lời chung chung", "lodge_petition")
    assert petitions.ratings == [
        (CODE, Satisfaction.DISSATISFIED, ""),
        (CODE, Satisfaction.DISSATISFIED, "vì trả lời chung chung"),
    ]


async def test_opened_again_with_the_reason(owner, petitions):
    petitions.put(CODE, state=PetitionState.ANSWERED, answer="Xong.", answered_at=NOW, reopen_until=NOW.date())
    assert (await owner.say("mở lại phản ánh", "ask_petition"))[0]["response"] == "utter_petition__ask_reopen"
    assert (await owner.say("vẫn chưa trả hồ sơ"))[0]["response"] == "utter_petition__reopened"
    assert petitions.views[CODE].state is PetitionState.REOPENED


ANSWERED = {"state": PetitionState.ANSWERED, "answer": "Xong.", "answered_at": NOW, "reopen_until": NOW.date()}


@pytest.mark.parametrize(
    "words", ["phường trả lời sai rồi", "trả lời vậy không đúng", "sai rồi", "ubnd phường trả lời không đúng ạ"]
)
async def test_right_after_an_answer_was_told_it_is_this_answer_that_is_wrong(owner, petitions, words):
    petitions.put(CODE, **ANSWERED)
    await owner.say("phản ánh của tôi sao rồi", "ask_petition")
    opened = read_open_question(owner.slots["open_question"])
    assert goes_to_asker(opened, "tell_not_solved", words, Moment("action_look_up_petition"))
    said = await owner.say(words, "tell_not_solved")
    assert (said[0]["response"], said[0]["code"]) == ("utter_petition__offer_reopen", CODE)
    assert said[0]["until"] == "26/11/2026"
    assert petitions.views[CODE].state is PetitionState.ANSWERED  # nothing is opened by a complaint alone
    assert (await owner.say("chưa trả hồ sơ mà ghi là đã trả"))[0]["response"] == "utter_petition__reopened"


async def test_what_is_no_complaint_is_not_taken_after_telling(owner, petitions):
    petitions.put(CODE, **ANSWERED)
    await owner.say("phản ánh của tôi sao rồi", "ask_petition")
    opened = read_open_question(owner.slots["open_question"])
    for words, intent in (("lệ phí khai sinh bao nhiêu", "ask_procedure"), ("cảm ơn em", "thanks"), ("ừ", "affirm")):
        assert not goes_to_asker(opened, intent, words, Moment("action_look_up_petition"))
    assert "Xong." in told(await owner.say("1"))


async def test_a_yes_is_no_reason_and_a_no_leaves_it(owner, petitions):
    petitions.put(CODE, **ANSWERED)
    await owner.say("phản ánh của tôi sao rồi", "ask_petition")
    await owner.say("trả lời sai rồi", "tell_not_solved")
    assert (await owner.say("ừ", "affirm"))[0]["response"] == "utter_petition__ask_reopen"
    assert (await owner.say("không", "deny"))[0]["response"] == "utter_petition__closed"
    assert petitions.views[CODE].state is PetitionState.ANSWERED


async def test_told_without_being_asked_for_it_is_meant_as_well(owner, petitions):
    """A job has told the answer; the conversation that Rasa knows has nothing of it."""
    petitions.put(CODE, **ANSWERED)
    complain = ActionOpenFollowUp(owner.services)
    await owner.say("/lodge_petition", "lodge_petition", at=NOW.timestamp() - 60)
    said = await owner.say("trả lời vậy không đúng", "tell_not_solved", action=complain, at=NOW.timestamp() + 60)
    assert said[0]["response"] == "utter_petition__offer_reopen"
    assert list(owner.buttons) == ["Tôi nói câu của trợ lý", "Thôi"]
    button = await owner.say(owner.buttons["Tôi nói câu của trợ lý"], "tell_not_solved", action=complain)
    assert button[0]["response"] == "utter_feedback__opened"


async def test_of_an_answer_long_ago_only_words_that_name_an_office_are_meant(owner, petitions):
    petitions.put(CODE, **ANSWERED)
    complain = ActionOpenFollowUp(owner.services)
    owner.events.append({"event": "user", "text": "lệ phí khai sinh", "timestamp": NOW.timestamp() + 3600})
    said = await owner.say("trả lời vậy không đúng", "tell_not_solved", action=complain)
    assert said[0]["response"] == "utter_feedback__opened"
    owner.slots.clear()
    said = await owner.say("phường trả lời sai rồi", "tell_not_solved", action=complain)
    assert said[0]["response"] == "utter_petition__offer_reopen"


@pytest.mark.parametrize("changes", [{}, ANSWERED | {"reopen_until": None}])
async def test_what_cannot_be_opened_again_is_not_offered(owner, petitions, changes):
    petitions.put(CODE, **changes)
    complain = ActionOpenFollowUp(owner.services)
    said = await owner.say("phường trả lời sai rồi", "tell_not_solved", action=complain)
    assert said[0]["response"] == "utter_feedback__opened"


async def test_where_the_petitions_are_away_the_complaint_is_still_taken(owner, petitions):
    petitions.put(CODE, **ANSWERED)
    petitions.down = True
    said = await owner.say("phường trả lời sai rồi", "tell_not_solved", action=ActionOpenFollowUp(owner.services))
    assert said[0]["response"] == "utter_feedback__opened"


async def test_too_late_to_open_again_is_said_with_how_it_stands(owner, petitions):
    petitions.put(CODE, state=PetitionState.CLOSED, answer="Xong.", answered_at=NOW)
    said = await owner.say("mở lại phản ánh", "ask_petition")
    assert said[0]["response"] == "utter_petition__not_now"
    assert "Đã kết thúc" in told(said)


async def test_taken_back_only_after_a_question(owner, petitions):
    await owner.say("rút phản ánh", "ask_petition")
    assert petitions.views[CODE].state is PetitionState.RECEIVED
    await owner.say("không")
    assert petitions.views[CODE].state is PetitionState.RECEIVED
    await owner.say("rút phản ánh", "ask_petition")
    await owner.say("có")
    assert petitions.views[CODE].state is PetitionState.WITHDRAWN


async def test_a_stranger_changes_nothing_by_a_forged_button(stranger, petitions):
    for step in ("withdraw_sure", "rate:satisfied", "reopen", "message", "follow", "x", "rate:"):
        entities = [{"entity": "petition_code", "value": CODE}, {"entity": "petition_step", "value": step}]
        said = await stranger.say("/ask_petition", "ask_petition", entities)
        assert said[0]["response"] == "utter_petition__ask_proof"
    assert petitions.views[CODE].state is PetitionState.RECEIVED
    assert petitions.ratings == []


async def test_a_refusal_is_told_with_its_reason_and_the_right_place(owner, petitions):
    petitions.put(
        CODE, state=PetitionState.REFUSED, refusal_reason="Đây là khiếu nại.", right_place="Thủ tục 2.002409."
    )
    said = told(await owner.say("phản ánh của tôi sao rồi", "ask_petition"))
    assert "Đây là khiếu nại." in said
    assert "Thủ tục 2.002409." in said


async def test_a_late_answer_is_apologised_for(owner, petitions):
    petitions.put(CODE, overdue=True)
    assert "xin lỗi" in told(await owner.say("phản ánh của tôi sao rồi", "ask_petition"))


async def test_several_are_listed_and_chosen_from(owner, petitions):
    await petitions.lodge(PetitionDraft(**{**vars(DRAFT), "key": "key-2"}))
    (said,) = await owner.say("các phản ánh của tôi", "ask_petition")
    assert said["response"] == "utter_petition__which"
    assert f"Xem {CODE}" in owner.buttons
    assert CODE in told(await owner.press(f"Xem {CODE}"))


@pytest.mark.requirement("R-19")
async def test_where_the_store_is_away_it_is_said_and_nothing_is_lost(owner, petitions):
    await owner.say("bổ sung phản ánh", "ask_petition")
    petitions.down = True
    (said,) = await owner.say("thêm là chuyện xảy ra buổi sáng")
    assert (said["response"], said["custom"]["answer"]["outcome"]) == ("utter_petition__down", "error_store")
    petitions.down = False
    (said,) = await owner.say("thêm là chuyện xảy ra buổi sáng")
    assert said["response"] == "utter_petition__message_added"


async def test_a_code_that_is_torn_is_said_to_be_so(stranger):
    (said,) = await stranger.say("tra phản ánh PA-33V8-55F", "ask_petition")
    assert said["response"] == "utter_petition__torn_code"


async def test_without_any_petition_the_code_is_asked_for(petitions):
    chat = Chat(petitions, "nobody")
    (said,) = await chat.say("phản ánh của tôi tới đâu", "ask_petition")
    assert said["response"] == "utter_petition__ask_code"
