"""Citizens who go on talking while something breaks: as the real widget, they come back and send again what is open."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import aiohttp

from bot.hub.wording import Wording
from tools.faults_count import Frame, Sent
from tools.load_mix import Kind, Talk, button_of

AWAY = (Wording.load().away, Wording.load().slow)
"""What is said while one waits; the answer is still to come."""
PATIENCE = 240.0
"""Seconds after which a citizen stops asking, and the message counts as lost."""
LISTEN, KNOCK = 5.0, 6.0
"""Seconds without a word after which a widget asks whether anybody is there, and as many until it connects anew, which
it does after a knock: nobody is there who would close the socket (bot/widget/connection.js)."""
LOST_SOCKET = (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError, RuntimeError)


class Citizen:
    """One person with one conversation. `sent`: all that was said; `token`: the conversation's."""

    def __init__(self, number: int, url: str, mix: Sequence[Talk], think: float) -> None:
        self._url, self._mix, self._think = url, mix, think
        self._chance = random.Random(number)  # noqa: S311 - not for secrets; the same people in every run
        self._headers = {"X-Forwarded-For": f"10.9.{number // 256}.{number % 256}"}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._pressable: tuple[int, list[str]] | None = None
        self._seen = 0
        self.token: str | None = None
        self.sent: list[Sent] = []

    async def live(self, session: aiohttp.ClientSession, over: asyncio.Event, first_after: float) -> None:
        """Talk until `over`, then until the open question is answered."""
        await asyncio.sleep(first_after)
        while not over.is_set():
            for frame in self._frames():
                if over.is_set():
                    break
                goes_on = await self._say(session, frame)
                await asyncio.sleep(self._think * self._chance.uniform(0.7, 1.3))
                if not goes_on:
                    break
        if self._socket is not None:
            await self._socket.close()

    async def read(self, session: aiohttp.ClientSession) -> list[Frame]:
        """Return the whole transcript, as a new window is shown it."""
        if self.token is None:
            return []
        socket = await self._open(session)
        frames: list[Frame] = []
        last = None
        try:
            await socket.send_str(json.dumps({"type": "hello", "token": self.token, "after": 0}))
            while last is None or len(frames) < last:
                frame = await _next(socket)
                if frame["type"] == "welcome":
                    last = frame["last_seq"]
                elif frame["type"] == "message":
                    frames.append(frame)
            return frames
        except asyncio.TimeoutError:  # one is missing, which is then counted
            return frames
        finally:
            await socket.close()

    def _frames(self) -> Iterator[dict[str, Any]]:
        talk = self._chance.choices(self._mix, [talk.weight for talk in self._mix])[0]
        for step in talk.steps:
            frame: dict[str, Any] = {"type": "say", "id": str(uuid.UUID(int=self._chance.getrandbits(128), version=4))}
            if step.kind is Kind.SAY:
                yield {**frame, "text": step.text}
            elif self._pressable is not None and (button := button_of(step.text, self._pressable[1])) is not None:
                yield {**frame, "type": "press", "seq": self._pressable[0], "button": button}

    async def _say(self, session: aiohttp.ClientSession, frame: dict[str, Any]) -> bool:
        """Send until it is confirmed, wait until it is answered; False where it was refused, or patience ended."""
        message = Sent(frame["id"], time.monotonic())
        self.sent.append(message)
        while time.monotonic() < message.at + PATIENCE:
            try:
                if self._socket is None or self._socket.closed:
                    self._socket = await self._enter(session)
                if not message.confirmed:
                    await self._socket.send_str(json.dumps(frame))
                await self._listen(self._socket, message)
                return not message.refused
            except LOST_SOCKET as error:
                await self._hang_up()
                if isinstance(error, asyncio.TimeoutError):
                    await self._knock(session)
                await asyncio.sleep(0.5)
        return False

    async def _knock(self, session: aiohttp.ClientSession) -> None:
        with suppress(*LOST_SOCKET):
            within = aiohttp.ClientTimeout(total=KNOCK)
            async with session.get(f"{self._url}/healthz", headers=self._headers, timeout=within) as answer:
                await answer.read()

    async def _hang_up(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            with suppress(*LOST_SOCKET):
                await asyncio.wait_for(socket.close(), 1.0)

    async def _open(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        address = self._url.replace("http", "ws", 1) + "/chat/ws"
        opening = session.ws_connect(address, origin=self._url, headers=self._headers, timeout=1.0)
        return await asyncio.wait_for(opening, 10.0)

    async def _enter(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        socket = await self._open(session)
        await socket.send_str(json.dumps({"type": "hello", "token": self.token, "after": self._seen}))
        while True:
            frame = await _next(socket)
            if frame["type"] == "welcome":
                self.token = frame["token"]
                return socket

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, message: Sent) -> None:
        """Read until the message is refused or answered."""
        while message.answered_at is None and not message.refused:
            frame = await _next(socket)
            if frame["type"] == "refused" and frame.get("id") == message.client_id:
                message.refused = str(frame["code"])
            elif frame["type"] == "message":
                self._seen = max(self._seen, frame["seq"])
                self._hear(frame, message)

    def _hear(self, frame: Frame, message: Sent) -> None:
        if frame["role"] == "citizen":
            message.confirmed |= frame["id"] == message.client_id
        elif message.confirmed and frame["content"]["text"] not in AWAY:
            message.answered_at = time.monotonic()
        if frame["content"].get("buttons"):
            self._pressable = (frame["seq"], [str(button["title"]) for button in frame["content"]["buttons"]])


async def _next(socket: aiohttp.ClientWebSocketResponse) -> Frame:
    try:
        received = await socket.receive(timeout=LISTEN)
    except asyncio.TimeoutError:
        await socket.send_str('{"type": "ping"}')
        received = await socket.receive(timeout=LISTEN)
    if received.type is not aiohttp.WSMsgType.TEXT:
        raise ConnectionError(str(received.type))
    frame: Frame = json.loads(received.data)
    return frame
