"""Between Zalo and the hub: what waits in the inbox goes to the hub, what the hub has said goes to the outbox."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.channels.zalo_answers import MOST_REMEMBERED, SAID_BY_THE_CITY, FreshAnswers
from bot.channels.zalo_consent import ZaloConsent
from bot.channels.zalo_files import ZaloFiles
from bot.channels.zalo_links import ZaloLinks
from bot.channels.zalo_questions import ZaloQuestions
from bot.channels.zalo_wording import ZaloWording
from bot.channels.zalo_wordless import LaterError, Wordless
from bot.errors import MessageRefusedError, ZaloPayloadError
from bot.hub.hub import Hub
from bot.hub.models import Conversation, Draft, Message, Refusal
from bot.hub.wording import Wording
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.ops.news import NewsKind, news_of
from bot.zalo.buttons import ButtonSigner, Press, looks_like_press
from bot.zalo.events import SAID, EventKind, ZaloEvent, read_body, read_event
from bot.zalo.forms import to_parts
from bot.zalo.inbox import LEASE, Inbox, Waiting
from bot.zalo.outbox import NewPart, Outbox
from bot.zalo.people import People, Person

log = EventLog("channels.zalo_work")

CHANNEL = "zalo"
AT_ONCE = 8
_BACK = timedelta(days=7)
_OVERLAP = timedelta(seconds=30)


class ZaloWork:
    """Runs in every hub; leases keep several from working for one citizen at once."""

    def __init__(
        self,
        hub: Hub,
        wordless: Wordless,
        questions: ZaloQuestions,
        links: ZaloLinks,
        consent: ZaloConsent,
        files: ZaloFiles,
        told_by_template: frozenset[NewsKind],
        inbox: Inbox,
        outbox: Outbox,
        people: People,
        signer: ButtonSigner,
        wording: ZaloWording,
        hub_wording: Wording,
        clock: Clock,
        with_buttons: bool,
        sending: Callable[[], None],
        look_seconds: float = 1.0,
    ) -> None:
        self._hub = hub
        self._wordless = wordless
        self._questions = questions
        self._links = links
        self._consent = consent
        self._files = files
        self._told_by_template = told_by_template
        self._inbox = inbox
        self._outbox = outbox
        self._people = people
        self._signer = signer
        self._wording = wording
        self._hub_wording = hub_wording
        self._clock = clock
        self._with_buttons = with_buttons
        self._sending = sending
        self._look_seconds = look_seconds
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._at_work: set[asyncio.Task[None]] = set()
        self._queued: dict[str, int] = {}
        self._answers = FreshAnswers()
        hub.overhear(self._answers.overhear)
        self._since = clock.now() - _BACK
        self._stopping = False

    async def start(self) -> None:
        """Begin with what was left from before."""
        await self._inbox.take_back()
        self._tasks = [asyncio.create_task(work()) for work in (self._take_in, self._pass_on, self._pass_out)]

    async def stop(self) -> None:
        """End; what is half done is done again by the next process."""
        self._stopping = True  # a cancelled `wait_for` may go on all the same (Python 3.10)
        self._news.set()
        running = [*self._tasks, *self._at_work]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def nudge(self) -> None:
        """An event was stored."""
        self._news.set()

    async def _take_in(self) -> None:
        """Begin to work for one citizen after the other, for so many at once."""
        while not self._stopping:
            self._news.clear()
            try:
                while len(self._at_work) < AT_ONCE and (claimed := await self._inbox.claim()) is not None:
                    task = asyncio.create_task(self._work_off(*claimed))
                    self._at_work.add(task)
                    task.add_done_callback(self._worked_off)
            except Exception as error:  # must outlive a database that is away
                log.fault("take_in_failed", error)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._look_seconds)

    def _worked_off(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        self._news.set()

    async def _work_off(self, user_id: str, waiting: list[Waiting]) -> None:
        renewed = self._clock.now()
        try:
            for item in waiting:
                if self._clock.now() - renewed > LEASE / 3:  # photos take their time
                    await self._inbox.renew(user_id)
                    renewed = self._clock.now()
                if not await self._one(item):
                    break
        except Exception as error:  # what is left is claimed again
            log.fault("work_off_failed", error)
        finally:
            await asyncio.shield(self._inbox.release(user_id))

    async def _one(self, item: Waiting) -> bool:
        """Work one event off; False where the citizen's later ones have to wait with it."""
        try:
            await self._deal_with(read_event(read_body(item.body), item.body))
        except LaterError:
            await asyncio.sleep(self._look_seconds)
            return False
        except ZaloPayloadError as error:
            log.fault("event_unreadable", error)
        except Exception as error:
            over = await self._inbox.failed(item.event_id, item.attempts)
            log.fault("event_failed", error, over=over)
            return over
        await self._inbox.done(item.event_id)
        return True

    async def _deal_with(self, event: ZaloEvent) -> None:
        if event.kind is EventKind.WITHDRAW:
            await self._erase(event.user_id)
            return
        if event.kind not in SAID and event.kind is not EventKind.FOLLOW:
            return
        person = await self._person(event.user_id)
        conversation_id = str(person.conversation_id)
        self._answers.remember(conversation_id, person.user_id)
        try:
            await self._say(event, person, conversation_id)
        except MessageRefusedError as error:
            await self._refused(error, event, conversation_id)
        await self._queue(person.user_id)

    async def _person(self, user_id: str) -> Person:
        """Return the citizen with a living conversation; a new one begins with who is talking here."""
        for _ in range(5):
            person = await self._people.find(user_id)
            known = person.conversation_id if person else None
            conversation = await self._hub.conversation(known) if known else None
            if person is not None and conversation is not None and not conversation.erased:
                if conversation.last_seq == 0:  # new, or a process died right after it was made
                    await self._hub.note(conversation.id, "welcome", None, Draft({"text": self._wording.welcome}))
                return person
            entry = await self._hub.enter(CHANNEL, None)
            await self._people.give(user_id, known, entry.conversation.id)
        raise RuntimeError("no conversation for a citizen of Zalo")

    async def _say(self, event: ZaloEvent, person: Person, conversation_id: str) -> None:
        client_id = hashlib.sha256(event.id.encode()).hexdigest()
        conversation = await self._hub.conversation(conversation_id)
        if event.kind is EventKind.FOLLOW or conversation is None:
            return
        if event.kind is not EventKind.TEXT:
            await self._wordless.deal_with(event, conversation, client_id)
            return
        press = self._signer.read(conversation_id, event.text)
        if press is None and looks_like_press(event.text):
            raise MessageRefusedError(Refusal.BUTTON_GONE.value, reason=Refusal.BUTTON_GONE)
        if press is None and (number := _choice(event.text, person)) is not None:
            press = Press(person.choices_seq, number)
        if press is not None:
            if not await self._questions.hear_press(person.user_id, conversation, client_id, press.seq, press.button):
                await self._hub.press(conversation_id, client_id, press.seq, press.button)
        elif not await self._heard(person.user_id, conversation, client_id, event.text):
            await self._hub.say(conversation_id, client_id, event.text)

    async def _heard(self, user_id: str, conversation: Conversation, client_id: str, text: str) -> bool:
        """Deal with words that are for the channel itself; say whether they were."""
        for ours in (self._consent.hear_words, self._questions.hear_words, self._links.hear):
            if await ours(user_id, conversation, client_id, text):
                return True
        return False

    async def _refused(self, error: MessageRefusedError, event: ZaloEvent, conversation_id: str) -> None:
        reason = error.context["reason"]
        if reason in (Refusal.TOO_FAST, Refusal.ENDED):
            raise LaterError from error  # nothing a citizen says is dropped: it is heard a moment later
        said = Draft({"text": self._hub_wording.refusals[Refusal(reason)]})
        await self._hub.note(conversation_id, hashlib.sha256(event.id.encode()).hexdigest(), None, said)

    async def _erase(self, user_id: str) -> None:
        person = await self._people.find(user_id)
        if person is not None and person.conversation_id and await self._hub.end(person.conversation_id):
            return  # kept, and noted: the job erases it, and who it was, when it may
        await self._people.forget(user_id)

    async def _pass_on(self) -> None:
        """Queue answers as they are given; what is missed here `_pass_out` finds."""
        while not self._stopping:
            user_id = await self._answers.next()
            try:
                await self._queue(user_id)
            except Exception as error:  # must outlive a database that is away
                log.fault("pass_on_failed", error)

    async def _pass_out(self) -> None:
        """Queue what was said in the channel's conversations, whoever said it in whichever process."""
        while not self._stopping:
            began = self._clock.now()
            try:
                for conversation_id, last_seq in await self._hub.changed_since(CHANNEL, self._since):
                    if self._queued.get(conversation_id) == last_seq:
                        continue
                    person = await self._people.of_conversation(conversation_id)
                    if person is not None and await self._queue(person.user_id):
                        self._queued[conversation_id] = last_seq
                self._look_from(began)
            except Exception as error:
                log.fault("pass_out_failed", error)
            await asyncio.sleep(self._look_seconds)

    def _look_from(self, began: datetime) -> None:
        self._since = began - _OVERLAP
        if len(self._queued) > MOST_REMEMBERED:
            self._queued.clear()

    async def _queue(self, user_id: str) -> bool:
        """Queue what this citizen has not been sent yet; True where nothing is left."""
        person = await self._people.find(user_id)
        if person is None or person.conversation_id is None:
            return True
        messages = await self._hub.read_on(person.conversation_id, person.queued_seq)
        if not messages:
            return True
        going = [await self._files.with_links(message, person.conversation_id) for message in messages]
        parts = [part for message in going for part in self._parts(person.conversation_id, message)]
        done = await self._outbox.queue(person, parts, messages[-1].seq)
        if done and parts:
            self._sending()
        if done:
            self._queued[person.conversation_id] = messages[-1].seq
            await self._consent.ask_after(person, messages)
        return done

    def _parts(self, conversation_id: str, message: Message) -> list[NewPart]:
        if message.role not in SAID_BY_THE_CITY:
            return []

        def payload(button: int) -> str:
            return self._signer.payload(conversation_id, message.seq, button)

        made = to_parts(message.content, payload, self._with_buttons, self._wording.lead_in)
        news = news_of(message.content)
        kept = news if news is not None and news.kind in self._told_by_template else None
        return [
            NewPart(message.seq, number, part.message, part.choices, kept if number == 0 else None)
            for number, part in enumerate(made)
        ]


def _choice(text: str, person: Person) -> int | None:
    """A number alone, after a numbered list: which of its choices."""
    said = text.strip().rstrip(".)")
    if not (said.isascii() and said.isdecimal() and len(said) <= 2):
        return None
    return int(said) - 1 if 1 <= int(said) <= person.choices else None
