"""The store of conversations and messages: what citizens see and send.

Every write begins with an UPDATE of the conversation's row. That takes the row's lock (on SQLite the database's),
so sequence numbers have no gaps and a message sent twice is stored once, whatever else happens at the same time.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select, update
from sqlalchemy.engine import Connection, Row

from bot.errors import TokenInvalidError
from bot.handoff.rows import note_citizen_spoke
from bot.hub import statements
from bot.hub.models import Answerer, Conversation, Draft, Heard, Message, Pending, Role, Said, TurnState
from bot.hub.photo_requests import expects_photos, wants_photos
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.links.rows import find_link
from bot.ops.clock import Clock
from bot.store.engine import Database

PAGE = 200
AlsoErase = Callable[[Connection, str, datetime], None]
Read = Callable[[dict[str, Any] | None], Said]
Then = Callable[[Connection, Row, Pending | None], bool]


class ConversationStore:
    """Conversations and their transcript."""

    def __init__(self, database: Database, clock: Clock, also_erase: Iterable[AlsoErase] = ()) -> None:
        """also_erase: what else knows the conversation, and forgets it in the same transaction."""
        self._database = database
        self._clock = clock
        self._also_erase = tuple(also_erase)

    async def open(self, channel: str) -> Conversation:
        """Begin a new, empty conversation."""
        return await self._database.write(self._open, channel)

    async def find(self, conversation_id: str) -> Conversation | None:
        """The conversation, also when it is erased; None when it never was."""
        return await self._database.run(find_conversation, conversation_id)

    async def find_by_client_id(self, conversation_id: str, client_id: str) -> Message | None:
        """The message that this sender's id already stands for."""
        return await self._database.run(find_by_client_id, conversation_id, client_id)

    async def find_button(self, conversation_id: str, seq: int, button: int) -> tuple[str, str] | None:
        """Title and payload of a button that was offered under message `seq`."""
        return await self._database.run(_find_button, conversation_id, seq, button)

    async def messages_after(self, conversation_id: str, after: int) -> list[Message]:
        """At most `PAGE` messages with `seq > after`, in order."""
        return await self._database.run(messages_after, conversation_id, after)

    async def last_answer(self, conversation_id: str) -> dict[str, Any] | None:
        """Content of the newest message of the city's side; None when there is none."""
        return await self._database.run(_last_answer, conversation_id)

    async def expects_photos(self, conversation_id: str) -> bool:
        """Whether the city's side has asked for photos since the citizen last said something."""
        return await self._database.run(expects_photos, conversation_id)

    async def wants_photos(self, conversation_id: str, client_id: str) -> bool | None:
        """Whether photos are asked for, or this message is stored already; None while an answer is still to come."""
        return await self._database.run(wants_photos, conversation_id, client_id)

    async def last_seqs(self, conversation_ids: list[str]) -> dict[str, int]:
        """The newest sequence number of each conversation that is not erased."""
        return await self._database.run(_last_seqs, conversation_ids)

    async def add_citizen_message(
        self, conversation_id: str, client_id: str, content: dict[str, Any], payload: str | None = None
    ) -> tuple[Message, bool]:
        """Store the citizen's screened words once; the flag tells whether they are new. `payload`: what Rasa is told.

        Raises `TokenInvalidError` when the conversation is erased.
        """
        heard = await self.hear(conversation_id, client_id, lambda _: Said(content, payload))
        return heard.message, heard.new

    async def hear(self, conversation_id: str, client_id: str, read: Read, then: Then | None = None) -> Heard:
        """Store what `read` makes of a citizen's message, once. All in one transaction, since every turn comes by here.

        read: given the content of the newest message of the city's side. then: where the new message is for the
        assistant, given the conversation's locked row with the new number and moment, and the message where none waits
        before it; returns whether it has written number and moment. Raises `TokenInvalidError` when the conversation is
        erased.
        """
        return await self._database.write(self._hear, conversation_id, client_id, read, then)

    async def mark_delivered(self, conversation_id: str, seq: int) -> None:
        """The citizen has been sent all up to `seq`."""
        await self._database.write(_mark_delivered, conversation_id, seq, self._clock.now())

    async def erase(self, conversation_id: str) -> bool:
        """Delete the transcript and close the conversation for good; False when it was erased before."""
        return await self._database.write(self.erase_in, conversation_id)

    def _open(self, connection: Connection, channel: str) -> Conversation:
        now = self._clock.now()
        new = Conversation(
            id=str(uuid.uuid4()),
            channel=channel,
            status=Answerer.ASSISTANT,
            rasa_sender=f"{channel}-{uuid.uuid4().hex}",
            last_seq=0,
            token_version=1,
            erased=False,
        )
        row = vars(new) | {"status": new.status.value, "created_at": now, "updated_at": now}
        del row["erased"]
        statements.ADD_CONVERSATION.later(connection, **row)
        return new

    def _hear(
        self, connection: Connection, conversation_id: str, client_id: str, read: Read, then: Then | None
    ) -> Heard:
        now = self._clock.now()
        row = statements.FIND_AND_LOCK.first(connection, the_id=conversation_id)
        if row is None:
            raise _erased(conversation_id)
        before = statements.BEFORE_HEARING.first(connection, the_id=conversation_id, the_client_id=client_id)
        known = None if before.known is None else find_by_client_id(connection, conversation_id, client_id)
        if known is not None:
            return Heard(known, new=False)
        said = read(before.last_answer)
        row = row._replace(last_seq=row.last_seq + 1, updated_at=now)
        # While an officer answers, or is waited for, a message never is the assistant's.
        for_assistant = row.status == Answerer.ASSISTANT.value
        statements.ADD_MESSAGE.later(
            connection,
            conversation_id=conversation_id,
            seq=row.last_seq,
            client_id=client_id,
            role=Role.CITIZEN.value,
            created_at=now,
            content=said.content,
            payload=said.payload,
            state=(TurnState.PENDING if for_assistant else TurnState.PASSED_ON).value,
        )
        first = Pending(row.last_seq, said.content, said.payload, 0, now) if before.waits is None else None
        if not (for_assistant and then is not None and then(connection, row, first)):
            statements.NUMBER_MESSAGE.later(connection, the_id=conversation_id, the_seq=row.last_seq, the_moment=now)
        if not for_assistant:
            note_citizen_spoke(connection, conversation_id, now)
        return Heard(Message(conversation_id, row.last_seq, Role.CITIZEN, now, said.content, client_id), new=True)

    def erase_in(self, connection: Connection, conversation_id: str) -> bool:
        """As `erase`, within a transaction."""
        now = self._clock.now()
        lock_with_linked(connection, conversation_id, now)
        closed = (
            update(CONVERSATION)
            .where(CONVERSATION.c.id == conversation_id, CONVERSATION.c.erased_at.is_(None))
            .values(
                status=Answerer.CLOSED.value,
                erased_at=now,
                updated_at=now,
                token_version=CONVERSATION.c.token_version + 1,
            )
        )
        if connection.execute(closed).rowcount == 0:
            return False
        connection.execute(delete(MESSAGE).where(MESSAGE.c.conversation_id == conversation_id))
        for forget in self._also_erase:
            forget(connection, conversation_id, now)
        return True


def hold(connection: Connection, conversation_id: str, now: datetime) -> None:
    """Take the conversation's lock until the transaction ends; `TokenInvalidError` when it is erased."""
    if not statements.LOCK.run(connection, the_id=conversation_id, the_moment=now):
        raise _erased(conversation_id)


def _erased(conversation_id: str) -> TokenInvalidError:
    return TokenInvalidError("the conversation is erased", conversation=conversation_id[:8])


def lock_with_linked(connection: Connection, conversation_id: str, now: datetime) -> None:
    """Lock both of two linked conversations, in the one order that all take: so that none waits in a circle."""
    link = find_link(connection, conversation_id)
    for one in sorted((link.web_id, link.zalo_id)) if link is not None else ():
        connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == one).values(updated_at=now))


def _mark_delivered(connection: Connection, conversation_id: str, seq: int, now: datetime) -> None:
    """Officers' pages in other processes hear of it as of any change."""
    fewer = and_(CONVERSATION.c.id == conversation_id, CONVERSATION.c.delivered_seq < seq)
    connection.execute(update(CONVERSATION).where(fewer).values(delivered_seq=seq, updated_at=now))


def find_conversation(connection: Connection, conversation_id: str) -> Conversation | None:
    """The conversation's row as a dataclass."""
    row = statements.FIND.first(connection, the_id=conversation_id)
    return None if row is None else conversation_of(row)


def conversation_of(row: Row) -> Conversation:
    """The row of a conversation as a dataclass."""
    return Conversation(
        id=row.id,
        channel=row.channel,
        status=Answerer(row.status),
        rasa_sender=row.rasa_sender,
        last_seq=row.last_seq,
        token_version=row.token_version,
        erased=row.erased_at is not None,
        ownership=row.ownership,
        delivered_seq=row.delivered_seq,
        unit=row.unit,
    )


def add_messages(
    connection: Connection,
    conversation_id: str,
    role: Role,
    drafts: tuple[Draft, ...],
    at: Any,
    client_id: str | None = None,
    state: TurnState | None = None,
) -> list[Message]:
    """Store messages, numbered on from the last; the conversation's row is already locked.

    client_id: what they are known by to who sent them, where it is one message. state: of a citizen's.
    """
    if not drafts:
        return []
    last = count_on(connection, conversation_id, len(drafts))
    return _add_up_to(connection, conversation_id, role, drafts, at, last, client_id, state)


def add_answer(
    connection: Connection, conversation_id: str, role: Role, drafts: tuple[Draft, ...], at: datetime, after: int
) -> list[Message]:
    """As `add_messages`, for who writes the last one's number into the conversation's row as well.

    after: the number of the conversation's last message so far.
    """
    return _add_up_to(connection, conversation_id, role, drafts, at, after + len(drafts))


def _add_up_to(
    connection: Connection,
    conversation_id: str,
    role: Role,
    drafts: tuple[Draft, ...],
    at: Any,
    last: int,
    client_id: str | None = None,
    state: TurnState | None = None,
) -> list[Message]:
    """last: the number of the last of them."""
    first = last - len(drafts) + 1
    for seq, draft in enumerate(drafts, first):
        statements.ADD_MESSAGE.later(
            connection,
            conversation_id=conversation_id,
            seq=seq,
            client_id=client_id,
            role=role.value,
            created_at=at,
            content=draft.content,
            payload=list(draft.payloads) or None,
            state=None if state is None else state.value,
        )
    return [
        Message(conversation_id, seq, role, at, draft.content, client_id) for seq, draft in enumerate(drafts, first)
    ]


def count_on(connection: Connection, conversation_id: str, number: int = 1) -> int:
    """Number so many messages; return the last one's number. The conversation's row is locked afterwards."""
    statements.COUNT_ON.later(connection, the_id=conversation_id, the_number=number)
    return int(statements.LAST_SEQ.scalar(connection, the_id=conversation_id))


def sign_message(connection: Connection, message: Message, client_id: str) -> Message:
    """Give a message of the city's side its sender's id; return it with it."""
    mine = and_(MESSAGE.c.conversation_id == message.conversation_id, MESSAGE.c.seq == message.seq)
    connection.execute(update(MESSAGE).where(mine).values(client_id=client_id))
    return replace(message, client_id=client_id)


def find_by_client_id(connection: Connection, conversation_id: str, client_id: str) -> Message | None:
    """The message that a sender's id stands for."""
    row = statements.BY_CLIENT_ID.first(connection, the_id=conversation_id, the_client_id=client_id)
    return None if row is None else message_of(row)


def _find_button(connection: Connection, conversation_id: str, seq: int, button: int) -> tuple[str, str] | None:
    row = statements.BUTTON.first(connection, the_id=conversation_id, the_seq=seq)
    if row is None or not isinstance(row.payload, list) or not 0 <= button < len(row.payload):
        return None
    return row.content["buttons"][button]["title"], row.payload[button]


def messages_after(connection: Connection, conversation_id: str, after: int) -> list[Message]:
    """As `ConversationStore.messages_after`, within a transaction."""
    found = statements.MESSAGES_AFTER.all(connection, the_id=conversation_id, the_seq=after, the_number=PAGE)
    return [message_of(row) for row in found]


def _last_answer(connection: Connection, conversation_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = statements.LAST_ANSWER.scalar(connection, the_id=conversation_id)
    return found


def last_words(connection: Connection, conversation_id: str) -> str:
    """What the citizen said last, as it is stored; nothing where they have said nothing."""
    mine = and_(MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.role == Role.CITIZEN.value)
    content = connection.execute(select(MESSAGE.c.content).where(mine).order_by(MESSAGE.c.seq.desc()).limit(1)).scalar()
    return str((content or {}).get("text") or "")


def _last_seqs(connection: Connection, conversation_ids: list[str]) -> dict[str, int]:
    query = select(CONVERSATION.c.id, CONVERSATION.c.last_seq).where(
        CONVERSATION.c.id.in_(conversation_ids), CONVERSATION.c.erased_at.is_(None)
    )
    return {row.id: row.last_seq for row in connection.execute(query)}


def message_of(row: Row) -> Message:
    """The row of a message as a dataclass."""
    return Message(row.conversation_id, row.seq, Role(row.role), row.created_at, row.content, row.client_id)
