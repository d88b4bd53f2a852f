"""Talking: said once, stored once, answered once, seen by all tabs, in order."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from contextlib import closing


async def test_citizen_is_answered_and_sees_own_words_confirmed(widget, rasa):
    client_id = await widget.say("Làm hộ chiếu cần gì?")
    answer = await widget.until("assistant")
    assert widget.transcript() == [
        (1, "citizen", "Làm hộ chiếu cần gì?"),
        (2, "assistant", "Trả lời: Làm hộ chiếu cần gì?"),
    ]
    assert widget.messages[0]["id"] == client_id
    assert answer["id"] is None
    assert answer["at"].endswith("Z")
    assert len(answer["at"]) == 20
    assert (await widget.next("typing"))["on"] is False
    assert rasa.metadata[0]["channel"] == "web"


async def test_same_id_sent_twice_is_stored_once_and_confirmed_again(widget, rasa):
    client_id = await widget.say("Xin chào")
    await widget.until("assistant")
    await widget.say("Xin chào", client_id)
    again = await widget.until("citizen")
    await widget.quiet()
    assert (again["seq"], again["id"]) == (1, client_id)
    assert rasa.texts() == ["Xin chào"]


async def test_same_id_sent_twice_at_once_on_two_sockets_is_stored_once(widget, new_widget, rasa):
    other = new_widget()
    await other.enter(widget.token)
    client_id = str(uuid.uuid4())
    await asyncio.gather(widget.say("Xin chào", client_id), other.say("Xin chào", client_id))
    await widget.until("assistant")
    await widget.quiet()
    assert rasa.texts() == ["Xin chào"]
    assert {(seq, role) for seq, role, _ in widget.transcript()} == {(1, "citizen"), (2, "assistant")}


async def test_reconnect_gets_only_what_is_after(widget, new_widget):
    await widget.say("một")
    await widget.until("assistant")
    await widget.say("hai")
    await widget.until("assistant")
    await widget.close()
    back = new_widget()
    welcome = await back.enter(widget.token, after=2)
    await back.quiet()
    assert (welcome["new"], welcome["last_seq"]) == (False, 4)
    assert [frame["seq"] for frame in back.messages] == [3, 4]


async def test_answer_that_came_while_offline_is_there_on_return(widget, new_widget, rasa):
    rasa.gate.clear()
    await widget.say("một")
    await rasa.until_asked(1)
    await widget.close()
    rasa.gate.set()
    await asyncio.sleep(0.3)
    back = new_widget()
    await back.enter(widget.token, after=1)
    assert (await back.until("assistant"))["content"]["text"] == "Trả lời: một"


async def test_two_tabs_see_the_same(widget, new_widget):
    other = new_widget()
    await other.enter(widget.token)
    await widget.say("từ thẻ một")
    await widget.until("assistant")
    await other.until("assistant")
    await other.say("từ thẻ hai")
    await widget.until("assistant")
    await other.until("assistant")
    assert widget.transcript() == other.transcript()
    assert [seq for seq, _, _ in widget.transcript()] == [1, 2, 3, 4]


async def test_messages_sent_at_once_are_answered_one_by_one_in_order(widget, rasa):
    rasa.delay = 0.05
    for number in range(5):
        await widget.say(f"câu {number}")
    for _ in range(5):
        await widget.until("assistant")
    assert rasa.texts() == [f"câu {number}" for number in range(5)]
    assert rasa.most_at_once == 1
    assert [seq for seq, _, _ in widget.transcript()] == list(range(1, 11))


async def test_forged_token_gets_a_new_empty_conversation(widget, new_widget):
    await widget.say("bí mật")
    await widget.until("assistant")
    forged = widget.token[:-4] + ("AAAA" if not widget.token.endswith("AAAA") else "BBBB")
    for token in (forged, "v1", "....", "x" * 4000, "v1.é.1.1.1", ""):
        stranger = new_widget()
        welcome = await stranger.enter(token)
        await stranger.quiet(0.1)
        assert (welcome["new"], welcome["last_seq"], stranger.messages) == (True, 0, [])


async def test_button_press_shows_title_and_sends_payload(widget, rasa):
    rasa.replies["hỏi"] = [{"text": "Chọn:", "buttons": [{"title": "Lệ phí", "payload": '/ask{"fact":"fee"}'}]}]
    await widget.say("hỏi")
    offer = await widget.until("assistant")
    assert offer["content"] == {"text": "Chọn:", "buttons": [{"title": "Lệ phí"}]}
    client_id = await widget.press(offer["seq"], 0)
    said = await widget.until("citizen")
    await widget.until("assistant")
    assert (said["id"], said["content"]["text"]) == (client_id, "Lệ phí")
    assert rasa.texts()[-1] == '/ask{"fact":"fee"}'


async def test_press_of_a_button_that_is_not_there_is_refused(widget):
    await widget.say("hỏi")
    offer = await widget.until("assistant")
    for seq, button in ((offer["seq"], 0), (1, 0), (99, 0)):
        client_id = await widget.press(seq, button)
        refused = await widget.next("refused")
        assert (refused["id"], refused["code"]) == (client_id, "MESSAGE_REFUSED")
        assert refused["text"]


async def test_typed_intent_is_only_words_to_rasa_and_whole_in_the_transcript(widget, rasa):
    for text in ("/restart", "  /restart", "／restart", "/ask{}"):
        await widget.say(text)
        await widget.until("assistant")
    assert rasa.texts() == ["restart", "restart", "restart", "ask{}"]
    assert [text for _, role, text in widget.transcript() if role == "citizen"] == [
        "/restart",
        "/restart",
        "／restart",
        "/ask{}",
    ]


async def test_rich_reply_reaches_the_widget_whole(widget, rasa):
    blocks = [{"kind": "paragraph", "text": "Lệ phí 200.000 đồng"}]
    answer = {"outcome": "answered_procedure", "procedure_code": "1.004194"}
    rasa.replies["phí"] = [
        {"text": "Tôi tìm thấy:"},
        {"text": "Lệ phí 200.000 đồng"},
        {"custom": {"answer": answer, "blocks": blocks}},
    ]
    await widget.say("phí")
    await widget.until("assistant")
    second = await widget.until("assistant")
    assert second["content"] == {"text": "Lệ phí 200.000 đồng", "answer": answer, "blocks": blocks}


async def test_end_erases_everything_and_kills_the_token(widget, new_widget, rasa, database_url):
    other = new_widget()
    await other.enter(widget.token)
    await widget.say("số căn cước của tôi")
    await widget.until("assistant")
    await widget.send(type="end")
    await widget.next("ended")
    await other.next("ended")
    back = new_widget()
    welcome = await back.enter(widget.token)
    await back.quiet(0.2)
    assert (welcome["new"], back.messages) == (True, [])
    await asyncio.sleep(0.3)
    assert rasa.forgotten == [rasa.asked[0][0]]


async def test_end_deletes_what_rasa_stored_of_this_citizen_only(widget, rasa, environment):
    await widget.say("số căn cước của tôi")
    await widget.until("assistant")
    sender = rasa.asked[0][0]
    with closing(sqlite3.connect(environment["MOTCUA_TRACKER_URL"].removeprefix("sqlite:///"))) as tracker:
        tracker.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, data TEXT)")
        tracker.executemany("INSERT INTO events (sender_id, data) VALUES (?, 'x')", [(sender,), (sender,), ("other",)])
        tracker.commit()
        await widget.send(type="end")
        await widget.next("ended")
        await asyncio.sleep(0.5)
        assert tracker.execute("SELECT sender_id FROM events").fetchall() == [("other",)]


async def test_thirty_conversations_at_once_get_each_their_own_answers(new_widget, rasa):
    rasa.delay = 0.02

    async def talk(number):
        widget = new_widget()
        await widget.enter()
        for turn in range(3):
            await widget.say(f"{number}/{turn}")
            await widget.until("assistant", timeout=30)
        await widget.close()
        return [text for _, _, text in widget.transcript()]

    transcripts = await asyncio.gather(*(talk(number) for number in range(30)))
    for number, texts in enumerate(transcripts):
        assert texts == [text for turn in range(3) for text in (f"{number}/{turn}", f"Trả lời: {number}/{turn}")]
    assert len(rasa.asked) == 90
    assert len({sender for sender, _ in rasa.asked}) == 30
