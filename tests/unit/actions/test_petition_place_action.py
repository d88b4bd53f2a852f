"""A place whose name can mean several of today's units: asked about once, in one question, never guessed."""

from __future__ import annotations

import pytest

from bot.nlu.petition_draft import read_writing
from bot.nlu.petition_kind import KindGuess
from bot.petitions.models import PetitionKind
from knowledge.places import find_places, load_places
from tests.fixtures.petition_chat import NAME, PHONE
from tests.fixtures.petition_chat import PetitionChat as Chat

pytestmark = pytest.mark.asyncio
AMBIGUOUS = "cán bộ phường 12 quát tôi vì hỏi lại thủ tục"
SPLIT = "phường 14 quận 10"


@pytest.fixture
def chat():
    return Chat()


@pytest.fixture
def doubtful_kind(monkeypatch):
    """Words that leave the kind open too: everything that can be asked is."""
    guess = KindGuess(PetitionKind.BEHAVIOUR, 0.4, PetitionKind.RULE, 0.1)
    monkeypatch.setattr("actions.petition.guess_kind", lambda content: guess)


async def tell(chat, text, intent="nlu_fallback"):
    return await chat.say(text, intent, places=[one.to_json() for one in find_places(text)])


async def asked_where(chat):
    await chat.say("cán bộ quát tôi vì hỏi lại thủ tục", "lodge_petition")
    assert chat.asked == "utter_petition__ask_place"


async def test_a_ward_of_many_districts_is_asked_about_with_five_buttons_and_a_way_out(chat):
    await tell(chat, AMBIGUOUS, "lodge_petition")
    assert chat.asked == "utter_petition__ask_which"
    places = [title for title in chat.buttons if "tên cũ" in title]
    assert len(places) == 5
    assert list(chat.buttons)[5] == "Không rõ"
    assert chat.said[-1]["said"] == "phường 12"
    assert "tên cũ đầy đủ" in chat.said[-1]["more"]


@pytest.mark.parametrize(
    ("reply", "place"),
    [
        ("quận 10", "Phường Hòa Hưng"),
        ("dạ phường 12 quận 10 ạ", "Phường Hòa Hưng"),
        ("Gò Vấp", "Phường An Hội Tây"),
        ("10", "Phường Hòa Hưng"),
        ("số 1", "Phường Nhiêu Lộc"),
        ("Phường 12, Quận 10", "Phường Hòa Hưng"),
        ("à không, phường Bến Thành", "Phường Bến Thành"),
    ],
)
async def test_typed_districts_numbers_and_other_places_are_understood(chat, reply, place):
    await tell(chat, AMBIGUOUS, "lodge_petition")
    await tell(chat, reply)
    assert (chat.draft["place"], chat.draft["commune_code"]) == (place, _code(place))
    assert chat.asked == "utter_petition__ask_consent"


def _code(name):
    return next(unit.code for unit in load_places().units if unit.name == name)


async def test_a_number_that_may_be_a_district_or_a_place_in_the_list_is_not_guessed(chat):
    await tell(chat, AMBIGUOUS, "lodge_petition")
    await tell(chat, "3")  # the third, or Quận 3, which is the first
    assert chat.asked == "utter_petition__again_which"
    assert chat.draft["commune_code"] == ""


async def test_a_split_ward_lists_the_units_of_today(chat):
    await asked_where(chat)
    await tell(chat, SPLIT)
    assert chat.asked == "utter_petition__ask_which_split"
    units = [unit.name for unit in find_places(SPLIT)[0].candidates]
    assert len(units) > 1
    assert list(chat.buttons)[: len(units)] == units
    await tell(chat, units[1].partition(" ")[2])
    assert (chat.draft["place"], chat.draft["commune_code"]) == (units[1], _code(units[1]))


async def test_a_small_former_district_is_told_apart_where_the_place_was_asked_for(chat):
    await asked_where(chat)
    await tell(chat, "quận 3")
    assert [one for one in chat.buttons if one.startswith("Phường")] == [
        unit.name for unit in find_places("quận 3")[0].candidates
    ]


async def test_not_known_keeps_the_words_and_no_unit(chat):
    await tell(chat, AMBIGUOUS, "lodge_petition")
    await chat.press("Không rõ")
    assert (chat.draft["place"], chat.draft["commune_code"]) == ("phường 12", "")
    assert chat.asked == "utter_petition__ask_consent"
    await chat.say("mọi người ở quầy phường 12 ai cũng thấy chuyện sáng hôm đó mà không ai nói gì")
    assert chat.asked == "utter_petition__ask_consent"  # added to the story, not asked for once more


async def test_going_back_asks_which_again_and_a_new_place_forgets_it(chat):
    await asked_where(chat)
    await tell(chat, "phường 12")
    await tell(chat, "quận 10")
    await chat.say("quay lại")
    assert chat.asked == "utter_petition__ask_which"
    await chat.press("Quay lại")
    assert chat.asked == "utter_petition__ask_place"
    await tell(chat, "phường Bến Thành")
    assert (chat.draft["place"], chat.draft["place_options"]) == ("Phường Bến Thành", [])
    await chat.say("quay lại")
    assert chat.asked == "utter_petition__ask_place"


@pytest.mark.requirement("R-08")
async def test_with_this_question_too_there_are_at_most_seven(chat, doubtful_kind):
    steps = []
    await chat.payload("/lodge_petition")
    steps.append(chat.said[-1]["step"])
    await tell(chat, "tôi gặp chuyện không vui lắm")
    steps.append(chat.said[-1]["step"])
    assert chat.asked == "utter_petition__ask_kind"
    await chat.press("Cách nơi nhận làm việc")
    steps.append(chat.said[-1]["step"])
    for reply in ("phường 12", "quận 10", "đồng ý"):
        await tell(chat, reply)
        steps.append(chat.said[-1]["step"])
    assert chat.asked == "utter_petition__ask_name_contact"
    assert [step.split("/")[0] for step in steps] == [f"Câu {number}" for number in range(1, 7)]
    assert steps[-3:] == ["Câu 4/7. ", "Câu 5/7. ", "Câu 6/7. "]
    await chat.say(f"{NAME} {PHONE}")
    assert "Anh/chị xem lại" in chat.said[-1]["text"]


async def test_only_the_name_where_both_were_asked_for_is_taken(chat, doubtful_kind):
    await chat.payload("/lodge_petition")
    await tell(chat, "tôi gặp chuyện không vui lắm")
    await chat.press("Cách nơi nhận làm việc")
    for reply in ("phường 12", "quận 10", "đồng ý"):
        await tell(chat, reply)
    await chat.say(NAME)
    assert (chat.draft["name"], chat.asked) == (NAME, "utter_petition__ask_contact")


@pytest.mark.parametrize("step", ["place:99999", "place:", "place:phuong-1-quan-1", "place:../..", "place:Phường 12"])
async def test_a_forged_place_changes_nothing(chat, step):
    await tell(chat, AMBIGUOUS, "lodge_petition")
    entities = [{"entity": "petition_step", "value": step}, {"entity": "petition_key", "value": chat.draft["key"]}]
    await chat.say("/give_petition_answer", "give_petition_answer", entities)
    assert (chat.draft["place"], chat.draft["commune_code"]) == ("phường 12", "")


async def test_a_hostile_slot_of_options_breaks_nothing():
    for options in ("abc", 7, [7, None, "x" * 5000], {"a": 1}, [["27163"]]):
        writing = read_writing({"key": "a", "content": "b", "kind": "behaviour", "place_options": options})
        assert all(isinstance(one, str) for one in writing.place_options)


async def test_what_is_denied_or_named_beside_another_place_is_not_asked_about(chat):
    await tell(chat, "cán bộ quát tôi, không phải phường 12, ở phường Bến Thành", "lodge_petition")
    assert chat.draft["place"] == "Phường Bến Thành"
    assert chat.draft["place_options"] == []
