"""What is said about data, and that nothing is erased without a yes to the right question."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from types import SimpleNamespace

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import my_data_talk
from actions.my_data import ActionMyData
from actions.my_data_talk import NAME
from bot.errors import StoreDownError
from bot.privacy.corrections import Asked, Correctable, HeldIn
from bot.privacy.models import DataRequest, Field, Overview, RequestKind, RequestState

pytestmark = pytest.mark.asyncio
NOW = datetime(2026, 11, 26, 3, tzinfo=timezone.utc)


def request(kind, **more):
    days = {"acknowledge_by": date(2026, 11, 30), "due_on": date(2026, 12, 16)}
    row = {"conversation_id": "c", "petition_code": None, "asked_at": NOW, "act_after": NOW, **days, **more}
    return DataRequest("id", "DL-ABCDEF", kind, RequestState.CONFIRMED, "web", **row)


class FakeDesk:
    def __init__(self, overview):
        self.held = overview
        self.did = []

    async def overview(self, _sender):
        if self.held is None:
            raise StoreDownError(reason="away")
        return self.held

    async def _do(self, what, answer):
        self.did.append(what)
        return answer if self.held.counts else None

    async def ask_erasure(self, _sender):
        return await self._do("erase", request(RequestKind.ERASE))

    async def take_back(self, _sender):
        return await self._do("take_back", request(RequestKind.ERASE))

    async def see(self, _sender):
        return await self._do("see", (request(RequestKind.SEE), "secret"))

    async def withdraw(self, _sender):
        return await self._do("withdraw", (request(RequestKind.WITHDRAW), ["case_follow"]))

    async def ask_person(self, _sender, kind):
        self.did.append(kind.value)
        return [request(kind, petition_code=code) for code, _ in self.held.petitions]


class FakeCorrections:
    """Holds one petition and a call that is waited for."""

    def __init__(self, records):
        self.records = records
        self.asked = []

    async def listed(self, _sender):
        if self.records is None:
            raise StoreDownError(reason="away")
        return self.records

    async def ask(self, _sender, key, right):
        self.asked.append((key, right.of, right.value))
        of_petition, at_once = key.startswith("petition:"), not key.startswith(("petition:", "claimed:"))
        kind = RequestKind.PETITION_CORRECT if of_petition else RequestKind.CORRECT
        return Asked(request(kind, petition_code="PA-1" if of_petition else None), at_once)

    async def take_back(self, _sender, receipt):
        self.asked.append(receipt)
        return request(RequestKind.PETITION_CORRECT)


PETITION = Correctable(HeldIn.PETITION, "PA-1", {Field.NAME: "V… S…", Field.PHONE: "…777", Field.EMAIL: ""})
CALL = Correctable(HeldIn.CONTACT, "GL-ABCDEF", {Field.PHONE: "…567", Field.NAME: ""})
HELD = Overview({"conversation": 4, "petition": 1}, (("PA-1", True),), consents=("case_follow",))


@pytest.fixture
def talk(monkeypatch):
    def begin(held=HELD, sender="web-1", public_url="", records=()):
        desk, slots, corrections = FakeDesk(held), {}, FakeCorrections(records)
        parts = SimpleNamespace(desk=desk, corrections=corrections)
        monkeypatch.setattr(my_data_talk, "build_privacy", lambda _services: parts)
        settings = SimpleNamespace(public_url=public_url, web_host="127.0.0.1", web_port=8080)

        async def turn(text, intent="nlu_fallback", choice=""):
            entities = [{"entity": "data_choice", "value": choice}] if choice else []
            message = {"text": text, "intent": {"name": intent}, "entities": entities}
            tracker = Tracker(sender, dict(slots), message, [], False, None, {}, "action_listen")
            dispatcher = CollectingDispatcher()
            action = ActionMyData(SimpleNamespace(settings=settings))
            for event in await action.run(dispatcher, tracker, {}):
                slots[event["name"]] = event["value"]
            (said,) = dispatcher.messages
            return said

        return SimpleNamespace(turn=turn, desk=desk, slots=slots, corrections=corrections)

    return begin


async def test_erasing_needs_a_yes_and_says_what_stays(talk):
    one = talk()
    asked = await one.turn("xoá dữ liệu của tôi", "erase_my_data")
    assert asked["response"] == "utter_privacy__ask_erase"
    assert "PA-1" in asked["kept"]
    assert "phản ánh" not in asked["lines"]
    assert one.desk.did == []
    begun = await one.turn("xoá hết", "erase_my_data")
    assert (begun["response"], begun["receipt"]) == ("utter_privacy__erase_begun", "DL-ABCDEF")
    assert one.desk.did == ["erase"]
    assert [button["title"] for button in begun["buttons"]] == ["Thôi, đừng xoá", "Đề nghị xoá phản ánh"]
    back = await one.turn("thôi đừng xoá", "nlu_fallback")
    assert back["response"] == "utter_privacy__taken_back"


@pytest.mark.parametrize(("text", "intent"), [("thôi", "deny"), ("không", "deny"), ("đừng xoá", "nlu_fallback")])
async def test_a_no_erases_nothing(talk, text, intent):
    one = talk()
    await one.turn("xoá dữ liệu của tôi", "erase_my_data")
    assert (await one.turn(text, intent))["response"] == "utter_privacy__left"
    assert one.desk.did == []
    assert one.slots["open_question"] is None


async def test_a_yes_to_another_question_erases_nothing(talk):
    one = talk()
    await one.turn("rút lại đồng ý", "withdraw_consent")
    said = await one.turn("đồng ý", "affirm")
    assert said["response"] == "utter_privacy__withdrawn"
    assert one.desk.did == ["withdraw"]


async def test_gibberish_is_asked_again_once(talk):
    one = talk()
    await one.turn("xoá dữ liệu của tôi", "erase_my_data")
    assert (await one.turn("qwrt zxcv"))["response"] == "utter_privacy__again"
    assert one.desk.did == []


async def test_a_correction_asks_which_record_which_field_and_what_is_right(talk):
    one = talk(records=[PETITION, CALL])
    asked = await one.turn("sửa thông tin của tôi", "correct_my_data")
    assert asked["response"] == "utter_privacy__correct_which"
    assert asked["lines"] == "1. Phản ánh PA-1 (V… S…, …777)\n2. Hẹn gọi GL-ABCDEF (…567)"
    assert (await one.turn("cái thứ hai", "choose_option"))["response"] == "utter_privacy__correct_what"
    assert (await one.turn("quay lại"))["response"] == "utter_privacy__correct_which"
    assert (await one.turn("phản ánh"))["response"] == "utter_privacy__correct_what"
    wanted = await one.turn("số liên lạc", "correct_my_data")
    assert (wanted["response"], wanted["custom"]["expects"]) == ("utter_privacy__correct_ask_phone", ["phone", "email"])
    assert (await one.turn("090188"))["response"] == "utter_privacy__correct_ask_phone_again"
    back = await one.turn("+84 909.888.776 nha em")
    assert (back["response"], back["old"], back["new"]) == ("utter_privacy__correct_confirm", "…777", "0909888776")
    better = await one.turn("à không 0909888775")
    assert better["new"] == "0909888775"
    assert one.corrections.asked == []
    said = await one.turn("ừ", "affirm")
    assert (said["response"], said["due"]) == ("utter_privacy__correct_asked", "16/12/2026")
    assert one.corrections.asked == [("petition:PA-1", Field.PHONE, "0909888775")]
    assert "0909" not in str(one.slots)
    assert (await one.turn("đổi ý"))["response"] == "utter_privacy__correct_taken_back"
    assert one.corrections.asked[-1] == "DL-ABCDEF"


async def test_an_address_in_the_place_of_a_number_is_taken_as_one(talk):
    one = talk(records=[PETITION])
    await one.turn("sửa số điện thoại trong phản ánh", "correct_my_data")
    said = await one.turn("Sau.Vo@example.vn")
    assert (said["label"], said["old"], said["new"]) == ("Email", "…777", "sau.vo@example.vn")


async def test_what_was_left_for_a_call_is_put_right_at_once(talk):
    one = talk(records=[CALL])
    await one.turn("số điện thoại tôi để lại bị sai", "correct_my_data")
    assert (await one.turn("a@b.vn"))["response"] == "utter_privacy__correct_ask_phone_again", "a call needs a number"
    assert (await one.turn("0901 234 568"))["response"] == "utter_privacy__correct_confirm_now"
    assert (await one.turn("đúng rồi"))["response"] == "utter_privacy__correct_done"
    assert one.slots["privacy__correction"] is None


@pytest.mark.parametrize("text", ["thôi", "thôi không sửa nữa", "để sau", "không"])
async def test_every_question_of_a_correction_can_be_left(talk, text):
    one = talk(records=[PETITION, CALL])
    ways = ["sửa thông tin của tôi", "phản ánh", "họ tên", "Võ Thị Thôi Sáu"]
    for steps in range(1, len(ways) + 1):
        for said in ways[:steps]:
            await one.turn(said, "correct_my_data" if said == ways[0] else "nlu_fallback")
        assert (await one.turn(text, "deny"))["response"] == "utter_privacy__correct_left", steps
        assert one.slots["open_question"] is one.slots["privacy__waiting"] is None
    assert one.corrections.asked == []


async def test_a_yes_to_what_was_read_back_before_corrects_nothing(talk):
    one = talk(records=[PETITION])
    await one.turn("sửa họ tên trong phản ánh", "correct_my_data")
    first = await one.turn("Lê Thị Lan")
    yes = json.loads(first["buttons"][0]["payload"].removeprefix("/answer_my_data"))
    await one.turn("nhập lại")
    await one.turn("Lê Thị Liên")
    assert (await one.turn("/x", "answer_my_data", yes["data_choice"]))["response"] == "utter_privacy__correct_stale"
    assert one.corrections.asked == []


async def test_a_button_about_somebody_elses_record_says_no_more_than_one_that_is_over(talk):
    one = talk(records=[CALL])
    for choice in (
        "correct|field|petition:PA-9|phone",
        "correct|record|petition:PA-9",
        "correct|yes|",
        "correct|",
    ):
        said = await one.turn("/x", "answer_my_data", choice)
        assert said["response"] in ("utter_privacy__correct_stale", "utter_privacy__overview"), choice
        assert "PA-9" not in str(said)


async def test_a_paper_is_no_data_of_ours_and_gibberish_is_not_asked_for_ever(talk):
    one = talk(records=[PETITION])
    said = await one.turn("sửa tên tôi trong giấy khai sinh", "correct_my_data")
    assert said["response"] == "utter_privacy__correct_elsewhere"
    await one.turn("sửa thông tin của tôi", "correct_my_data")
    asked = [(await one.turn("qwrt zxcv"))["response"] for _ in range(3)]
    assert asked == ["utter_privacy__correct_what"] * 2 + ["utter_privacy__correct_given_up"]
    await one.turn("sửa số điện thoại trong phản ánh", "correct_my_data")
    asked = [(await one.turn("12"))["response"] for _ in range(3)]
    assert asked == ["utter_privacy__correct_ask_phone_again"] * 2 + ["utter_privacy__correct_given_up"]


async def test_nothing_to_correct_and_another_wish_in_between(talk):
    nothing = talk(Overview({"conversation": 2}))
    said = await nothing.turn("sửa thông tin của tôi", "correct_my_data")
    assert (said["response"], said["custom"]["expects"]) == ("utter_privacy__correct_none", ["phone", "email"])
    assert (await nothing.turn("không nhớ nữa"))["response"] == "utter_privacy__correct_number_again"
    assert (await nothing.turn("0912 345 678"))["record"] == "Việc đã để lại …678"
    await nothing.turn("họ tên")
    back = await nothing.turn("Lê Thị Lan")
    assert (back["response"], back["record"]) == ("utter_privacy__correct_confirm_claimed", "việc đã để lại …678")
    assert (await nothing.turn("đúng"))["response"] == "utter_privacy__correct_asked_claimed"
    assert nothing.corrections.asked == [("claimed:0912345678", Field.NAME, "Lê Thị Lan")]
    one = talk(records=[PETITION])
    await one.turn("sửa họ tên trong phản ánh", "correct_my_data")
    assert (await one.turn("xoá dữ liệu của tôi", "erase_my_data"))["response"] == "utter_privacy__ask_erase"
    assert one.slots["privacy__correction"] is None
    away = talk(records=None)
    assert (await away.turn("sửa thông tin của tôi", "correct_my_data"))["response"] == "utter_privacy__down"


async def test_a_button_works_without_its_question_being_open(talk):
    one = talk()
    said = await one.turn("/answer_my_data", "answer_my_data", "erase_yes")
    assert said["response"] == "utter_privacy__erase_begun"


async def test_an_address_is_one_that_a_citizen_can_open(talk):
    for sender, public_url, expected in (
        ("web-1", "", "http://127.0.0.1:8080/privacy/secret"),
        ("zalo-1", "https://chat.example", "https://chat.example/privacy/secret"),
        ("zalo-1", "", None),
    ):
        one = talk(sender=sender, public_url=public_url)
        said = await one.turn("/answer_my_data", "answer_my_data", "see")
        assert said.get("address") == expected
        assert said["response"] == ("utter_privacy__seen" if expected else "utter_privacy__seen_here")


async def test_a_hold_is_said_honestly(talk):
    one = talk(Overview({"conversation": 1}, held=True))
    assert "yêu cầu phải giữ" in (await one.turn("xoá dữ liệu", "erase_my_data"))["kept"]
    assert (await one.turn("xoá hết"))["response"] == "utter_privacy__erase_held"


async def test_a_petition_goes_to_a_person(talk):
    said = await talk().turn("/answer_my_data", "answer_my_data", "petition_erase")
    assert (said["due"], said["acknowledge"]) == ("16/12/2026", "30/11/2026")
    assert "PA-1" in said["lines"]
    none = talk(Overview({"conversation": 1}))
    assert (await none.turn("/x", "answer_my_data", "petition_see"))["response"] == "utter_privacy__person_none"


async def test_nothing_held_and_a_store_that_is_away(talk):
    empty = talk(Overview({}))
    assert (await empty.turn("các anh lưu gì", "ask_my_data"))["response"] == "utter_privacy__nothing"
    assert (await empty.turn("rút lại đồng ý", "withdraw_consent"))["response"] == "utter_privacy__no_consent"
    away = talk(None)
    assert (await away.turn("các anh lưu gì", "ask_my_data"))["response"] == "utter_privacy__down"
    assert NAME == "action_my_data"


async def test_what_is_held_comes_with_the_way_to_the_notice(talk):
    said = await talk().turn("các anh lưu gì về tôi", "ask_my_data")
    assert said["more"].endswith("http://127.0.0.1:8080/privacy")
    none = Overview({"conversation": 4}, (), consents=())
    said = await talk(none, "zalo-1", "https://chat.example").turn("tôi phản đối", "withdraw_consent")
    assert said["more"].endswith(": https://chat.example/privacy")
    assert (await talk(none, "zalo-1").turn("tôi phản đối", "withdraw_consent"))["more"] == ""
