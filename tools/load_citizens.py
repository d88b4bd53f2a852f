"""Citizens who talk over the web chat at once, as tools/load.py sends them: real sockets, thinking time, follow-ups."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml

MIX_FILE = Path(__file__).with_name("load_mix.yml")
PRESS = "press:"
ANSWER_WITHIN = 60.0
"""Seconds after which a turn without an answer counts as lost."""


@dataclass(frozen=True)
class Talk:
    """A conversation to be played."""

    weight: float
    turns: tuple[str, ...]


@dataclass
class Tally:
    """What has come of the turns so far. `milliseconds`: from sending to the first words of the answer."""

    milliseconds: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)

    def fail(self, kind: str) -> None:
        """Count a turn, or a connection, that came to nothing."""
        self.errors[kind] = self.errors.get(kind, 0) + 1

    def begin_anew(self) -> None:
        """Forget what was measured: the warm-up is over."""
        self.milliseconds.clear()
        self.errors.clear()


def load_mix(path: Path = MIX_FILE) -> list[Talk]:
    """Read the conversations and how likely each is."""
    entries = yaml.safe_load(path.read_text("utf-8"))
    return [Talk(float(entry["weight"]), tuple(map(str, entry["turns"]))) for entry in entries]


class Citizen:
    """One person: a socket, and conversation after conversation until time is up."""

    def __init__(self, number: int, url: str, mix: Sequence[Talk], think: float, tally: Tally) -> None:
        self._url = url
        self._mix = mix
        self._think = think
        self._tally = tally
        self._chance = random.Random(number)  # noqa: S311 - not for secrets; the same people in every run
        # As a proxy in front of the hub would say it: a thousand homes, not one office
        self._address = f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"
        self._pressable: tuple[int, int] | None = None

    async def live(self, session: aiohttp.ClientSession, until: float, *, first_after: float) -> None:
        """Talk until the clock (`time.monotonic`) says `until`; the first word is said after `first_after` seconds."""
        await asyncio.sleep(first_after)
        while time.monotonic() < until:
            try:
                await self._talk(session, until)
            except (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError) as error:
                self._tally.fail(f"connection: {type(error).__name__}")
                await asyncio.sleep(1.0)

    async def _talk(self, session: aiohttp.ClientSession, until: float) -> None:
        self._pressable = None
        address = self._url.replace("http", "ws", 1) + "/chat/ws"
        headers = {"X-Forwarded-For": self._address}
        async with session.ws_connect(address, origin=self._url, headers=headers, heartbeat=None) as socket:
            await socket.send_str(json.dumps({"type": "hello", "token": None, "after": 0}))
            for frame in self._frames():
                if time.monotonic() >= until:
                    return
                began = time.perf_counter()
                await socket.send_str(json.dumps(frame))
                if not await self._answered(socket, began):
                    return
                await asyncio.sleep(self._pause())

    def _frames(self) -> Iterator[dict[str, Any]]:
        talk = self._chance.choices(self._mix, [talk.weight for talk in self._mix])[0]
        for words in talk.turns:
            frame: dict[str, Any] = {"type": "say", "id": str(uuid.UUID(int=self._chance.getrandbits(128), version=4))}
            if not words.startswith(PRESS):
                yield {**frame, "text": words}
            elif self._pressable is not None and (button := int(words[len(PRESS) :])) < self._pressable[1]:
                yield {**frame, "type": "press", "seq": self._pressable[0], "button": button}

    async def _answered(self, socket: aiohttp.ClientWebSocketResponse, began: float) -> bool:
        """Read until the answer is whole; False where there is none."""
        said = 0.0
        while True:
            try:
                received = await asyncio.wait_for(socket.receive(), ANSWER_WITHIN)
            except asyncio.TimeoutError:
                self._tally.fail("no answer")
                return False
            if received.type is not aiohttp.WSMsgType.TEXT:
                self._tally.fail("closed by the hub")
                return False
            frame = json.loads(received.data)
            if frame["type"] == "refused":
                self._tally.fail(f"refused: {frame.get('code')}")
                return False
            if frame["type"] == "message" and frame["role"] != "citizen":
                said = said or time.perf_counter()
                if frame["role"] == "system":
                    self._tally.fail("answered by the hub alone")
                if frame["content"].get("buttons"):
                    self._pressable = (frame["seq"], len(frame["content"]["buttons"]))
            elif frame["type"] == "typing" and not frame["on"] and said:
                self._tally.milliseconds.append(1000 * (said - began))
                return True

    def _pause(self) -> float:
        """People think for half to one and a half times as long as usual."""
        return self._think * self._chance.uniform(0.5, 1.5)


async def crowd(url: str, citizens: int, think: float, seconds: float, warm_up: float, tally: Tally) -> float:
    """Let so many talk for `warm_up` + `seconds`; returns the turns a second of the latter."""
    mix = load_mix()
    until = time.monotonic() + warm_up + seconds
    spread = min(warm_up, max(think, 1.0))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        people = [Citizen(number, url, mix, think, tally) for number in range(citizens)]
        lives = [
            person.live(session, until, first_after=spread * number / citizens) for number, person in enumerate(people)
        ]
        living = asyncio.gather(*lives)
        await asyncio.sleep(warm_up)
        tally.begin_anew()
        await living
    return len(tally.milliseconds) / seconds
