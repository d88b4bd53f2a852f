"""What is said about data, and that nothing is erased without a yes to the right question."""

from __future__ import annotations

from datetime import date, datetime, timezone
from types import SimpleNamespace

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import my_data
from actions.my_data import NAME, ActionMyData
from bot.errors import StoreDownError
from bot.privacy.models import DataRequest, Overview, RequestKind, RequestState

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


HELD = Overview({"conversation": 4, "petition": 1}, (("PA-1", True),), consents=("case_follow",))


@pytest.fixture
def talk(monkeypatch):
    def begin(held=HELD, sender="web-1", public_url=""):
        desk, slots = FakeDesk(held), {}
        monkeypatch.setattr(my_data, "build_privacy", lambda _services: SimpleNamespace(desk=desk))
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

        return SimpleNamespace(turn=turn, desk=desk, slots=slots)

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


async def test_what_can_be_corrected_and_by_whom_is_said_and_passed_on(talk):
    one = talk()
    asked = await one.turn("sửa thông tin của tôi", "correct_my_data")
    assert asked["response"] == "utter_privacy__ask_correct"
    assert "PA-1" in asked["lines"]
    titles = [button["title"] for button in asked["buttons"]]
    assert titles == ["Sửa tên, số liên lạc", "Rút lại đồng ý", "Thôi"]
    said = await one.turn("sửa số điện thoại", "nlu_fallback")
    assert (said["response"], said["due"]) == ("utter_privacy__correct_asked", "16/12/2026")
    assert one.desk.did == ["petition_correct"]
    await one.turn("sửa thông tin của tôi", "correct_my_data")
    assert (await one.turn("rút đồng ý", "withdraw_consent"))["response"] == "utter_privacy__ask_withdraw"
    nothing = await talk(Overview({"conversation": 2})).turn("sửa thông tin của tôi", "correct_my_data")
    assert nothing["response"] == "utter_privacy__correct_none"


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
