"""Ratings, the survey and "not solved", over real sockets and on both databases."""

from __future__ import annotations

import asyncio
import json
import signal
import uuid

import pytest
from sqlalchemy import create_engine, select

from bot.feedback.tables import FEEDBACK, FEEDBACK_EVENT, FEEDBACK_FOLLOW_UP, SURVEY_ANSWER, SURVEY_ASKED
from tests.fixtures.web_widget import Closed, Widget
from tests.integration.hub.test_hub_outage import free_port, start_process

ANSWER = {
    "outcome": "answered_procedure",
    "procedure_code": "1.004194",
    "record_version": "curated:2 portal:5",
    "fields": ["fees"],
    "decision_number": "9354/QĐ-BCA-C06",
}
FEE = [{"text": "Lệ phí là 15.000 đồng."}, {"custom": {"answer": ANSWER}}]
THANKS = [{"text": "Dạ không có gì ạ."}, {"custom": {"answer": {"outcome": "answered_smalltalk"}, "topic_ends": True}}]


def not_solved(reference):
    said = {"reference": reference, "opens": True, "words": True}
    custom = {"answer": {"outcome": "clarified_not_solved"}, "follow_up": said}
    return [{"text": f"Tôi đã ghi lại, mã {reference}. Chỗ nào chưa được ạ?"}, {"custom": custom}]


@pytest.fixture
def rasa(rasa):
    rasa.replies |= {"lệ phí": FEE, "cảm ơn": THANKS, "vẫn chưa làm được": not_solved("GY-AAAAAA")}
    return rasa


@pytest.fixture
def rows(database_url):
    engine = create_engine(database_url, future=True)

    def read(table):
        with engine.connect() as connection:
            return connection.execute(select(table)).mappings().all()

    yield read
    engine.dispose()


async def ask(widget, text="lệ phí"):
    await widget.say(text)
    return await widget.until("assistant")


@pytest.mark.requirement("R-01")
async def test_a_rating_is_stored_with_the_record_that_the_answer_came_from(widget, rows):
    message = await ask(widget)
    assert message["rateable"] is True
    frame = await widget.rate(message["seq"], "down", reason="wrong")
    assert (frame["thumb"], frame["reason"]) == ("down", "wrong")
    (item,) = rows(FEEDBACK)
    assert item["reference"] in frame["text"]
    assert (item["procedure_code"], item["record_version"]) == ("1.004194", "curated:2 portal:5")
    assert (item["fields"], item["decision_number"], item["outcome"]) == (
        ["fees"],
        "9354/QĐ-BCA-C06",
        "answered_procedure",
    )
    assert (item["message_seq"], item["question"], item["bottleneck"]) == (message["seq"], "lệ phí", "khac")
    (follow_up,) = rows(FEEDBACK_FOLLOW_UP)
    assert (follow_up["desk"], follow_up["state"]) == ("editor", "open")
    assert [row["what"] for row in rows(FEEDBACK_EVENT)] == ["rated", "opened"]


async def test_the_same_rating_twice_is_one_and_the_last_one_counts(widget, rows):
    message = await ask(widget)
    for _ in range(3):
        await widget.rate(message["seq"], "down")
    assert len(rows(FEEDBACK)) == 1
    assert [row["what"] for row in rows(FEEDBACK_EVENT)] == ["rated", "opened"]
    assert rows(FEEDBACK_FOLLOW_UP)[0]["desk"] == "support"
    await widget.rate(message["seq"], "down", reason="outdated")
    assert rows(FEEDBACK_FOLLOW_UP)[0]["desk"] == "editor"
    await widget.rate(message["seq"], "up")
    (item,), (follow_up,) = rows(FEEDBACK), rows(FEEDBACK_FOLLOW_UP)
    assert (item["thumb"], item["reason"]) == ("up", None)
    assert (follow_up["state"], follow_up["outcome"]) == ("dismissed", "withdrawn")
    frame = await widget.rate(message["seq"], None)
    assert frame["thumb"] is None
    assert frame["text"] == "Đã bỏ đánh giá."
    await widget.rate(message["seq"], "down", reason="wrong")
    assert rows(FEEDBACK_FOLLOW_UP)[0]["state"] == "open"
    assert [row["what"] for row in rows(FEEDBACK_EVENT)][-1] == "reopened"


async def test_after_a_reload_the_server_says_what_was_rated(widget, new_widget):
    message = await ask(widget)
    await widget.rate(message["seq"], "down", reason="unclear", words="dài quá")
    again = new_widget()
    welcome = await again.enter(widget.token)
    (rating,) = welcome["ratings"]
    assert (rating["seq"], rating["thumb"], rating["reason"], rating["words"]) == (
        message["seq"],
        "down",
        "unclear",
        "dài quá",
    )
    assert welcome["survey"] == "unasked"
    await widget.rate(message["seq"], "up")
    heard = await again.next("rated")
    assert (heard["seq"], heard["thumb"]) == (message["seq"], "up")
    assert "id" not in heard


async def test_words_are_masked_before_they_are_stored(widget, rows):
    message = await ask(widget)
    frame = await widget.rate(message["seq"], "down", reason="other", words="gọi tôi 0903 123 456, không nhận được otp")
    (item,) = rows(FEEDBACK)
    assert "0903" not in json.dumps([dict(item)], default=str, ensure_ascii=False)
    assert "0903" not in frame["words"]
    assert item["bottleneck"] == "otp_not_received"


@pytest.mark.requirement("R-26")
@pytest.mark.parametrize(
    "words", ["cán bộ đòi phong bì mới ký", "họ ém cái đơn của tui, đút cho họ chút thì họ mới lôi ra"]
)
async def test_accusations_are_dropped_also_those_that_only_the_classifier_knows(widget, rasa, rows, words):
    rasa.intents[words] = "report_corruption"
    message = await ask(widget)
    frame = await widget.rate(message["seq"], "down", words=words)
    (item,) = rows(FEEDBACK)
    assert (item["words"], item["words_dropped"], item["thumb"]) == ("", True, "down")
    assert "tố cáo" in frame["text"]
    assert "words" not in frame


async def test_words_that_nobody_can_read_are_judged_by_the_strict_rule(widget, rasa, rows):
    message = await ask(widget)
    rasa.status = 500
    frame = await widget.rate(message["seq"], "down", words="khó hiểu quá")
    assert frame["words"] == "khó hiểu quá"
    frame = await widget.rate(message["seq"], "down", words="ổng nhận tiền rồi mới làm")
    assert "words" not in frame
    assert rows(FEEDBACK)[0]["words"] == ""


async def test_somebody_in_danger_is_not_left_with_thanks(widget, rasa):
    rasa.intents["tôi sắp bị giết"] = "report_emergency"
    message = await ask(widget)
    frame = await widget.rate(message["seq"], "down", words="tôi sắp bị giết")
    assert "113" in frame["text"]


async def test_only_answers_can_be_rated(widget, rasa, rows):
    greeting = await ask(widget, "chào")
    assert "rateable" not in greeting
    own = greeting["seq"] - 1
    for seq in (greeting["seq"], own, 999):
        frame = await widget.rate(seq, "up")
        assert (frame["type"], frame["code"]) == ("refused", "MESSAGE_REFUSED")
    assert rows(FEEDBACK) == []


@pytest.mark.parametrize(
    "frame",
    [
        {"seq": 2, "thumb": "sideways"},
        {"seq": 2, "thumb": ["up"]},
        {"seq": "2", "thumb": "up"},
        {"seq": 2, "thumb": "down", "reason": "because"},
        {"seq": 2, "thumb": "down", "words": {"a": 1}},
        {"seq": -1, "thumb": "up"},
        {"seq": 2**40, "thumb": "up"},
    ],
)
async def test_what_is_no_rating_closes_the_socket_and_stores_nothing(widget, rows, frame):
    await ask(widget)
    await widget.send(type="rate", id=str(uuid.uuid4()), **frame)
    with pytest.raises(Closed, match="1008"):
        await widget.next("rated")
    assert rows(FEEDBACK) == []


async def test_words_beyond_the_limit_are_refused_with_a_sentence(widget, rows):
    message = await ask(widget)
    frame = await widget.rate(message["seq"], "down", words="dài " * 600)
    assert frame["type"] == "refused"
    assert "2.000" in frame["text"]
    assert rows(FEEDBACK) == []


async def test_another_conversation_cannot_rate_mine(widget, new_widget, rows):
    message = await ask(widget)
    stranger = new_widget()
    await stranger.enter()
    frame = await stranger.rate(message["seq"], "down")
    assert frame["type"] == "refused"
    assert rows(FEEDBACK) == []


@pytest.mark.requirement("R-24")
async def test_the_survey_is_asked_once_and_answered_without_a_name(widget, new_widget, rows):
    await ask(widget)
    assert (await ask(widget, "cảm ơn"))["content"]["survey"] is True
    assert "survey" not in (await ask(widget, "cảm ơn"))["content"]
    survey_id = str(uuid.uuid4())
    assert (await widget.survey("dissatisfied", survey_id))["type"] == "surveyed"
    await widget.survey("dissatisfied", survey_id, reason="unclear", words="khó hiểu, không nhận được otp")
    (answer,) = rows(SURVEY_ANSWER)
    assert (answer["satisfaction"], answer["reason"], answer["bottleneck"]) == (
        "dissatisfied",
        "unclear",
        "otp_not_received",
    )
    assert answer["feedback_id"] is None
    (asked,) = rows(SURVEY_ASKED)
    assert asked["state"] == "answered"
    assert set(map(str, answer.values())) & {asked["sender"], widget.token.split(".")[1]} == set()
    assert set(SURVEY_ANSWER.c.keys()) & {"conversation_id", "sender", "message_seq", "created_at"} == set()
    assert rows(FEEDBACK) == []
    second = await widget.survey("satisfied")  # under another id: this conversation has answered
    assert second["type"] == "refused"
    again = new_widget()
    assert (await again.enter(widget.token))["survey"] == "answered"


async def test_nobody_is_asked_after_a_mere_greeting_nor_after_leaving_it_out(widget, rows):
    assert "survey" not in (await ask(widget, "cảm ơn"))["content"]
    await ask(widget)
    assert (await ask(widget, "cảm ơn"))["content"]["survey"] is True
    await widget.survey("skipped")
    assert "survey" not in (await ask(widget, "cảm ơn"))["content"]
    assert rows(SURVEY_ANSWER) == []
    assert rows(SURVEY_ASKED)[0]["state"] == "skipped"


async def test_who_may_be_written_to_says_so_and_only_then_the_conversation_is_kept(widget, rows):
    message = await ask(widget)
    await ask(widget, "cảm ơn")
    survey_id = str(uuid.uuid4())
    frame = await widget.survey("dissatisfied", survey_id, words="xin nhắn lại giúp", contact=True)
    assert "nhắn lại" in frame["text"]
    (item,), (answer,) = rows(FEEDBACK), rows(SURVEY_ANSWER)
    assert answer["feedback_id"] == item["id"]
    assert (item["source"], item["message_seq"], item["procedure_code"]) == ("survey", message["seq"], "1.004194")
    assert item["conversation_id"] == widget.token.split(".")[1]
    assert rows(FEEDBACK_FOLLOW_UP)[0]["desk"] == "support"


async def test_a_conversation_with_the_survey_of_a_dossier_gets_no_other(widget, rasa, rows):
    rasa.replies["hồ sơ"] = [
        {"text": "Anh/chị có hài lòng với việc giải quyết hồ sơ này không ạ?"},
        {"custom": {"answer": {"outcome": "clarified_case_rating"}}},
    ]
    await ask(widget)
    await ask(widget, "hồ sơ")
    assert "survey" not in (await ask(widget, "cảm ơn"))["content"]
    assert (await widget.survey("satisfied"))["type"] == "refused"
    assert rows(SURVEY_ASKED)[0]["kind"] == "case"
    assert rows(SURVEY_ANSWER) == []


@pytest.mark.requirement("R-01")
async def test_not_solved_in_words_opens_a_follow_up_on_the_last_answer(widget, rasa, rows):
    answer = await ask(widget)
    said = await ask(widget, "vẫn chưa làm được")
    assert "GY-AAAAAA" in said["content"]["text"]
    assert "follow_up" not in said["content"]
    (item,) = rows(FEEDBACK)
    assert (item["reference"], item["source"], item["message_seq"]) == ("GY-AAAAAA", "words", answer["seq"])
    assert (item["procedure_code"], item["words"]) == ("1.004194", "vẫn chưa làm được")
    rasa.replies["lệ phí ghi sai rồi"] = [
        {"text": "Cảm ơn anh/chị."},
        {"custom": {"follow_up": {"reference": "GY-AAAAAA", "reason": "wrong", "words": True}}},
    ]
    await ask(widget, "lệ phí ghi sai rồi")
    (item,), (follow_up,) = rows(FEEDBACK), rows(FEEDBACK_FOLLOW_UP)
    assert item["words"] == "vẫn chưa làm được\nlệ phí ghi sai rồi"
    assert (item["reason"], follow_up["desk"]) == ("wrong", "editor")


async def test_said_again_of_the_same_answer_it_keeps_its_first_reference(widget, rasa, rows):
    answer = await ask(widget)
    await widget.rate(answer["seq"], "down")
    (item,) = rows(FEEDBACK)
    said = await ask(widget, "vẫn chưa làm được")
    assert item["reference"] in said["content"]["text"]
    assert len(rows(FEEDBACK)) == 1


async def test_not_solved_before_any_answer_is_kept_with_the_words(widget, rows):
    await ask(widget, "vẫn chưa làm được")
    (item,) = rows(FEEDBACK)
    assert (item["procedure_code"], item["words"], item["outcome"]) == ("", "vẫn chưa làm được", "")


async def test_erasing_the_conversation_takes_words_and_ties_away(widget, rows):
    answer = await ask(widget)
    await widget.rate(answer["seq"], "down", reason="wrong", words="sai lệ phí")
    await ask(widget, "cảm ơn")
    await widget.survey("neutral", words="tạm được")
    await widget.send(type="end")
    await widget.next("ended")
    (item,) = rows(FEEDBACK)
    assert (item["conversation_id"], item["words"], item["question"], item["message_seq"]) == (None, "", "", 0)
    assert (item["reason"], item["procedure_code"]) == ("wrong", "1.004194")
    assert rows(SURVEY_ASKED) == []
    assert len(rows(SURVEY_ANSWER)) == 1


async def test_two_windows_rating_at_once_make_one_item(widget, new_widget, rows):
    answer = await ask(widget)
    others = [new_widget() for _ in range(4)]
    for other in others:
        await other.enter(widget.token)
    await asyncio.gather(*(one.rate(answer["seq"], "down", reason="wrong") for one in (widget, *others)))
    assert len(rows(FEEDBACK)) == 1
    assert len(rows(FEEDBACK_FOLLOW_UP)) == 1


async def test_killed_between_rating_and_confirmation_it_is_stored_once(environment, session, rasa, rows):
    """The rating is sent, the hub is killed before this side reads anything, and it is sent again after the restart."""
    port = free_port()
    environment["MOTCUA_WEB_PORT"] = str(port)
    url = f"http://127.0.0.1:{port}"
    for attempt, pause in enumerate((0.0, 0.02, 0.3)):
        process = await start_process(environment, session, url)
        try:
            widget = Widget(session, url)
            await widget.enter()
            message = await ask(widget)
            frame = {"type": "rate", "id": str(uuid.uuid4()), "seq": message["seq"], "thumb": "down", "reason": "wrong"}
            await widget.send(**frame)
            await asyncio.sleep(pause)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            assert len(rows(FEEDBACK)) in (attempt, attempt + 1)
            process = await start_process(environment, session, url)
            back = Widget(session, url)
            await back.enter(widget.token)
            await back.send(**frame)
            assert (await back.confirmed("rated", frame["id"]))["reason"] == "wrong"
            assert len(rows(FEEDBACK)) == attempt + 1
            assert len(rows(FEEDBACK_FOLLOW_UP)) == attempt + 1
            assert [row["what"] for row in rows(FEEDBACK_EVENT)] == ["rated", "opened"] * (attempt + 1)
        finally:
            process.kill()
            await process.wait()


async def test_killed_before_the_reference_is_read_the_follow_up_is_opened_once(environment, session, rasa, rows):
    port = free_port()
    environment["MOTCUA_WEB_PORT"] = str(port)
    url = f"http://127.0.0.1:{port}"
    process = await start_process(environment, session, url)
    widget = Widget(session, url)
    await widget.enter()
    await ask(widget)
    rasa.gate.clear()
    await widget.say("vẫn chưa làm được")
    await rasa.until_asked(2)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    rasa.replies["vẫn chưa làm được"] = not_solved("GY-BBBBBB")  # asked again, the assistant makes another
    rasa.gate.set()
    process = await start_process(environment, session, url)
    try:
        back = Widget(session, url)
        await back.enter(widget.token)
        while not any("GY-" in text for _, _, text in back.transcript()):
            await back.receive()
        (item,) = rows(FEEDBACK)
        assert item["reference"] == "GY-BBBBBB"
        assert item["reference"] in back.transcript()[-1][2]
    finally:
        process.kill()
        await process.wait()
