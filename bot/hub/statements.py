"""The statements of every turn, built and compiled once (bot/store/prepared.py).

Names of parameters begin with `the_`, because SQLAlchemy keeps the columns' own names for what is set.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, insert, literal_column, or_, select, update
from sqlalchemy.engine import Connection, Row

from bot.hub.models import Answerer, Role, TurnState
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.store.prepared import Prepared

_CONVERSATION = CONVERSATION.c.id == bindparam("the_id")
_MESSAGES = MESSAGE.c.conversation_id == bindparam("the_id")
_LIVING = CONVERSATION.c.erased_at.is_(None)
FRESH = timedelta(seconds=2)
PENDING = MESSAGE.c.state == literal_column(f"'{TurnState.PENDING.value}'")  # in words, as the index has it
_MESSAGE = and_(_MESSAGES, MESSAGE.c.seq == bindparam("the_seq"))

FIND = Prepared(select(CONVERSATION).where(_CONVERSATION))
"""Takes the_id."""
ADD_CONVERSATION = Prepared(
    insert(CONVERSATION),
    *("id", "channel", "status", "ownership", "delivered_seq", "unit", "rasa_sender"),
    *("created_at", "updated_at", "last_seq", "token_version"),
)
"""Takes these columns."""
LOCK = Prepared(update(CONVERSATION).where(_CONVERSATION, _LIVING).values(updated_at=bindparam("the_moment")))
"""Takes the_id, the_moment; touches no row where the conversation is erased."""
FIND_AND_LOCK = Prepared(select(CONVERSATION).where(_CONVERSATION, _LIVING).with_for_update(key_share=True))
"""Takes the_id; finds no row where the conversation is erased. Locks as an UPDATE does (SQLite: its writer has it)."""
_LEASE = {"lease_owner": bindparam("the_owner"), "lease_until": bindparam("the_end")}
END_TURN = Prepared(
    update(CONVERSATION).where(_CONVERSATION).values(updated_at=bindparam("the_moment"), away_since=None, **_LEASE)
)
"""Takes the_id, the_moment, the_owner, the_end; None and None let the conversation go. For who holds its lock."""
_ANSWERED = {"last_seq": bindparam("the_seq"), "away_since": None, **_LEASE}
END_ANSWERED_TURN = Prepared(
    update(CONVERSATION).where(_CONVERSATION).values(updated_at=bindparam("the_moment"), **_ANSWERED)
)
"""As `END_TURN`, and the_seq: the number of the answer's last message."""
END_FRESH_TURN = Prepared(update(CONVERSATION).where(_CONVERSATION).values(**_ANSWERED))
"""As `END_ANSWERED_TURN`, without the_moment: the one that is written stays, and its place in the index."""
COUNT_ON = Prepared(
    update(CONVERSATION).where(_CONVERSATION).values(last_seq=CONVERSATION.c.last_seq + bindparam("the_number"))
)
"""Takes the_id, the_number: how many messages are added."""
LAST_SEQ = Prepared(select(CONVERSATION.c.last_seq).where(_CONVERSATION))
"""Takes the_id."""
_FIRST_PENDING = select(MESSAGE.c.seq).where(_MESSAGES, PENDING).order_by(MESSAGE.c.seq).limit(1)
LAST_AND_NEXT = Prepared(
    select(CONVERSATION.c.last_seq, _FIRST_PENDING.scalar_subquery().label("waits")).where(_CONVERSATION)
)
"""Takes the_id; waits: the number of the message that is answered next."""
NUMBER_MESSAGE = Prepared(
    update(CONVERSATION).where(_CONVERSATION).values(last_seq=bindparam("the_seq"), updated_at=bindparam("the_moment"))
)
"""Takes the_id, the_seq, the_moment: the number of a message that is added to a locked conversation."""
NUMBER_AND_TAKE = Prepared(
    update(CONVERSATION)
    .where(_CONVERSATION)
    .values(
        last_seq=bindparam("the_seq"),
        updated_at=bindparam("the_moment"),
        **_LEASE,
    )
)
"""As `NUMBER_MESSAGE`, and the_owner, the_end: who takes the conversation with it."""
TAKE_LEASE = Prepared(
    update(CONVERSATION)
    .where(
        _CONVERSATION,
        or_(
            CONVERSATION.c.lease_owner.is_(None),
            CONVERSATION.c.lease_owner == bindparam("the_owner"),
            CONVERSATION.c.lease_until < bindparam("the_now"),
        ),
    )
    .values(**_LEASE)
)
"""Takes the_id, the_owner, the_now, the_end; touches no row where another living process holds the conversation."""
SAY_AWAY = Prepared(
    update(CONVERSATION)
    .where(
        _CONVERSATION,
        CONVERSATION.c.lease_owner == bindparam("the_owner"),
        CONVERSATION.c.away_since.is_(None),
        CONVERSATION.c.erased_at.is_(None),
        CONVERSATION.c.status == Answerer.ASSISTANT.value,
    )
    .values(away_since=bindparam("the_moment"))
)
"""Takes the_id, the_owner, the_moment; touches no row where the citizen has been told, or nobody waits for Rasa."""
SET_LEASE = Prepared(
    update(CONVERSATION)
    .where(_CONVERSATION)
    .values(lease_owner=bindparam("the_owner"), lease_until=bindparam("the_moment"))
)
"""Takes the_id, the_owner, the_moment; None and None let the conversation go."""

ADD_MESSAGE = Prepared(
    insert(MESSAGE), "conversation_id", "seq", "client_id", "role", "created_at", "content", "payload", "state"
)
"""Takes these columns."""
BY_CLIENT_ID = Prepared(select(MESSAGE).where(_MESSAGES, MESSAGE.c.client_id == bindparam("the_client_id")))
"""Takes the_id, the_client_id."""
_LAST_ANSWER = (
    select(MESSAGE.c.content)
    .where(_MESSAGES, MESSAGE.c.role != Role.CITIZEN.value)
    .order_by(MESSAGE.c.seq.desc())
    .limit(1)
)
LAST_ANSWER = Prepared(_LAST_ANSWER)
"""Takes the_id."""
BEFORE_HEARING = Prepared(
    select(
        select(MESSAGE.c.seq)
        .where(_MESSAGES, MESSAGE.c.client_id == bindparam("the_client_id"))
        .scalar_subquery()
        .label("known"),
        _LAST_ANSWER.scalar_subquery().label("last_answer"),
        _FIRST_PENDING.scalar_subquery().label("waits"),
    )
)
"""Takes the_id, the_client_id. known: the number of the message that this id stands for; last_answer: the content of
the city's newest; waits: the number of the message that is answered next."""
FIRST_PENDING = Prepared(select(MESSAGE).where(_MESSAGES, PENDING).order_by(MESSAGE.c.seq).limit(1))
"""Takes the_id."""
SETTLE_TURN = Prepared(update(MESSAGE).where(_MESSAGE, PENDING).values(state=bindparam("the_state")))
"""Takes the_id, the_seq, the_state; touches no row where the turn is over."""
BUTTON = Prepared(select(MESSAGE.c.content, MESSAGE.c.payload).where(_MESSAGE, MESSAGE.c.role != Role.CITIZEN.value))
"""Takes the_id, the_seq."""
MESSAGES_AFTER = Prepared(
    select(MESSAGE)
    .where(_MESSAGES, MESSAGE.c.seq > bindparam("the_seq"))
    .order_by(MESSAGE.c.seq)
    .limit(bindparam("the_number"))
)
"""Takes the_id, the_seq, the_number."""


def end_turn(connection: Connection, row: Row, now: datetime, said: int | None, **lease: object) -> None:
    """End a turn of the conversation whose locked `row` this is. said: the number of the last of its new messages, if
    there are some.

    An answer that comes soon leaves the conversation's moment, and its index, as the question wrote them: who looks for
    changes looks further back (`OVERLAP` of bot/console/live.py and bot/channels/zalo_work.py).
    """
    if said is None:
        END_TURN.later(connection, the_id=row.id, the_moment=now, **lease)
    elif timedelta(0) <= now - row.updated_at < FRESH:
        END_FRESH_TURN.later(connection, the_id=row.id, the_seq=said, **lease)
    else:
        END_ANSWERED_TURN.later(connection, the_id=row.id, the_seq=said, the_moment=now, **lease)
