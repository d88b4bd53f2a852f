from __future__ import annotations

from bot.chat import chat, render
from bot.rasa_runtime.replies import Button, Reply


class Talker:
    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.senders: set[str] = set()

    async def say(self, sender: str, text: str) -> list[Reply]:
        self.senders.add(sender)
        self.heard.append(("say", text))
        if text == "bug":
            raise ValueError("someone's words")
        return [Reply(text="Chọn đi ạ", buttons=(Button("Một", "/one"), Button("Hai", "/two")))]

    async def press(self, sender: str, payload: str) -> list[Reply]:
        self.heard.append(("press", payload))
        return [Reply(text="Xong")]


async def converse(talker: Talker, *lines: str) -> list[str]:
    said: list[str] = []
    source = iter(lines)

    def ask(prompt: str) -> str:
        try:
            return next(source)
        except StopIteration:
            raise EOFError from None

    await chat(talker, ask, said.append)
    return said


async def test_a_number_presses_the_button_and_is_words_when_there_is_no_such_button():
    talker = Talker()
    await converse(talker, "xin chào", "2", "2", "", "thoát", "never")
    assert talker.heard == [("say", "xin chào"), ("press", "/two"), ("say", "2")]


async def test_a_new_conversation_gets_a_new_sender():
    talker = Talker()
    await converse(talker, "xin chào", "mới", "xin chào")
    assert len(talker.senders) == 2


async def test_a_bug_does_not_end_the_conversation():
    talker = Talker()
    said = await converse(talker, "bug", "xin chào")
    assert any("ValueError" in line for line in said)
    assert "Chọn đi ạ" in said[-1]


def test_buttons_are_numbered():
    text = render([Reply(text="A", buttons=(Button("Một", "/one"),)), Reply(buttons=(Button("Hai", "/two"),))])
    assert "[1] Một" in text
    assert "[2] Hai" in text
    assert render([]).strip() == "(không có câu trả lời)"
