"""Citizens who talk at once, as tools/load.py sends them: real sockets, thinking time, follow-ups, forms, officers.

Those on Zalo: tools/load_zalo.py.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.hub.wording import Wording
from tools.load_mix import Kind, Step, Talk, button_of

ANSWER_WITHIN = 60.0
"""Seconds after which a turn without an answer counts as lost."""
OFFICER_WITHIN = 120.0
"""Seconds after which a citizen waits no longer for an officer."""
HOMES = 254 * 254
"""How many people `home_of` tells apart before the second number of their address changes."""
SLOW = Wording.load().slow
"""What is said while an answer takes long is none."""
LOST = (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError)


@dataclass
class Tally:
    """What has come of the turns so far. `milliseconds`: from sending to the first words of the answer.

    waits: seconds until an officer wrote; in_vain: who waited for one in vain. before: turns answered in the warm-up.
    """

    milliseconds: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    in_vain: int = 0
    before: int = 0

    def fail(self, kind: str) -> None:
        """Count a turn, or a connection, that came to nothing."""
        self.errors[kind] = self.errors.get(kind, 0) + 1

    def begin_anew(self) -> None:
        """Forget what was measured: the warm-up is over."""
        self.before += len(self.milliseconds)
        self.milliseconds.clear()
        self.errors.clear()
        self.waits.clear()
        self.in_vain = 0


class Person(ABC):
    """One person: conversation after conversation until time is up."""

    def __init__(self, number: int, mix: Sequence[Talk], think: float, tally: Tally) -> None:
        self.number, self.tally = number, tally
        self._mix, self._think = mix, think
        self.chance = random.Random(number)  # noqa: S311 - not for secrets; the same people in every run

    async def live(self, session: aiohttp.ClientSession, until: float, first_after: float) -> None:
        """Talk until the clock (`time.monotonic`) says `until`; the first word is said after `first_after` seconds."""
        await asyncio.sleep(first_after)
        while time.monotonic() < until:
            talk = self.chance.choices(self._mix, [talk.weight for talk in self._mix])[0]
            try:
                await self.talk(session, talk, until)
            except LOST as error:
                self.tally.fail(f"connection: {type(error).__name__}")
                await asyncio.sleep(1.0)

    @abstractmethod
    async def talk(self, session: aiohttp.ClientSession, talk: Talk, until: float) -> None:
        """Play one conversation."""

    def pause(self) -> float:
        """People think for half to one and a half times as long as usual."""
        return self._think * self.chance.uniform(0.5, 1.5)


class Citizen(Person):
    """Somebody at the web chat. apart: come from an address of one's own, which nginx sees (Linux).

    Who makes no pause (`tools/load_race.py`) is somebody else in each conversation: no one person says as much, and
    the hub would refuse to hear them.
    """

    def __init__(
        self, number: int, url: str, mix: Sequence[Talk], think: float, tally: Tally, *, apart: bool = False
    ) -> None:
        super().__init__(number, mix, think, tally)
        self._url, self._apart = url, apart
        self._talks = 0
        self._pressable: tuple[int, list[str]] | None = None
        self._unread: deque[aiohttp.WSMessage] = deque()

    async def talk(self, session: aiohttp.ClientSession, talk: Talk, until: float) -> None:
        """Play one conversation over a socket of its own."""
        self._pressable = None
        self._unread.clear()
        visitor = self.number if self._think else self.number + self._talks * HOMES
        self._talks += 1
        # As a proxy in front of the hub would say it: a thousand homes, not one office
        headers = {} if self._apart else {"X-Forwarded-For": home_of(visitor, 10)}
        if self._apart and visitor != self.number:
            async with home(visitor, apart=True) as own:
                await self._converse(own, headers, talk, until)
        else:
            await self._converse(session, headers, talk, until)

    async def _converse(
        self, session: aiohttp.ClientSession, headers: Mapping[str, str], talk: Talk, until: float
    ) -> None:
        address = self._url.replace("http", "ws", 1) + "/chat/ws"
        async with session.ws_connect(address, origin=self._url, headers=headers, heartbeat=None) as socket:
            await socket.send_str(json.dumps({"type": "hello", "token": None, "after": 0}))
            for step in talk.steps:
                if time.monotonic() >= until:
                    return
                if not await self._take(socket, step):
                    return
                await (self._listen_on(socket) if step.kind is Kind.AWAIT else asyncio.sleep(self.pause()))

    async def _listen_on(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Pause, and hear pings meanwhile as a browser does: aiohttp answers them only to who reads.

        Who has just said something is not pinged as long as a pause takes.
        """
        until = time.monotonic() + self.pause()
        while (left := until - time.monotonic()) > 0:
            with suppress(asyncio.TimeoutError):
                self._unread.append(await asyncio.wait_for(socket.receive(), left))
                if socket.closed:
                    return

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, step: Step) -> bool:
        """Say, press or wait; False where the conversation ends with it."""
        if step.kind is Kind.AWAIT:
            return await self._await(socket, step.text)
        frame: dict[str, Any] = {"type": "say", "id": str(uuid.UUID(int=self.chance.getrandbits(128), version=4))}
        if step.kind is not Kind.PRESS:
            frame["text"] = step.text
        elif self._pressable is None or (button := button_of(step.text, self._pressable[1])) is None:
            return True
        else:
            frame |= {"type": "press", "seq": self._pressable[0], "button": button}
        began = time.perf_counter()
        await socket.send_str(json.dumps(frame))
        return await (self._stored(socket, frame["id"]) if step.kind is Kind.TELL else self._answered(socket, began))

    async def _answered(self, socket: aiohttp.ClientWebSocketResponse, began: float) -> bool:
        """Read until the answer is whole; False where there is none."""
        said = 0.0
        while True:
            frame = await self._next(socket, ANSWER_WITHIN)
            if frame is None:
                return False
            if frame["type"] == "message" and frame["role"] != "citizen" and frame["content"].get("text") != SLOW:
                said = said or time.perf_counter()
                if frame["role"] == "system":
                    self.tally.fail("answered by the hub alone")
            elif frame["type"] == "typing" and not frame["on"] and said:
                self.tally.milliseconds.append(1000 * (said - began))
                return True

    async def _stored(self, socket: aiohttp.ClientWebSocketResponse, client_id: str) -> bool:
        """Read until what an officer is told has come back as stored."""
        while (frame := await self._next(socket, ANSWER_WITHIN)) is not None:
            if frame["type"] == "message" and frame.get("id") == client_id:
                return True
        return False

    async def _await(self, socket: aiohttp.ClientWebSocketResponse, whom: str) -> bool:
        """Wait until an officer has written, or the assistant answers again."""
        began = time.monotonic()
        while (left := began + OFFICER_WITHIN - time.monotonic()) > 0:
            frame = await self._next(socket, left, "")
            if frame is None:
                break
            if whom == "assistant" and frame["type"] == "standing" and frame["who"] == "assistant":
                return True
            if whom == "officer" and frame["type"] == "message" and frame["role"] == "officer":
                self.tally.waits.append(time.monotonic() - began)
                return True
        self.tally.in_vain += 1
        return False

    async def _next(
        self, socket: aiohttp.ClientWebSocketResponse, within: float, silence: str = "no answer"
    ) -> dict[str, Any] | None:
        """The next frame; None where it is refused, the hub hangs up, or none comes (`silence`: how that counts)."""
        try:
            received = self._unread.popleft() if self._unread else await asyncio.wait_for(socket.receive(), within)
        except asyncio.TimeoutError:
            if silence:
                self.tally.fail(silence)
            return None
        if received.type is not aiohttp.WSMsgType.TEXT:
            self.tally.fail("closed by the hub")
            return None
        frame: dict[str, Any] = json.loads(received.data)
        if frame["type"] == "refused":
            self.tally.fail(f"refused: {frame.get('code')}")
            return None
        if frame["type"] == "message" and frame["content"].get("buttons"):
            self._pressable = (frame["seq"], [str(button["title"]) for button in frame["content"]["buttons"]])
        return frame


def home_of(number: int, network: int) -> str:
    """Return an address of somebody's own; in network 127 one from which this machine can really come (Linux)."""
    return f"{network}.{1 + number // HOMES % 254}.{1 + number // 254 % 254}.{1 + number % 254}"


def home(number: int, *, apart: bool) -> aiohttp.ClientSession:
    """Return a session for one person; apart: its connections come from an address of the person's own."""
    place = (home_of(number, 127), 0) if apart else None
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, local_addr=place))


async def crowd(
    people: Sequence[Person],
    seconds: float,
    warm_up: float,
    spread: float,
    begin_anew: Callable[[], None],
    *,
    apart: bool = False,
) -> None:
    """Let people talk for `warm_up` + `seconds`, the first words within `spread`; `begin_anew`: the warm-up is over."""
    until = time.monotonic() + warm_up + seconds
    shared = home(0, apart=False)
    sessions = [home(person.number, apart=True) for person in people] if apart else [shared] * len(people)
    try:
        lives = [
            person.live(session, until, spread * number / len(people))
            for number, (person, session) in enumerate(zip(people, sessions, strict=True))
        ]
        living = asyncio.gather(*lives)
        await asyncio.sleep(warm_up)
        begin_anew()
        await living
    finally:
        for session in {shared, *sessions}:
            await session.close()
