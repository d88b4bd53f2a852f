"""Lodging a petition, turn by turn: what is asked, what is kept, and that nothing is sent twice or said too soon."""

from __future__ import annotations

import pytest

from bot.petitions.models import PetitionKind
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT
from tests.fixtures.memory_petitions import MemoryPetitions
from tests.fixtures.petition_chat import NAME, PHONE, STORY, outcome
from tests.fixtures.petition_chat import PetitionChat as Chat

RESPONSES = plain_yaml((ROOT / "domain" / "petition.yml").read_text("utf-8"))["responses"]

pytestmark = pytest.mark.asyncio


@pytest.fixture
def chat():
    return Chat()


@pytest.mark.requirement("R-08")
async def test_own_words_are_the_content_and_are_not_asked_for_again(chat):
    await chat.say(STORY, "lodge_petition")
    assert chat.draft["content"] == STORY
    assert chat.draft["place"] == "phường Bến Thành"
    assert chat.draft["kind"] == "behaviour"
    assert chat.asked == "utter_petition__ask_consent"


@pytest.mark.requirement("R-08", "R-25")
async def test_at_most_seven_questions_even_where_nothing_is_known(chat):
    """The national form has ten fields; seven are thirty per cent fewer."""
    questions = []
    await chat.payload("/lodge_petition")
    replies = iter(["tôi gặp chuyện không vui lắm", None, "phường Bến Thành", "đồng ý", NAME, PHONE])
    for reply in replies:
        questions.append(chat.asked)
        if reply is not None:
            await chat.say(reply)
        elif chat.asked == "utter_petition__ask_kind":
            await chat.press("Cách nơi nhận làm việc")
        else:
            questions.pop()
    questions.append("summary")
    assert "Anh/chị xem lại" in chat.said[-1]["text"]
    assert len(questions) == len(set(questions))
    assert len(questions) <= 7


async def test_progress_counts_up_to_what_was_announced(chat):
    await chat.payload("/lodge_petition")
    steps = [chat.said[-1]["step"]]
    for reply in (STORY, "đồng ý", NAME):
        await chat.say(reply)
        steps.append(chat.said[-1]["step"])
    # The story names the place and leaves no doubt of the kind: fewer questions than announced, never more.
    assert steps == ["Câu 1/5. ", "Câu 2/5. ", "Câu 3/5. ", "Câu 4/5. "]


@pytest.mark.requirement("R-25")
async def test_a_confirmed_petition_is_lodged_with_all_that_was_said(chat):
    await chat.to_summary()
    said = await chat.press("Gửi phản ánh này")
    (draft,) = chat.petitions.drafts.values()
    assert (draft.content, draft.sender_name, draft.contact.value) == (STORY, NAME, "0903123456")
    assert (draft.kind, draft.unit_said) == (PetitionKind.BEHAVIOUR, "phường Bến Thành")
    assert draft.consent_version == "petition-1"
    assert said[-1]["response"] == "utter_petition__receipt_record"
    assert said[-1]["code"] == "PA-33V8-55FC"
    assert said[-1]["due_answer"] == "17/12/2026"
    assert said[-1]["custom"]["topic_ends"] is True
    assert chat.slots["petition__draft"] is None


async def test_whether_it_is_official_is_said_by_the_setting():
    chat = Chat(MemoryPetitions(official=True))
    await chat.to_summary()
    assert "chính thức của Thành phố" in chat.said[-1]["text"]
    await chat.press("Gửi phản ánh này")
    assert chat.asked == "utter_petition__receipt_official"


@pytest.mark.requirement("R-25")
async def test_pressed_twice_it_is_one_petition_with_one_receipt(chat):
    await chat.to_summary()
    button = chat.buttons["Gửi phản ánh này"]
    (first,) = await chat.payload(button)
    (second,) = await chat.payload(button)
    assert first["code"] == second["code"]
    assert len(chat.petitions.drafts) == 1


async def test_sent_again_in_words_it_is_one_petition(chat):
    await chat.to_summary()
    (first,) = await chat.say("gửi đi")
    (second,) = await chat.say("gửi đi")
    assert first["code"] == second["code"]
    assert len(chat.petitions.drafts) == 1


async def test_a_crash_before_the_slots_were_kept_makes_no_second_petition(chat):
    await chat.to_summary()
    before, button = dict(chat.slots), chat.buttons["Gửi phản ánh này"]
    (first,) = await chat.payload(button)
    chat.slots = before
    (second,) = await chat.payload(button)
    assert first["code"] == second["code"]
    assert len(chat.petitions.drafts) == 1


@pytest.mark.requirement("R-19", "R-25")
async def test_where_the_store_is_away_nothing_is_said_to_be_lodged_and_all_is_kept(chat):
    await chat.to_summary()
    chat.petitions.down = True
    said = await chat.press("Gửi phản ánh này")
    assert (said[-1]["response"], outcome(said)) == ("utter_petition__not_lodged", "error_store")
    assert "CHƯA" in RESPONSES["utter_petition__not_lodged"][0]["text"]
    assert chat.draft["content"] == STORY
    await chat.press("Gửi lại")
    assert chat.asked == "utter_petition__not_lodged"
    chat.petitions.down = False
    await chat.press("Gửi lại")
    assert chat.asked == "utter_petition__receipt_record"
    assert len(chat.petitions.drafts) == 1


@pytest.mark.requirement("R-08")
async def test_a_late_dossier_brings_its_procedure_and_kind(chat):
    await chat.payload('/lodge_petition{"case_code": "H29.12-261102-0013", "procedure_code": "1.001193"}')
    assert chat.asked == "utter_petition__ask_content_case"
    await chat.press("Hồ sơ trễ hẹn")
    assert (chat.draft["case_code"], chat.draft["kind"]) == ("H29.12-261102-0013", "behaviour")
    assert chat.draft["procedure_title"] == "Thủ tục đăng ký khai sinh"
    assert "H29.12-261102-0013" in chat.draft["content"]


async def test_a_paper_not_on_the_list_is_carried(chat):
    await chat.payload('/lodge_petition{"paper": "giấy chứng sinh công chứng", "procedure_code": "1.001193"}')
    assert chat.asked == "utter_petition__ask_content_paper"
    await chat.press("Bị đòi giấy này")
    assert chat.draft["paper"] == "giấy chứng sinh công chứng"
    assert "giấy chứng sinh công chứng" in chat.draft["content"]


@pytest.mark.parametrize("words", ["tôi muốn phản ánh", "cho tôi gửi góp ý", "phản ánh cán bộ phường", "góp ý thái độ"])
async def test_a_mere_wish_is_no_content(words):
    chat = Chat()
    await chat.say(words, "lodge_petition")
    assert chat.draft["content"] == ""
    assert chat.asked == "utter_petition__ask_content"


@pytest.mark.requirement("R-10")
async def test_without_consent_nothing_is_asked_or_sent(chat):
    await chat.say(STORY, "lodge_petition")
    said = await chat.press("Không đồng ý")
    assert (said[-1]["response"], outcome(said)) == ("utter_petition__no_consent", "refused_petition_no_contact")
    await chat.press("Tôi đồng ý")
    assert chat.asked == "utter_petition__ask_name"


@pytest.mark.parametrize("words", ["ừ thì sao cũng được chứ", "hôm nay trời đẹp", "123"])
async def test_nothing_but_a_yes_is_consent(chat, words):
    await chat.say(STORY, "lodge_petition")
    await chat.say(words)
    assert chat.draft["consent"] == ""
    assert chat.asked == "utter_petition__again_consent"


async def test_name_and_telephone_in_one_message_are_both_taken(chat):
    await chat.say(STORY, "lodge_petition")
    await chat.press("Đồng ý")
    await chat.say(f"tôi tên {NAME}, sđt {PHONE}")
    assert (chat.draft["name"], chat.draft["contact"]) == (NAME, "phone:0903123456")
    assert "Anh/chị xem lại" in chat.said[-1]["text"]


async def test_a_number_that_is_none_is_asked_for_again_and_then_leaving_is_offered(chat):
    await chat.say(STORY, "lodge_petition")
    await chat.press("Đồng ý")
    await chat.say(NAME)
    await chat.say("1234")
    assert chat.asked == "utter_petition__again_contact"
    await chat.say("không nhớ")
    assert {"Để sau", "Huỷ"} <= set(chat.buttons)


async def test_numbers_are_let_through_only_where_they_are_asked_for(chat):
    await chat.say(STORY, "lodge_petition")
    assert "expects" not in chat.said[-1]["custom"]
    await chat.press("Đồng ý")
    assert chat.said[-1]["custom"]["expects"] == ["phone", "email"]
