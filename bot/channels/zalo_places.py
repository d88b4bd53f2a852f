"""A location that a citizen sends: asked about before it is used, used once, kept nowhere but in memory for minutes.

The records hold a middle point of each ward, no borders: so the wards that are near are named, and the citizen says
which is theirs, in words that the conversation takes up as any place.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from bot.channels.zalo_questions import ASKED, NO, WORDS, YES, Answer, question
from bot.channels.zalo_wording import ZaloWording
from bot.hub.hub import Hub
from bot.hub.models import Conversation, Draft
from bot.ops.clock import Clock
from bot.zalo.events import EventKind, ZaloEvent
from knowledge.places.nearby import near

PLACE = "place"
AGREED = "place_agreed"
HELD_FOR = timedelta(minutes=10)
MOST_HELD = 1000


class ZaloPlaces:
    """Asks, and finds candidates. Coordinates are in this process's memory until the answer; another hub asks again."""

    def __init__(self, hub: Hub, wording: ZaloWording, clock: Clock) -> None:
        self._hub = hub
        self._wording = wording
        self._clock = clock
        self._held: OrderedDict[str, tuple[datetime, float, float]] = OrderedDict()

    async def ask(self, event: ZaloEvent, conversation: Conversation, client_id: str) -> None:
        """Ask whether this location may be used; where that has just been agreed to, use it."""
        sent = self._wording.sent[EventKind.LOCATION]
        point = _point_of(event)
        if point is None:
            reply = Draft({"text": self._wording.replies[EventKind.LOCATION]})
            await self._hub.note(conversation.id, client_id, {"text": sent}, reply)
            return
        last = (await self._hub.last_answer(conversation.id)) or {}
        if last.get(ASKED) == AGREED:
            await self._hub.note(conversation.id, client_id, {"text": sent}, self._candidates(point))
            return
        self._hold(conversation.id, point)
        texts = self._wording.place
        reply = question(PLACE, texts["ask"], {texts["yes"]: YES, texts["no"]: NO})
        await self._hub.note(conversation.id, client_id, {"text": sent}, reply)

    async def answered(self, answer: Answer) -> None:
        """Name the wards that are near, once the citizen has agreed."""
        point = self._take(answer.conversation.id)
        if answer.choice != YES:
            reply = Draft({"text": self._wording.place["refused"]})
        elif point is None:
            reply = Draft({"text": self._wording.place["again"], ASKED: AGREED})
        else:
            reply = self._candidates(point)
        await self._hub.note(answer.conversation.id, answer.client_id, {"text": answer.title}, reply)

    def _candidates(self, point: tuple[float, float]) -> Draft:
        units, texts = near(*point), self._wording.place
        if not units:
            return Draft({"text": texts["outside"]})
        return question(PLACE, texts["which"], {**{unit.name: WORDS for unit in units}, texts["other"]: NO})

    def _hold(self, conversation_id: str, point: tuple[float, float]) -> None:
        self._held[conversation_id] = (self._clock.now() + HELD_FOR, *point)
        self._held.move_to_end(conversation_id)
        while len(self._held) > MOST_HELD or next(iter(self._held.values()))[0] < self._clock.now():
            self._held.popitem(last=False)

    def _take(self, conversation_id: str) -> tuple[float, float] | None:
        until, latitude, longitude = self._held.pop(conversation_id, (self._clock.now(), 0.0, 0.0))
        return (latitude, longitude) if until > self._clock.now() else None


def _point_of(event: ZaloEvent) -> tuple[float, float] | None:
    for part in event.attachments:
        if part.latitude is not None and part.longitude is not None:
            return part.latitude, part.longitude
    return None
