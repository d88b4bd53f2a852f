"""`python -m bot.chat`, which is `make chat`: a conversation in the terminal, in one process.

Buttons are numbered: typing the number presses one. "thoát" (or Ctrl-D) ends, "mới" begins a new conversation.
"""

from __future__ import annotations

import asyncio
import sys
import unicodedata
import uuid
from collections.abc import Callable, Sequence

from bot.converse import Talker
from bot.errors import MotCuaError
from bot.rasa_runtime.replies import Button, Reply, answer_of, buttons_of, texts_of
from bot.rasa_runtime.startup import load_conversations

LEAVE = ("thoát", "thoat", "exit", "quit")
ANEW = ("mới", "moi")
PROMPT = "Bạn › "
HELLO = "Gõ câu hỏi, hoặc số của một nút. “mới”: cuộc trò chuyện mới. “thoát”: kết thúc.\n"
FAREWELL = "Tạm biệt."
BROKEN = "(Lượt này bị lỗi: {error}. Chi tiết trong var/log/tools.log.)"

Ask = Callable[[str], str]
Tell = Callable[[str], None]


def main() -> int:
    """Command line."""
    sys.stderr.write("Đang nạp trợ lý …\n")
    try:
        talker = load_conversations()
    except MotCuaError as error:
        sys.stderr.write(f"chat: {error}\n")
        return 1
    try:
        asyncio.run(chat(talker, input, print))
    except KeyboardInterrupt:
        print()
    print(FAREWELL)
    return 0


async def chat(talker: Talker, ask: Ask, tell: Tell) -> None:
    """Talk until the person leaves."""
    tell(HELLO)
    sender, buttons = _new_sender(), list[Button]()
    while True:
        try:
            line = unicodedata.normalize("NFC", ask(PROMPT)).strip()
        except EOFError:
            return
        if line.lower() in LEAVE:
            return
        if line.lower() in ANEW:
            sender, buttons = _new_sender(), []
            tell(HELLO)
        elif line:
            try:
                replies = await _turn(talker, sender, line, buttons)
            except Exception as error:  # a bug in a turn must not end the conversation
                tell(BROKEN.format(error=type(error).__name__))
                continue
            buttons = buttons_of(replies)
            tell(render(replies))


async def _turn(talker: Talker, sender: str, line: str, buttons: Sequence[Button]) -> list[Reply]:
    """Press the button of that number if there is one, else say the words."""
    if line.isdigit() and 1 <= int(line) <= len(buttons):
        return await talker.press(sender, buttons[int(line) - 1].payload)
    return await talker.say(sender, line)


def render(replies: Sequence[Reply]) -> str:
    """A turn as lines of a terminal, with the buttons numbered and the machine-readable answer in short."""
    lines = [f"Trợ lý › {text}" for text in texts_of(replies)]
    lines += [f"   [{number}] {button.title}" for number, button in enumerate(buttons_of(replies), 1)]
    answer = answer_of(replies)
    if answer:
        known = ", ".join(str(answer[key]) for key in ("outcome", "procedure_code") if answer.get(key))
        lines.append(f"   ({known})")
    return "\n".join(lines or ["(không có câu trả lời)"]) + "\n"


def _new_sender() -> str:
    return f"chat-{uuid.uuid4().hex[:8]}"


if __name__ == "__main__":
    sys.exit(main())
