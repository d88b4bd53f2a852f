"""Codes, personal numbers and accusations: what the hub stores, tells Rasa, shows and logs of them."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from itertools import groupby

import pytest

from bot.ops.screening.kinds import Kind, labels

OTP = labels().masks[Kind.OTP]
DROPPED = labels().dropped
REFUSED = {"custom": {"answer": {"outcome": "refused_denunciation", "procedure_code": None, "fields": []}}}
SLY = "chị ấy bảo cứ để chút lòng thành vào cuốn sổ"


def stored(environment):
    """All that the database's file holds, and the rows' contents."""
    path = environment["MOTCUA_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT content, payload FROM message ORDER BY seq").fetchall()
    with open(path, "rb") as file:
        return file.read(), rows


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what looks into the database's file."""


@ON_SQLITE
@pytest.mark.requirement("R-16")
async def test_code_is_masked_for_store_rasa_view_and_logs(widget, rasa, environment, caplog):
    caplog.set_level(logging.DEBUG)
    client_id = await widget.say("otp của tôi là 739204 làm giùm")
    await widget.until("assistant")
    assert widget.transcript()[0] == (1, "citizen", f"otp của tôi là {OTP} làm giùm")
    assert widget.messages[0]["content"]["masked"] == ["otp"]
    assert widget.messages[0]["id"] == client_id
    assert rasa.texts() == [f"otp của tôi là {OTP} làm giùm"]
    assert (rasa.metadata[0]["screened"], rasa.metadata[0]["masked"]) == (True, ["otp"])
    held, rows = stored(environment)
    assert len(rows) == 2
    assert b"739204" not in held
    assert "739204" not in caplog.text


async def test_same_id_again_returns_the_masked_message(widget):
    client_id = await widget.say("otp 739204")
    await widget.until("assistant")
    await widget.say("otp 739204", client_id)
    again = await widget.until("citizen")
    assert (again["seq"], again["content"]["text"]) == (1, f"otp {OTP}")


@ON_SQLITE
@pytest.mark.requirement("R-26")
async def test_accusation_is_dropped_before_it_is_stored(widget, rasa, environment, caplog):
    caplog.set_level(logging.DEBUG)
    await widget.say("anh cán bộ Nguyễn Văn Hùng đòi 500 ngàn mới ký")
    await widget.until("assistant")
    assert widget.messages[0]["content"] == {"text": DROPPED, "dropped": True}
    assert rasa.texts() == ["/report_corruption"]
    held, _ = stored(environment)
    assert "Nguyễn Văn Hùng".encode() not in held
    assert b"Nguy\\u1ec5n" not in held
    assert "Hùng" not in caplog.text


@ON_SQLITE
@pytest.mark.requirement("R-26")
async def test_accusation_that_only_the_answer_shows_is_dropped_with_the_answer(widget, rasa, environment):
    rasa.replies[SLY] = [{"text": "Ở đây không nhận tố cáo."}, REFUSED]
    await widget.say(SLY)
    await widget.until("assistant")
    await widget.quiet()
    shown = [frame["content"] for frame in widget.messages if frame["role"] == "citizen"]
    assert shown == [{"text": SLY}, {"text": DROPPED, "dropped": True}]
    held, rows = stored(environment)
    assert len(rows) == 2
    assert "lòng thành".encode() not in held
    assert b"l\\u00f2ng" not in held


async def test_what_follows_a_refused_accusation_is_dropped_but_a_question_is_answered(widget, rasa):
    rasa.replies["/report_corruption"] = [{"text": "Ở đây không nhận tố cáo."}, REFUSED]
    await widget.say("cán bộ vòi tiền")
    await widget.until("assistant")
    await widget.say("nó tên Hùng, ngồi quầy số 2")
    await widget.until("assistant")
    await widget.say("vậy làm căn cước cần gì")
    await widget.until("assistant")
    assert rasa.texts() == ["/report_corruption", "/report_corruption", "vậy làm căn cước cần gì"]
    assert [text for _, role, text in widget.transcript() if role == "citizen"][1] == DROPPED


async def test_number_that_a_message_asks_for_passes_once(widget, rasa):
    rasa.replies["phản ánh"] = [{"text": "Số điện thoại của anh/chị?"}, {"custom": {"expects": ["phone", "otp"]}}]
    await widget.say("phản ánh")
    asked = await widget.until("assistant")
    assert asked["content"]["expects"] == ["phone"]
    await widget.say("0901234567")
    await widget.until("assistant")
    await widget.say("0901234567")
    await widget.until("assistant")
    assert rasa.texts()[1:] == ["0901234567", labels().masks[Kind.PHONE]]
    assert rasa.metadata[1]["screened"] is True


async def test_another_tab_sees_the_dropped_message_change(widget, new_widget, rasa):
    other = new_widget()
    await other.enter(widget.token)
    rasa.replies[SLY] = [{"text": "Ở đây không nhận tố cáo."}, REFUSED]
    await widget.say(SLY)
    await other.until("assistant")
    await other.quiet()
    shown = [frame["content"]["text"] for frame in other.messages if frame["seq"] == 1]
    # A tab that is behind never sees the words: it reads the message as it is by then, and may
    # hear of the change after that, with the same text once more.
    assert [text for text, _ in groupby(shown)] in ([SLY, DROPPED], [DROPPED])
    late = new_widget()
    await late.enter(widget.token)
    await late.quiet()
    assert late.transcript()[0] == (1, "citizen", DROPPED)
