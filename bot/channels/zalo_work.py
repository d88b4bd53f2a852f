"""Between Zalo and the hub: what came in goes to the hub, what the hub has said goes to the outbox."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.channels.zalo_answers import MOST_REMEMBERED, SAID_BY_THE_CITY, FreshAnswers
from bot.channels.zalo_consent import ZaloConsent
from bot.channels.zalo_files import ZaloFiles
from bot.channels.zalo_links import ZaloLinks
from bot.channels.zalo_questions import ZaloQuestions
from bot.channels.zalo_wording import ZaloWording
from bot.channels.zalo_wordless import LaterError, Wordless
from bot.errors import MessageRefusedError
from bot.hub.hub import Hub
from bot.hub.models import Conversation, Draft, Message, Refusal
from bot.hub.wording import Wording
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.ops.news import NewsKind, news_of
from bot.zalo.buttons import ButtonSigner, Press, looks_like_press
from bot.zalo.events import SAID, EventKind, ZaloEvent
from bot.zalo.forms import to_parts
from bot.zalo.outbox import NewPart
from bot.zalo.people import People, Person
from bot.zalo.sender import Sender

log = EventLog("channels.zalo_work")

CHANNEL = "zalo"
AT_ONCE = 4
"""Citizens whose answers are passed on at the same time."""
_TRIES = 3
_BACK = timedelta(days=7)
_OVERLAP = timedelta(seconds=30)


class ZaloWork:
    """Runs in every hub."""

    def __init__(
        self,
        hub: Hub,
        wordless: Wordless,
        questions: ZaloQuestions,
        links: ZaloLinks,
        consent: ZaloConsent,
        files: ZaloFiles,
        told_by_template: frozenset[NewsKind],
        sender: Sender,
        people: People,
        signer: ButtonSigner,
        wording: ZaloWording,
        hub_wording: Wording,
        clock: Clock,
        with_buttons: bool,
        look_seconds: float = 1.0,
    ) -> None:
        self._hub = hub
        self._wordless = wordless
        self._questions = questions
        self._links = links
        self._consent = consent
        self._files = files
        self._told_by_template = told_by_template
        self._sender = sender
        self._people = people
        self._signer = signer
        self._wording = wording
        self._hub_wording = hub_wording
        self._clock = clock
        self._with_buttons = with_buttons
        self._look_seconds = look_seconds
        self._tasks: list[asyncio.Task[None]] = []
        self._queued: dict[str, int] = {}
        self._answers = FreshAnswers()
        hub.overhear(self._answers.overhear)
        self._since = clock.now() - _BACK
        self._stopping = False

    def start(self) -> None:
        """Begin to pass on what is said, with what was left from before."""
        works = [self._pass_out, *[self._pass_on] * AT_ONCE]
        self._tasks = [asyncio.create_task(work()) for work in works]

    async def stop(self) -> None:
        """End; the next process finds what has not been passed on."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def deal_with(self, event: ZaloEvent, person: Person, conversation: Conversation | None) -> None:
        """Have the hub hear an event; what it says to it is passed on as soon as it is said.

        conversation: the citizen's; where it was erased meanwhile, the event has to wait. Raises `LaterError`, and what
        the hub raises.
        """
        if event.kind is EventKind.WITHDRAW:
            await self._erase(event.user_id)
            return
        if event.kind not in SAID and event.kind is not EventKind.FOLLOW:
            return
        person, conversation = await self._at_home(person, conversation)
        if event.kind is EventKind.FOLLOW:
            return
        try:
            await self._say(event, person, conversation)
        except MessageRefusedError as error:
            await self._refused(error, event, conversation.id)

    async def _at_home(self, person: Person, conversation: Conversation | None) -> tuple[Person, Conversation]:
        """Return the citizen with a living conversation; a new one begins with who is talking here."""
        for _ in range(_TRIES):
            known = person.conversation_id
            if conversation is None or conversation.erased:
                conversation = (await self._hub.enter(CHANNEL, None)).conversation
                if not await self._people.give(person.user_id, known, conversation.id):
                    person = await self._people.find(person.user_id) or person
                    conversation = await self._hub.conversation(person.conversation_id or "")
                    continue
                person = replace(person, conversation_id=conversation.id, queued_seq=0, choices=0, choices_seq=0)
            self._answers.remember(conversation.id, person)
            if conversation.last_seq == 0:  # new, or a process died right after it was made
                await self._hub.note(conversation.id, "welcome", None, Draft({"text": self._wording.welcome}))
            return person, conversation
        raise RuntimeError("no conversation for a citizen of Zalo")

    async def _say(self, event: ZaloEvent, person: Person, conversation: Conversation) -> None:
        client_id, conversation_id = hashlib.sha256(event.id.encode()).hexdigest(), conversation.id
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
            person = await self._answers.next()
            try:
                await self._queue(person)
            except Exception as error:  # must outlive a database that is away
                log.fault("pass_on_failed", error)

    async def _pass_out(self) -> None:
        """Queue what was said in the channel's conversations, whoever said it in whichever process."""
        while not self._stopping:
            began = self._clock.now()
            try:
                changed = dict(await self._hub.changed_since(CHANNEL, self._since))
                unknown = [name for name, said in changed.items() if self._queued.get(name, 0) < said]
                for person in await self._people.of_conversations(unknown):
                    if person.queued_seq < changed[str(person.conversation_id)]:
                        await self._queue(person)
                    else:  # another hub has
                        self._queued[str(person.conversation_id)] = person.queued_seq
                self._look_from(began, changed)
            except Exception as error:
                log.fault("pass_out_failed", error)
            await asyncio.sleep(self._look_seconds)

    def _look_from(self, began: datetime, changed: Mapping[str, int]) -> None:
        self._since = began - _OVERLAP
        if len(self._queued) > MOST_REMEMBERED:  # only what changed lately is met with again
            self._queued = {name: self._queued[name] for name in changed if name in self._queued}

    async def _queue(self, found: Person) -> None:
        """Queue what this citizen has not been sent yet. `found` may be old: then the citizen is looked up anew."""
        person: Person | None = found
        for _ in range(_TRIES):
            if person is None or person.conversation_id is None:
                return
            messages = await self._hub.read_on(person.conversation_id, person.queued_seq)
            if not messages:
                self._queued[person.conversation_id] = person.queued_seq
                return
            going = [await self._files.with_links(message, person.conversation_id) for message in messages]
            parts = [part for message in going for part in self._parts(person.conversation_id, message)]
            if not parts or await self._sender.queue(person, parts, messages[-1].seq):
                await self._went(person, messages, anything=bool(parts))
                return
            person = await self._people.find(person.user_id)

    def parts_of(self, messages: Sequence[Message]) -> list[NewPart]:
        """Return what goes out at once; nothing where addresses are to be added, or something is to be asked after."""
        if not messages or self._consent.is_occasion(messages) or any(map(self._files.adds_links, messages)):
            return []
        return [part for message in messages for part in self._parts(message.conversation_id, message)]

    def carried(self, person: Person, last_seq: int) -> None:
        """All up to `last_seq` is queued for this citizen: none of it is passed on again."""
        conversation_id = str(person.conversation_id)
        self._queued[conversation_id] = last_seq
        self._answers.know(conversation_id, replace(person, queued_seq=last_seq))

    async def _went(self, person: Person, messages: list[Message], *, anything: bool) -> None:
        """What is known of the citizen now; their own words alone move nothing."""
        if anything:
            self.carried(person, messages[-1].seq)
            await self._consent.ask_after(person, messages)
        else:
            self._queued[messages[0].conversation_id] = messages[-1].seq

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
