"""When things fail: nothing lost, nothing doubled, and the citizen hears a kind sentence."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from functools import partial

import async_timeout
import pytest

from bot.hub import build, turns
from bot.hub.wording import Wording
from tests.fixtures.web_widget import Closed, Widget

AWAY, SLOW = Wording.load().away, Wording.load().slow


async def test_assistant_away_says_one_sentence_then_answers_in_order(widget, rasa):
    await rasa.stop()
    await widget.say("một")
    assert (await widget.until("system"))["content"]["text"] == AWAY
    await widget.say("hai")
    await widget.quiet(1.0)
    await rasa.start()
    await widget.until("assistant", timeout=20)
    await widget.until("assistant", timeout=20)
    await widget.quiet()
    assert [(role, text) for _, role, text in widget.transcript()] == [
        ("citizen", "một"),
        ("system", AWAY),
        ("citizen", "hai"),
        ("assistant", "Trả lời: một"),
        ("assistant", "Trả lời: hai"),
    ]


async def test_assistant_that_hangs_is_told_of_once_and_its_answer_still_comes(start_hub, session, rasa, monkeypatch):
    monkeypatch.setattr(build, "Turns", partial(turns.Turns, slow_seconds=0.3))
    rasa.gate.clear()
    async with start_hub() as url:
        widget = Widget(session, url)
        await widget.enter()
        await widget.say("một")
        assert (await widget.until("system"))["content"]["text"] == SLOW
        assert (await widget.next("typing"))["on"] is True
        await widget.say("hai")
        await widget.quiet(0.8)
        rasa.gate.set()
        for words in ("một", "hai"):
            assert (await widget.until("assistant"))["content"]["text"] == f"Trả lời: {words}"
        await widget.quiet(0.5)
        assert [role for _, role, _ in widget.transcript()].count("system") == 1
        await widget.close()


async def test_next_outage_is_said_again(widget, rasa):
    for number in range(2):
        await rasa.stop()
        await widget.say(f"câu {number}")
        await widget.until("system")
        await rasa.start()
        await widget.until("assistant", timeout=20)
    assert [role for _, role, _ in widget.transcript()] == ["citizen", "system", "assistant"] * 2


async def test_rasa_without_model_is_asked_again(widget, rasa):
    rasa.replies["một"] = []
    rasa.ready_status = 409
    await widget.say("một")
    await widget.until("system")
    rasa.replies.clear()
    rasa.ready_status = 200
    assert (await widget.until("assistant", timeout=20))["content"]["text"] == "Trả lời: một"


async def test_rasa_whose_locks_are_gone_is_asked_again(widget, rasa):
    rasa.replies["một"] = []  # what Rasa says when it cannot take a lock or open its tracker
    rasa.components = {"model": True, "tracker_store": True, "lock_store": False}
    await widget.say("một")
    assert (await widget.until("system"))["content"]["text"] == AWAY
    rasa.replies.clear()
    rasa.components["lock_store"] = True
    assert (await widget.until("assistant", timeout=20))["content"]["text"] == "Trả lời: một"


async def test_question_that_rasa_always_fails_on_does_not_block_the_talk(widget, rasa, monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_RETRY_PAUSE_SECONDS", 0.05)
    rasa.status = 500
    await widget.say("câu hỏng")
    await widget.until("system")
    given_up = await widget.until("system", timeout=20)
    rasa.status = 200
    await widget.say("câu tốt")
    await widget.until("assistant")
    assert "1022" in given_up["content"]["text"]
    assert "Traceback" not in given_up["content"]["text"]
    assert rasa.texts() == ["câu hỏng"] * 3 + ["câu tốt"]


@pytest.mark.parametrize("reply", [[], [{"image": ""}], [{"custom": {"blocks": [7]}}], [{"text": ["x"], "buttons": 3}]])
async def test_reply_without_words_becomes_a_sentence_not_silence(widget, rasa, reply):
    rasa.replies["một"] = reply
    await widget.say("một")
    while (frame := await widget.next("message"))["role"] == "citizen":
        pass
    assert frame["content"]["text"]
    await widget.say("hai")
    assert (await widget.until("assistant"))["content"]["text"] == "Trả lời: hai"


async def test_conversation_erased_while_rasa_thinks_stays_erased(widget, new_widget, rasa):
    rasa.gate.clear()
    await widget.say("một")
    await rasa.until_asked(1)
    await widget.send(type="end")
    await widget.next("ended")
    assert rasa.forgotten == []  # Rasa would remember this very question afterwards
    rasa.gate.set()
    await asyncio.sleep(0.5)
    assert rasa.forgotten == [rasa.asked[0][0]]


async def test_forgetting_waits_for_rasa_to_come_back(widget, rasa):
    await widget.say("một")
    await widget.until("assistant")
    await rasa.stop()
    await widget.send(type="end")
    await widget.next("ended")
    await asyncio.sleep(0.3)
    await rasa.start()
    async with async_timeout.timeout(15):
        while not rasa.forgotten:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_hub_stopped_in_the_middle_answers_after_restart(start_hub, session, rasa):
    await rasa.stop()
    async with start_hub() as url:
        widget = Widget(session, url)
        await widget.enter()
        await widget.say("một")
        await widget.until("system")
    with pytest.raises(Closed):
        await widget.quiet(5)
    await rasa.start()
    async with start_hub() as url:
        back = Widget(session, url)
        await back.enter(widget.token)
        await back.until("assistant")
        await back.quiet()
        assert [role for _, role, _ in back.transcript()] == ["citizen", "system", "assistant"]
        await back.close()


async def test_two_processes_on_one_database_answer_once_and_both_show_it(start_hub, session, rasa):
    rasa.delay = 0.2
    async with start_hub(port=8081) as first_url, start_hub(port=8082) as second_url:
        first, second = Widget(session, first_url), Widget(session, second_url)
        await first.enter()
        await second.enter(first.token)
        await asyncio.gather(*(w.say(f"câu {i}") for i, w in enumerate((first, second, first, second))))
        for widget in (first, second):
            for _ in range(4):
                await widget.until("assistant", timeout=20)
            await widget.quiet()
        assert first.transcript() == second.transcript()
        assert [seq for seq, _, _ in first.transcript()] == list(range(1, 9))
        assert sorted(rasa.texts()) == [f"câu {i}" for i in range(4)]
        assert rasa.most_at_once == 1
        await first.close()
        await second.close()


async def test_erasing_in_one_process_ends_the_socket_in_another(start_hub, session):
    async with start_hub(port=8081) as first_url, start_hub(port=8082) as second_url:
        first, second = Widget(session, first_url), Widget(session, second_url)
        await first.enter()
        await second.enter(first.token)
        await first.send(type="end")
        await second.next("ended", timeout=10)


async def test_killed_between_storing_and_answering_answers_once_after_restart(environment, session, rasa):
    port = free_port()
    environment["MOTCUA_WEB_PORT"] = str(port)
    url = f"http://127.0.0.1:{port}"
    process = await start_process(environment, session, url)
    widget = Widget(session, url)
    await widget.enter()
    await widget.say("trước")
    await widget.until("assistant")
    rasa.gate.clear()
    await widget.say("quan trọng")
    await rasa.until_asked(2)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    rasa.gate.set()
    process = await start_process(environment, session, url)
    try:
        back = Widget(session, url)
        await back.enter(widget.token)
        while [role for _, role, _ in back.transcript()][-1:] != ["assistant"] or len(back.messages) < 4:
            await back.receive()
        await back.quiet(1.0)
        assert [text for _, _, text in back.transcript()] == [
            "trước",
            "Trả lời: trước",
            "quan trọng",
            "Trả lời: quan trọng",
        ]
        assert rasa.texts() == ["trước", "quan trọng", "quan trọng"]
        began = asyncio.get_running_loop().time()
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
        assert asyncio.get_running_loop().time() - began < 10
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_busy_port_is_said_in_one_sentence(environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment["MOTCUA_WEB_PORT"] = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.web", env={**os.environ, **environment}, stderr=asyncio.subprocess.PIPE
        )
        _, said = await process.communicate()
    assert process.returncode == 2
    assert said.decode().count("\n") == 1
    assert "MOTCUA_WEB_PORT" in said.decode()


async def start_process(environment, session, url):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.web", env={**os.environ, **environment}, stderr=asyncio.subprocess.DEVNULL
    )
    for _ in range(600):
        try:
            async with session.get(url + "/healthz") as response:
                if response.status == 200:
                    return process
        except OSError:
            pass
        await asyncio.sleep(0.1)
    raise AssertionError("the hub did not start")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
