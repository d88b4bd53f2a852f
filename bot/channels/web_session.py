"""One widget on one socket: what it sends goes to the hub, what is new in its conversation goes to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import async_timeout
from aiohttp import WSMsgType

from bot.channels import web_frames
from bot.channels.bounded_socket import BoundedWebSocket
from bot.channels.web_frames import (
    AnswerSurvey,
    AskLink,
    End,
    Frame,
    FrameInvalidError,
    GivePhotos,
    Hello,
    Ping,
    Press,
    RateAnswer,
    Say,
)
from bot.channels.web_links import WebLinks
from bot.errors import MessageRefusedError, PhotoRefusedError, TokenInvalidError
from bot.handoff.models import Standing
from bot.hub.delivery import (
    CatchUp,
    Ended,
    Event,
    MessageChanged,
    MessageRated,
    MessageStored,
    StandingChanged,
    Subscription,
    Surveyed,
    Typing,
)
from bot.hub.hub import Entry, Hub
from bot.hub.hub_feedback import FeedbackGiven, HubFeedback
from bot.hub.intake import refuse
from bot.hub.limits import Rate, RateLimiter
from bot.hub.models import Answerer, Conversation, Message, Refusal, Role
from bot.hub.photos import HubPhotos
from bot.hub.wording import Wording
from bot.ops.satisfaction import Satisfaction

THROTTLE_SECONDS = 0.1
CHANNEL = "web"
CANCEL_AGAIN_SECONDS = 0.1


class WebSession:
    """Two loops: one reads the socket, one writes to it. A widget that reads slowly delays only itself."""

    def __init__(
        self,
        hub: Hub,
        photos: HubPhotos,
        feedback: HubFeedback,
        wording: Wording,
        socket: BoundedWebSocket,
        may_write: Callable[[], bool],
        frames: Rate,
        links: WebLinks | None = None,
    ) -> None:
        self._hub = hub
        self._photos = photos
        self._feedback = feedback
        self._wording = wording
        self._socket = socket
        self._may_write = may_write
        self._pace = RateLimiter(frames)
        self._links = links
        self._conversation: Conversation | None = None
        self._conversation_id = ""
        self._sent = 0
        self._frames: list[str] = []
        self._standing = Standing(Answerer.ASSISTANT.value)
        self._send_within = 0.0

    def read(self, data: object) -> Frame | None:
        """The frame in a socket's text message."""
        if not isinstance(data, str):
            raise FrameInvalidError("not text")
        return web_frames.read_frame(data)

    async def run(self, hello: Hello, send_within: float, abort: Callable[[], None]) -> None:
        """Welcome the widget, replay what it has not seen, and go on until one side ends it."""
        self._send_within = send_within
        entry = await self._hub.enter(CHANNEL, hello.token)
        self._conversation, self._conversation_id = entry.conversation, entry.conversation.id
        self._sent = min(hello.after, entry.conversation.last_seq)
        # Listening begins before the replay, so nothing falls in between.
        subscription = self._hub.listen(entry.conversation.id)
        try:
            await self._welcome(entry)
            await self._converse(subscription, entry.new)
        except asyncio.TimeoutError:
            abort()  # it does not read: no use to ask it politely
        finally:
            self._hub.leave(subscription)

    async def _welcome(self, entry: Entry) -> None:
        # In a conversation that has just been made there is nothing to look for.
        given = FeedbackGiven() if entry.new else await self._feedback.given(entry.conversation.id)
        linked = None
        if self._links is not None:
            linked = not entry.new and await self._links.is_linked(entry.conversation.id)
        await self._send(web_frames.welcome(entry.token, entry.new, entry.conversation.last_seq, given, linked))

    async def _converse(self, subscription: Subscription, new: bool) -> None:
        loops = [asyncio.create_task(self._listen()), asyncio.create_task(self._tell(subscription, new))]
        try:
            done, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            for loop in done:
                loop.result()
        finally:
            await _stop(loops)

    async def _listen(self) -> None:
        while True:
            received = await self._socket.receive()
            if received.type is not WSMsgType.TEXT:
                if received.type is WSMsgType.BINARY:
                    raise FrameInvalidError("not text")
                return
            # Too many frames are read more slowly: the network then holds the sender back.
            if not self._pace.take(""):
                await asyncio.sleep(THROTTLE_SECONDS)
            await self._obey(self.read(received.data))

    async def _obey(self, frame: Frame | None) -> None:
        if isinstance(frame, Ping):
            await self._send(web_frames.pong())
        elif isinstance(frame, End):
            if kept := await self._hub.end(self._conversation_id):
                await self._send(web_frames.kept(kept))
        elif isinstance(frame, Say | Press | GivePhotos):
            await self._take(frame)
        elif isinstance(frame, RateAnswer | AnswerSurvey):
            await self._take_feedback(frame)
        elif isinstance(frame, AskLink) and self._links is not None:
            with suppress(TokenInvalidError):  # erased at this moment: `ended` is on its way
                may = self._may_write()
                await self._send(await self._links.frame(self._conversation_id) if may else self._links.too_fast())

    async def _take(self, frame: Say | Press | GivePhotos) -> None:
        try:
            if not self._may_write():
                raise refuse(Refusal.TOO_FAST)
            message, new = await self._store(frame)
        except MessageRefusedError as error:
            text = self._wording.of(error)
            await self._send(web_frames.refused(frame.id, error.code, text))
            return
        except PhotoRefusedError as error:
            text = self._photos.wording.of(error)
            await self._send(web_frames.refused(frame.id, error.code, text))
            return
        # Stored before, but the widget did not know: confirm it once more, out of turn.
        if not new and message.seq <= self._sent:
            await self._send(web_frames.message_frame(message))

    async def _store(self, frame: Say | Press | GivePhotos) -> tuple[Message, bool]:
        if isinstance(frame, Say):
            return await self._heard(frame) or await self._hub.say(self._conversation_id, frame.id, frame.text)
        if isinstance(frame, Press):
            return await self._hub.press(self._conversation_id, frame.id, frame.seq, frame.button)
        if self._conversation is None:
            raise FrameInvalidError("hello first")
        return await self._photos.give(self._conversation, frame.id, frame.photos)

    async def _heard(self, frame: Say) -> tuple[Message, bool] | None:
        """Deal with words about a link with Zalo; None where they are others."""
        if self._links is None or self._conversation is None or not self._links.hears(frame.text):
            return None
        stored = await self._hub.said(self._conversation_id, frame.id)
        if stored is not None:
            return stored, False
        await self._links.hear(self._conversation, frame.id, frame.text)
        stored = await self._hub.said(self._conversation_id, frame.id)
        return (stored, True) if stored is not None else None

    async def _take_feedback(self, frame: RateAnswer | AnswerSurvey) -> None:
        """Confirmed to this window with a sentence; the others hear only what is stored now."""
        client_id = frame.id if isinstance(frame, RateAnswer) else frame.given.id
        try:
            if not self._may_write():
                raise refuse(Refusal.TOO_FAST)
            if isinstance(frame, RateAnswer):
                kept, words = await self._feedback.rate(self._conversation_id, frame.given)
                said = self._wording.of_rating(kept, words)
                await self._send(web_frames.rated(frame.given.seq, kept, client_id, said))
                return
            taken = await self._feedback.answer_survey(self._conversation_id, frame.given)
            skipped = frame.given.satisfaction is Satisfaction.SKIPPED
            said = self._wording.of_survey(skipped, taken.contact, taken.words)
            await self._send(web_frames.surveyed(client_id, said))
        except MessageRefusedError as error:
            text = self._wording.of(error)
            await self._send(web_frames.refused(client_id, error.code, text))

    async def _tell(self, subscription: Subscription, new: bool) -> None:
        if not new:
            self._keep_standing(await self._hub.ownership.standing(self._conversation_id))
            await self._catch_up()
            await self._send_kept()
        while True:
            for event in await subscription.gathered():
                await self._pass_on(event)
                if isinstance(event, Ended):
                    return await self._send_kept()
            await self._send_kept()

    async def _pass_on(self, event: Event) -> None:
        """Keep the frames of an event, which go out with those of the others that came with it."""
        if isinstance(event, MessageStored):
            await self._in_order(event.message)
        elif isinstance(event, MessageChanged):
            # What was not sent yet comes as it is now.
            if event.message.seq <= self._sent:
                self._frames.append(web_frames.message_frame(event.message))
        elif isinstance(event, CatchUp):
            await self._catch_up(event.up_to)
        elif isinstance(event, MessageRated):
            self._frames.append(web_frames.rated(event.seq, event.kept))
        elif isinstance(event, Surveyed):
            self._frames.append(web_frames.surveyed())
        elif isinstance(event, StandingChanged):
            self._keep_standing(event.standing)
        elif isinstance(event, Typing):
            self._frames.append(web_frames.typing(event.on))
        elif isinstance(event, Ended):
            self._frames.append(web_frames.ended())

    async def _in_order(self, message: Message) -> None:
        if message.seq == self._sent + 1:
            await self._send_message(message)
        elif message.seq > self._sent:
            await self._catch_up()

    async def _catch_up(self, up_to: int | None = None) -> None:
        if up_to is not None and up_to <= self._sent:
            return  # most of what the watch finds in the store was told by this very process
        for message in await self._hub.read_on(self._conversation_id, self._sent):
            await self._send_message(message)

    async def _send_message(self, message: Message) -> None:
        self._sent = message.seq
        self._frames.append(web_frames.message_frame(message))
        if message.role is Role.OFFICER:
            await self._send_kept()
            await self._hub.delivered(self._conversation_id, message.seq)

    def _keep_standing(self, standing: Standing) -> None:
        """Only what is news for this window; nothing at all while the assistant answers all the time."""
        if standing != self._standing:
            self._standing = standing
            self._frames.append(web_frames.standing(standing))

    async def _send(self, frame: str) -> None:
        self._frames.append(frame)
        await self._send_kept()

    async def _send_kept(self) -> None:
        frames, self._frames = self._frames, []
        if frames and not self._socket.put(frames):
            async with async_timeout.timeout(self._send_within):
                await self._socket.drained()


async def _stop(loops: list[asyncio.Task[None]]) -> None:
    """Cancel until it is heard: `wait_for` of Python 3.10 swallows a cancellation that meets the end of a sending."""
    while running := [loop for loop in loops if not loop.done()]:
        for loop in running:
            loop.cancel()
        await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*loops, return_exceptions=True)
